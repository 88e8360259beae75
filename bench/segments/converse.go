package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/compressors/segment"
)

// converse is part 4: turn by turn another replica, so that each has to know what the
// others did.
func (l *lab) converse(ctx context.Context) error {
	all := []*replica{l.first}
	for range 2 {
		r, err := l.start(ctx)
		if err != nil {
			return err
		}
		all = append(all, r)
	}
	markdown.Heading(fmt.Sprintf("4. A conversation of %d turns over %d replicas in turn, each turn with a search result of 3 KB", l.plan.turns, len(all)),
		"sent", "looked up after turn 1", "known", "share known", "repeated, and not known", "repeated, in another form", "shortened in the last turn", "added ms p50", "most ms")
	for _, limit := range []string{"60000", ""} {
		if err := l.replay(ctx, all, limit); err != nil {
			return err
		}
	}
	if err := l.replaySegments(ctx, all); err != nil {
		return err
	}
	fmt.Println("\nTexts are those that the proxy looks at; what is added is what pith says of itself. As contexts, all messages go to `/v1/compress` " +
		"with a threshold, and segments count.")
	return nil
}

// tally is what is known of one way through the conversation.
type tally struct {
	hits, misses    int // after turn 1
	missed, changed int // of what was repeated
	shortened       int // texts in the last turn
	added           []time.Duration
}

func (t *tally) row(name string) error {
	markdown.Row(name, markdown.Count(t.hits+t.misses), markdown.Count(t.hits), percent(t.hits, t.hits+t.misses), markdown.Count(t.missed), markdown.Count(t.changed), markdown.Count(t.shortened),
		markdown.Millis(quantile(t.added, 0.5)), markdown.Millis(quantile(t.added, 1)))
	if t.changed > 0 {
		return fmt.Errorf("%s: %d repeated texts came in another form", name, t.changed)
	}
	return nil
}

// replay sends the conversation through the proxy, and then once more, when every turn
// comes to another replica than before.
func (l *lab) replay(ctx context.Context, all []*replica, limit string) error {
	name := "as it grows, 60 s for compression"
	if limit == "" {
		name = "as it grows, 250 ms"
	}
	messages := l.talk("talk "+limit, l.plan.turns)
	var first, again tally
	var before []json.RawMessage
	sent := make([][]byte, l.plan.turns+1)
	for n := 1; n <= l.plan.turns; n++ {
		if err := first.send(ctx, all[n%len(all)], chat(turn(messages, n)), limit, 1, n > 1); err != nil {
			return err
		}
		sent[n] = l.vendor.body
		now, err := messagesOf(sent[n])
		if err != nil {
			return err
		}
		first.changed += differing(before, now)
		before = now
	}
	for n := 1; n <= l.plan.turns; n++ {
		if err := again.send(ctx, all[(n+1)%len(all)], chat(turn(messages, n)), limit, 0, n > 1); err != nil {
			return err
		}
		if !bytes.Equal(l.vendor.body, sent[n]) {
			again.changed++
		}
	}
	if err := first.row(name); err != nil {
		return err
	}
	return again.row("the same requests again")
}

// send sends one request, of whose texts so many are new.
func (t *tally) send(ctx context.Context, r *replica, body []byte, limit string, fresh int, counts bool) error {
	p, err := r.relay(ctx, body, limit)
	if err != nil {
		return err
	}
	t.added, t.shortened = append(t.added, p.added), p.shortened
	if counts {
		t.hits, t.misses, t.missed = t.hits+p.hits, t.misses+p.misses, t.missed+max(0, p.misses-fresh)
	}
	return nil
}

func messagesOf(body []byte) ([]json.RawMessage, error) {
	var m struct{ Messages []json.RawMessage }
	err := json.Unmarshal(body, &m)
	return m.Messages, err
}

// differing counts the messages that are not what they were.
func differing(before, now []json.RawMessage) (n int) {
	for i := range before {
		if i >= len(now) || !bytes.Equal(before[i], now[i]) {
			n++
		}
	}
	return n
}

// replaySegments sends all messages as contexts.
func (l *lab) replaySegments(ctx context.Context, all []*replica) error {
	messages := l.talk("contexts", l.plan.turns)
	var t tally
	var before []string
	had := 0
	for n := 1; n <= l.plan.turns; n++ {
		var q ask
		q.Threshold = 0.3
		for _, m := range turn(messages, n) {
			if m.text != "" {
				q.Contexts = append(q.Contexts, item{m.text})
			}
		}
		a, err := all[n%len(all)].compress(ctx, tenant, q)
		if err != nil {
			return err
		}
		t.added = append(t.added, a.server)
		fresh := 0
		for _, c := range q.Contexts[had:] {
			fresh += len(segment.Ends(c.Text))
		}
		if had = len(q.Contexts); n > 1 {
			t.hits, t.misses, t.missed = t.hits+a.cache.Hits, t.misses+a.cache.Misses, t.missed+max(0, a.cache.Misses-fresh)
		}
		t.shortened = 0
		for i, text := range a.texts {
			if text != q.Contexts[i].Text {
				t.shortened++
			}
			if i < len(before) && text != before[i] {
				t.changed++
			}
		}
		before = a.texts
	}
	return t.row("as contexts")
}

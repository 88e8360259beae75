package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/stat"
	"github.com/pith-proxy/pith/tokenize"
)

// A recorder is a vendor that keeps the last body it got.
type recorder struct {
	srv  *http.Server
	addr string
	body []byte // read after the answer has come
}

func startRecorder() (*recorder, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &recorder{addr: l.Addr().String()}
	r.srv = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.body, _ = io.ReadAll(req.Body)
		_, _ = io.WriteString(w, "{}")
	})}
	go func() { _ = r.srv.Serve(l) }()
	return r, nil
}

// conversation sends a growing conversation, as a client sends it, and prices what
// reaches the vendor as one with a cache of prefixes does.
func (l *lab) conversation(ctx context.Context) error {
	markdown.Heading(fmt.Sprintf("A conversation of %d turns, each with a search result", l.turns), "sent", "time for compression", "tokens", "read from the cache",
		"price without a cache", "writes 1, reads 0.1", "writes 1.25, reads 0.1", "repeated messages that changed", "added ms p50", "most ms")
	direct := ledger{}
	for n := 1; n <= l.turns; n++ {
		if err := direct.add(chat(l.talk()[:length(n)]...)); err != nil {
			return err
		}
	}
	direct.print("as it came", "", &direct)
	for _, d := range []string{"60000", ""} {
		if err := l.converse(ctx, d, &direct); err != nil {
			return err
		}
	}
	return nil
}

// length is how many messages the request of a turn has.
func length(turn int) int { return 2 + 4*(turn-1) }

// talk are the messages of the whole conversation. They are made once, so that all
// ways through send the same.
func (l *lab) talk() []string {
	if l.messages != nil {
		return l.messages
	}
	l.messages = []string{message("system", l.source.Bytes(6*kb)), l.asking(8 * kb)}
	for n := range l.turns {
		id := fmt.Sprintf("call_%d", n)
		l.messages = append(l.messages,
			`{"role":"assistant","content":null,"tool_calls":[{"id":"`+id+`","type":"function","function":{"name":"web_search","arguments":"{\"q\":\"more\"}"}}]}`,
			`{"role":"tool","tool_call_id":"`+id+`","content":`+quoted(l.source.Bytes(3*kb))+`}`,
			message("assistant", l.source.Bytes(300)), message("user", l.source.Bytes(100)))
	}
	return l.messages
}

// converse sends the conversation through a pith of its own.
func (l *lab) converse(ctx context.Context, limit string, direct *ledger) (err error) {
	vendor, err := startRecorder()
	if err != nil {
		return err
	}
	defer vendor.srv.Close()
	s, err := startPith(ctx, l.bin, vendor.addr, "auto", l.cores.proxy)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	var book ledger
	for n := 1; n <= l.turns; n++ {
		added, err := post(ctx, s.URL, chat(l.talk()[:length(n)]...), limit)
		if err != nil {
			return err
		}
		book.added = append(book.added, added)
		if err := book.add(vendor.body); err != nil {
			return err
		}
	}
	if limit == "" {
		limit = "250"
	}
	book.print("through pith", limit+" ms", direct)
	if book.changed > 0 {
		return fmt.Errorf("%d messages that the client repeated were sent in another form", book.changed)
	}
	return nil
}

// post returns what pith says that it added.
func post(ctx context.Context, url string, body []byte, limit string) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v1/chat/completions", bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if limit != "" {
		req.Header.Set("X-Pith-Deadline-Ms", limit)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	added, perr := time.ParseDuration(res.Header.Get("X-Pith-Latency-Ms") + "ms")
	if res.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("status %d", res.StatusCode))
	}
	return added, errors.Join(err, perr)
}

// ledger is what a vendor books for a conversation. Tokens are those of the messages'
// JSON, which is near enough for a comparison.
type ledger struct {
	before      []string
	read, fresh int
	changed     int
	added       []time.Duration
}

// leastCached is the shortest prefix that is cached, in tokens.
const leastCached = 1024

func (b *ledger) add(body []byte) error {
	var m struct{ Messages []json.RawMessage }
	if err := json.Unmarshal(body, &m); err != nil {
		return err
	}
	counter, err := tokenize.CounterFor("gpt-4o-mini")
	if err != nil {
		return err
	}
	var now []string
	shared, all, same := 0, 0, true
	for i, raw := range m.Messages {
		now = append(now, string(raw))
		n := counter.Count(string(raw))
		all += n
		repeated := i < len(b.before)
		if repeated && b.before[i] != string(raw) {
			b.changed++
		}
		if same = same && repeated && b.before[i] == string(raw); same {
			shared += n
		}
	}
	if shared < leastCached {
		shared = 0
	}
	b.before = slices.Clone(now)
	b.read += shared
	b.fresh += all - shared
	return nil
}

// price is relative to one token that is neither read from the cache nor written to it.
func (b *ledger) price(write, read float64) float64 {
	return write*float64(b.fresh) + read*float64(b.read)
}

func (b *ledger) print(sent, limit string, direct *ledger) {
	share := func(write, read float64) string {
		return fmt.Sprintf("**%.0f%%**", 100*b.price(write, read)/direct.price(write, read))
	}
	p50, most := "–", "–"
	if len(b.added) > 0 {
		sorted := slices.Sorted(slices.Values(b.added))
		p50, most = markdown.Millis(stat.Quantile(sorted, 0.5)), markdown.Millis(sorted[len(sorted)-1])
	}
	all := b.read + b.fresh
	markdown.Row(sent, limit, fmt.Sprint(all), fmt.Sprintf("%.1f%%", 100*float64(b.read)/float64(all)), share(1, 1), share(1, 0.1), share(1.25, 0.1),
		fmt.Sprint(b.changed), p50, most)
}

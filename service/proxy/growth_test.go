package proxy

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// A turn is what a client adds to a conversation between two requests.
type turn []string

// A speech is how a dialect says things.
type speech struct {
	path   string
	header []string
	list   string // the member that holds the turns
	body   func(turns []string) string
	turn   func(r *rand.Rand, n int) turn
}

var speeches = map[string]speech{
	"chat": {"/v1/chat/completions", nil, "messages",
		func(t []string) string { return `{"model":"gpt-4o","messages":[` + strings.Join(t, ",") + `]}` },
		func(r *rand.Rand, n int) turn {
			if n == 0 {
				return turn{`{"role":"system","content":"` + words(0, 150) + `"}`, user(rag(r.IntN(50), longText/2))}
			}
			return turn{`{"role":"assistant","content":"It is so."}`, user(rag(r.IntN(50), longText/2)),
				search(fmt.Sprintf("c%d", n%3), words(r.IntN(50), 80+r.IntN(160)))}
		}},
	"chat_parts": {"/v1/chat/completions", nil, "messages",
		func(t []string) string { return `{"messages":[` + strings.Join(t, ",") + `],"model":"m"}` },
		func(r *rand.Rand, n int) turn {
			text := func(s string) string { return `{"type":"text","text":` + quoted(s) + `}` }
			if n == 0 {
				return turn{`{"role":"user","content":[` + text("<context>\n"+words(r.IntN(50), longText)+"\n</context>") + `,` + text("Question: When will it open?") + `]}`}
			}
			return turn{`{"role":"assistant","content":[` + text(words(n, 20)) + `]}`,
				`{"role":"user","content":[` + text(words(r.IntN(9), 200)) + `]}`}
		}},
	"responses": {"/v1/responses", nil, "input",
		func(t []string) string {
			return `{"model":"gpt-5","instructions":"Be brief.","input":[` + strings.Join(t, ",") + `]}`
		},
		func(r *rand.Rand, n int) turn {
			if n == 0 {
				return turn{`{"role":"user","content":` + quoted(rag(r.IntN(50), longText/2)) + `}`}
			}
			id := fmt.Sprintf("f%d", n)
			return turn{`{"type":"reasoning","id":"rs_` + id + `","encrypted_content":"x"}`,
				`{"type":"function_call","call_id":"` + id + `","name":"fetch_url","arguments":"{}"}`,
				`{"type":"function_call_output","call_id":"` + id + `","output":` + quoted(words(r.IntN(50), 80+r.IntN(160))) + `}`,
				`{"type":"message","role":"assistant","content":[{"type":"output_text","text":"So."}]}`,
				`{"role":"user","content":[{"type":"input_text","text":"And now?"}]}`}
		}},
	"messages": {"/v1/messages", []string{"anthropic-version", "2023-06-01"}, "messages",
		func(t []string) string {
			return `{"model":"claude-x","max_tokens":10,"system":"Be brief.","messages":[` + strings.Join(t, ",") + `]}`
		},
		func(r *rand.Rand, n int) turn {
			if n == 0 {
				return turn{`{"role":"user","content":[{"type":"text","text":` + quoted(rag(r.IntN(50), longText/2)) + `}]}`}
			}
			id := fmt.Sprintf("toolu_%d", n)
			return turn{`{"role":"assistant","content":[{"type":"thinking","thinking":"hm","signature":"sig"},{"type":"tool_use","id":"` + id + `","name":"WebFetch","input":{}}]}`,
				`{"role":"user","content":[{"type":"tool_result","tool_use_id":"` + id + `","content":[{"type":"text","text":` + quoted(words(r.IntN(50), 80+r.IntN(160))) + `}]},{"type":"text","text":` + quoted(words(n, 130)) + `}]}`}
		}},
}

// turnsOf are the turns of a body, each as its bytes.
func turnsOf(t *testing.T, body []byte, list string) []string {
	t.Helper()
	var m map[string]json.RawMessage
	var turns []json.RawMessage
	if err := json.Unmarshal(body, &m); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(m[list], &turns); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, one := range turns {
		out = append(out, string(one))
	}
	return out
}

// In a conversation that grows, no turn that the client repeats changes its form,
// whatever happens meanwhile.
func TestGrowingConversations(t *testing.T) {
	for name, sp := range speeches {
		for _, trouble := range []string{"none", "deadlines", "restarts", "cold", "panics"} {
			t.Run(name+"/"+trouble, func(t *testing.T) { grow(t, sp, trouble) })
		}
	}
}

const turns = 50

func grow(t *testing.T, sp speech, trouble string) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "ledger")
	fresh := func(o *Options) {
		var err error
		if o.Ledger, err = ledger.Open(ledger.Options{File: file}); err != nil {
			t.Fatal(err)
		}
	}
	b := newBench(t, fresh)
	r := rand.New(rand.NewPCG(1, uint64(len(trouble))))
	var calls atomic.Int64
	b.halver.set(func(ctx context.Context, req pith.Request) (pith.Result, error) {
		switch {
		case trouble == "none" || trouble == "cold" || calls.Add(1)%3 != 1:
			return halve(req), nil
		case trouble == "panics":
			panic("x")
		}
		<-ctx.Done()
		return pith.Result{}, ctx.Err()
	})
	header := append([]string{"X-Pith-Deadline-Ms", "20"}, sp.header...)
	if trouble == "none" || trouble == "cold" {
		header[1] = "5000"
	}
	var history, before []string
	shortened, rawTexts := 0, 0
	for n := range turns {
		history = append(history, sp.turn(r, n)...)
		if trouble != "none" && trouble != "deadlines" && n%7 == 3 {
			_ = b.ledger.Close() // which writes nothing
			b.start(fresh)
		}
		a := b.post(sp.path, sp.body(history), header...)
		if a.status != 200 {
			t.Fatalf("turn %d: status %d: %s", n, a.status, a.body)
		}
		now := turnsOf(t, a.sent.Body, sp.list)
		for i, was := range before {
			if now[i] != was {
				t.Fatalf("turn %d: what the client said at %d was sent in another form than before", n, i)
			}
		}
		before = now
		if a.header.Get("X-Pith-Tokens-Saved") != "" {
			shortened++
		}
		if strings.Contains(a.header.Get("X-Pith-Reason"), "deadline") || strings.Contains(a.header.Get("X-Pith-Reason"), "failed") {
			rawTexts++
		}
	}
	if sp.list == "messages" && sp.header == nil && shortened == 0 && rawTexts > 0 {
		return // a conversation with one text to shorten, and that one met the trouble
	}
	if shortened == 0 || rawTexts == 0 && (trouble == "deadlines" || trouble == "panics") {
		t.Errorf("in %d of %d requests something was shortened, in %d something stayed raw: the test shows nothing", shortened, turns, rawTexts)
	}
}

// Replicas do not speak with each other: the form is a function of the text.
func TestReplicasAgree(t *testing.T) {
	for name, sp := range speeches {
		t.Run(name, func(t *testing.T) {
			one, two := newBench(t), newBench(t)
			r := rand.New(rand.NewPCG(2, 3))
			var history []string
			for n := range 12 {
				history = append(history, sp.turn(r, n)...)
				if n%2 == 1 {
					continue // the second sees only every other request
				}
				a, b := one.post(sp.path, sp.body(history), sp.header...), two.post(sp.path, sp.body(history), sp.header...)
				if string(a.sent.Body) != string(b.sent.Body) {
					t.Fatalf("turn %d: other bytes", n)
				}
			}
			cold := newBench(t)
			a, b := one.post(sp.path, sp.body(history), sp.header...), cold.post(sp.path, sp.body(history), sp.header...)
			if string(a.sent.Body) != string(b.sent.Body) {
				t.Fatal("a replica that knows nothing sends other bytes")
			}
		})
	}
}

// With many requests at once for one text, all get the same form.
func TestRacingRequestsAgree(t *testing.T) {
	b := newBench(t)
	r := make(chan int, 100)
	for i := range 100 {
		r <- i % 3
	}
	b.halver.set(func(ctx context.Context, req pith.Request) (pith.Result, error) {
		if <-r == 0 {
			time.Sleep(time.Millisecond)
			return pith.Result{}, fmt.Errorf("x")
		}
		return halve(req), nil
	})
	body := chat(search("c", words(1, longText)))
	done := make(chan bool)
	for range 20 {
		go func() { b.post("/v1/chat/completions", body); done <- true }()
	}
	for range 20 {
		<-done
	}
	first := string(b.vendor.Requests()[0].Body)
	for i, rec := range b.vendor.Requests() {
		if string(rec.Body) != first {
			t.Fatalf("request %d was sent in another form", i)
		}
	}
}

// Another configuration is for new texts.
func TestConfigurationChangesLeaveKnownTexts(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger")
	with := func(change func(*policy.Settings)) func(*Options) {
		return func(o *Options) {
			var err error
			if o.Ledger, err = ledger.Open(ledger.Options{File: file}); err != nil {
				t.Fatal(err)
			}
			change(&o.Settings)
		}
	}
	b := newBench(t, with(func(*policy.Settings) {}))
	body := chat(user(rag(1, longText)), search("c", words(1, longText)))
	want := string(b.post("/v1/chat/completions", body).sent.Body)
	if want == body {
		t.Fatal("nothing was shortened")
	}
	for name, change := range map[string]func(*policy.Settings){
		"roles":      func(s *policy.Settings) { s.Roles = nil },
		"rate":       func(s *policy.Settings) { s.Rate = 0.9 },
		"min_tokens": func(s *policy.Settings) { s.MinTokens = 100_000 },
		"lossless":   func(s *policy.Settings) { s.Mode = policy.ModeLossless },
	} {
		_ = b.ledger.Close()
		b.start(with(change))
		if got := b.post("/v1/chat/completions", body); string(got.sent.Body) != want {
			t.Errorf("%s: known texts changed their form: %v", name, got.header)
		}
	}
}

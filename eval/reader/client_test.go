package reader

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

const testKey = "sk-canary-0123456789abcdef"

func words(s string) int { return len(strings.Fields(s)) }

// serve starts a vendor.
func serve(t *testing.T, o fakevendor.Options) (*fakevendor.Vendor, string) {
	t.Helper()
	v := fakevendor.New(o)
	s := httptest.NewServer(v)
	t.Cleanup(s.Close)
	return v, s.URL + "/v1"
}

func open(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// client returns one that does not wait, but notes how long it would have.
func client(t *testing.T, url string, change func(*Options)) (*Client, *[]time.Duration) {
	t.Helper()
	o := Options{BaseURL: url, Key: testKey, Model: "small", Count: words, Endpoint: "fake"}
	if change != nil {
		change(&o)
	}
	if o.Store == nil {
		o.Store = open(t, t.TempDir())
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	waits := new([]time.Duration)
	c.jitter = func() float64 { return 0 }
	c.sleep = func(ctx context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		*waits = append(*waits, d)
		return ctx.Err()
	}
	return c, waits
}

func ask(t *testing.T, c *Client, text string) Answer {
	t.Helper()
	a, err := c.Answer(t.Context(), Prompt{Text: text, MaxTokens: 8})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// faults gives the n-th request the n-th fault, and later ones none.
func faults(list ...fakevendor.Fault) func(fakevendor.Request) fakevendor.Fault {
	return func(q fakevendor.Request) fakevendor.Fault {
		if q.N <= len(list) {
			return list[q.N-1]
		}
		return fakevendor.Fault{}
	}
}

func ptr[T any](v T) *T { return &v }

func TestBytesOnTheWire(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Options)
		prompt Prompt
		want   string
	}{
		{"zero_is_sent", func(o *Options) { o.System, o.Seed = "be brief", ptr(0) }, Prompt{`a "b"`, 32},
			`{"model":"small","messages":[{"role":"system","content":"be brief"},{"role":"user","content":"a \"b\""}],"max_tokens":32,"stream":false,"seed":0,"temperature":0}`},
		{"warm", func(o *Options) { o.Temperature = 0.7 }, Prompt{"q", 1},
			`{"model":"small","messages":[{"role":"user","content":"q"}],"max_tokens":1,"temperature":0.7,"stream":false}`},
		{"no_limit", nil, Prompt{"q", 0},
			`{"model":"small","messages":[{"role":"user","content":"q"}],"stream":false,"temperature":0}`},
		{"thinks", func(o *Options) { o.Model, o.Effort, o.Reasoning = "gpt-5-mini", "low", 500 }, Prompt{"q", 32},
			`{"model":"gpt-5-mini","messages":[{"role":"user","content":"q"}],"max_completion_tokens":532,"stream":false,"reasoning_effort":"low"}`},
		{"other_field", func(o *Options) { o.MaxTokensField = "max_completion_tokens" }, Prompt{"q", 2},
			`{"model":"small","messages":[{"role":"user","content":"q"}],"max_completion_tokens":2,"stream":false,"temperature":0}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, url := serve(t, fakevendor.Options{Key: testKey})
			c, _ := client(t, url, func(o *Options) {
				o.Header = http.Header{"x-pith-rate": {"0.3"}}
				if tt.change != nil {
					tt.change(o)
				}
			})
			if _, err := c.Answer(t.Context(), tt.prompt); err != nil {
				t.Fatal(err)
			}
			q := v.Requests()[0]
			if string(q.Body) != tt.want {
				t.Errorf("body\n got %s\nwant %s", q.Body, tt.want)
			}
			if want := c.digest(tt.prompt).idempotencyKey(); q.Key != want || q.Header.Get("X-Pith-Rate") != "0.3" {
				t.Errorf("headers %v, want key %s", q.Header, want)
			}
		})
	}
}

func TestAnswerIsPaidOnce(t *testing.T) {
	dir := t.TempDir()
	v, url := serve(t, fakevendor.Options{Cached: 1})
	priced := func(o *Options) { o.Input, o.Output = 1, 10 }
	s := open(t, dir)
	c, _ := client(t, url, func(o *Options) { priced(o); o.Store = s })
	first := ask(t, c, "one two three")
	if first.Stored || first.Model != "small-fake" || first.Finish != "stop" || first.PromptTokens != 3 || first.CachedTokens != 1 ||
		first.CompletionTokens != 2 || first.Estimated || first.Took <= 0 || !strings.HasPrefix(first.Text, "answer ") {
		t.Errorf("first %+v", first)
	}
	again := ask(t, c, "one two three")
	want := Totals{Answers: 2, Stored: 1, PromptTokens: 3, CachedTokens: 1, CompletionTokens: 2, Dollars: 23e-6}
	if got := c.Spent(); got != want {
		t.Errorf("spent %+v\n want %+v", got, want)
	}
	s.Close()

	later, _ := client(t, url, func(o *Options) { priced(o); o.Store = open(t, dir); o.Key = "another" })
	third := ask(t, later, "one two three")
	first.Stored = true
	if again != first || third != first {
		t.Errorf("stored answers %+v and %+v, want %+v", again, third, first)
	}
	ask(t, later, "one two three")
	if got, want := later.Spent(), (Totals{Answers: 2, Stored: 2, Earlier: 23e-6}); got != want {
		t.Errorf("spent %+v, want %+v", got, want)
	}
	if l := v.Ledger(); l.Totals.Received != 1 {
		t.Errorf("ledger %+v", l)
	}
}

func TestReplies(t *testing.T) {
	tests := []struct {
		name  string
		fault fakevendor.Fault
		want  Answer
	}{
		{"filtered", fakevendor.Fault{Finish: "content_filter"}, Answer{Finish: FinishFilter, PromptTokens: 2, CompletionTokens: 2}},
		{"cut_short", fakevendor.Fault{Finish: "length"}, Answer{Text: "*", Finish: "length", PromptTokens: 2, CompletionTokens: 2}},
		{"no_usage", fakevendor.Fault{NoUsage: true}, Answer{Text: "*", Finish: "stop", PromptTokens: 2 + frameTokens, CompletionTokens: 2, Estimated: true}},
		{"filtered_by_azure", fakevendor.Fault{Status: 400, Body: `{"error":{"message":"x","code":"content_filter","type":null,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true}}}}}`},
			Answer{Finish: FinishFilter, PromptTokens: 2 + frameTokens, Estimated: true}},
		{"thoughts_are_no_answer", fakevendor.Fault{Body: `{"choices":[{"message":{"content":" a\n","reasoning_content":"hm","reasoning":"hm"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":99}}}`},
			Answer{Text: " a\n", Finish: "stop", PromptTokens: 9, CachedTokens: 9, CompletionTokens: 5}},
		{"thoughts_in_front", fakevendor.Fault{Body: `{"choices":[{"message":{"content":"<think>\nx\n</think>\n\ny"},"finish_reason":"stop"}],"usage":{"prompt_tokens":9}}`},
			Answer{Text: "y", Finish: "stop", PromptTokens: 9, CompletionTokens: 4, Estimated: true}},
		{"thoughts_without_end", fakevendor.Fault{Body: `{"choices":[{"message":{"content":"<think>\nx"},"finish_reason":"length"}],"usage":{"prompt_tokens":9,"completion_tokens":5}}`},
			Answer{Finish: "length", PromptTokens: 9, CompletionTokens: 5}},
		{"parts", fakevendor.Fault{Body: `{"choices":[{"message":{"content":[{"type":"thinking","thinking":[]},{"type":"text","text":"a"},{"type":"text","text":"b"}]},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":5}}`},
			Answer{Text: "ab", Finish: "stop", PromptTokens: 9, CompletionTokens: 5}},
		{"null_content", fakevendor.Fault{Body: `{"choices":[{"message":{"content":null},"finish_reason":null}],"usage":{"prompt_tokens":-9,"completion_tokens":-5}}`},
			Answer{PromptTokens: 2 + frameTokens, Estimated: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v, url := serve(t, fakevendor.Options{Fault: faults(tt.fault)})
			c, _ := client(t, url, nil)
			got := ask(t, c, "two words")
			if tt.want.Text == "*" && strings.HasPrefix(got.Text, "answer ") {
				tt.want.Text = got.Text
			}
			tt.want.Took, tt.want.Model = got.Took, got.Model
			if got != tt.want {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
			tt.want.Stored = true
			if again := ask(t, c, "two words"); again != tt.want {
				t.Errorf("stored %+v\nwant %+v", again, tt.want)
			}
			empty := 0
			if tt.want.Text == "" {
				empty = 2
			}
			if s := c.Spent(); s.Empty != empty || v.Ledger().Totals.Received != 1 {
				t.Errorf("spent %+v, ledger %+v", s, v.Ledger().Totals)
			}
		})
	}
}

func TestEqualPromptsAreOneCall(t *testing.T) {
	const callers, prompts = 50, 5
	v, url := serve(t, fakevendor.Options{})
	s := open(t, t.TempDir())
	a, _ := client(t, url, func(o *Options) { o.Store = s })
	b, _ := client(t, url, func(o *Options) { o.Store = s })
	got := make([]Answer, callers)
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			c := a
			if i%2 == 1 {
				c = b
			}
			got[i], _ = c.Answer(context.Background(), Prompt{Text: fmt.Sprint("prompt ", i%prompts), MaxTokens: 8})
		})
	}
	wg.Wait()
	for i, g := range got {
		if g.Text == "" || g.Text != got[i%prompts].Text {
			t.Errorf("caller %d got %+v", i, g)
		}
	}
	l, sa, sb := v.Ledger().Totals, a.Spent(), b.Spent()
	if l.Received != prompts || sa.Answers+sb.Answers != callers || sa.Stored+sb.Stored != callers-prompts {
		t.Errorf("ledger %+v, spent %+v and %+v", l, sa, sb)
	}
	if s.InDoubt() != 0 {
		t.Errorf("%d in doubt", s.InDoubt())
	}
}

// Fifty callers, a vendor that fails in every way, and all the same each prompt is charged
// once and the books of both sides agree.
func TestManyCallersAndFaults(t *testing.T) {
	const callers, prompts = 50, 100
	list := []fakevendor.Fault{{}, {Status: 429}, {Status: 500}, {Drop: true}, {Cut: true}, {Status: 408}, {}}
	v, url := serve(t, fakevendor.Options{Idempotent: true, Answer: strings.ToUpper, Fault: func(q fakevendor.Request) fakevendor.Fault {
		if q.Nth > 2 {
			return fakevendor.Fault{}
		}
		return list[(int(q.Digest[0])+q.Nth)%len(list)]
	}})
	c, _ := client(t, url, func(o *Options) { o.Input, o.Output, o.MaxDollars, o.Retries = 1, 1, 1, 20 })
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			for j := i; j < i+4; j++ {
				text := fmt.Sprint("prompt ", j*2%prompts)
				a, err := c.Answer(context.Background(), Prompt{Text: text, MaxTokens: 8})
				if err != nil || a.Text != strings.ToUpper(text) {
					t.Errorf("%q: got %+v, %v", text, a, err)
				}
			}
		})
	}
	wg.Wait()
	l, s := v.Ledger().Totals, c.Spent()
	if l.Charged != prompts/2 || l.Received != prompts/2+s.Retried || s.Retried == 0 || s.InDoubt == 0 {
		t.Errorf("ledger %+v, spent %+v", l, s)
	}
	if s.Answers != 4*callers || s.Answers-s.Stored != l.Charged || s.PromptTokens != l.PromptTokens || s.CompletionTokens != l.CompletionTokens {
		t.Errorf("ledger %+v, spent %+v", l, s)
	}
	if m := c.o.Meter; c.o.Store.InDoubt() != 0 || m.flying != 0 || m.calls != 0 {
		t.Errorf("%d in doubt, %d under way for %d", c.o.Store.InDoubt(), m.calls, m.flying)
	}
}

// While a leader is under way its follower waits, and takes over if the leader is
// cancelled and gets no answer.
func TestFollowerTakesOver(t *testing.T) {
	leading, release := make(chan struct{}), make(chan struct{})
	v, url := serve(t, fakevendor.Options{
		Fault: faults(fakevendor.Fault{Drop: true}),
		Hook: func(s fakevendor.Stage, q fakevendor.Request) {
			if s == fakevendor.Received && q.N == 1 {
				close(leading)
				<-release
			}
		},
	})
	c, _ := client(t, url, func(o *Options) { o.Input, o.Output = 1, 1 })
	ctx, cancel := context.WithCancel(t.Context())
	errs := make(chan error, 2)
	p := Prompt{Text: "q", MaxTokens: 8}
	go func() { _, err := c.Answer(ctx, p); errs <- err }()
	<-leading
	go func() { _, err := c.Answer(context.Background(), p); errs <- err }()
	cancel()
	close(release)
	if a, b := <-errs, <-errs; !errors.Is(errors.Join(a, b), context.Canceled) || a != nil && b != nil {
		t.Errorf("errors %v and %v", a, b)
	}
	worst := float64(1+frameTokens+8) / 1e6
	if s := c.Spent(); s.InDoubt != 1 || s.DoubtDollars != worst || s.Answers != 1 || v.Ledger().Totals.Received != 2 {
		t.Errorf("spent %+v, ledger %+v", s, v.Ledger().Totals)
	}
}

// What is under way when the context ends is paid for: it comes in, and is kept.
func TestCancelledUnderWay(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	v, url := serve(t, fakevendor.Options{Hook: func(s fakevendor.Stage, q fakevendor.Request) {
		if s == fakevendor.Charged {
			cancel()
		}
	}})
	c, _ := client(t, url, nil)
	p := Prompt{Text: "q", MaxTokens: 8}
	if a, err := c.Answer(ctx, p); err != nil || a.Text == "" || a.InDoubt {
		t.Errorf("got %+v, %v", a, err)
	}
	if a := ask(t, c, "q"); !a.Stored || c.o.Store.InDoubt() != 0 || v.Ledger().Totals.Received != 1 {
		t.Errorf("then %+v, ledger %+v", a, v.Ledger().Totals)
	}
	if _, err := c.Answer(ctx, Prompt{Text: "another", MaxTokens: 8}); !errors.Is(err, context.Canceled) || v.Ledger().Totals.Received != 1 {
		t.Errorf("something new was sent: %v", err)
	}
}

func TestKeyIsOneLine(t *testing.T) {
	_, url := serve(t, fakevendor.Options{Key: testKey})
	for _, key := range []string{testKey + "\n", " " + testKey + "\r\n"} {
		c, _ := client(t, url, func(o *Options) { o.Key = key })
		ask(t, c, "q")
	}
}

// A vendor that takes only the other field for tokens gets that, in all later calls too.
// The answers' keys stay.
func TestOtherField(t *testing.T) {
	refusal := map[string]string{
		"max_tokens":            `{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}`,
		"max_completion_tokens": `{"error":{"message":"Unrecognized request argument supplied: max_completion_tokens","type":"invalid_request_error","param":null,"code":null}}`,
	}
	for _, tt := range []struct{ model, sent, wanted string }{
		{"small", "max_tokens", "max_completion_tokens"},
		{"gpt-5-mine", "max_completion_tokens", "max_tokens"}, // the library would not send it
		{"small", "max_tokens", ""},
	} {
		t.Run(tt.model+"_"+tt.wanted, func(t *testing.T) {
			v, url := serve(t, fakevendor.Options{Fault: func(q fakevendor.Request) fakevendor.Fault {
				for field, body := range refusal {
					if field != tt.wanted && strings.Contains(string(q.Body), `"`+field+`":8`) {
						return fakevendor.Fault{Status: 400, Body: body}
					}
				}
				return fakevendor.Fault{}
			}})
			c, waits := client(t, url, func(o *Options) { o.Model, o.Retries = tt.model, -1 })
			before := c.digest(Prompt{Text: "a", MaxTokens: 8})
			_, err := c.Answer(t.Context(), Prompt{Text: "a", MaxTokens: 8})
			if tt.wanted == "" {
				if err == nil || !strings.Contains(err.Error(), "(after 2 calls)") || v.Ledger().Totals.Received != 2 || c.o.Store.InDoubt() != 0 {
					t.Errorf("got %v, ledger %+v", err, v.Ledger().Totals)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if a := ask(t, c, "b"); a.InDoubt || a.Text == "" {
				t.Errorf("got %+v", a)
			}
			q := v.Requests()
			if len(q) != 3 || len(*waits) != 0 || !strings.Contains(string(q[2].Body), `"`+tt.wanted+`":8`) || strings.Contains(string(q[2].Body), `"`+tt.sent+`"`) {
				t.Errorf("%d requests, the last %s; waits %v", len(q), q[len(q)-1].Body, *waits)
			}
			if c.digest(Prompt{Text: "a", MaxTokens: 8}) != before || !ask(t, c, "a").Stored {
				t.Error("the answer is another")
			}
		})
	}
}

func TestWithoutThoughts(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"plain", "plain"},
		{"<think>a</think>b", "b"},
		{" \n<think>a</think> b", " b"},
		{"<think>\na\n</think>\r\n \n  b\nc\n", "  b\nc\n"},
		{"<think></think>\n\n", ""},
		{"<think>a", ""},
		{"<think>a</think>b</think>c", "b</think>c"},
		{"a\n</think>\n\nb", "b"}, // the chat template began them
		{"the tag <think> opens", "the tag <think> opens"},
		{"<think> and </think> are tags", " are tags"},
		{"write <think>x</think>", "write <think>x</think>"},
		{"", ""},
	} {
		if got := withoutThoughts(tt.in); got != tt.want {
			t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestCancelledBeforeSending(t *testing.T) {
	v, url := serve(t, fakevendor.Options{})
	c, _ := client(t, url, nil)
	why := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := c.Answer(ctx, Prompt{Text: "q", MaxTokens: 1}); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	if v.Ledger().Totals.Received != 0 || c.o.Store.InDoubt() != 0 {
		t.Error("something was sent")
	}
}

// An intent is on disk when the vendor gets the request, an answer before its caller does.
func TestOrderOfWrites(t *testing.T) {
	s := open(t, t.TempDir())
	var c *Client
	var intents atomic.Int32
	p := Prompt{Text: "q", MaxTokens: 8}
	_, url := serve(t, fakevendor.Options{Hook: func(stage fakevendor.Stage, _ fakevendor.Request) {
		if _, err := os.Stat(s.intentPath(c.digest(p))); err == nil {
			intents.Add(1)
		}
	}})
	c, _ = client(t, url, func(o *Options) { o.Store = s })
	ask(t, c, "q")
	if intents.Load() < 2 { // the answer may be in before the last stage
		t.Errorf("an intent at %d stages", intents.Load())
	}
	if _, is, err := s.get(c.digest(p)); is != whole || err != nil {
		t.Errorf("not stored: %v", err)
	}
	if _, err := os.Stat(s.intentPath(c.digest(p))); !os.IsNotExist(err) {
		t.Errorf("intent after the answer: %v", err)
	}
}

func TestNew(t *testing.T) {
	s := open(t, t.TempDir())
	good := Options{Model: "m", Store: s}
	tests := []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"good", func(*Options) {}, ""},
		{"model", func(o *Options) { o.Model = "" }, "model"},
		{"store", func(o *Options) { o.Store = nil }, "store"},
		{"two_lines", func(o *Options) { o.Key = "canary\ncanary" }, "must be one line"},
		{"cold", func(o *Options) { o.Temperature = -1 }, "temperature"},
		{"field", func(o *Options) { o.MaxTokensField = "n" }, "max_completion_tokens"},
		{"cap_without_prices", func(o *Options) { o.MaxDollars, o.Count = 1, words }, "needs prices"},
		{"cap_without_count", func(o *Options) { o.MaxDollars, o.Input = 1, 1 }, "needs a count"},
		{"meter_without_prices", func(o *Options) { o.Meter, o.Count = NewMeter(1), words }, "needs prices"},
		{"two_caps", func(o *Options) { o.Meter, o.Count, o.Input, o.MaxDollars = NewMeter(1), words, 1, 1 }, "leave MaxDollars out"},
		{"capped", func(o *Options) { o.MaxDollars, o.Input, o.Count = 1, 1, words }, ""},
		{"price_of_a_token", func(o *Options) { o.Input = 1.5e-7 }, "dollars for a million tokens"},
		{"price_of_an_answers_token", func(o *Options) { o.Output = 6e-4 }, "dollars for a million tokens"},
		{"least_price", func(o *Options) { o.Input = LeastPrice }, ""},
		{"cap_nan", func(o *Options) { o.MaxDollars, o.Input, o.Count = math.NaN(), 1, words }, "0 or more; got NaN"},
		{"negative_price", func(o *Options) { o.Input = -1 }, "prices"},
		{"password", func(o *Options) { o.BaseURL = "https://me:canary@host/v1" }, "as the key"},
		{"no_scheme", func(o *Options) { o.BaseURL = "host/v1" }, "http://"},
		{"query", func(o *Options) { o.BaseURL = "http://h/v1?x=canary" }, "end with its path"},
		{"unreadable", func(o *Options) { o.BaseURL = "http://canary:\x7f" }, "cannot be read"},
		{"own_header", func(o *Options) { o.Header = http.Header{"Idempotency-Key": {"x"}} }, "Idempotency-Key"},
		{"warm_reasoning", func(o *Options) { o.Model, o.Temperature = "o3", 0.5 }, "o3"},
		{"reasoning_with_max_tokens", func(o *Options) { o.Model, o.MaxTokensField = "gpt-5", "max_tokens" }, "MaxCompletionTokens"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := good
			tt.change(&o)
			_, err := New(o)
			switch {
			case tt.want == "" && err != nil:
				t.Error(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("got %v, want something about %q", err, tt.want)
			case err != nil && strings.Contains(err.Error(), "canary"):
				t.Errorf("%v quotes", err)
			}
		})
	}
	c, err := New(Options{Model: "m", Store: s, BaseURL: "HTTPS://Host:8/a/"})
	if err != nil || c.Name() != "m at host:8" {
		t.Errorf("name %q, error %v", c.Name(), err)
	}
	for _, p := range []Prompt{{"", 1}, {"q", -1}} {
		if _, err := c.Answer(t.Context(), p); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
}

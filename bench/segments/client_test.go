package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	"github.com/pith-proxy/pith/bench/internal/server"
)

// answering is a replica that gives one answer to everything.
func answering(t *testing.T, status int, body string, header ...string) *replica {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return &replica{&server.Server{URL: s.URL}}
}

func TestCompressReadsTheAnswer(t *testing.T) {
	const body = `{"usage":{"input_tokens":40,"output_tokens":20},"results":[{"text":"a"},{"text":"b"}],` +
		`"timing":{"total_ms":1.5},"cache":{"result":false,"segment_hits":3,"segment_misses":1}}`
	a, err := answering(t, 200, body, "X-Pith-Status", "compressed").compress(t.Context(), "t", ask{Input: "x"})
	if err != nil {
		t.Fatal(err)
	}
	a.took = 0
	want := answer{server: 1500 * time.Microsecond, tokens: 40, cache: use{false, 3, 1}, texts: []string{"a", "b"}}
	if !reflect.DeepEqual(a, want) {
		t.Errorf("got %+v, want %+v", a, want)
	}
}

// What is no shorter text is no measurement, and only a lack of time is told apart.
func TestFailures(t *testing.T) {
	tests := map[string]struct {
		status int
		header string
		late   bool
	}{
		"unchanged": {200, "unchanged", false},
		"error":     {200, "error", false},
		"no_time":   {504, "", true},
		"busy":      {503, "", false},
	}
	for name, tt := range tests {
		_, err := answering(t, tt.status, "{}", "X-Pith-Status", tt.header).compress(t.Context(), "t", ask{Input: "x"})
		if err == nil || late(err) != tt.late {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRelayReadsTheHeaders(t *testing.T) {
	r := answering(t, 200, "{}", "X-Pith-Cache", "hit=7,miss=2", "X-Pith-Latency-Ms", "0.25", "X-Pith-Methods", "llmlingua2=5,none=1")
	got, err := r.relay(t.Context(), []byte("{}"), "")
	if err != nil {
		t.Fatal(err)
	}
	got.took = 0
	if want := (relayed{added: 250 * time.Microsecond, hits: 7, misses: 2, shortened: 6}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if _, err := answering(t, 200, "{}", "X-Pith-Latency-Ms", "0.25").relay(t.Context(), []byte("{}"), ""); err == nil {
		t.Error("a prompt that nothing was looked up for")
	}
}

func TestOutcomesHaveTheWorst(t *testing.T) {
	const known = `{"results":[{"text":"a"}],"cache":{"segment_hits":9,"segment_misses":0}}`
	const missed = `{"results":[{"text":"a"}],"cache":{"segment_hits":5,"segment_misses":4}}`
	var o outcomes
	for _, r := range []*replica{answering(t, 200, known, "X-Pith-Status", "compressed"),
		answering(t, 200, missed, "X-Pith-Status", "compressed"), answering(t, 504, "{}")} {
		if err := o.send(t.Context(), r, ask{Input: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if len(o.took) != 2 || o.leastHits != 5 || o.misses != 4 || o.late != 1 || o.known != 0 {
		t.Errorf("got %+v", o)
	}
}

// The messages of a turn are those of the one before, and more; each turn brings one
// long text.
func TestTalk(t *testing.T) {
	l := &lab{author: writer(t)}
	all := l.talk("test", 4)
	before := 0
	for n := 1; n <= 4; n++ {
		now := turn(all, n)
		var body struct {
			Messages []struct{ Content *string }
		}
		if err := json.Unmarshal(chat(now), &body); err != nil || len(body.Messages) != len(now) {
			t.Fatalf("turn %d: %d of %d messages, %v", n, len(body.Messages), len(now), err)
		}
		long := 0
		for i, m := range now[before:] {
			if len(m.text) > 1200 && body.Messages[before+i].Content != nil && *body.Messages[before+i].Content == m.text {
				long++
			}
		}
		if want := 1; long != want && n > 1 {
			t.Errorf("turn %d brings %d long texts", n, long)
		}
		before = len(now)
	}
	if before != len(all) {
		t.Errorf("%d of %d messages were sent", before, len(all))
	}
}

func TestDiffering(t *testing.T) {
	messages := func(body string) []json.RawMessage {
		m, err := messagesOf([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	before := messages(`{"messages":[{"a":1},{"a":2}]}`)
	tests := map[string]struct {
		now  string
		want int
	}{
		"longer":    {`{"messages":[{"a":1},{"a":2},{"a":3}]}`, 0},
		"shorter":   {`{"messages":[{"a":1}]}`, 1},
		"other":     {`{"messages":[{"a":1},{"a":3},{"a":2}]}`, 1},
		"one_space": {`{"messages":[{"a":1},{"a": 2}]}`, 1},
	}
	for name, tt := range tests {
		if got := differing(before, messages(tt.now)); got != tt.want {
			t.Errorf("%s: got %d, want %d", name, got, tt.want)
		}
	}
	if err := (&tally{changed: 1}).row("test"); err == nil {
		t.Error("a text in another form is no error")
	}
}

func TestOwnFlags(t *testing.T) {
	got := ownFlags([]string{"-pith", "bin/pith", "-redis", "redis-server", "-parts", "1,5", "-quick"})
	if want := []string{"-parts", "1,5", "-quick"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}

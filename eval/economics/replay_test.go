package economics

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/economics/tracegen"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not current; run go test ./eval/economics -update, and read what changed\n%s", path, got)
	}
}

// What the traces cost, raw and rewritten: a change of rules, of traces or of the
// simulator shows up as a diff.
func TestCostsOfTraces(t *testing.T) {
	var b bytes.Buffer
	for _, kind := range tracegen.Names() {
		fmt.Fprintf(&b, "## %s\n\n", kind)
		if err := stableOf(t, kind).WriteMarkdown(&b); err != nil {
			t.Fatal(err)
		}
		b.WriteByte('\n')
	}
	golden(t, "costs.md", b.Bytes())
}

func usageTrace() string {
	t := tracegen.Kinds["crossing"](1)
	var b strings.Builder
	for i, l := range t {
		fmt.Fprintf(&b, `{"time":%q,"body":%s`, l.At.Format("2006-01-02T15:04:05Z07:00"), l.Body)
		if i < 3 {
			fmt.Fprintf(&b, `,"usage":{"prompt_tokens":%d,"prompt_tokens_details":{"cached_tokens":%d}}`, 1000*(i+1), 500*i)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func TestTableForTheTerminal(t *testing.T) {
	table, err := Default().Load(strings.NewReader(`{"vendors":[{"name":"openai","input_per_million":1.25,"currency":"USD"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if table, err = table.Pick([]string{"openai", "deepseek"}); err != nil {
		t.Fatal(err)
	}
	rep, err := Replay(t.Context(), strings.NewReader(usageTrace()), Options{Table: table, Counter: countQuarters, Rewriter: stable(t)})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := rep.WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "table.txt", b.Bytes())
}

func TestDefaultVendorsAreThoseThatTakeTheRequests(t *testing.T) {
	for kind, want := range map[string]string{"marked": "anthropic-5m anthropic-1h deepseek",
		"chat": "openai openai-5.6 gemini-implicit gemini-explicit deepseek"} {
		rep, err := Replay(t.Context(), bytes.NewReader(tracegen.Kinds[kind](1).JSONL()), Options{Table: Default(), Fitting: true, Counter: countQuarters})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, row := range rep.Rows {
			got = append(got, row.Vendor.Name)
			if row.Effective != 1 || row.Raw != row.Sent {
				t.Errorf("%s: nothing was rewritten, and yet %+v", kind, row)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", kind, got, want)
		}
	}
}

func TestBadLinesDoNotStopTheRest(t *testing.T) {
	trace := `{"time":1,"body":{"messages":[{"role":"user","content":"hi"}]}}
not json: secret
{"time":3,"body":{"nothing":"secret"}}
{"time":4,"body":{"messages":[{"role":"user","content":"refuse"}]}}
{"time":5,"body":{"messages":[{"role":"user","content":"garble"}]}}
{"time":6,"body":{"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":"hello"}]}}
`
	o := Options{Table: Default(), Fitting: true, Counter: countQuarters, Rewriter: rewriter(func(_ string, body []byte) ([]byte, error) {
		if bytes.Contains(body, []byte("refuse")) {
			return nil, errors.New("status 503")
		}
		return bytes.ReplaceAll(body, []byte(`{"messages":[{"role":"user","content":"garble`), []byte(`{`)), nil
	})}
	var seen []int
	o.Progress = func(n int) { seen = append(seen, n) }
	rep, err := Replay(t.Context(), strings.NewReader(trace), o)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range rep.Skipped {
		lines = append(lines, s.Error())
	}
	got := strings.Join(lines, "\n")
	for _, want := range []string{"line 2: must be one JSON object", `line 3: the body must have a list "messages"`, "line 4: could not be rewritten: status 503", "line 5: what it was rewritten to"} {
		if !strings.Contains(got, want) {
			t.Errorf("no word of %q in\n%s", want, got)
		}
	}
	if rep.Requests != 2 || rep.Conversations != 1 || len(rep.Skipped) != 4 || strings.Contains(got, "secret") || len(seen) != 6 {
		t.Errorf("%d requests, %d conversations, skipped:\n%s\nprogress %v", rep.Requests, rep.Conversations, got, seen)
	}
	o.Strict = true
	var bad *LineError
	if _, err := Replay(t.Context(), strings.NewReader(trace), o); !errors.As(err, &bad) || bad.Line != 2 {
		t.Errorf("strict: %v", err)
	}
}

func TestNothingToReplay(t *testing.T) {
	for trace, want := range map[string]string{"": "the trace is empty", "\n\n": "the trace is empty", "x\ny\n": "no line of the trace can be used: line 1"} {
		if _, err := Replay(t.Context(), strings.NewReader(trace), Options{Table: Default(), Fitting: true, Counter: countQuarters}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", trace, err)
		}
	}
}

func TestReplayStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Table: Default(), Fitting: true, Counter: countQuarters, Rewriter: rewriter(func(_ string, body []byte) ([]byte, error) {
		cancel()
		return nil, errors.New("cut off")
	})}
	if _, err := Replay(ctx, bytes.NewReader(tracegen.Kinds["chat"](1).JSONL()), o); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// One message rewritten in two ways is one form too many, and is found.
func TestOneChangedFormIsFound(t *testing.T) {
	turn := 0
	o := Options{Table: Default(), Fitting: true, Counter: countQuarters, Rewriter: rewriter(func(_ string, body []byte) ([]byte, error) {
		if turn++; turn == 7 {
			return bytes.Replace(body, []byte("Tell me about"), []byte("Tell us about"), 1), nil
		}
		return body, nil
	})}
	rep, err := Replay(t.Context(), bytes.NewReader(tracegen.Kinds["chat"](1).JSONL()), o)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Changed != 2 || rep.Broken != 2 || rep.Sent.Churn == 0 || !rep.Worse() {
		t.Errorf("%d changed, %d broken, churn %v", rep.Changed, rep.Broken, rep.Sent.Churn)
	}
}

// Conversations are told apart by their first user turn, or by name; a marker that moves
// makes no new one.
func TestConversations(t *testing.T) {
	rep, err := Replay(t.Context(), bytes.NewReader(tracegen.Kinds["marked"](1).JSONL()), Options{Table: Default(), Fitting: true, Counter: countQuarters})
	if err != nil || rep.Conversations != 1 || rep.Raw.Churn != 0 {
		t.Errorf("%v: %+v", err, rep)
	}
	line := func(name string) string {
		return `{"time":1,` + name + `"body":{"messages":[{"role":"user","content":"hi"}]}}` + "\n"
	}
	rep, err = Replay(t.Context(), strings.NewReader(line(`"conversation":"a",`)+line(`"conversation":"b",`)+line("")+line("")), Options{Table: Default(), Fitting: true, Counter: countQuarters})
	if err != nil || rep.Conversations != 3 || rep.Repeated != 1 {
		t.Errorf("%v: %+v", err, rep)
	}
}

func TestReportIsJSON(t *testing.T) {
	data, err := json.Marshal(stableOf(t, "crossing"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"effective_cost":`, `"raw_cached_share":`, `"churn":0`, `"changed_messages":0`, `"as_of":"2026-11"`, `"lifetime":"5m"`} {
		if !bytes.Contains(data, []byte(want)) {
			t.Errorf("no %s in %s", want, data)
		}
	}
}

package economics

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

func TestTraceLines(t *testing.T) {
	const body = `,"body":{"messages":[]}}`
	in := strings.Join([]string{
		`{"time":"2026-11-02T09:00:00+01:00"` + body,
		``,
		`{"time":1793606460.5,"conversation":"c","api":"openai.chat","unknown":[1]` + body,
		`{"time":1793606470` + body, // no line break behind it
	}, "\n")
	r := NewTraceReader(iotest.OneByteReader(strings.NewReader(in)))
	var got []Line
	for {
		l, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, l)
	}
	if len(got) != 3 || got[1].Number != 3 || got[1].API != Chat || got[1].Conversation != "c" || got[2].Number != 4 {
		t.Errorf("got %+v", got)
	}
	if !got[0].At.Equal(time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)) || got[1].At.Nanosecond() != 5e8 {
		t.Errorf("times %v and %v", got[0].At, got[1].At)
	}
}

// An error names the line and what to change, quotes nothing, and leaves the rest readable.
func TestTraceMistakes(t *testing.T) {
	const good = `{"time":100,"body":{"messages":[]}}`
	for name, tt := range map[string]struct{ line, want string }{
		"not_json":       {`{"time":1,"body":"secret`, "one JSON object"},
		"an_array":       {`["secret"]`, "one JSON object"},
		"no_time":        {`{"body":{"messages":["secret"]}}`, `"time" must be`},
		"time_in_words":  {`{"time":"secret","body":{}}`, `"time" must be`},
		"time_negative":  {`{"time":-1,"body":{}}`, `"time" must be`},
		"time_too_late":  {`{"time":1e18,"body":{}}`, `"time" must be`},
		"time_goes_back": {`{"time":99,"body":{}}`, "sort the trace"},
		"api":            {`{"time":200,"api":"secret","body":{}}`, `"api" must be openai.chat`},
		"api_a_number":   {`{"time":200,"api":7,"body":{}}`, "one JSON object"},
		"no_body":        {`{"time":200,"secret":1}`, `"body" is missing`},
		"too_long":       {`{"time":200,"body":{"secret":"` + strings.Repeat("x", maxLine) + `"}}`, "leave media out"},
	} {
		t.Run(name, func(t *testing.T) {
			r := NewTraceReader(strings.NewReader(good + "\n" + tt.line + "\n" + `{"time":300,"body":{"messages":[]}}`))
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
			_, err := r.Next()
			var bad *LineError
			if !errors.As(err, &bad) || bad.Line != 2 || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v", err)
			}
			if l, err := r.Next(); err != nil || l.Number != 3 {
				t.Errorf("the line behind it: %+v, %v", l, err)
			}
		})
	}
}

func TestTraceThatBreaksOff(t *testing.T) {
	broken := errors.New("broken")
	r := NewTraceReader(io.MultiReader(strings.NewReader(`{"time":1`), iotest.ErrReader(broken)))
	if _, err := r.Next(); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestUsage(t *testing.T) {
	for name, tt := range map[string]struct {
		usage string
		want  *Usage
	}{
		"openai_chat":        {`{"prompt_tokens":100,"prompt_tokens_details":{"cached_tokens":60}}`, &Usage{100, 60}},
		"openai_responses":   {`{"input_tokens":100,"input_tokens_details":{"cached_tokens":60}}`, &Usage{100, 60}},
		"anthropic_excludes": {`{"input_tokens":10,"cache_read_input_tokens":60,"cache_creation_input_tokens":30}`, &Usage{100, 60}},
		"anthropic_no_cache": {`{"input_tokens":10,"cache_read_input_tokens":0}`, &Usage{10, 0}},
		"deepseek":           {`{"prompt_tokens":100,"prompt_cache_hit_tokens":64,"prompt_cache_miss_tokens":36}`, &Usage{100, 64}},
		"gemini":             {`{"promptTokenCount":100,"cachedContentTokenCount":50}`, &Usage{100, 50}},
		"unknown":            {`{"tokens":7}`, nil},
		"not_an_object":      {`7`, nil},
		"absent":             {``, nil},
		"more_read_than_all": {`{"prompt_tokens":1,"prompt_tokens_details":{"cached_tokens":60}}`, nil},
		"negative":           {`{"prompt_tokens":10,"prompt_cache_hit_tokens":-4}`, &Usage{10, 0}},
	} {
		var raw []byte
		if tt.usage != "" {
			raw = []byte(tt.usage)
		}
		got := parseUsage(raw)
		if (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
			t.Errorf("%s: got %v, want %v", name, got, tt.want)
		}
	}
	r := NewTraceReader(strings.NewReader(`{"time":1,"body":{},"answer":{"usage":{"prompt_tokens":9}}}`))
	if l, err := r.Next(); err != nil || l.Usage == nil || l.Usage.Prompt != 9 {
		t.Errorf("usage of an answer: %+v, %v", l, err)
	}
}

func FuzzTrace(f *testing.F) {
	f.Add([]byte(`{"time":1,"body":{"messages":[]}}` + "\n" + `{"time":"2026-11-02T09:00:00Z","body":{"input":""},"usage":{"input_tokens":1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		rep, err := Replay(t.Context(), strings.NewReader(string(data)), Options{Table: Default(), Fitting: true, Counter: countQuarters, MarkEnds: true})
		if err != nil {
			return
		}
		if rep.Worse() || rep.Raw.Tokens != rep.Sent.Tokens || rep.Requests < 1 {
			t.Fatalf("nothing was rewritten, and yet %+v", rep)
		}
		if err := rep.WriteTable(io.Discard); err != nil {
			t.Fatal(err)
		}
	})
}

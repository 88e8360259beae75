package economics

import (
	"fmt"
	"strings"
	"testing"
)

// letters is a counter of one token a letter, so that counts in tests can be seen.
type letters struct{}

func (letters) Count(text string) int { return len(text) }

func read(t *testing.T, api, body string) *Request {
	t.Helper()
	r, err := NewReader(func(string) Counter { return letters{} }).Read(api, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// shape is the blocks of a request, as section and tokens, a star for a breakpoint and an
// x for a block on which vendors put none.
func shape(r *Request) string {
	var out []string
	for _, b := range r.Blocks {
		s := fmt.Sprintf("%s:%d", sectionNames[b.Section], b.Tokens)
		if b.Breakpoint {
			s += "*"
		}
		if b.Unmarkable {
			s += "x"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestReadBodies(t *testing.T) {
	const mark = `"cache_control":{"type":"ephemeral"}`
	for name, tt := range map[string]struct{ body, api, want string }{
		"chat": {`{"model":"gpt-5","messages":[{"role":"system","content":"abc"},{"role":"user","content":"de"},{"role":"assistant","content":"f"}]}`,
			Chat, "messages:3 messages:2 messages:1x"},
		"chat_tools_come_first": {`{"messages":[{"role":"user","content":"abc"},{"role":"tool","tool_call_id":"c1","content":"de"}],"tools":[{"type":"function","function":{"name":"f"}}]}`,
			Chat, "tools:12 messages:3 messages:2"},
		"chat_calls": {`{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}]}`,
			Chat, "messages:1 messages:12x"},
		"chat_parts": {`{"messages":[{"role":"user","content":[{"type":"text","text":"abc"},{"type":"text","text":"de","prompt_cache_breakpoint":{"mode":"explicit"}}]}],"tools":[],"model":"gpt-6"}`,
			Chat, "messages:3 messages:2*"},
		"chat_picture": {`{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:…"}},{"type":"text","text":"abc"}]}]}`,
			Chat, "messages:1000 messages:3"},
		"chat_parts_and_calls": {`{"messages":[{"role":"assistant","content":[{"type":"text","text":"ab"}],"tool_calls":[1]}]}`, Chat, "messages:2x messages:3x"},
		"chat_schema":          {`{"messages":[{"role":"system","content":"abc"}],"response_format":{"a":1}}`, Chat, "system:7 messages:3"},
		"messages": {`{"model":"claude-x","system":"abc","messages":[{"role":"user","content":"de"},{"role":"assistant","content":[{"type":"thinking","thinking":"fgh","signature":"sig"},{"type":"text","text":"i"}]}]}`,
			Messages, "system:3 messages:2 messages:3x messages:1"},
		"messages_marked": {`{"system":[{"type":"text","text":"abc",` + mark + `}],"tools":[{"name":"t",` + mark + `}],"messages":[{"role":"user","content":[{"type":"text","text":"de",` + mark + `}]}]}`,
			Messages, "tools:1* system:3* messages:2*"},
		"messages_marked_at_the_top": {`{` + mark + `,"messages":[{"role":"user","content":"abc"},{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"thinking","thinking":"b"}]}]}`,
			Messages, "messages:3 messages:1* messages:1x"},
		"messages_by_their_parts": {`{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"u1","content":[{"type":"text","text":"abcd"}]}]}]}`,
			Messages, "messages:4"},
		"messages_by_the_model": {`{"model":"claude-x","messages":[{"role":"user","content":"a"}]}`, Messages, "messages:1"},
		"responses": {`{"instructions":"abc","input":[{"role":"user","content":[{"type":"input_text","text":"de"}]},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"ghij"}]}`,
			Responses, "system:3 messages:2 messages:3x messages:4"},
		"responses_string": {`{"input":"abc"}`, Responses, "messages:3"},
		"responses_schema": {`{"input":"abc","text":{"format":{"type":"json_schema"}}}`, Responses, "system:22 messages:3"},
		"nothing":          {`{"messages":[]}`, Chat, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := read(t, "", tt.body)
			if got := shape(r); got != tt.want || r.API != tt.api {
				t.Errorf("got %s of %s, want %s of %s", got, r.API, tt.want, tt.api)
			}
		})
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want error
	}{
		"not_json":        {`{`, errBody},
		"not_an_object":   {`[1]`, errBody},
		"null":            {`null`, errBody},
		"no_messages":     {`{"prompt":"secret"}`, errShape},
		"messages_string": {`{"messages":"secret"}`, errShape},
		"input_number":    {`{"input":7}`, errShape},
		"message_string":  {`{"messages":["secret"]}`, errMessage},
	} {
		if _, err := NewReader(countQuarters).Read("", []byte(tt.body)); err != tt.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What does not change what the model reads does not change a block; what does, does.
func TestEqualBlocks(t *testing.T) {
	message := func(s string) string {
		return `{"messages":[{"role":"user","content":"x"},` + s + `],"system":""}`
	}
	base := message(`{"role":"assistant","content":[{"type":"text","text":"héllo"}]}`)
	for name, tt := range map[string]struct {
		body string
		same bool
	}{
		"spaces":     {strings.ReplaceAll(base, ":", " : "), true},
		"escapes":    {strings.ReplaceAll(base, "é", `\u00e9`), true},
		"order":      {message(`{"content":[{"text":"héllo","type":"text"}],"role":"assistant"}`), true},
		"marked":     {message(`{"role":"assistant","content":[{"type":"text","text":"héllo","cache_control":{"type":"ephemeral"}}]}`), true},
		"other_text": {message(`{"role":"assistant","content":[{"type":"text","text":"hello"}]}`), false},
		"other_role": {message(`{"role":"user","content":[{"type":"text","text":"héllo"}]}`), false},
		"other_id":   {message(`{"role":"assistant","content":[{"type":"text","text":"héllo","id":"7"}]}`), false},
	} {
		a, b := read(t, Messages, base), read(t, Messages, tt.body)
		if got := a.Blocks[1].Sum == b.Blocks[1].Sum; got != tt.same {
			t.Errorf("%s: equal is %v", name, got)
		}
		if got := a.messages[1] == b.messages[1]; got != tt.same {
			t.Errorf("%s: equal messages is %v", name, got)
		}
	}
}

func TestFactsOfARequest(t *testing.T) {
	r := read(t, Messages, `{"tool_choice":{"type":"any"},"thinking":{"type":"enabled"},"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"image","source":{}}]}]}]}`)
	if r.Facts[FactToolChoice] == "" || r.Facts[FactThinking] == "" || r.Facts[FactImages] == "" {
		t.Errorf("%v", r.Facts)
	}
	r = read(t, Chat, `{"prompt_cache_retention":"24h","prompt_cache_options":{"mode":"explicit"},"messages":[]}`)
	if !r.Long || !r.ManualOnly || r.Facts[FactImages] != "" {
		t.Errorf("%+v", r)
	}
}

// Pieces joined are the text, and are short.
func FuzzPieces(f *testing.F) {
	for _, s := range []string{"", "a b", "a  b\n\n c", "\n", "日本語", strings.Repeat("x", 700), strings.Repeat("語", 300), "\xff\xfe " + strings.Repeat("\x80", 600)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		rest := s
		for rest != "" {
			n := next(rest)
			if n < 1 || n > len(rest) {
				t.Fatalf("a piece of %d of %d bytes", n, len(rest))
			}
			rest = rest[n:]
		}
		b := builder{words: &words{counter: letters{}}}
		b.text(s)
		if c := b.content(); c.Tokens != len(s) {
			t.Fatalf("%d of %d bytes are in pieces", c.Tokens, len(s))
		}
	})
}

func FuzzRead(f *testing.F) {
	f.Add("", []byte(`{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}],"tools":[{}],"system":[{"text":"b"}]}`))
	f.Add(Responses, []byte(`{"input":[{"output":[{"type":"input_image"}]}],"instructions":null}`))
	f.Fuzz(func(t *testing.T, api string, body []byte) {
		reader := NewReader(countQuarters)
		a, err := reader.Read(api, body)
		if err != nil {
			return
		}
		b, err := reader.Read(api, body)
		if err != nil || shared(a.Blocks, b.Blocks) != a.Tokens() || len(a.Blocks) != len(b.Blocks) || a.opening != b.opening {
			t.Fatalf("read twice, it is not the same: %v", err)
		}
		for _, v := range Default() {
			if got := NewSimulator(v).Do(MarkEnds(a)); got.Tokens() != a.Tokens() || got.Read != 0 {
				t.Fatalf("%s: %+v of %d tokens", v.Name, got, a.Tokens())
			}
		}
	})
}

func TestMarkEnds(t *testing.T) {
	marked := shape(MarkEnds(prompt(0, "tools:1 system:2 a:3 b:4")))
	if marked != "tools:1 system:2* messages:3 messages:4*" {
		t.Errorf("got %s", marked)
	}
	own := prompt(0, "system:2* a:3")
	if MarkEnds(own) != own || shape(MarkEnds(prompt(0, ""))) != "" {
		t.Error("a request that marks, or is empty, changed")
	}
}

package dialect

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/service/proxy/jsonedit"
)

// In these bodies a text that says "may" is one that may be rewritten, and no text
// that says "never" is.
var bodies = []struct {
	name string
	api  API
	src  string
	want string // role:turn[tool] of the blocks
}{
	{"chat", Chat, `{"model":"gpt-4o","messages":[
		{"role":"system","content":"may 0"},
		{"content":[{"type":"text","text":"may 1"},{"type":"image_url","image_url":{"url":"data:never"}},
			{"text":"may 2","type":"text"},{"type":"input_audio","text":"never"},{"type":"file","file":{"file_data":"never"}}],"role":"user","name":"never"},
		{"role":"assistant","content":"never","refusal":"never","reasoning_content":"never","audio":{"id":"never"},
			"tool_calls":[{"id":"c1","type":"function","function":{"arguments":"{\"never\":1}","name":"web_search"}}],
			"function_call":{"name":"never","arguments":"never"}},
		{"role":"tool","tool_call_id":"c1","content":"may 3"},
		{"role":"function","name":"old","content":[{"type":"text","text":"may 4"}]},
		{"role":"developer","content":"may 5"},
		{"role":"user","content":"may 6"},
		{"role":"strange","content":"never"},
		{"role":"assistant","content":"never, a prefill "}],
		"tools":[{"type":"function","function":{"name":"never","description":"never","parameters":{"never":1}}}],
		"functions":[{"description":"never"}],"prediction":{"type":"content","content":"never"},
		"response_format":{"type":"json_schema","json_schema":{"schema":{"never":1}}},"stop":["never"],"metadata":{"content":"never"},"user":"never"}`,
		"system:0^ user:1^ user:1^ tool:3[web_search] tool:4[old] developer:5 user:6"},
	{"responses_string", Chat, `{"input":"may 0","model":"gpt-5","instructions":"may 1"}`, "user:0^ system:-1^"},
	{"responses", Chat, `{"instructions":"may 0","input":[
		{"role":"user","content":"may 1"},
		{"type":"message","role":"user","content":[{"type":"input_text","text":"may 2"},{"type":"input_image","image_url":"never"},{"type":"input_file","file_data":"never"},{"type":"text","text":"never"}]},
		{"type":"reasoning","id":"rs","summary":[{"type":"summary_text","text":"never"}],"encrypted_content":"never","content":[{"type":"input_text","text":"never"}]},
		{"type":"message","role":"assistant","phase":"never","content":[{"type":"output_text","text":"never"}]},
		{"role":"assistant","content":"never"},
		{"type":"function_call","call_id":"f1","name":"fetch","arguments":"{\"never\":1}"},
		{"type":"function_call_output","call_id":"f1","output":"may 3"},
		{"type":"custom_tool_call","call_id":"f2","name":"grep","input":"never"},
		{"type":"custom_tool_call_output","call_id":"f2","output":[{"type":"input_text","text":"may 4"},{"type":"input_image","image_url":"never"}]},
		{"type":"shell_call","call_id":"f3","action":{"commands":["never"]}},
		{"type":"shell_call_output","call_id":"f3","output":[{"stdout":"may 5","stderr":"may 6","outcome":{"type":"exit","exit_code":0}}]},
		{"type":"apply_patch_call","call_id":"x","operation":{"diff":"never"}},
		{"type":"apply_patch_call_output","call_id":"x","output":"never"},
		{"type":"computer_call_output","call_id":"y","output":{"type":"computer_screenshot","image_url":"never"}},
		{"type":"mcp_call","name":"never","arguments":"never","output":"never"},
		{"type":"compaction","encrypted_content":"never"},
		{"type":"additional_tools","content":"never"},
		{"type":"function_call_output","call_id":"f9","content":"never","output":"never"},
		{"role":"user","content":"may 7","output":"never"}],
		"prompt":{"id":"p","variables":{"content":"never"}},"text":{"format":{"name":"never"}}}`,
		"system:-1^ user:0^ user:1^ tool:6[fetch] tool:8[grep] tool:10 tool:10 user:18"},
	{"messages", Messages, `{"model":"claude","system":[{"type":"text","text":"x-anthropic-billing-header: never"},{"type":"text","text":"may 0"}],
		"tools":[{"name":"never","description":"never","input_schema":{}}],
		"messages":[
		{"role":"user","content":[{"type":"text","text":"may 1"},{"type":"image","source":{"type":"base64","data":"never"}},
			{"type":"document","title":"never","context":"never","source":{"type":"text","media_type":"text/plain","data":"may 2"}},
			{"type":"document","source":{"type":"base64","data":"never"}},
			{"type":"document","source":{"type":"content","content":[{"type":"text","text":"never"}]}},
			{"type":"search_result","source":"never","title":"never","content":[{"type":"text","text":"may 3"}]}]},
		{"role":"assistant","content":[{"type":"thinking","thinking":"never","signature":"never"},{"type":"redacted_thinking","data":"never"},
			{"type":"text","text":"never","citations":[{"cited_text":"never"}]},
			{"type":"tool_use","id":"t1","name":"WebFetch","input":{"text":"never","content":"never"}},
			{"type":"server_tool_use","id":"s1","name":"never","input":{}},
			{"type":"web_search_tool_result","tool_use_id":"s1","content":[{"type":"web_search_result","encrypted_content":"never","text":"never"}]},
			{"type":"compaction","content":"never"}]},
		{"role":"user","content":[
			{"type":"tool_result","tool_use_id":"t1","content":"may 4"},
			{"content":[{"type":"text","text":"may 5"},{"type":"image","source":{"data":"never"}},{"type":"tool_reference","text":"never"}],"is_error":true,"tool_use_id":"t1","type":"tool_result"},
			{"type":"text","text":"may 6"},{"type":"container_upload","text":"never"},
			{"type":"text","text":"never","citations":[]}]},
		{"role":"system","content":"may 7"},
		{"role":"user","content":"may 8"}]}`,
		"system:-1^ user:0^ user:0^# user:0^# tool:2[WebFetch] tool:2[WebFetch]! user:2 system:3 user:4"},
	{"messages_system_string_last", Messages, `{"messages":[{"role":"user","content":"may 0"},{"role":"assistant","content":"never"}],"system":"may 1"}`,
		"user:0^ system:-1^"},
	{"completions", Completions, `{"prompt":"may 0","model":"m","stop":"never"}`, "user:0"},
	{"role_last", Chat, `{"messages":[{"content":"never","role":"assistant"},{"content":"may 0","role":"user"}]}`, "user:1"},
	{"call_id_used_twice", Chat, `{"messages":[
		{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"first"}}]},{"role":"tool","tool_call_id":"c","content":"may 0"},
		{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"second"}}]},{"role":"tool","tool_call_id":"c","content":"may 1"}]}`,
		"tool:1[first] tool:3[second]"},
	{"call_without_id", Chat, `{"messages":[{"role":"assistant","tool_calls":[{"function":{"name":"first"}}]},{"role":"user","content":"may 0"}]}`, "user:1"},
}

func TestParse(t *testing.T) {
	for _, tt := range bodies {
		t.Run(tt.name, func(t *testing.T) {
			body, err := Parse([]byte(tt.src), tt.api, 0)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, b := range body.Blocks {
				text, _ := jsonedit.Unquote(b.Literal.Of([]byte(tt.src)))
				if want := fmt.Sprintf("may %d", i); text != want {
					t.Errorf("block %d says %q, want %q", i, text, want)
				}
				got = append(got, describe(b))
			}
			if g := strings.Join(got, " "); g != tt.want {
				t.Errorf("got  %s\nwant %s", g, tt.want)
			}
			if want := strings.Count(tt.src, "may "); len(body.Blocks) != want {
				t.Errorf("%d blocks, want %d", len(body.Blocks), want)
			}
		})
	}
}

func describe(b Block) string {
	s := fmt.Sprintf("%s:%d", b.Role, b.Turn)
	if b.Tool != "" {
		s += "[" + b.Tool + "]"
	}
	for _, f := range []struct {
		on   bool
		mark string
	}{{b.Head, "^"}, {b.Document, "#"}, {b.IsError, "!"}} {
		if f.on {
			s += f.mark
		}
	}
	return s
}

func TestFacts(t *testing.T) {
	tests := []struct {
		name, src string
		api       API
		want      string
	}{
		{"plain", `{"messages":[]}`, Chat, ""},
		{"model", `{"messages":[],"model":"gpt-4o"}`, Chat, "gpt-4o"},
		{"part_marker", `{"messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":{"type":"ephemeral"}}]}]}`, Chat, "marked"},
		{"null_marker", `{"messages":[{"role":"user","content":[{"type":"text","text":"x","cache_control":null}]}]}`, Chat, ""},
		{"breakpoint", `{"input":[{"role":"user","content":[{"type":"input_text","text":"x","prompt_cache_breakpoint":true}]}]}`, Chat, "marked"},
		{"cache_key", `{"input":"x","prompt_cache_key":"k"}`, Chat, "marked"},
		{"system_marker", `{"messages":[],"system":[{"type":"text","text":"x","cache_control":{}}]}`, Messages, "marked"},
		{"tool_marker", `{"messages":[],"tools":[{"name":"a"},{"name":"b","cache_control":{}}]}`, Messages, "marked"},
		{"result_marker", `{"messages":[{"role":"user","content":[{"type":"tool_result","content":[{"type":"text","text":"x","cache_control":{}}]}]}]}`, Messages, "marked"},
		{"top_marker", `{"messages":[],"cache_control":{"type":"ephemeral"}}`, Messages, "marked"},
		{"previous", `{"input":"x","previous_response_id":"r"}`, Chat, "stateful"},
		{"no_previous", `{"input":"x","previous_response_id":null}`, Chat, ""},
		{"reference", `{"input":[{"type":"item_reference","id":"i"}]}`, Chat, "stateful"},
		{"thread", `{"messages":[],"thread":{"id":"t"}}`, Messages, "stateful"},
		{"echo", `{"prompt":"x","echo":true}`, Completions, "sensitive"},
		{"no_echo", `{"prompt":"x","echo":false}`, Completions, ""},
		{"suffix", `{"prompt":"x","suffix":"y"}`, Completions, "sensitive"},
		{"prompt_logprobs", `{"messages":[],"prompt_logprobs":1}`, Chat, "sensitive"},
		{"citations", `{"messages":[{"role":"user","content":[{"type":"document","citations":{"enabled":true},"source":{}}]}]}`, Messages, "cited"},
		{"no_citations", `{"messages":[{"role":"user","content":[{"type":"document","citations":{"enabled":false},"source":{}}]}]}`, Messages, ""},
		{"cited_search", `{"messages":[{"role":"user","content":[{"type":"search_result","content":[],"citations":{"enabled":true}}]}]}`, Messages, "cited"},
		{"retention", `{"input":"x","prompt_cache_retention":"24h"}`, Chat, "long"},
		{"retention_in_memory", `{"input":"x","prompt_cache_retention":"in_memory"}`, Chat, ""},
		{"store", `{"messages":[],"store":true}`, Chat, "store"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Parse([]byte(tt.src), tt.api, 0)
			if err != nil {
				t.Fatal(err)
			}
			got := b.Model
			for name, on := range map[string]bool{"marked": b.Marked, "stateful": b.Stateful, "sensitive": b.Sensitive, "cited": b.Cited, "store": b.Store, "long": b.Long} {
				if on {
					got += name
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestUnreadableBodies(t *testing.T) {
	tests := []struct {
		name, src string
		want      error
	}{
		{"empty", ``, jsonedit.ErrSyntax},
		{"null", `null`, ErrShape},
		{"array", `[{"messages":[]}]`, ErrShape},
		{"no_prompt", `{"model":"m"}`, ErrShape},
		{"both", `{"messages":[],"input":"x"}`, ErrShape},
		{"bom", "\xef\xbb\xbf{}", jsonedit.ErrSyntax},
		{"cut", `{"messages":[{"role":"user","content":"x"}`, jsonedit.ErrSyntax},
		{"behind", `{"messages":[]} x`, jsonedit.ErrSyntax},
		{"content_twice", `{"messages":[{"role":"user","content":"x","content":"y"}]}`, jsonedit.ErrAmbiguous},
		{"role_in_two_cases", `{"messages":[{"role":"user","Role":"system","content":"y"}]}`, jsonedit.ErrAmbiguous},
		{"deep", `{"x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, jsonedit.ErrDepth},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if b, err := Parse([]byte(tt.src), Chat, 0); !errors.Is(err, tt.want) || len(b.Blocks) > 0 {
				t.Errorf("got %v with %d blocks, want %v", err, len(b.Blocks), tt.want)
			}
		})
	}
	if _, err := Parse([]byte(`{"prompt":["a"]}`), Completions, 0); !errors.Is(err, ErrShape) {
		t.Errorf("list of prompts: %v", err)
	}
}

func TestExtension(t *testing.T) {
	for _, src := range []string{`{"pith":{"mode":"off"},"messages":[]}`, `{"model":"m" , "pith":{"mode":"off"}}`} {
		b, err := Parse([]byte(src), Chat, 0)
		if err != nil && !errors.Is(err, ErrShape) {
			t.Fatal(err)
		}
		if got := string(b.Extension.Of([]byte(src))); got != `{"mode":"off"}` {
			t.Errorf("extension %q", got)
		}
		out := jsonedit.Splice([]byte(src), []jsonedit.Edit{b.Removal})
		if !json.Valid(out) || strings.Contains(string(out), "pith") {
			t.Errorf("left %s", out)
		}
	}
}

func TestOpening(t *testing.T) {
	src := `{"messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},{"role":"user","content":"c"}]}`
	b, err := Parse([]byte(src), Chat, 0)
	if err != nil {
		t.Fatal(err)
	}
	if o := b.Opening(); len(o) != 2 || string(o[1].Literal.Of([]byte(src))) != `"b"` {
		t.Errorf("got %v", o)
	}
}

func TestShortTurnsAreLeftOut(t *testing.T) {
	long := strings.Repeat("x", 50)
	src := `{"messages":[{"role":"system","content":"s"},{"role":"user","content":"first"},{"role":"user","content":"short"},
		{"role":"user","content":[{"type":"text","text":"part"},{"type":"text","text":"` + long + `"}]},{"role":"tool","content":"t"},{"role":"tool","content":"` + long + `"}]}`
	b, err := Parse([]byte(src), Chat, 40)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, b := range b.Blocks {
		got = append(got, describe(b))
	}
	if g := strings.Join(got, " "); g != "user:1^ user:3^ user:3^ tool:5" {
		t.Errorf("got %s", g)
	}
}

// A longer conversation has the blocks of the shorter one, with the same facts.
func TestGrowingConversationKeepsItsBlocks(t *testing.T) {
	for _, tt := range bodies {
		turns, build := turnsOf(t, tt.src)
		var before []string
		for n := 1; n <= len(turns); n++ {
			src := build(turns[:n])
			body, err := Parse(src, tt.api, 0)
			if err != nil {
				t.Fatal(err)
			}
			var now []string
			for _, b := range body.Blocks {
				if b.Turn >= 0 {
					now = append(now, describe(b)+string(b.Literal.Of(src)))
				}
			}
			if len(now) < len(before) || strings.Join(now[:len(before)], " ") != strings.Join(before, " ") {
				t.Errorf("%s, turn %d: %q became %q", tt.name, n, before, now)
			}
			before = now
		}
	}
}

// turnsOf takes a body's list of turns apart.
func turnsOf(t *testing.T, src string) ([]json.RawMessage, func([]json.RawMessage) []byte) {
	t.Helper()
	var body map[string]json.RawMessage
	if err := json.Unmarshal([]byte(src), &body); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"messages", "input"} {
		var turns []json.RawMessage
		if json.Unmarshal(body[key], &turns) == nil && turns != nil {
			return turns, func(some []json.RawMessage) []byte {
				body[key], _ = json.Marshal(some)
				out, _ := json.Marshal(body)
				return out
			}
		}
	}
	return nil, nil
}

func FuzzParse(f *testing.F) {
	for _, b := range bodies {
		f.Add([]byte(b.src), byte(b.api))
	}
	f.Fuzz(func(t *testing.T, src []byte, api byte) {
		body, err := Parse(src, API(api%4), 0)
		if err == nil && !json.Valid(src) {
			t.Fatal("accepted what is not JSON")
		}
		at := 0
		for _, b := range body.Blocks {
			if b.Literal.Start < at || b.Literal.End <= b.Literal.Start+1 || src[b.Literal.Start] != '"' || src[b.Literal.End-1] != '"' {
				t.Fatalf("block %v after byte %d", b.Literal, at)
			}
			at = b.Literal.End
			switch b.Role {
			case System, Developer, User, Tool:
			default:
				t.Fatalf("role %q", b.Role)
			}
		}
	})
}

// 100,000 messages take time in proportion to their number.
func BenchmarkParse(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		b.Run(fmt.Sprintf("messages=%d", n), func(b *testing.B) {
			var s strings.Builder
			s.WriteString(`{"model":"m","messages":[{"role":"system","content":"x"}`)
			for range n {
				s.WriteString(`,{"role":"user","content":"` + strings.Repeat("word ", 100) + `"}`)
			}
			s.WriteString("]}")
			src := []byte(s.String())
			b.SetBytes(int64(len(src)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(src, Chat, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

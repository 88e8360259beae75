package proxy

import (
	"strings"
	"testing"
)

// Whatever stands at NEVER goes on as it came, in mode lossy and with every role
// allowed, however well it could be shortened.
var never = map[string][]string{
	"/v1/chat/completions": {
		`{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":NEVER}]}`,
		`{"messages":[{"role":"assistant","content":[{"type":"text","text":NEVER},{"type":"refusal","refusal":NEVER}],"refusal":NEVER,"reasoning_content":NEVER,"reasoning":NEVER,"audio":{"id":NEVER},"name":NEVER}]}`,
		`{"messages":[{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"web_search","arguments":NEVER}},{"type":"custom","custom":{"name":"x","input":NEVER}}],"function_call":{"name":"x","arguments":NEVER},"extra_content":{"google":{"thought_signature":NEVER}}}]}`,
		`{"messages":[{"role":"user","name":NEVER,"content":[{"type":"image_url","image_url":{"url":NEVER}},{"type":"input_audio","input_audio":{"data":NEVER}},{"type":"file","file":{"file_data":NEVER}},{"type":"unknown","text":NEVER}]}]}`,
		`{"messages":[{"role":"tool","tool_call_id":NEVER,"content":"x"}]}`,
		`{"messages":[{"role":"unknown","content":NEVER}]}`,
		`{"messages":[],"tools":[{"type":"function","function":{"name":"f","description":NEVER,"parameters":{"type":"object","description":NEVER}}}],"functions":[{"name":"f","description":NEVER}]}`,
		`{"messages":[],"prediction":{"type":"content","content":NEVER},"response_format":{"type":"json_schema","json_schema":{"name":"s","description":NEVER,"schema":{"description":NEVER}}}}`,
		`{"messages":[],"stop":[NEVER],"metadata":{"content":NEVER},"user":NEVER,"safety_identifier":NEVER,"prompt_cache_key":NEVER,"web_search_options":{"text":NEVER},"unknown":{"messages":[{"role":"user","content":NEVER}]}}`,
		`{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"read_file","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":NEVER}]}`,
		`{"messages":[{"role":"assistant","tool_calls":[{"id":"c","function":{"name":"str_replace_editor","arguments":"{}"}}]},{"role":"tool","tool_call_id":"c","content":[{"type":"text","text":NEVER}]}]}`,
		`{"messages":[{"role":"tool","tool_call_id":"nobody","content":NEVER}]}`,
		`{"n":1,"messages":[{"role":"user","content":[{"type":"text","text":NEVER}]}],"echo":true}`,
		`{"messages":[{"role":"user","content":NEVER}],"continue_final_message":true}`,
	},
	"/v1/responses": {
		`{"input":[{"type":"message","role":"assistant","phase":NEVER,"content":[{"type":"output_text","text":NEVER,"annotations":[{"text":NEVER}]}]}]}`,
		`{"input":[{"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":NEVER}],"content":[{"type":"reasoning_text","text":NEVER}],"encrypted_content":NEVER}]}`,
		`{"input":[{"type":"function_call","call_id":"c","name":"web_search","arguments":NEVER},{"type":"custom_tool_call","call_id":"d","name":"x","input":NEVER}]}`,
		`{"input":[{"type":"compaction","encrypted_content":NEVER},{"type":"compaction_trigger","text":NEVER},{"type":"additional_tools","content":NEVER,"tools":[{"description":NEVER}]}]}`,
		`{"input":[{"type":"apply_patch_call","operation":{"diff":NEVER}},{"type":"apply_patch_call_output","output":NEVER},{"type":"computer_call_output","output":{"image_url":NEVER}},{"type":"local_shell_call_output","output":NEVER}]}`,
		`{"input":[{"type":"mcp_call","arguments":NEVER,"output":NEVER},{"type":"mcp_list_tools","tools":[{"description":NEVER}]},{"type":"tool_search_output","output":NEVER,"content":NEVER},{"type":"program","code":NEVER},{"type":"file_search_call","results":[{"text":NEVER}]},{"type":"code_interpreter_call","code":NEVER,"outputs":[{"logs":NEVER}]}]}`,
		`{"input":"x","prompt":{"id":"p","variables":{"text":NEVER,"content":{"type":"input_text","text":NEVER}}},"text":{"format":{"type":"json_schema","description":NEVER}}}`,
		`{"input":[{"type":"function_call","call_id":"c","name":"apply_patch","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":NEVER}]}`,
	},
	"/v1/messages": {
		`{"messages":[{"role":"assistant","content":NEVER}]}`,
		`{"messages":[{"role":"assistant","content":[{"type":"thinking","thinking":NEVER,"signature":NEVER},{"type":"redacted_thinking","data":NEVER},{"type":"text","text":NEVER,"citations":[{"cited_text":NEVER}]},{"type":"compaction","content":NEVER,"signature":NEVER}]}]}`,
		`{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"WebFetch","input":{"text":NEVER,"content":NEVER}},{"type":"server_tool_use","id":"s","name":"web_search","input":{"query":NEVER}},{"type":"web_search_tool_result","tool_use_id":"s","content":[{"type":"web_search_result","title":NEVER,"encrypted_content":NEVER}]},{"type":"web_fetch_tool_result","content":{"type":"web_fetch_result","content":{"type":"document","source":{"type":"text","data":NEVER}}}},{"type":"code_execution_tool_result","content":{"stdout":NEVER,"encrypted_stdout":NEVER}}]}]}`,
		`{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","data":NEVER}},{"type":"document","title":NEVER,"context":NEVER,"source":{"type":"base64","data":NEVER}},{"type":"document","source":{"type":"content","content":[{"type":"text","text":NEVER}]}},{"type":"container_upload","file_id":NEVER},{"type":"browser_state","text":NEVER},{"type":"tool_reference","text":NEVER}]}]}`,
		`{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":NEVER},"citations":{"enabled":true}},{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":NEVER}],"citations":{"enabled":true}}]}]}`,
		`{"messages":[],"system":[{"type":"text","text":"x-anthropic-billing-header: BILLING"}],"tools":[{"name":"f","description":NEVER,"input_schema":{"description":NEVER}}]}`,
		`{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"Read","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":NEVER}]}]}`,
		`{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"WebFetch","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","is_error":true,"content":[{"type":"text","text":NEVER}]}]}]}`,
	},
}

func TestNeverTouched(t *testing.T) {
	b := newBench(t)
	for path, templates := range never {
		for _, template := range templates {
			for seed, text := range []string{words(1, longText), rag(2, longText)} {
				body := strings.ReplaceAll(template, "NEVER", quoted(text))
				body = strings.ReplaceAll(body, "BILLING", strings.Trim(quoted(text), `"`))
				a := b.post(path, body, "X-Pith-Mode", "lossy", "X-Pith-Roles", "tool,context,user,system,developer", "X-Pith-Tags", "on")
				if string(a.sent.Body) != body {
					before, after := diffRange([]byte(body), a.sent.Body)
					t.Errorf("%s, text %d, changed from byte %d to %d: %.150s", path, seed, before, len(body)-after, template)
				}
			}
		}
	}
	if n := b.halver.wordy(); n != 0 {
		t.Errorf("the compressor was asked to drop words %d times", n)
	}
}

// The same places, with what may be shortened in them, are shortened: the test above
// would not notice a proxy that does nothing.
func TestTouched(t *testing.T) {
	b := newBench(t)
	for path, templates := range map[string][]string{
		"/v1/chat/completions": {
			`{"messages":[{"role":"user","content":TEXT}]}`,
			`{"messages":[{"role":"developer","content":[{"type":"text","text":TEXT}]}]}`,
			`{"messages":[{"role":"function","name":"web_search","content":TEXT}]}`,
		},
		"/v1/responses": {
			`{"input":TEXT}`,
			`{"input":"x","instructions":TEXT}`,
			`{"input":[{"role":"user","content":[{"type":"input_text","text":TEXT}]}]}`,
			`{"input":[{"type":"function_call","call_id":"c","name":"web_search","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":[{"type":"input_text","text":TEXT}]}]}`,
		},
		"/v1/completions": {`{"prompt":TEXT}`},
		"/v1/messages": {
			`{"messages":[{"role":"user","content":TEXT}]}`,
			`{"messages":[],"system":TEXT}`,
			`{"messages":[],"system":[{"type":"text","text":"x-anthropic-billing-header: a"},{"type":"text","text":TEXT}]}`,
			`{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":TEXT}}]}]}`,
			`{"messages":[{"role":"user","content":[{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":TEXT}]}]}]}`,
		},
	} {
		for i, template := range templates {
			body := strings.ReplaceAll(template, "TEXT", quoted(words(20+i, longText)))
			a := b.post(path, body, "X-Pith-Mode", "lossy", "X-Pith-Roles", "tool,context,user,system,developer")
			if a.header.Get("X-Pith-Status") != "compressed" {
				t.Errorf("%s: %q for %.120s", path, a.header.Get("X-Pith-Reason"), template)
			}
		}
	}
}

package fakeupstream_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

func TestReadPrompt(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"chat": {`{"model":"m","messages":[{"role":"system","content":"Be kind"},{"role":"user","content":[{"type":"text","text":"Look"},{"type":"image_url","image_url":{"url":"data:"}}]},` +
			`{"role":"assistant","content":null,"tool_calls":[{"function":{"arguments":"{}"}}]},{"role":"tool","content":"42"}],"tools":[{"a":1}]}`,
			"4: system//Be kind user/text/Look user/image_url/# assistant/tool_calls/{} tool//42 tools/definitions/[{\"a\":1}]"},
		"responses_string": {`{"input":"Hi","instructions":"Be kind"}`, "1: instructions//Be kind user//Hi"},
		"responses_items": {`{"input":[{"role":"user","content":[{"type":"input_text","text":"Hi"}]},{"type":"function_call","arguments":"{}"},` +
			`{"type":"function_call_output","output":"42"},{"type":"custom_tool_call","input":"ls"},{"type":"reasoning","encrypted_content":"x","summary":[]}]}`,
			"5: user/input_text/Hi function_call/function_call/{} function_call_output/function_call_output/42 custom_tool_call/custom_tool_call/ls reasoning/reasoning/#"},
		"messages": {`{"system":[{"type":"text","text":"Be kind"}],"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":[{"type":"thinking","thinking":"Hm"},` +
			`{"type":"tool_use","input":{"a":1}}]},{"role":"user","content":[{"type":"tool_result","content":"42"},{"type":"tool_result","content":[{"type":"text","text":"43"}]}]}]}`,
			`3: system/text/Be kind user//Hi assistant/thinking/Hm assistant/tool_use/{"a":1} user/tool_result/42 user/text/43`},
		"completions":  {`{"prompt":["a","b"]}`, "2: user//a user//b"},
		"wrong_types":  {`{"model":1,"messages":{},"input":7,"stream":"yes"}`, "0:"},
		"wrong_inside": {`{"messages":[1,"x",{"role":2,"content":3}]}`, "3: //# //x //#"},
		"null":         {`null`, "0:"},
		"no_object":    {`[]`, "error"},
		"cut_off":      {`{"messages":[`, "error"},
		"empty":        {``, "error"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := fakeupstream.ReadPrompt([]byte(tt.body))
			got := "error"
			if err == nil {
				got = fmt.Sprintf("%d:", p.Messages)
			}
			for _, text := range p.Texts {
				if text.Text == "" {
					text.Text = "#"
				}
				got += " " + strings.Join([]string{text.Role, text.Kind, text.Text}, "/")
			}
			if got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

// Whatever comes, the fake does not fall over.
func FuzzReadPrompt(f *testing.F) {
	f.Add([]byte(hello))
	f.Add([]byte(`{"messages":[1,[],{"content":[[],{"content":{"text":[]}}]}],"input":{}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := fakeupstream.ReadPrompt(body)
		if err != nil && len(p.Texts) > 0 {
			t.Error("texts beside an error")
		}
		for _, text := range p.Texts {
			if text.Size < 0 || text.Text != "" && text.Size != len(text.Text) {
				t.Errorf("size %d of %q", text.Size, text.Text)
			}
		}
	})
}

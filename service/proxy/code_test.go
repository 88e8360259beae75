package proxy

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// program is source code of n functions.
func program(n int) string {
	var b strings.Builder
	b.WriteString("package beds\n\nimport \"fmt\"\n")
	for i := range n {
		fmt.Fprintf(&b, "\n// Water%d waters one bed.\nfunc Water%d(litres int) error {\n\tif litres <= 0 {\n\t\treturn fmt.Errorf(\"bed %d is dry\")\n\t}\n\treturn nil\n}\n", i, i, i)
	}
	return b.String()
}

// fenced is a message with source code in a fence, and what it asks.
func fenced(code, ask string) string { return "Here is my file:\n\n```go\n" + code + "```\n\n" + ask }

// codeBench is a bench that finds code in fences, as the program does.
func codeBench(t *testing.T, change ...func(*Options)) *bench {
	return newBench(t, append([]func(*Options){func(o *Options) {
		o.Code = func(_ context.Context, text string) []CodePart {
			start := strings.Index(text, "```go\n")
			if start < 0 {
				return nil
			}
			end := start + strings.Index(text[start+6:], "```") + 6
			return []CodePart{{Start: start + 6, End: end, Language: "go"}}
		}
	}}, change...)...)
}

const codeMethod = "longcodezip"

func TestCodeIsCutOnRequestOnly(t *testing.T) {
	code := program(20)
	ask := "Why is bed 7 dry?"
	setting := func(change func(*policy.Settings)) func(*Options) { return func(o *Options) { change(&o.Settings) } }
	tests := []struct {
		name    string
		message string
		change  func(*Options)
		header  []string
		cut     bool
		reason  string
	}{
		{name: "default", message: fenced(code, ask)},
		{name: "method", message: fenced(code, ask), header: []string{"X-Pith-Method", codeMethod}, cut: true},
		{name: "method_of_the_operator", message: fenced(code, ask), change: setting(func(s *policy.Settings) { s.Method = codeMethod }), cut: true},
		{name: "question_without_method", message: code, header: []string{"X-Pith-Question", "why dry?", "X-Pith-Roles", "user"}, reason: "class_not_prose"},
		{name: "to_be_rewritten", message: fenced(code, "Please rewrite it with fewer lines."), header: []string{"X-Pith-Method", codeMethod}, reason: "task_needs_wording"},
		{name: "to_come_back_whole", message: fenced(code, "Add bed 21 and send me the full file."), header: []string{"X-Pith-Method", codeMethod}, reason: "task_needs_wording"},
		{name: "lossless", message: fenced(code, ask), header: []string{"X-Pith-Method", codeMethod, "X-Pith-Mode", "lossless"}, reason: "mode_lossless"},
		{name: "no_lossy", message: fenced(code, ask), header: []string{"X-Pith-Method", codeMethod}, change: setting(func(s *policy.Settings) { s.NoLossy = true }), reason: "no_lossy"},
		{name: "off", message: fenced(code, ask), header: []string{"X-Pith-Method", codeMethod, "X-Pith-Mode", "off"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := codeBench(t, func(o *Options) {
				if tt.change != nil {
					tt.change(o)
				}
			})
			body := chat(user(tt.message))
			a := b.post("/v1/chat/completions", body, tt.header...)
			if cut := string(a.sent.Body) != body; cut != tt.cut {
				t.Fatalf("cut: %v; reason %q", cut, a.header.Get("X-Pith-Reason"))
			}
			if !strings.Contains(a.header.Get("X-Pith-Reason"), tt.reason) {
				t.Errorf("reason %q, want %q", a.header.Get("X-Pith-Reason"), tt.reason)
			}
			if !tt.cut {
				if n := b.halver.wordy(); n != 0 {
					t.Errorf("the compressor was asked %d times", n)
				}
				return
			}
			req := b.halver.last()
			if req.Method != codeMethod || !strings.Contains(string(req.Question), ask) || strings.Contains(string(req.Question), "func") {
				t.Errorf("method %q, question %q", req.Method, req.Question)
			}
			if len(req.Contexts) != 1 || string(req.Contexts[0].Text) != code || req.Contexts[0].Kind != pith.KindCode || req.Contexts[0].Language != "go" || req.Budget != (pith.Budget{Rate: codeRate}) || !req.Hasty {
				t.Errorf("contexts %d, budget %+v, hasty %v", len(req.Contexts), req.Budget, req.Hasty)
			}
		})
	}
}

// A question of a one-shot request cuts its code; that form stays as the conversation
// grows, whatever is asked later, and later texts are cut without a question.
func TestCodeInConversations(t *testing.T) {
	b := codeBench(t)
	method := []string{"X-Pith-Method", codeMethod}
	first := user(fenced(program(20), "Why is bed 7 dry?"))
	one := b.post("/v1/chat/completions", chat(first), method...)
	sent := string(one.sent.Body)
	if b.halver.count() != 1 {
		t.Fatalf("%d calls", b.halver.count())
	}
	later := []string{first, `{"role":"assistant","content":"It has no water."}`, user("And bed 8?")}
	two := b.post("/v1/chat/completions", chat(later...), method...)
	if b.halver.count() != 1 || !strings.HasPrefix(string(two.sent.Body), strings.TrimSuffix(sent, "]}")) {
		t.Errorf("%d calls; the first message changed", b.halver.count())
	}
	more := append(later, `{"role":"assistant","content":"No."}`, user(fenced(program(25), "What of this file?")))
	b.post("/v1/chat/completions", chat(more...), method...)
	if b.halver.count() != 1 {
		t.Errorf("a later user's text was cut although only contexts may be: %d calls", b.halver.count())
	}
	b.post("/v1/chat/completions", chat(more...), append(method, "X-Pith-Roles", "user,tool")...)
	if req := b.halver.last(); req.Question != "" || req.Method != codeMethod || !strings.Contains(string(req.Contexts[0].Text), "Water24") {
		t.Errorf("a later text: method %q, question %q", req.Method, req.Question)
	}
}

// Where the vendor's cache depends on it, or keeps the conversation, no question cuts code.
func TestCodeIsNotCutInCachedRequests(t *testing.T) {
	message := quoted(fenced(program(20), "Why is bed 7 dry?"))
	tests := map[string]string{
		"marked":   `{"model":"claude-sonnet-4-5","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":` + message + `,"cache_control":{"type":"ephemeral"}}]}]}`,
		"stateful": `{"model":"gpt-4o","previous_response_id":"r","input":` + message + `}`,
	}
	paths := map[string]string{"marked": "/v1/messages", "stateful": "/v1/responses"}
	for name, body := range tests {
		t.Run(name, func(t *testing.T) {
			b := codeBench(t)
			a := b.post(paths[name], body, "X-Pith-Method", codeMethod)
			if string(a.sent.Body) != body || b.halver.count() != 0 {
				t.Errorf("cut; %d calls, reason %q", b.halver.count(), a.header.Get("X-Pith-Reason"))
			}
		})
	}
}

// Of tools' results, code is cut where a list lets the tool lose words, without a
// question; never what a file was read with. All other texts are as without the method.
func TestCodeOfTools(t *testing.T) {
	tests := []struct {
		name, tool, text string
		method           string // of the compressor; "" is not asked
	}{
		{"read", "read_file", program(20), ""},
		{"search", "web_search", program(20), codeMethod},
		{"unknown", "frobnicate", program(20), ""},
		{"prose", "web_search", words(1, longText), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := codeBench(t)
			b.post("/v1/chat/completions", chat(user("go"), toolTurn(tt.tool, "c1", tt.text)), "X-Pith-Method", codeMethod)
			if tt.name == "prose" {
				if req := b.halver.last(); req.Method != "" && req.Method != "auto" || req.Budget.Threshold == 0 {
					t.Errorf("prose went to %q with %+v", req.Method, req.Budget)
				}
				return
			}
			if n := b.halver.wordy(); (n > 0) != (tt.method != "") {
				t.Fatalf("%d calls", n)
			}
			if tt.method == "" {
				return
			}
			if req := b.halver.last(); req.Method != tt.method || req.Question != "" || req.Budget.Rate != codeRate {
				t.Errorf("method %q, question %q, budget %+v", req.Method, req.Question, req.Budget)
			}
		})
	}
}

package proxy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

func TestModeOffIsTheIdentity(t *testing.T) {
	global := func(o *Options) { o.Settings.Mode = policy.ModeOff }
	tests := []struct {
		name   string
		change func(*Options)
		header []string
	}{
		{"configuration", global, nil},
		{"header", func(*Options) {}, []string{"X-Pith-Mode", "off"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.change)
			for _, body := range []string{odd(quoted(rag(1, longText))), chat(search("c", words(1, longText)))} {
				a := b.post("/v1/chat/completions?a=1;b=2&c=%zz", body, append(tt.header, "X-Custom", "v")...)
				if string(a.sent.Body) != body || a.sent.Target != "/v1/chat/completions?a=1;b=2&c=%zz" {
					t.Errorf("changed: %s", a.sent.Target)
				}
				if tt.header == nil && a.header.Get("X-Pith-Status") != "" {
					t.Errorf("headers of ours although the mode is off: %v", a.header)
				}
			}
			if tt.header == nil {
				for _, h := range [][]string{{"Content-Type", "text/plain"}, {"Content-Encoding", "zstd"}, {"Authorization", "Bearer sk-ant-oat01-x"}} {
					if a := b.post("/v1/messages", chat(user("hi")), h...); a.header.Get("X-Pith-Status")+a.header.Get("Server-Timing") != "" {
						t.Errorf("%v: headers of ours although the mode is off: %v", h, a.header)
					}
				}
			}
			if b.halver.count() != 0 {
				t.Error("the compressor was asked")
			}
		})
	}
}

func TestDryRunSendsTheOriginal(t *testing.T) {
	b := newBench(t)
	body := chat(user(rag(1, longText)))
	a := b.post("/v1/chat/completions", body, "X-Pith-Mode", "dry-run")
	if string(a.sent.Body) != body || a.header.Get("X-Pith-Status") != "dry-run" || a.header.Get("X-Pith-Tokens-Saved") == "" {
		t.Errorf("status %q, %d bytes of %d", a.header.Get("X-Pith-Status"), len(a.sent.Body), len(body))
	}
	if a = b.post("/v1/chat/completions", body); a.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("a dry run was remembered as if it had been sent: %v", a.header)
	}
}

func TestExtensionAndHeadersStayHere(t *testing.T) {
	b := newBench(t)
	body := `{"pith":{"mode":"off","nonsense":1},"model":"gpt-4o","messages":[` + user(rag(1, longText)) + `]}`
	a := b.post("/v1/chat/completions", body, "X-Pith-Tags", "on", "x-pith-anything", "1", "Connection", "X-Pith-Mode")
	if want := strings.Replace(body, `"pith":{"mode":"off","nonsense":1},`, "", 1); string(a.sent.Body) != want {
		t.Errorf("sent %.100s", a.sent.Body)
	}
	for name := range a.sent.Header {
		if strings.HasPrefix(strings.ToLower(name), "x-pith") {
			t.Errorf("the vendor got %s", name)
		}
	}
	a = b.post("/v1/chat/completions", body, "X-Pith-Mode", "auto")
	if a.header.Get("X-Pith-Status") != "compressed" || strings.Contains(string(a.sent.Body), `"pith"`) {
		t.Errorf("the header is stronger than the body: %v", a.header)
	}
	if !strings.Contains(a.header.Get("X-Pith-Reason"), "ignored_nonsense") {
		t.Errorf("reason %q", a.header.Get("X-Pith-Reason"))
	}
	if a = b.post("/v1/chat/completions", `{"pith":{},"model":"x"}`); string(a.sent.Body) != `{"model":"x"}` {
		t.Errorf("of a body of unknown shape: %s", a.sent.Body)
	}
}

func TestOverrides(t *testing.T) {
	lossless, rate := policy.ModeLossless, 0.9
	b := newBench(t, func(o *Options) {
		o.Models = []ModelRule{{Match: "gpt-4o*", Override: policy.Override{Rate: &rate}}, {Match: "claude-*", Override: policy.Override{Mode: &lossless}}}
	})
	n := 0
	result := func() string { n++; return words(n, longText) }
	tests := []struct {
		name, body string
		header     []string
		status     string
		check      func(pith.Request) bool
	}{
		{"model_rule", chat(search("c", result())), nil, "compressed", func(r pith.Request) bool { return r.Budget.Rate == 0.9 }},
		{"header_over_model", chat(search("c", result())), []string{"X-Pith-Rate", "0.3"}, "compressed", func(r pith.Request) bool { return r.Budget.Rate == 0.3 }},
		{"body_over_model", `{"pith":{"rate":0.4},` + chat(search("c", result()))[1:], nil, "compressed", func(r pith.Request) bool { return r.Budget.Rate == 0.4 }},
		{"target_of_a_context", chat(user(rag(n+1, longText))), []string{"X-Pith-Target-Tokens", "150"}, "compressed", func(r pith.Request) bool { return r.Budget.TargetTokens == 150 }},
		{"min_tokens", chat(search("c", result())), []string{"X-Pith-Min-Tokens", "100000"}, "unchanged", nil},
		{"roles", chat(search("c", result())), []string{"X-Pith-Roles", "system"}, "unchanged", nil},
		{"system", chat(`{"role":"system","content":` + quoted(result()) + `}`), []string{"X-Pith-Roles", "system"}, "compressed", nil},
		{"system_by_default", chat(`{"role":"system","content":` + quoted(result()) + `}`), nil, "unchanged", nil},
		{"preserve", chat(search("c", result())), []string{"X-Pith-Preserve", "urls"}, "compressed",
			func(r pith.Request) bool { return fmt.Sprint(r.Options.Preserve.Classes) == "[urls]" }},
		{"question", chat(user(result())), []string{"X-Pith-Question", "When%20%C3%A9%3F"}, "compressed", func(r pith.Request) bool { return r.Question == "When é?" }},
		{"without_a_question", chat(user(result())), nil, "unchanged", nil},
		{"bad_values", chat(search("c", result())), []string{"X-Pith-Rate", "30%"}, "compressed", func(r pith.Request) bool { return r.Budget.Rate == 0.9 }},
		{"lossless_model", strings.Replace(chat(search("c", result())), "gpt-4o", "claude-x", 1), nil, "unchanged", nil},
		{"method", chat(search("c", result())), []string{"X-Pith-Method", "llmlingua2"}, "compressed", func(r pith.Request) bool { return r.Method == "llmlingua2" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.post("/v1/chat/completions", tt.body, tt.header...)
			if got := a.header.Get("X-Pith-Status"); got != tt.status {
				t.Fatalf("status %q, reason %q", got, a.header.Get("X-Pith-Reason"))
			}
			if tt.check != nil && !tt.check(b.halver.last()) {
				t.Errorf("asked for %+v", b.halver.last().Budget)
			}
		})
	}
}

func TestTags(t *testing.T) {
	b := newBench(t)
	middle := words(3, longText)
	content := "Keep this. <llmlingua, rate=0.4>" + middle + "</llmlingua> <llmlingua, compress=False>And this one.</llmlingua> End?"
	body := chat(user(content))
	if a := b.post("/v1/chat/completions", body); string(a.sent.Body) != body {
		t.Error("tags were read although nobody asked")
	}
	a := b.post("/v1/chat/completions", body, "X-Pith-Tags", "on")
	sent := string(a.sent.Body)
	if strings.Contains(sent, "llmlingua") || !strings.Contains(sent, "Keep this. ") || !strings.Contains(sent, " And this one. End?") || len(sent) > len(body)*2/3 {
		t.Errorf("sent %.200s … %s", sent, sent[max(0, len(sent)-80):])
	}
	if r := b.halver.last(); r.Budget.Rate != 0.4 || string(r.Contexts[0].Text) != middle {
		t.Errorf("asked for %+v", r.Budget)
	}
}

// A completion has no turns; its prompt is left alone unless all of the user's text is
// named. Nor has a later turn of a conversation contexts, not even with tags on.
func TestContextsAreOfTheFirstTurn(t *testing.T) {
	b := newBench(t)
	prompt := `{"model":"m","prompt":` + quoted(rag(1, longText)) + `}`
	later := chat(user("hi"), `{"role":"assistant","content":"hello"}`, user(rag(2, longText)))
	for _, header := range [][]string{nil, {"X-Pith-Tags", "on"}, {"X-Pith-Question", "why"}} {
		if a := b.post("/v1/completions", prompt, header...); string(a.sent.Body) != prompt {
			t.Errorf("completion, %v: changed", header)
		}
		if a := b.post("/v1/chat/completions", later, header...); string(a.sent.Body) != later {
			t.Errorf("later turn, %v: changed", header)
		}
	}
}

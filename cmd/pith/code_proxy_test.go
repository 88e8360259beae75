package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const askedOfCode = "How often is a sensor that does not answer asked again?"

// cutCode are the headers of a client that wants code cut.
var cutCode = []string{"X-Pith-Method", "longcodezip"}

// greenhouseFile is the source code of the documentation's example.
func greenhouseFile(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "examples", "greenhouse.py"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func inFence(code string) string { return "```python\n" + code + "```\n" }

// codeCut is what /v1/compress makes of a text with code in it. It waits for the model,
// so that the requests behind it are ranked by that.
func (s *server) codeCut(t *testing.T, text, question, model string) string {
	t.Helper()
	return s.shortens(t, map[string]any{"input": text, "method": "longcodezip", "question": question, "rate": 0.5, "model": model}).Results[0].Text
}

// wholeLines checks that nothing of a program was rewritten: each line is one of it, or says
// that lines went.
func wholeLines(t *testing.T, code, cut string) {
	t.Helper()
	marks := 0
	for line := range strings.Lines(cut) {
		switch {
		case strings.Contains(line, "omitted)"):
			marks++
		case !strings.Contains(code, line):
			t.Errorf("%q is no line of the code", line)
		}
	}
	if marks == 0 || len(cut) >= len(code) {
		t.Errorf("%d bytes became %d, with %d marks", len(code), len(cut), marks)
	}
}

// codePrompts are bodies with a text of code, "%s", in a first turn; all else has a
// spelling that no encoder would give it.
var codePrompts = map[string]struct {
	path, model, body string
	headers           []string
}{
	"chat": {"/v1/chat/completions", "gpt-4o",
		`{ "model":"gpt-4o","temperature":1.0, "messages" : [{"role":"system","content":"Be br\u0069ef."},{"role":"user","content":%s}],"metadata":{"n":1e2} }`, nil},
	"chat_parts": {"/v1/chat/completions", "gpt-4o",
		`{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"Files \/ below."}, {"type":"text","text":%s} ,{"type":"text","text":"Fix th\u0069s."}]}]}`, nil},
	"responses": {"/v1/responses", "gpt-4o",
		`{"model":"gpt-4o","input":[{"role":"user","content":[{"type":"input_text","text":%s}]}],"store":false}`, nil},
	"messages": {"/v1/messages", "claude-sonnet-4-5",
		`{"model":"claude-sonnet-4-5","max_tokens":64,"messages":[{"role":"user","content":[{"type":"text","text":%s}]}], "system":"x"}`,
		[]string{"Anthropic-Version", "2023-06-01"}},
}

// A prompt with code in a fence reaches the vendor with less code, chosen for its question
// by the model in the program, and with every other byte as it came.
func TestProxyCutsCodeThatIsAskedFor(t *testing.T) {
	up, s := vendorAnd(t, nil)
	code := greenhouseFile(t)
	before, after := "Here is my file — caf\u00e9:\n\n", "\n"+askedOfCode
	text := before + inFence(code) + after
	s.codeCut(t, text, "warm", "gpt-4o")
	for name, p := range codePrompts {
		t.Run(name, func(t *testing.T) {
			body := fmt.Sprintf(p.body, quoted(text))
			s.raw(t, p.path, body, p.headers...)
			if lastBody(up) != body {
				t.Fatal("code was touched although nobody asked for it")
			}
			resp := s.raw(t, p.path, body, append(cutCode, p.headers...)...)
			head, tail, _ := strings.Cut(p.body, "%s")
			sent, ok := strings.CutPrefix(lastBody(up), head)
			sent, ok2 := strings.CutSuffix(sent, tail)
			var got string
			if err := json.Unmarshal([]byte(sent), &got); err != nil || !ok || !ok2 {
				t.Fatalf("around the code: %.300q", lastBody(up))
			}
			cut, ok := strings.CutPrefix(got, before+"```python\n")
			cut, ok2 = strings.CutSuffix(cut, "```\n"+after)
			if !ok || !ok2 {
				t.Fatalf("around the fence: %q", got)
			}
			wholeLines(t, code, cut)
			if !strings.Contains(cut, "for attempt in range(RETRIES)") {
				t.Errorf("what the question is about is gone:\n%s", cut)
			}
			h := resp.Header
			if h.Get("X-Pith-Status") != "compressed" || h.Get("X-Pith-Methods") != "longcodezip=1" {
				t.Errorf("status %q, methods %q, reason %q", h.Get("X-Pith-Status"), h.Get("X-Pith-Methods"), h.Get("X-Pith-Reason"))
			}
		})
	}
	if strings.Contains(s.log.String(), "Climate") {
		t.Error("the log has a text")
	}
}

// What no question may take lines of stays as it is, and so does what is no code.
func TestProxyKeepsCode(t *testing.T) {
	up, s := vendorAnd(t, nil)
	code := greenhouseFile(t)
	fenced := inFence(code)
	tests := map[string]struct {
		texts   []string
		headers []string
	}{
		"question_alone":       {[]string{fenced + "\n" + askedOfCode}, []string{"X-Pith-Question", "why", "X-Pith-Roles", "user"}},
		"bare_question_alone":  {[]string{code}, []string{"X-Pith-Question", "why", "X-Pith-Roles", "user"}},
		"lossless":             {[]string{fenced + "\n" + askedOfCode}, append([]string{"X-Pith-Mode", "lossless"}, cutCode...)},
		"off":                  {[]string{fenced + "\n" + askedOfCode}, append([]string{"X-Pith-Mode", "off"}, cutCode...)},
		"dry_run":              {[]string{fenced + "\n" + askedOfCode}, append([]string{"X-Pith-Mode", "dry-run"}, cutCode...)},
		"rewritten":            {[]string{"Rewrite it with fewer lines.\n\n" + fenced}, cutCode},
		"rewritten_behind":     {[]string{fenced + "\nRewrite it with fewer lines."}, cutCode},
		"rewritten_of_a_block": {[]string{fenced, "Translate to Rust"}, cutCode},
		"json":                 {[]string{issueList(7), "Which pump waters bed 17?"}, cutCode},
		"csv":                  {[]string{longer("csv"), "Which pump waters bed 17?"}, cutCode},
		"diff":                 {[]string{longer("diff"), "Which pump waters bed 17?"}, cutCode},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var parts []map[string]any
			for _, text := range tt.texts {
				parts = append(parts, map[string]any{"type": "text", "text": text})
			}
			body := chatBody(t, map[string]any{"role": "user", "content": parts})
			resp := s.raw(t, "/v1/chat/completions", body, tt.headers...)
			if got := lastBody(up); got != body {
				n := firstDifference([]byte(body), []byte(got))
				t.Errorf("%q became %q; methods %q", around([]byte(body), n), around([]byte(got), n), resp.Header.Get("X-Pith-Methods"))
			}
		})
	}
}

// codeTalk is a conversation whose first turn and some of whose tools bring code.
func codeTalk(t *testing.T) *dialogue {
	k := chatTalk()
	k.header = append([]string{}, cutCode...)
	k.turns = []any{map[string]any{"role": "user", "content": inFence(greenhouseFile(t)) + "\n" + askedOfCode}}
	return k
}

func (k *dialogue) nextOfCode(t *testing.T, n int) {
	switch n % 4 {
	case 1:
		k.turns = append(k.turns, k.result(fmt.Sprint("call_", n), strings.ReplaceAll(greenhouseFile(t), "Climate", fmt.Sprint("Climate", n)))...)
	case 3:
		k.say("Translate the file to Go, line by line.")
	default:
		k.say("And where are the lamps switched?")
	}
}

// What was sent of code once is sent so in every later turn: by another replica, by one
// that lost its memory, whose model is not open yet, and whatever is asked by then.
func TestProxyCodeOfAConversation(t *testing.T) {
	r := newReplicas(t, 2, map[string]string{"PITH_PROXY_DEADLINE": "2s"})
	k := codeTalk(t)
	var before []json.RawMessage
	for turn := range 10 {
		if turn == 5 {
			r.restart(1)
		}
		sent, h := k.ask(t, r.all[turn%2], r.up)
		if i := churned(before, sent); i >= 0 {
			t.Fatalf("turn %d: turn %d was sent in another form before", turn, i)
		}
		if before = sent; !strings.Contains(string(sent[0]), "omitted)") {
			t.Fatalf("turn %d: the first was not cut: %q", turn, h.Get("X-Pith-Reason"))
		}
		if turn == 9 && !strings.HasPrefix(h.Get("X-Pith-Methods"), "longcodezip=3") {
			t.Errorf("methods %q", h.Get("X-Pith-Methods"))
		}
		k.nextOfCode(t, turn)
	}
}

// A file keeps the forms of code over a restart.
func TestProxyCodeOutlivesARestart(t *testing.T) {
	env := map[string]string{"PITH_PROXY_LEDGER_FILE": filepath.Join(t.TempDir(), "ledger"), "PITH_PROXY_LEDGER_SECRET": "a secret of forty characters, or nearly so"}
	up, s := vendorAnd(t, env)
	k := codeTalk(t)
	first, _ := k.ask(t, s, up) // before the model is open
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	up, s = vendorAnd(t, env)
	s.codeCut(t, inFence(greenhouseFile(t)), "warm", "gpt-4o")
	k.nextOfCode(t, 2)
	again, h := k.ask(t, s, up)
	if i := churned(first, again); i >= 0 || !strings.Contains(string(first[0]), "omitted)") || h.Get("X-Pith-Status") != "compressed" {
		t.Errorf("status %q, %.200q became %.200q", h.Get("X-Pith-Status"), first[0], again[0])
	}
}

// Without the time for the code, the request goes on as it came, or is refused if the
// client says so.
func TestProxyHasNoTimeForCode(t *testing.T) {
	up, s := vendorAnd(t, nil)
	body := chatBody(t, map[string]any{"role": "user", "content": strings.Repeat(inFence(greenhouseFile(t)), 100) + "\n" + askedOfCode})
	headers := append([]string{"X-Pith-Deadline-Ms", "1"}, cutCode...)
	resp := s.raw(t, "/v1/chat/completions", body, headers...)
	if lastBody(up) != body || resp.Header.Get("X-Pith-Reason") != "deadline" {
		t.Errorf("reason %q", resp.Header.Get("X-Pith-Reason"))
	}
	n := len(up.Requests())
	if resp = s.raw(t, "/v1/chat/completions", body, append(headers, "X-Pith-On-Error", "fail")...); resp.StatusCode != http.StatusServiceUnavailable || len(up.Requests()) != n {
		t.Errorf("status %d", resp.StatusCode)
	}
}

package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// shaped is what the fake lossless method makes of a text.
func shaped(text string) string { return "shaped: " + text[:len(text)/3] }

// shaper is a compressor whose lossless methods shape, and whose other drops words.
func shaper(_ context.Context, req pith.Request) (pith.Result, error) {
	res := halve(req)
	if policy.LosslessMethod(req.Method) {
		for i := range res.Contexts {
			c := &res.Contexts[i]
			c.Text, c.OutputTokens, c.Forms, c.Exact = pith.Text(shaped(string(req.Contexts[i].Text))), c.InputTokens/3, []string{"json"}, true
		}
	}
	return res, nil
}

// data and logLines are texts of which no word may go, or few.
func data(n int) string {
	var list []map[string]any
	for i := range n {
		list = append(list, map[string]any{"id": 100 + i, "name": fmt.Sprint("bed ", i), "open": i%2 == 0})
	}
	out, _ := json.MarshalIndent(list, "", "  ")
	return string(out)
}

func logLines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "2026-03-01T10:%02d:%02dZ WARN scheduler: task queue is above the high watermark on node-%d\n", i/60, i%60, i)
	}
	return b.String()
}

func hits(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "internal/beds/water_%d.go:%d:\treturn errDry(%d)\n", i/5, 10+i, i)
	}
	return b.String()
}

// toolTurn is a call of a tool and its result; without a name the result alone.
func toolTurn(tool, id, result string) string {
	call := fmt.Sprintf(`{"role":"assistant","content":null,"tool_calls":[{"id":%q,"type":"function","function":{"name":%q,"arguments":"{}"}}]},`, id, tool)
	if tool == "" {
		call = ""
	}
	return call + fmt.Sprintf(`{"role":"tool","tool_call_id":%q,"content":%s}`, id, quoted(result))
}

var shellOnly = []string{"noise", "log", "hits"}

// What a result may become depends on its tool's name and on what it is.
func TestReshapeAsksForForms(t *testing.T) {
	const none = "none"
	texts := map[string]string{"json": data(40), "log": logLines(30), "hits": hits(40), "code": strings.Repeat("func f(a, b int) int {\n\treturn a*b + 1\n}\n\n", 40)}
	for _, tt := range []struct {
		tools string
		want  map[string]string // by text: "all", "shell" or none
	}{
		{"list_issues get_weather mcp__github__list_pull_requests execute_sql mcp__db__run_query queryDatabase search_logs",
			map[string]string{"json": "all", "log": "all", "hits": "all", "code": "all"}},
		{"Bash shell run_terminal_cmd exec_command mcp__sandbox__python docker kubectl_get",
			map[string]string{"json": none, "log": "shell", "hits": "shell", "code": none}},
		{"", map[string]string{"json": none, "log": "shell", "hits": "shell", "code": none}},
		{"Read read_file cat view fs_read NotebookEdit edit_file str_replace_based_edit_tool apply_patch write_file mcp__github__get_file_contents tail_log git_diff edit_table get_config",
			map[string]string{"json": none, "log": none, "hits": none, "code": none}},
		{"pith_decompress retrieve", map[string]string{"json": none, "log": none}},
	} {
		tools := strings.Fields(tt.tools)
		if tt.tools == "" {
			tools = []string{""}
		}
		for _, tool := range tools {
			for kind, want := range tt.want {
				for _, mode := range []string{"auto", "lossless"} {
					b := newBench(t)
					b.halver.set(shaper)
					a := b.post("/v1/chat/completions", chat(user("hi"), toolTurn(tool, "c", texts[kind])), "X-Pith-Mode", mode)
					sent := strings.Contains(string(a.sent.Body), "shaped: ")
					if b.halver.count() == 0 || want == none {
						if want != none || sent || b.halver.wordy() > 0 {
							t.Errorf("%q, %s, %s: asked %d times, shaped %v", tool, kind, mode, b.halver.count(), sent)
						}
						continue
					}
					req := b.halver.last()
					if req.Method != policy.MethodStructure || !req.Budget.IsZero() || len(req.Contexts) != 1 || string(req.Contexts[0].Text) != texts[kind] || !req.Hasty {
						t.Errorf("%q, %s: asked for %+v", tool, kind, req.Budget)
					}
					if f := req.Options.Lossless.Forms; (want == "all") != (f == nil) || want == "shell" && !slices.Equal(f, shellOnly) {
						t.Errorf("%q, %s: forms %q", tool, kind, f)
					}
					if !sent || a.header.Get("X-Pith-Methods") != "structure=1" {
						t.Errorf("%q, %s: methods %q", tool, kind, a.header.Get("X-Pith-Methods"))
					}
				}
			}
		}
	}
}

// The places where nothing is ever touched are not reshaped either, with texts that could
// be: but results of tools that lose no words may be.
func TestNeverReshaped(t *testing.T) {
	b := newBench(t)
	b.halver.set(shaper)
	reshapes := []string{`"nobody"`, `"is_error":true`} // results without a name, and of errors
	for path, templates := range never {
		for _, template := range templates {
			for kind, text := range map[string]string{"json": data(40), "log": logLines(30)} {
				may := slices.ContainsFunc(reshapes, func(s string) bool { return strings.Contains(template, s) })
				body := strings.ReplaceAll(template, "NEVER", quoted(text))
				body = strings.ReplaceAll(body, "BILLING", strings.Trim(quoted(text), `"`))
				for _, mode := range []string{"lossless", "lossy"} {
					a := b.post(path, body, "X-Pith-Mode", mode, "X-Pith-Roles", "tool,context,user,system,developer")
					if changed := string(a.sent.Body) != body; changed && !may {
						before, after := diffRange([]byte(body), a.sent.Body)
						t.Errorf("%s, %s, mode %s, changed from byte %d to %d: %.150s", path, kind, mode, before, len(body)-after, template)
					} else if !changed && may && kind == "log" {
						t.Errorf("%s, mode %s: not reshaped: %.150s", path, mode, template)
					}
				}
			}
		}
	}
	if n := b.halver.wordy(); n != 0 {
		t.Errorf("the compressor was asked to drop words %d times", n)
	}
}

// Texts of other roles, which may lose words where somebody wants that, are not reshaped.
func TestOnlyResultsOfToolsAreReshaped(t *testing.T) {
	b := newBench(t)
	b.halver.set(shaper)
	for path, templates := range map[string][]string{
		"/v1/chat/completions": {
			`{"messages":[{"role":"user","content":TEXT}]}`,
			`{"messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"},{"role":"user","content":TEXT}]}`,
			`{"messages":[{"role":"system","content":TEXT}]}`,
			`{"messages":[{"role":"developer","content":[{"type":"text","text":TEXT}]}]}`,
		},
		"/v1/responses":   {`{"input":TEXT}`, `{"input":"x","instructions":TEXT}`},
		"/v1/completions": {`{"prompt":TEXT}`},
		"/v1/messages": {
			`{"messages":[{"role":"user","content":TEXT}]}`,
			`{"messages":[],"system":TEXT}`,
			`{"messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":TEXT}}]}]}`,
			`{"messages":[{"role":"user","content":[{"type":"search_result","source":"s","title":"t","content":[{"type":"text","text":TEXT}]}]}]}`,
		},
	} {
		for _, template := range templates {
			for kind, text := range map[string]string{"json": data(40), "log": logLines(30)} {
				body := strings.ReplaceAll(template, "TEXT", quoted(text))
				for _, mode := range []string{"lossless", "auto", "lossy"} {
					a := b.post(path, body, "X-Pith-Mode", mode, "X-Pith-Roles", "tool,context,user,system,developer")
					if strings.Contains(string(a.sent.Body), "shaped: ") || mode == "lossless" && string(a.sent.Body) != body {
						t.Errorf("%s, %s, mode %s: methods %q for %.100s", path, kind, mode, a.header.Get("X-Pith-Methods"), template)
					}
				}
			}
		}
	}
	if b.halver.wordy() == 0 {
		t.Error("no text may lose words: the test shows nothing")
	}
}

// A form is sent if it saves enough: 64 tokens and 8 %, or 12 % of an estimate.
func TestReshapeHasToPay(t *testing.T) {
	for i, tt := range []struct {
		model         string
		before, after int
		want          bool
	}{
		{"gpt-4o", 1000, 920, true}, {"gpt-4o", 1000, 921, false}, {"gpt-4o", 700, 636, true}, {"gpt-4o", 700, 637, false},
		{"gpt-4o", 200, 137, false}, {"gpt-4o", 200, 136, true},
		{"claude-x", 1000, 880, true}, {"claude-x", 1000, 881, false}, {"claude-x", 200, 137, false},
		{"unheard-of", 1000, 880, true}, {"unheard-of", 1000, 881, false},
		{"gpt-4o", 1000, 1001, false}, {"gpt-4o", 1000, 1000, false},
	} {
		b := newBench(t)
		b.halver.set(func(_ context.Context, req pith.Request) (pith.Result, error) {
			return pith.Result{Method: req.Method, Contexts: []pith.ContextResult{{Text: "shaped: x", InputTokens: tt.before, OutputTokens: tt.after}}}, nil
		})
		body := strings.Replace(chat(toolTurn("list_beds", "c", data(40+i))), "gpt-4o", tt.model, 1)
		a := b.post("/v1/chat/completions", body)
		if got := strings.Contains(string(a.sent.Body), "shaped: "); got != tt.want {
			t.Errorf("%s, %d to %d tokens: %v", tt.model, tt.before, tt.after, got)
		}
		if !tt.want && (string(a.sent.Body) != body || a.header.Get("X-Pith-Reason") != "saves_too_little") {
			t.Errorf("%s, %d to %d tokens: reason %q", tt.model, tt.before, tt.after, a.header.Get("X-Pith-Reason"))
		}
		if exact := strings.HasSuffix(a.header.Get("X-Pith-Tokenizer"), ";exact"); tt.want && exact != (tt.model == "gpt-4o") {
			t.Errorf("%s: tokenizer %q", tt.model, a.header.Get("X-Pith-Tokenizer"))
		}
	}
}

// What a lossless method returns is not believed blindly.
func TestReshapeOfBadResults(t *testing.T) {
	for name, res := range map[string]pith.Result{
		"no_text":      {Contexts: []pith.ContextResult{{Text: "\xff\xfe", InputTokens: 1000, OutputTokens: 10}}},
		"blank":        {Contexts: []pith.ContextResult{{Text: " \n", InputTokens: 1000, OutputTokens: 1}}},
		"empty":        {Contexts: []pith.ContextResult{{Text: "", InputTokens: 1000, OutputTokens: 0}}},
		"no_contexts":  {},
		"two_contexts": {Contexts: make([]pith.ContextResult, 2)},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.halver.set(func(context.Context, pith.Request) (pith.Result, error) { return res, nil })
			body := chat(toolTurn("list_beds", "c", data(40)))
			if a := b.post("/v1/chat/completions", body); string(a.sent.Body) != body || a.status != 200 {
				t.Errorf("status %d, sent %.200s", a.status, a.sent.Body)
			}
		})
	}
}

// A result that could not be reshaped, for want of time or by a failure, stays as it is,
// and loses no words instead.
func TestReshapeFailuresStayRaw(t *testing.T) {
	for name, do := range map[string]func(context.Context, pith.Request) (pith.Result, error){
		"deadline": func(ctx context.Context, _ pith.Request) (pith.Result, error) {
			<-ctx.Done()
			return pith.Result{}, ctx.Err()
		},
		"late": func(ctx context.Context, req pith.Request) (pith.Result, error) { // deaf to its context
			time.Sleep(60 * time.Millisecond)
			return shaper(ctx, req)
		},
		"panics": func(context.Context, pith.Request) (pith.Result, error) { panic("x") },
		"fails":  func(context.Context, pith.Request) (pith.Result, error) { return pith.Result{}, errors.New("x") },
		"busy": func(context.Context, pith.Request) (pith.Result, error) {
			return pith.Result{}, &pith.Error{Code: pith.CodeUnavailable}
		},
	} {
		for _, tool := range []string{"list_beds", "web_search"} { // of the latter, words might go
			t.Run(name+"/"+tool, func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "ledger")
				fresh := func(o *Options) {
					o.Settings.Deadline = 30 * time.Millisecond
					var err error
					if o.Ledger, err = ledger.Open(ledger.Options{File: file}); err != nil {
						t.Fatal(err)
					}
				}
				b := newBench(t, fresh)
				b.halver.set(do)
				first := user("hi") + "," + toolTurn(tool, "c", logLines(30))
				body := chat(first)
				if a := b.post("/v1/chat/completions", body); string(a.sent.Body) != body || b.halver.wordy() > 0 || b.halver.count() != 1 {
					t.Fatalf("asked %d times, %d for words; reason %q", b.halver.count(), b.halver.wordy(), a.header.Get("X-Pith-Reason"))
				}
				time.Sleep(40 * time.Millisecond) // until the late one is through
				b.halver.set(shaper)
				more := chat(first, toolTurn("list_beds", "d", data(50)))
				later := func(what string) {
					a := b.post("/v1/chat/completions", more)
					if got := string(a.sent.Body); !strings.HasPrefix(got, body[:len(body)-2]) || !strings.Contains(got, "shaped: ") {
						t.Errorf("%s: methods %q, reason %q", what, a.header.Get("X-Pith-Methods"), a.header.Get("X-Pith-Reason"))
					}
				}
				later("the next turn")
				_ = b.ledger.Close()
				b.start(fresh)
				later("after a restart")
			})
		}
	}
}

// A log of a tool whose prose may lose words is reshaped first; only where that gains
// nothing does it lose words.
func TestLogsAreReshapedBeforeTheyLoseWords(t *testing.T) {
	b := newBench(t)
	b.halver.set(shaper)
	a := b.post("/v1/chat/completions", chat(toolTurn("web_search", "c", logLines(30))))
	if a.header.Get("X-Pith-Methods") != "structure=1" || b.halver.wordy() != 0 {
		t.Errorf("methods %q", a.header.Get("X-Pith-Methods"))
	}
	b.halver.set(nil) // whose lossless methods gain nothing
	a = b.post("/v1/chat/completions", chat(toolTurn("web_search", "c", logLines(31))))
	if a.header.Get("X-Pith-Methods") != "halver=1" || b.halver.count() != 3 {
		t.Errorf("methods %q after %d requests", a.header.Get("X-Pith-Methods"), b.halver.count())
	}
	a = b.post("/v1/chat/completions", chat(toolTurn("web_search", "c", logLines(32))), "X-Pith-Mode", "lossless")
	if a.header.Get("X-Pith-Methods") != "" || b.halver.wordy() != 1 {
		t.Errorf("mode lossless: methods %q", a.header.Get("X-Pith-Methods"))
	}
	b.halver.set(shaper)
	prose := chat(toolTurn("web_search", "c", words(3, longText)))
	if a = b.post("/v1/chat/completions", prose); a.header.Get("X-Pith-Methods") != "halver=1" {
		t.Errorf("prose: methods %q", a.header.Get("X-Pith-Methods"))
	}
}

// The method is the setting's, or the client's if that is lossless; of none nothing is
// asked.
func TestReshapeMethods(t *testing.T) {
	for name, tt := range map[string]struct {
		setting string
		header  []string
		want    string // method, "" is that nothing is asked for
	}{
		"default":               {"structure", nil, "structure"},
		"lossless":              {"lossless", nil, "lossless"},
		"metatoken":             {"metatoken", nil, "metatoken"},
		"off":                   {"off", nil, ""},
		"unset":                 {"", nil, ""},
		"no_method":             {"llmlingua2", nil, ""},
		"client_wants_lossless": {"structure", []string{"X-Pith-Method", "lossless"}, "lossless"},
		"client_against_off":    {"off", []string{"X-Pith-Method", "structure"}, ""},
		"client_wants_words":    {"structure", []string{"X-Pith-Method", "llmlingua2"}, "structure"},
		"client_wants_none":     {"structure", []string{"X-Pith-Method", "none"}, ""},
		"mode_off":              {"structure", []string{"X-Pith-Mode", "off"}, ""},
		"no_tool_role":          {"structure", []string{"X-Pith-Roles", "user"}, ""},
		"short":                 {"structure", []string{"X-Pith-Min-Tokens", "100000"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, func(o *Options) { o.Settings.Lossless = tt.setting })
			b.halver.set(shaper)
			body := chat(toolTurn("list_beds", "c", data(40)))
			a := b.post("/v1/chat/completions", body, tt.header...)
			got := ""
			if b.halver.count() > 0 {
				got = b.halver.last().Method
			}
			if got != tt.want || (string(a.sent.Body) == body) != (tt.want == "") {
				t.Errorf("asked for %q, want %q; methods %q, reason %q", got, tt.want, a.header.Get("X-Pith-Methods"), a.header.Get("X-Pith-Reason"))
			}
		})
	}
}

// A key that loses nothing sends what lost words as it came, again and again, and keeps
// what has another form.
func TestNoLossyKeepsForms(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger")
	with := func(limit bool) func(*Options) {
		return func(o *Options) {
			var err error
			if o.Ledger, err = ledger.Open(ledger.Options{File: file}); err != nil {
				t.Fatal(err)
			}
			o.Settings.NoLossy = limit
		}
	}
	b := newBench(t, with(false))
	b.halver.set(shaper)
	prose, form := words(1, longText), data(40)
	body := chat(user("hi"), toolTurn("web_search", "c", prose), toolTurn("list_beds", "d", form))
	before := b.post("/v1/chat/completions", body)
	if before.header.Get("X-Pith-Methods") != "halver=1,structure=1" {
		t.Fatalf("methods %q", before.header.Get("X-Pith-Methods"))
	}
	_ = b.ledger.Close()
	b.start(with(true))
	want := strings.Replace(body, quoted(form), quoted(shaped(form)), 1)
	for range 2 {
		if a := b.post("/v1/chat/completions", body); string(a.sent.Body) != want {
			t.Errorf("methods %q, reason %q", a.header.Get("X-Pith-Methods"), a.header.Get("X-Pith-Reason"))
		}
	}
}

// In conversations of which every result is reshaped, failures and restarts change no
// text that was sent.
func TestReshapedConversationsGrow(t *testing.T) {
	for name, trouble := range map[string]bool{"calm": false, "troubled": true} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "ledger")
			fresh := func(o *Options) {
				o.Settings.Deadline = 50 * time.Millisecond
				var err error
				if o.Ledger, err = ledger.Open(ledger.Options{File: file}); err != nil {
					t.Fatal(err)
				}
			}
			b := newBench(t, fresh)
			history := []string{user("hi")}
			var before []string
			for n := range 30 {
				b.halver.set(shaper)
				if trouble && n%4 == 1 {
					b.halver.set(func(ctx context.Context, _ pith.Request) (pith.Result, error) {
						<-ctx.Done()
						return pith.Result{}, ctx.Err()
					})
				}
				if trouble && n%9 == 5 {
					_ = b.ledger.Close()
					b.start(fresh)
				}
				text := []string{data(30 + n), logLines(20 + n), hits(30 + n)}[n%3]
				history = append(history, toolTurn([]string{"list_beds", "Bash", "", "Read"}[n%4], fmt.Sprint("c", n), text))
				a := b.post("/v1/chat/completions", chat(history...))
				now := turnsOf(t, a.sent.Body, "messages")
				for i, was := range before {
					if now[i] != was {
						t.Fatalf("turn %d: what was said at %d was sent in another form before", n, i)
					}
				}
				before = now
			}
			forms := strings.Count(strings.Join(before, ""), "shaped: ")
			if want := map[bool]int{false: 19, true: 13}[trouble]; forms != want {
				t.Errorf("%d of 30 results have another form, want %d", forms, want)
			}
		})
	}
}

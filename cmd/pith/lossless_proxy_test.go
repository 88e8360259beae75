package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/cache/redistest"
	"github.com/pith-proxy/pith/service/fakeupstream"
)

// called is a call of a tool and what came of it.
type called struct {
	tool  string // "" is a result without its call
	text  string
	error bool
}

// quoted is a JSON string as most clients write it.
func quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s)
	return strings.TrimSpace(b.String())
}

// bait is what a proxy would like to write shorter wherever it stands.
var bait = issueList(7)

// baitOf is what stands in call i, at its name.
func baitOf(i int) string {
	if i < 3 {
		return bait
	}
	return "{ }"
}

// schema is a tool as clients describe it, with much white space.
var schema = "{\"name\": \"list_issues\",   \"description\": " + quoted("Lists issues.\n\n"+bait) + ",   \"input_schema\": {\"type\":  \"object\",  \"properties\": {}},  \"parameters\": {\"type\":  \"object\",  \"properties\": {}}}"

// A wording is how a dialect writes calls and their results: the parts of a body around
// the texts of the results.
type wording struct {
	path    string
	headers []string
	list    string // the member with the turns
	around  func(calls []called) []string
}

var wordings = map[string]wording{
	"chat": {"/v1/chat/completions", nil, "messages", func(calls []called) []string {
		at := `{"model":"gpt-4o","tools":[{"type":"function","function":` + schema + `}],"messages":[{"role":"system","content":` + quoted(bait) + `},{"role":"user","content":` + quoted("Look at this:\n"+bait) + `}`
		var parts []string
		for i, c := range calls {
			id := fmt.Sprint("call_", i)
			if c.tool != "" {
				at += `,{"role":"assistant","content":` + quoted(baitOf(i)) + `,"tool_calls":[{"id":"` + id + `","type":"function","function":{"name":"` + c.tool + `","arguments":` + quoted(baitOf(i)) + `}}]}`
			}
			parts = append(parts, at+`,{"role":"tool","tool_call_id":"`+id+`","content":`)
			at = `}`
		}
		return append(parts, at+`],"metadata":{"note":`+quoted(bait)+`}}`)
	}},
	"responses": {"/v1/responses", nil, "input", func(calls []called) []string {
		at := `{"model":"gpt-4o","tools":[{"type":"function",` + schema[1:] + `],"instructions":` + quoted(bait) + `,"input":[{"role":"user","content":` + quoted("Look at this:\n"+bait) + `}`
		var parts []string
		for i, c := range calls {
			id := fmt.Sprint("call_", i)
			if c.tool != "" {
				at += `,{"type":"function_call","call_id":"` + id + `","name":"` + c.tool + `","arguments":` + quoted(baitOf(i)) + `}`
			}
			at += `,{"type":"function_call_output","call_id":"` + id + `","output":`
			end := `}`
			if i%2 == 1 {
				at, end = at+`[{"type":"input_text","text":`, `}]}`
			}
			parts = append(parts, at)
			at = end
		}
		return append(parts, at+`]}`)
	}},
	"messages": {"/v1/messages", []string{"Anthropic-Version", "2023-06-01"}, "messages", func(calls []called) []string {
		at := `{"model":"claude-sonnet-4-5","max_tokens":64,"tools":[` + schema + `],"system":[{"type":"text","text":` + quoted(bait) + `}],"messages":[{"role":"user","content":[{"type":"text","text":` + quoted("Look at this:\n"+bait) + `}]}`
		var parts []string
		for i, c := range calls {
			id := fmt.Sprint("toolu_", i)
			if c.tool != "" {
				at += `,{"role":"assistant","content":[{"type":"text","text":` + quoted(baitOf(i)) + `},{"type":"tool_use","id":"` + id + `","name":"` + c.tool + `","input":` + baitOf(i) + `}]}`
			}
			at += `,{"role":"user","content":[{"type":"tool_result","tool_use_id":"` + id + `"`
			if c.error {
				at += `,"is_error":true`
			}
			at += `,"content":`
			end := `}]}`
			if i%2 == 1 {
				at, end = at+`[{"type":"text","text":`, `}]}]}`
			}
			parts = append(parts, at)
			at = end
		}
		return append(parts, at+`]}`)
	}},
}

// body writes the calls with their results.
func (w wording) body(calls []called) string {
	parts := w.around(calls)
	var b strings.Builder
	for i, c := range calls {
		b.WriteString(parts[i] + quoted(c.text))
	}
	return b.String() + parts[len(parts)-1]
}

// results reads the texts of the results out of what the vendor got. All around them must
// be as the client wrote it, byte for byte.
func (w wording) results(t *testing.T, calls []called, sent string) []string {
	t.Helper()
	parts := w.around(calls)
	var texts []string
	for i, part := range parts {
		rest, ok := strings.CutPrefix(sent, part)
		if !ok {
			n := firstDifference([]byte(part), []byte(sent))
			t.Fatalf("before result %d: %q became %q", i, around([]byte(part), n), around([]byte(sent), n))
		}
		if i == len(parts)-1 {
			if rest != "" {
				t.Fatalf("behind the body: %.100q", rest)
			}
			break
		}
		dec := json.NewDecoder(strings.NewReader(rest))
		var text string
		if err := dec.Decode(&text); err != nil {
			t.Fatalf("result %d: %v", i, err)
		}
		texts = append(texts, text)
		sent = rest[dec.InputOffset():]
	}
	return texts
}

// reshaped is what the method makes of a text with the forms; nil is all.
func (s *server) reshaped(t *testing.T, text, method, model string, forms []string) string {
	t.Helper()
	body := map[string]any{"input": text, "method": method, "model": model, "return": []string{"decode"}}
	if forms != nil {
		body["lossless"] = map[string]any{"forms": forms}
	}
	r := s.shortens(t, body).Results[0]
	if r.Decode != nil && s.restores(t, r) != text {
		t.Error("what was made of a text cannot be restored")
	}
	return r.Text
}

// printedForms are those for what a program prints.
var printedForms = []string{"noise", "log", "hits"}

// someCalls are calls of tools with results of many kinds. forms says what may be used:
// "all", "printed", or "" for nothing.
var someCalls = []struct {
	tool, kind, forms string
}{
	{"list_issues", "json", "all"},
	{"list_issues", "ndjson", "all"},
	{"mcp__github__list_issues", "unicode", "all"},
	{"list_pods", "columns", "all"},
	{"get_logs", "log", "all"},
	{"list_beds", "csv", "all"},
	{"execute_sql", "json", "all"},
	{"query_database", "table", "all"},
	{"Bash", "log", "printed"},
	{"Bash", "hits", "printed"},
	{"Bash", "paths", ""},
	{"Glob", "paths", "all"},
	{"Bash", "colours", "printed"},
	{"run_terminal_cmd", "crlf", "printed"},
	{"Bash", "json", ""},
	{"Bash", "ndjson", ""},
	{"Bash", "code", ""},
	{"Bash", "diff", ""},
	{"Bash", "columns", ""},
	{"Bash", "table", ""},
	{"Bash", "csv", ""},
	{"Bash", "mixed", ""},
	{"", "log", "printed"},
	{"", "hits", "printed"},
	{"", "json", ""},
	{"", "csv", ""},
	{"Read", "json", ""},
	{"Read", "log", ""},
	{"read_file", "columns", ""},
	{"view", "hits", ""},
	{"cat", "table", ""},
	{"edit_file", "json", ""},
	{"str_replace_based_edit_tool", "log", ""},
	{"apply_patch", "hits", ""},
	{"mcp__github__get_file_contents", "json", ""},
	{"NotebookEdit", "json", ""},
	{"pith_decompress", "json", ""},
	{"list_issues", "diff", ""},
	{"list_issues", "code", ""},
	{"list_issues", "prose", ""},
}

// longer makes the texts long enough to be looked at.
func longer(kind string) string {
	switch kind {
	case "code", "diff", "prose":
		return strings.Repeat(kinds[kind]+"\n", 4)
	}
	return kinds[kind]
}

func calls() (list []called) {
	for _, c := range someCalls {
		list = append(list, called{tool: c.tool, text: longer(c.kind)})
	}
	return list
}

// reshapedCalls is what the vendor is to get in the places of the results, and how many
// of them are other texts.
func (s *server) reshapedCalls(t *testing.T, method, model string) (want []string, changed int) {
	for _, c := range someCalls {
		text := longer(c.kind)
		switch c.forms {
		case "all":
			text = s.reshaped(t, text, method, model, nil)
		case "printed":
			text = s.reshaped(t, text, method, model, printedForms)
		}
		if text != longer(c.kind) {
			changed++
		} else if c.forms != "" {
			t.Errorf("%s, %s: nothing to gain: the test shows nothing", c.tool, c.kind)
		}
		want = append(want, text)
	}
	return want, changed
}

// What the vendor gets differs from what the client sent in the results of tools alone,
// and there in those that may have another form.
func TestProxyReshapesResultsOfTools(t *testing.T) {
	up, s := vendorAnd(t, map[string]string{"PITH_PROXY_MIN_TOKENS": "200"})
	for name, w := range wordings {
		model := "gpt-4o"
		if name == "messages" {
			model = "claude-sonnet-4-5"
		}
		want, changed := s.reshapedCalls(t, "structure", model)
		for _, headers := range [][]string{nil, {"X-Pith-Mode", "lossless"}} {
			t.Run(fmt.Sprint(name, headers), func(t *testing.T) {
				body := w.body(calls())
				resp := s.raw(t, w.path, body, append(headers, w.headers...)...)
				for i, text := range w.results(t, calls(), lastBody(up)) {
					if c := someCalls[i]; text != want[i] {
						t.Errorf("%s, %s: %.150q, want %.150q", c.tool, c.kind, text, want[i])
					}
				}
				if got := resp.Header.Get("X-Pith-Methods"); got != fmt.Sprint("structure=", changed) {
					t.Errorf("methods %q, want structure=%d", got, changed)
				}
				if got, exact := resp.Header.Get("X-Pith-Tokenizer"), name != "messages"; strings.HasSuffix(got, ";exact") != exact {
					t.Errorf("tokenizer %q", got)
				}
				if resp.Header.Get("X-Pith-Status") != "compressed" {
					t.Errorf("status %q", resp.Header.Get("X-Pith-Status"))
				}
			})
		}
	}
	if strings.Contains(s.log.String(), "rchid") {
		t.Error("the log has a text")
	}
}

// A result that says that it is an error keeps every word, and may have another form.
func TestProxyReshapesErrors(t *testing.T) {
	up, s := vendorAnd(t, nil)
	w := wordings["messages"]
	list := []called{{"list_issues", kinds["json"], true}, {"web_search", kinds["log"], true}, {"web_search", longer("prose"), true}, {"Read", kinds["log"], true}}
	s.raw(t, w.path, w.body(list), w.headers...)
	got := w.results(t, list, lastBody(up))
	for i, want := range []string{s.reshaped(t, kinds["json"], "structure", "claude-x", nil), s.reshaped(t, kinds["log"], "structure", "claude-x", nil), longer("prose"), kinds["log"]} {
		if got[i] != want {
			t.Errorf("%s: %.150q", list[i].tool, got[i])
		}
	}
}

// What cat shows is a file, and an edit will name its bytes, whoever runs cat.
func TestProxyKeepsFilesThatAShellShows(t *testing.T) {
	fstab := "# device                              mount             type      options                 dump  pass\n" + numbered(40, func(i int) string {
		return fmt.Sprintf("%-38s%-18s%-10s%-24s%-6d%d", fmt.Sprintf("/dev/mapper/vg%d-orchid%d", i%3, i), fmt.Sprintf("/srv/bed/%d", i), "ext4", "defaults,noatime", 0, 2)
	})
	up, s := vendorAnd(t, nil)
	w := wordings["chat"]
	for name, text := range map[string]string{"aligned_columns": fstab} {
		t.Run(name, func(t *testing.T) {
			list := []called{{tool: "Bash", text: text}}
			s.raw(t, w.path, w.body(list), w.headers...)
			got := w.results(t, list, lastBody(up))[0]
			for line := range strings.Lines(text) {
				if !strings.Contains(got, strings.TrimSuffix(line, "\n")) {
					t.Fatalf("%q is not in what the vendor got", line)
				}
			}
		})
	}
}

// Results that lose words where that is allowed lose none where it is not, whatever the
// conversation had before; what has another form keeps that.
func TestProxyKeysThatLoseNothing(t *testing.T) {
	out, _, err := command(t, nil, "", "keys", "new")
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Fields(out) // key: K hash: H
	dir := t.TempDir()
	up := fakeupstream.New(fakeupstream.Options{})
	srv := httptest.NewServer(up)
	t.Cleanup(srv.Close)
	start := func(limit string) *server {
		file := filepath.Join(dir, "pith.yaml")
		write(t, file, fmt.Sprintf("upstreams:\n  openai: {base_url: %q}\nproxy:\n  ledger_file: %q\n  deadline: 30s\n  cache_minimum: false\n  verify: true\n  keys:\n    - {id: one, hash: %q, upstream: openai, credential_env: VENDOR_KEY%s}\n",
			srv.URL+"/v1", filepath.Join(dir, "ledger"), f[3], limit))
		return startServer(t, map[string]string{"PITH_CONFIG": file, "VENDOR_KEY": "sk-real"})
	}
	w := wordings["chat"]
	list := []called{{tool: "web_search", text: longer("prose")}, {tool: "list_issues", text: kinds["json"]}, {tool: "web_search", text: kinds["log"]}, {tool: "Bash", text: kinds["hits"]}}
	ask := func(s *server, list []called) ([]string, http.Header) {
		t.Helper()
		resp := s.raw(t, w.path, w.body(list), "Authorization", "Bearer "+f[1])
		if resp.StatusCode != 200 {
			t.Fatalf("status %d", resp.StatusCode)
		}
		return w.results(t, list, lastBody(up)), resp.Header
	}
	free := start("")
	lossy, h := ask(free, list)
	if got := h.Get("X-Pith-Methods"); got != "structure=3,llmlingua2=1" || lossy[0] == list[0].text {
		t.Fatalf("methods %q: the test shows nothing", got)
	}
	if err := free.stop(); err != nil {
		t.Fatal(err)
	}
	bound := start(", no_lossy: true")
	exact, h := ask(bound, list)
	if exact[0] != list[0].text {
		t.Errorf("words are missing: %.200q", exact[0])
	}
	if !slices.Equal(exact[1:], lossy[1:]) || h.Get("X-Pith-Methods") != "structure=3" || !strings.Contains(h.Get("X-Pith-Reason"), "no_lossy") {
		t.Errorf("methods %q, reason %q", h.Get("X-Pith-Methods"), h.Get("X-Pith-Reason"))
	}
	more := append(slices.Clone(list), called{tool: "web_search", text: longer("prose") + "And more."}, called{tool: "list_issues", text: kinds["unicode"]})
	again, h := ask(bound, more)
	if !slices.Equal(again[:4], exact) || again[4] != more[4].text || again[5] == more[5].text || h.Get("X-Pith-Methods") != "structure=4" {
		t.Errorf("two turns more: methods %q", h.Get("X-Pith-Methods"))
	}
	for _, asked := range [][]string{{"X-Pith-Mode", "lossy"}, {"X-Pith-Method", "llmlingua2"}} {
		resp := bound.raw(t, w.path, w.body(list), append(asked, "Authorization", "Bearer "+f[1])...)
		if got := w.results(t, list, lastBody(up)); got[0] != list[0].text || strings.Contains(resp.Header.Get("X-Pith-Methods"), "llmlingua2") {
			t.Errorf("%v: words are missing: %q", asked, resp.Header.Get("X-Pith-Methods"))
		}
	}
}

// The setting and the client's header say which method there is, or that there is none.
func TestProxyLosslessSetting(t *testing.T) {
	list := []called{{tool: "list_issues", text: kinds["json"]}, {tool: "list_clauses", text: kinds["hits"]}, {tool: "Bash", text: kinds["log"]}, {tool: "web_search", text: longer("prose")}, {tool: "web_search", text: kinds["log"]}}
	w := wordings["chat"]
	for setting, methods := range map[string]string{
		"off":       "llmlingua2=1",
		"lossless":  "lossless=4,llmlingua2=1",
		"metatoken": "llmlingua2=1,metatoken=1", // a dictionary is no form for what Bash prints
	} {
		t.Run(setting, func(t *testing.T) {
			up, s := vendorAnd(t, map[string]string{"PITH_PROXY_LOSSLESS": setting})
			resp := s.raw(t, w.path, w.body(list))
			got := w.results(t, list, lastBody(up))
			if m := resp.Header.Get("X-Pith-Methods"); m != methods {
				t.Errorf("methods %q, want %q", m, methods)
			}
			for i, c := range list[:3] {
				want := c.text
				switch {
				case setting == "off":
				case i == 2:
					want = s.reshaped(t, c.text, setting, "gpt-4o", printedForms)
				default:
					want = s.reshaped(t, c.text, setting, "gpt-4o", nil)
				}
				if got[i] != want {
					t.Errorf("%s: %.150q, want %.150q", c.tool, got[i], want)
				}
			}
			lossless := s.raw(t, w.path, w.body(list), "X-Pith-Mode", "lossless")
			prose := list[3].text // which repeats itself
			if setting != "off" {
				prose = s.reshaped(t, prose, setting, "gpt-4o", nil)
			}
			if m := lossless.Header.Get("X-Pith-Methods"); strings.Contains(m, "llmlingua2") || w.results(t, list, lastBody(up))[3] != prose {
				t.Errorf("mode lossless: methods %q", m)
			}
			if setting == "off" {
				if lastBody(up) != w.body(list) {
					t.Error("off, and mode lossless: changed")
				}
				return
			}
			resp = s.raw(t, w.path, w.body(list), "X-Pith-Mode", "dry-run")
			if m := resp.Header.Get("X-Pith-Methods"); m != methods || lastBody(up) != w.body(list) {
				t.Errorf("dry run: %q, changed: %v", m, lastBody(up) != w.body(list))
			}
			s.raw(t, w.path, w.body(list), "X-Pith-Mode", "off")
			if lastBody(up) != w.body(list) {
				t.Error("mode off: changed")
			}
		})
	}
	if _, _, err := command(t, map[string]string{"PITH_PROXY_LOSSLESS": "llmlingua2"}, "", "config", "check"); exitCode(err) != exitUsage || !strings.Contains(err.Error(), "proxy.lossless") {
		t.Errorf("a method that drops words: %v", err)
	}
}

// A text of ours that a tool hands back is not written anew.
func TestProxyKnowsItsOwnForms(t *testing.T) {
	up, s := vendorAnd(t, nil)
	w := wordings["chat"]
	first := []called{{tool: "list_issues", text: kinds["json"]}, {tool: "Bash", text: kinds["log"]}}
	s.raw(t, w.path, w.body(first))
	forms := w.results(t, first, lastBody(up))
	second := append(slices.Clone(first), called{tool: "list_issues", text: forms[0]}, called{tool: "echo_log", text: forms[1]})
	resp := s.raw(t, w.path, w.body(second))
	if got := w.results(t, second, lastBody(up)); !slices.Equal(got, append(slices.Clone(forms), forms...)) {
		t.Errorf("a form was written anew: %.150q, %.150q", got[2], got[3])
	}
	if !strings.Contains(resp.Header.Get("X-Pith-Reason"), "already_compressed") {
		t.Errorf("reason %q", resp.Header.Get("X-Pith-Reason"))
	}
}

// A user's own data stay as they are, also beside material that loses words.
func TestProxyLeavesWhatUsersWrote(t *testing.T) {
	documents := "Use these documents.\n\n<document>\n" + passages + "\n</document>\n<document>\n" + kinds["json"] + "\n</document>\n<document>\n" + kinds["log"] +
		"\n</document>\n\nQuestion: Who paid for the library?"
	data := "Use these documents.\n\n<document>\n" + kinds["json"] + "\n</document>\n<document>\n" + kinds["ndjson"] + "\n</document>\n\nQuestion: Which beds are open?"
	question := "Answer the question using the passages.\n\n<passages>\n" + passages + "\n\n" + strings.ReplaceAll(passages, "Ashford", "Willesby") +
		"\n</passages>\n\n<data>\n" + kinds["json"] + "\n</data>\n\nQuestion: Who paid for the library in the high street?"
	for _, setting := range []string{"structure", "off"} {
		up, s := vendorAnd(t, map[string]string{"PITH_PROXY_LOSSLESS": setting})
		for name, text := range map[string]string{"question": question, "log": "What went wrong here?\n\n" + kinds["log"], "documents": documents, "data": data} {
			t.Run(name+"/"+setting, func(t *testing.T) {
				resp := s.raw(t, "/v1/chat/completions", chatBody(t, map[string]any{"role": "user", "content": text}))
				var sent struct {
					Messages []struct{ Content string }
				}
				if err := json.Unmarshal([]byte(lastBody(up)), &sent); err != nil {
					t.Fatal(err)
				}
				if m := resp.Header.Get("X-Pith-Methods"); strings.Contains(m, "structure") {
					t.Errorf("methods %q", m)
				}
				if strings.Contains(sent.Messages[0].Content, "Log in short form") {
					t.Error("a log of the user is in another form")
				}
				for _, kind := range []string{"json", "ndjson"} { // a log among documents may lose words
					if strings.Contains(text, kinds[kind]) && !strings.Contains(sent.Messages[0].Content, kinds[kind]) {
						t.Errorf("%s of the user was changed", kind)
					}
				}
			})
		}
	}
}

// agentTalk is a conversation of an agent: a call and its result a turn.
type agentTalk struct {
	wording
	calls  []called
	before []json.RawMessage
}

// next adds turn n.
func (k *agentTalk) next(n int) {
	tools := []called{
		{tool: "list_issues", text: issueList(12 + n)},
		{tool: "Bash", text: buildLog(30 + n)},
		{tool: "Read", text: issueList(10 + n)},
		{tool: "Bash", text: grepHits(24 + n)},
		{tool: "web_search", text: fmt.Sprint("Page ", n, ".\n\n", passages, "\n\n", strings.ReplaceAll(passages, "Ashford", "Willesby"))},
		{tool: "", text: buildLog(31 + n)},
		{tool: "Bash", text: issueList(11 + n)},
	}
	k.calls = append(k.calls, tools[n%len(tools)])
}

// ask sends all there is. What was sent before must be sent in the same bytes.
func (k *agentTalk) ask(t *testing.T, s *server, up *fakeupstream.Server) http.Header {
	t.Helper()
	resp := s.raw(t, k.path, k.body(k.calls), k.headers...)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d", resp.StatusCode)
	}
	k.results(t, k.calls, lastBody(up))
	var members map[string]json.RawMessage
	var now []json.RawMessage
	if json.Unmarshal([]byte(lastBody(up)), &members) != nil || json.Unmarshal(members[k.list], &now) != nil {
		t.Fatal("the vendor got no conversation")
	}
	if i := churned(k.before, now); i >= 0 {
		t.Fatalf("turn %d: message %d was sent in another form before", len(k.calls)-1, i)
	}
	k.before = now
	return resp.Header
}

// methodCount is the number of texts by a method in X-Pith-Methods.
func methodCount(h http.Header, method string) (n int) {
	for part := range strings.SplitSeq(h.Get("X-Pith-Methods"), ",") {
		if name, count, _ := strings.Cut(part, "="); name == method {
			_, _ = fmt.Sscan(count, &n)
		}
	}
	return n
}

const agentTurns = 20

// In conversations that grow, nothing that was said changes its form, with restarts and
// other settings in between.
func TestProxyGrowsWithoutChurn(t *testing.T) {
	up := fakeupstream.New(fakeupstream.Options{})
	srv := httptest.NewServer(up)
	t.Cleanup(srv.Close)
	env := map[string]string{"PITH_PROXY_LEDGER_FILE": filepath.Join(t.TempDir(), "ledger")}
	s := serverFor(t, srv.URL, env)
	talks := map[string]*agentTalk{}
	most := map[string]int{}
	for name, w := range wordings {
		talks[name] = &agentTalk{wording: w}
	}
	for n := range agentTurns {
		if setting := map[int]string{6: "structure", 11: "off", 15: "lossless"}[n]; setting != "" {
			if err := s.stop(); err != nil {
				t.Fatal(err)
			}
			env["PITH_PROXY_LOSSLESS"] = setting
			s = serverFor(t, srv.URL, env)
		}
		for name, k := range talks {
			k.next(n)
			h := k.ask(t, s, up)
			got := methodCount(h, "structure")
			if got < most[name] {
				t.Fatalf("%s, turn %d: %q", name, n, h.Get("X-Pith-Methods"))
			}
			most[name] = got
			if n == agentTurns-1 && (got != 7 || methodCount(h, "lossless") == 0 || methodCount(h, "llmlingua2") == 0) {
				t.Errorf("%s: methods %q: the test shows nothing", name, h.Get("X-Pith-Methods"))
			}
		}
	}
}

// Two replicas, one of which has no time, and both of which lose their memories.
func TestProxyReplicasReshapeAlike(t *testing.T) {
	r := newReplicas(t, 2, nil)
	hasty := r.start(map[string]string{"PITH_PROXY_DEADLINE": "1ms"})
	k := &agentTalk{wording: wordings["messages"]}
	alone := &agentTalk{wording: wordings["messages"]}
	for n := range agentTurns {
		s := r.all[n%2]
		switch n {
		case 5, 12:
			s = hasty
		case 9:
			r.restart(0)
		case 14:
			r.restart(1)
			s = r.all[n%2]
		}
		if n == 9 {
			s = r.all[0]
		}
		k.next(n)
		alone.next(n)
		h := k.ask(t, s, r.up)
		if n == agentTurns-1 && methodCount(h, "structure") < 8 {
			t.Errorf("methods %q", h.Get("X-Pith-Methods"))
		}
		r.written()
	}
	redistest.Eventually(t, "written", func() bool { return len(r.redis.Dump()) > 10 })
	// One that knows nothing sends the same, but for what was raw for want of time.
	fresh := serverFor(t, r.vendor, map[string]string{"PITH_CACHE_ENABLED": "false"})
	alone.ask(t, fresh, r.up)
	differs := 0
	for i := range alone.before {
		if !bytes.Equal(alone.before[i], k.before[i]) {
			differs++
		}
	}
	if differs > 2 {
		t.Errorf("%d messages have another form without a memory", differs)
	}
	for name, value := range r.redis.Dump() {
		if strings.Contains(name+value, "rchid") || strings.Contains(name+value, "list_issues") {
			t.Error("a text can be read in Redis")
		}
	}
}

// What there was no time for stays raw, on the next turn, and after a restart with all the
// time there is.
func TestProxyLargeResultsStayRaw(t *testing.T) {
	up := fakeupstream.New(fakeupstream.Options{})
	srv := httptest.NewServer(up)
	t.Cleanup(srv.Close)
	env := map[string]string{"PITH_PROXY_LEDGER_FILE": filepath.Join(t.TempDir(), "ledger"), "PITH_PROXY_DEADLINE": "1ms"}
	w := wordings["chat"]
	large := called{tool: "list_issues", text: issueList(11000)}
	if n := len(quoted(large.text)); n < 3<<20 || n > 4<<20 {
		t.Fatalf("%d bytes: the test shows nothing", n)
	}
	list := []called{large}
	ask := func(s *server, what string) http.Header {
		t.Helper()
		resp := s.raw(t, w.path, w.body(list))
		if got := w.results(t, list, lastBody(up)); got[0] != large.text || !strings.Contains(resp.Header.Get("X-Pith-Reason"), "deadline") {
			t.Errorf("%s: reason %q, raw: %v", what, resp.Header.Get("X-Pith-Reason"), got[0] == large.text)
		}
		return resp.Header
	}
	s := serverFor(t, srv.URL, env)
	ask(s, "at first")
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	env["PITH_PROXY_DEADLINE"] = "30s"
	s = serverFor(t, srv.URL, env)
	list = append(list, called{tool: "list_issues", text: issueList(15)})
	if h := ask(s, "the next turn, after a restart"); h.Get("X-Pith-Methods") != "structure=1" {
		t.Errorf("the next turn: methods %q", h.Get("X-Pith-Methods"))
	}
}

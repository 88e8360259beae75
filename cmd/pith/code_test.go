package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// greenhouse are files of a program, each function about something else.
var greenhouse = map[string]string{
	"src/valves.py": pythonModule("Valve", []string{"irrigation", "drainage", "misting", "fertilizer", "pressure", "leakage"}),
	"src/ledger.go": goPackage("ledger", []string{"invoice", "refund", "dividend", "mortgage", "payroll", "customs"}),
	"web/charts.ts": scriptModule([]string{"histogram", "scatter", "treemap", "heatmap", "sparkline", "gauge"}),
}

// theQuestion is about one function of all of those.
const theQuestion = "Which mortgage is unbalanced?"

func pythonModule(class string, topics []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\"\"\"Parts of the %s.\"\"\"\nimport json\nimport math\n\nLIMIT = 40\n\n\nclass %s:\n    \"\"\"One of many.\"\"\"\n\n    side = 1\n", strings.ToLower(class), class)
	for _, t := range topics {
		fmt.Fprintf(&b, "\n    def %s(self, rows):\n        \"\"\"Reads the %s.\"\"\"\n        total = 0\n        for row in rows:\n            if row.%s > LIMIT:\n"+
			"                total += math.floor(row.%s)\n        self.log(\"%s\", total)\n        return json.dumps({\"%s\": total})\n", t, t, t, t, t, t)
	}
	return b.String()
}

func goPackage(name string, topics []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "// Package %s keeps the books.\npackage %s\n\nimport \"fmt\"\n\ntype Book struct{ rows []row }\n", name, name)
	for _, t := range topics {
		upper := strings.ToUpper(t[:1]) + t[1:]
		fmt.Fprintf(&b, "\n// %s sums up each %s.\nfunc (b *Book) %s(year int) (int, error) {\n\tsum := 0\n\tfor _, r := range b.rows {\n\t\tif r.year != year {\n\t\t\tcontinue\n"+
			"\t\t}\n\t\tsum += r.%s\n\t}\n\tif sum < 0 {\n\t\treturn 0, fmt.Errorf(\"%s of %%d is unbalanced\", year)\n\t}\n\treturn sum, nil\n}\n", upper, t, upper, t, t)
	}
	return b.String()
}

func scriptModule(topics []string) string {
	var b strings.Builder
	b.WriteString("import { scale } from \"./scale\";\n\nexport const WIDTH = 640;\n")
	for _, t := range topics {
		fmt.Fprintf(&b, "\nexport function %s(points: number[]): string {\n  const parts: string[] = [];\n  for (const p of points) {\n    parts.push(`<%s x=\"${scale(p, WIDTH)}\"/>`);\n"+
			"  }\n  if (parts.length === 0) {\n    return \"<empty/>\";\n  }\n  return parts.join(\"\\n\");\n}\n", t, t)
	}
	return b.String()
}

// codeContexts are the files as contexts, sorted by name.
func codeContexts() []map[string]any {
	var out []map[string]any
	for _, name := range sortedNames() {
		out = append(out, map[string]any{"id": name, "text": greenhouse[name], "kind": "code"})
	}
	return out
}

func sortedNames() []string {
	var names []string
	for name := range greenhouse {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// codeResult is what the API says of one file.
type codeResult struct {
	losslessResult
	ID     string         `json:"id"`
	Score  *float64       `json:"score"`
	Chunks []printedChunk `json:"chunks"`
}

type codeAnswer struct {
	losslessAnswer
	Models  []string     `json:"models"`
	Results []codeResult `json:"results"`
}

func (s *server) cutsCode(t *testing.T, body map[string]any) (a codeAnswer) {
	t.Helper()
	if body["method"] == nil {
		body["method"] = "longcodezip"
	}
	s.asks(t, "/v1/compress", body, "Compression", &a)
	return a
}

func TestCodeAPI(t *testing.T) {
	s := startServer(t, map[string]string{"PITH_LOG_LEVEL": "debug"})
	for _, tt := range []struct {
		name string
		run  func(*testing.T, *server)
	}{
		{"what_the_question_is_about_stays", whatTheQuestionIsAboutStays},
		{"targets_hold", codeTargetsHold},
		{"chunks_say_what_became_of_them", chunksSayWhatBecameOfThem},
		{"options_of_code", optionsOfCode},
		{"names_of_contexts_are_no_languages", namesOfContextsAreNoLanguages},
		{"budgets_of_contexts", budgetsOfCodeContexts},
		{"several_files_in_one_text", severalFilesInOneText},
		{"streams_are_the_same", codeStreamsAreTheSame},
		{"results_are_cached", codeResultsAreCached},
		{"auto_cuts_code_for_a_question", autoCutsCodeForAQuestion},
		{"a_deadline_passes_the_code", aDeadlinePassesTheCode},
		{"mistakes", codeMistakes},
		{"is_listed", codeIsListed},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, s) })
	}
	if log := s.log.String(); strings.Contains(log, "ortgage") || strings.Contains(log, "ledger.go") {
		t.Error("the log shows code, a question or a name of a file")
	}
}

func whatTheQuestionIsAboutStays(t *testing.T, s *server) {
	for _, by := range []string{"question", "instruction"} {
		a := s.cutsCode(t, map[string]any{"contexts": codeContexts(), by: theQuestion, "target_tokens": 300, "compressor_model": "bm25"})
		if a.Method != "longcodezip" || !slices.Equal(a.Models, []string{"bm25"}) {
			t.Errorf("method %s, models %v", a.Method, a.Models)
		}
		for i, name := range sortedNames() {
			if r := a.Results[i]; r.ID != name || r.Chunks != nil || r.Kind != "code" {
				t.Errorf("%s: %+v", name, r)
			}
		}
		text := a.Results[0].Text
		for _, line := range []string{"package ledger\n", "func (b *Book) Mortgage(year int) (int, error) {\n", "mortgage of %d is unbalanced", "lines omitted"} {
			if !strings.Contains(text, line) {
				t.Errorf("%s: %q is gone:\n%s", by, line, text)
			}
		}
		if a.Results[0].Status != "compressed" || a.Results[0].Language != "go" {
			t.Errorf("%+v", a.Results[0])
		}
	}
}

// With any scorer the count of all that is left is within the target, and the same request
// has the same answer.
func codeTargetsHold(t *testing.T, s *server) {
	for _, scorer := range []string{"", "bm25"} {
		for _, target := range []int{150, 300, 600, 1200} {
			body := func() map[string]any {
				b := map[string]any{"contexts": codeContexts(), "question": theQuestion, "target_tokens": target, "cache": "off"}
				if scorer != "" {
					b["compressor_model"] = scorer
				}
				return b
			}
			a := s.cutsCode(t, body())
			if n := s.counted(t, a.Output); n > target || a.Usage.Out > target {
				t.Errorf("%q: %d tokens, %d by the answer, target %d", scorer, n, a.Usage.Out, target)
			}
			if len(a.Models) != 1 || scorer != "" && a.Models[0] != scorer {
				t.Errorf("models %v", a.Models)
			}
			if again := s.cutsCode(t, body()); again.Output != a.Output {
				t.Errorf("%q, target %d: another answer to the same request", scorer, target)
			}
		}
	}
}

// A name of a file tells the language, and one that happens to be a language's does not.
func namesOfContextsAreNoLanguages(t *testing.T, s *server) {
	text := greenhouse["src/valves.py"]
	ask := func(context map[string]any) codeResult {
		context["text"] = text
		return s.cutsCode(t, map[string]any{"contexts": []any{context}, "question": "Where is the misting?", "rate": 0.4, "compressor_model": "bm25", "return": []string{"spans"}}).Results[0]
	}
	want := ask(map[string]any{"id": "src/valves.py"})
	if want.Language != "python" || !strings.Contains(want.Text, "# ... (") || want.Spans != nil {
		t.Errorf("%+v", want)
	}
	for _, c := range []map[string]any{{"language": "python"}, {"id": "a.rb", "language": "python"}, {"id": "src/valves.py", "kind": "code"}} {
		if got := ask(c); got.Text != want.Text {
			t.Errorf("%v: %s\n%s", c, got.Language, got.Text)
		}
	}
	for _, id := range []string{"c", "go", "python"} {
		if got, want := ask(map[string]any{"id": id}), ask(map[string]any{}); got.Text != want.Text || got.Language != want.Language {
			t.Errorf("%s as a name: %s instead of %s", id, got.Language, want.Language)
		}
	}
}

func chunksSayWhatBecameOfThem(t *testing.T, s *server) {
	a := s.cutsCode(t, map[string]any{"contexts": codeContexts(), "question": theQuestion, "rate": 0.3, "return": []string{"chunks"}})
	actions := map[string]bool{}
	for i, name := range sortedNames() {
		source := greenhouse[name]
		lines := strings.SplitAfter(source, "\n")
		at := 0
		for _, c := range a.Results[i].Chunks {
			actions[string(c.Action)] = true
			if c.Start < at || c.End <= c.Start || c.End > len(source) {
				t.Fatalf("%s: chunk %+v behind %d", name, c, at)
			}
			at = c.End
			if last := c.Name[strings.LastIndex(c.Name, ".")+1:]; c.Kind == "definition" && !strings.Contains(source[c.Start:c.End], last) {
				t.Errorf("%s: %s is not in its own chunk", name, c.Name)
			}
			if (len(c.Lines) == 0) != (c.Action == "omitted") {
				t.Errorf("%s: lines %v of a chunk that is %s", name, c.Lines, c.Action)
			}
			for _, l := range c.Lines {
				if kept := strings.Join(lines[l[0]-1:l[1]], ""); !strings.Contains(a.Results[i].Text, kept) {
					t.Errorf("%s: lines %v are said to be kept:\n%s", name, l, kept)
				}
			}
		}
	}
	if !actions["full"] && !actions["fine"] || !actions["omitted"] {
		t.Errorf("actions %v", actions)
	}
}

func optionsOfCode(t *testing.T, s *server) {
	ask := func(code map[string]any) codeAnswer {
		return s.cutsCode(t, map[string]any{"contexts": codeContexts(), "question": theQuestion, "target_tokens": 450, "compressor_model": "bm25",
			"code": code, "return": []string{"chunks"}})
	}
	all := func(a codeAnswer) string {
		var b strings.Builder
		for _, r := range a.Results {
			b.WriteString(r.Text)
		}
		return b.String()
	}
	for _, name := range []string{"Valve.drainage", "drainage", "*.drain*"} {
		if a := ask(map[string]any{"keep": []string{name}}); !strings.Contains(all(a), "        return json.dumps({\"drainage\": total})\n") {
			t.Errorf("%s was to stay", name)
		}
	}
	for _, r := range ask(map[string]any{"rank_only": true}).Results {
		for _, c := range r.Chunks {
			if c.Action == "fine" || c.Action == "skeleton" {
				t.Errorf("rank_only, and %s is %s", c.Name, c.Action)
			}
		}
	}
	for marks, want := range map[string][2]string{"counted": {"lines omitted)", "(lines "}, "range": {"(lines ", ""}, "short": {"...", "omitted"}, "none": {"", "omitted"}} {
		text := all(ask(map[string]any{"marks": marks}))
		if !strings.Contains(text, want[0]) || want[1] != "" && strings.Contains(text, want[1]) {
			t.Errorf("marks %s, want %q and not %q:\n%s", marks, want[0], want[1], text)
		}
	}
}

func budgetsOfCodeContexts(t *testing.T, s *server) {
	contexts := codeContexts()
	contexts[0]["locked"] = true
	contexts[1]["target_tokens"] = 120
	a := s.cutsCode(t, map[string]any{"contexts": contexts, "question": "How is a treemap drawn?", "rate": 0.4, "compressor_model": "bm25"})
	if r := a.Results[0]; r.Text != greenhouse[r.ID] || r.Status != "unchanged" {
		t.Errorf("a locked file was changed: %+v", r)
	}
	if r := a.Results[1]; r.Out > 120 || r.Status != "compressed" {
		t.Errorf("a target of 120: %d tokens, %s", r.Out, r.Status)
	}
	if r := a.Results[2]; float64(r.Out) > 0.4*float64(r.In) || !strings.Contains(r.Text, "export function treemap") {
		t.Errorf("a rate of 0.4: %d of %d tokens\n%s", r.Out, r.In, r.Text)
	}
	a = s.cutsCode(t, map[string]any{"contexts": codeContexts(), "question": theQuestion, "rate": 1, "return": []string{"spans"}})
	for _, r := range a.Results {
		if !slices.Equal(r.Spans, [][2]int{{0, len(r.Text)}}) {
			t.Errorf("spans %v of %s", r.Spans, r.ID)
		}
		if r.Text != greenhouse[r.ID] || r.Status != "unchanged" {
			t.Errorf("rate 1 changed %s", r.ID)
		}
	}
}

// In one text, lines with their paths tell files apart, and their names are in the chunks.
func severalFilesInOneText(t *testing.T, s *server) {
	var b strings.Builder
	for _, name := range sortedNames() {
		b.WriteString("==> " + name + " <==\n" + greenhouse[name] + "\n")
	}
	a := s.cutsCode(t, map[string]any{"input": b.String(), "question": theQuestion, "target_tokens": 400, "compressor_model": "bm25", "return": []string{"chunks"}})
	r := a.Results[0]
	for _, name := range sortedNames() {
		if !strings.Contains(r.Text, "==> "+name+" <==\n") {
			t.Errorf("the head of %s is gone", name)
		}
	}
	if !strings.Contains(r.Text, "mortgage of %d is unbalanced") || r.Out > 400 {
		t.Errorf("%d tokens:\n%s", r.Out, r.Text)
	}
	named := slices.ContainsFunc(r.Chunks, func(c printedChunk) bool {
		return strings.HasPrefix(c.Name, "src/ledger.go:") && strings.HasSuffix(c.Name, "Mortgage") && c.Action != "omitted"
	})
	if !named {
		t.Errorf("no chunk src/ledger.go:…Mortgage: %+v", r.Chunks)
	}
}

func codeStreamsAreTheSame(t *testing.T, s *server) {
	for name, more := range map[string]map[string]any{
		"with_a_question": {"question": theQuestion, "target_tokens": 500},
		"without":         {"rate": 0.5},
		"a_target":        {"target_tokens": 700},
	} {
		body := map[string]any{"contexts": codeContexts(), "method": "longcodezip", "compressor_model": "bm25", "return": []string{"chunks"}}
		for k, v := range more {
			body[k] = v
		}
		whole := s.cutsCode(t, body)
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		lines, _ := s.streamed(t, "/v1/compress", string(data), "CompressResultLine")
		for i, want := range whole.Results {
			var got codeResult
			if err := json.Unmarshal(lines[i], &got); err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%s: context %d differs in a stream: %+v\nwant %+v", name, i, got, want)
			}
		}
	}
}

func codeResultsAreCached(t *testing.T, s *server) {
	body := func(path string) map[string]any {
		return map[string]any{"contexts": []any{map[string]any{"id": path, "text": greenhouse["src/valves.py"]}}, "question": "Where is the misting?", "rate": 0.4,
			"return": []string{"chunks"}, "compressor_model": "bm25"}
	}
	first, again := s.cutsCode(t, body("src/valves.py")), s.cutsCode(t, body("src/valves.py"))
	if !again.Cache.Result || again.Output != first.Output || len(again.Results[0].Chunks) != len(first.Results[0].Chunks) || len(first.Results[0].Chunks) == 0 {
		t.Errorf("from the cache: %+v\nbefore: %+v", again, first)
	}
	if other := s.cutsCode(t, body("src/valves.rb")); other.Cache.Result {
		t.Error("another language had the same answer")
	}
}

func autoCutsCodeForAQuestion(t *testing.T, s *server) {
	for _, c := range codeContexts() {
		for _, with := range []map[string]any{{"question": theQuestion, "rate": 0.4}, {"question": theQuestion}, {"rate": 0.4}, {"question": theQuestion, "target_tokens": 200, "return": []string{"chunks"}}} {
			body := map[string]any{"contexts": []any{c}, "method": "auto"}
			for k, v := range with {
				body[k] = v
			}
			r := s.cutsCode(t, body).Results[0]
			_, budget := with["rate"]
			_, target := with["target_tokens"]
			_, asked := with["question"]
			if cut := asked && (budget || target); cut != (r.Method == "longcodezip") || cut != (r.Status == "compressed") || target != (r.Chunks != nil) {
				t.Errorf("%s with %v: %s by %s, %d chunks", r.ID, with, r.Status, r.Method, len(r.Chunks))
			}
		}
	}
}

func aDeadlinePassesTheCode(t *testing.T, s *server) {
	text := strings.Repeat(greenhouse["src/ledger.go"], 50)
	body := map[string]any{"input": text, "method": "longcodezip", "question": theQuestion, "rate": 0.2, "deadline_ms": 1, "cache": "off"}
	r := s.cutsCode(t, body).Results[0]
	if r.Text != text || r.Status != "unchanged" {
		t.Errorf("%s, %d of %d tokens", r.Status, r.Out, r.In)
	}
	body["on_error"] = "fail"
	s.refuses(t, "/v1/compress", body, 504, "pith_deadline_exceeded", "")
}

func codeMistakes(t *testing.T, s *server) {
	for name, tt := range map[string]struct {
		body   map[string]any
		status int
		code   string
		param  string
		want   string
	}{
		"threshold":         {map[string]any{"threshold": 0.5}, 400, "pith_invalid_request", "/threshold", "send rate or target_tokens"},
		"force_tokens":      {map[string]any{"force_tokens": []string{"a"}}, 400, "pith_invalid_request", "/force_tokens", "code.keep"},
		"reserve_digits":    {map[string]any{"reserve_digits": true}, 400, "pith_invalid_request", "/reserve_digits", "leave"},
		"labels":            {map[string]any{"return": []string{"labels"}}, 400, "pith_invalid_request", "/return", "chunks"},
		"compat":            {map[string]any{"profile": "compat", "question": nil}, 400, "pith_invalid_request", "/contexts/0/kind", "compat"},
		"scorer":            {map[string]any{"compressor_model": "magic"}, 400, "pith_invalid_request", "/compressor_model", "bm25"},
		"marks":             {map[string]any{"code": map[string]any{"marks": "loud"}}, 400, "pith_invalid_request", "/code/marks", "counted"},
		"keep":              {map[string]any{"code": map[string]any{"keep": []string{"a", ""}}}, 400, "pith_invalid_request", "/code/keep/1", "empty"},
		"target_too_small":  {map[string]any{"target_tokens": 30, "code": map[string]any{"keep": []string{"*"}}}, 422, "pith_budget_unreachable", "/target_tokens", "what must stay"},
		"context_kind":      {map[string]any{"contexts": []any{map[string]any{"text": "a", "kind": "prose"}}}, 400, "pith_invalid_request", "/contexts/0/kind", "one of code"},
		"context_threshold": {map[string]any{"contexts": []any{map[string]any{"text": "a", "threshold": 0.5}}}, 400, "pith_invalid_request", "/contexts/0/threshold", "rate"},
	} {
		body := map[string]any{"contexts": codeContexts(), "question": theQuestion, "method": "longcodezip"}
		for k, v := range tt.body {
			if body[k] = v; v == nil {
				delete(body, k)
			}
		}
		if msg := s.refuses(t, "/v1/compress", body, tt.status, tt.code, tt.param); !strings.Contains(msg, tt.want) || strings.Contains(msg, "ortgage") {
			t.Errorf("%s: message %q, want %q in it", name, msg, tt.want)
		}
	}
}

func codeIsListed(t *testing.T, s *server) {
	resp, err := http.Get(s.url + "/v1/compressors")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var list struct {
		Data []struct {
			ID            string   `json:"id"`
			Kind          string   `json:"kind"`
			QuestionAware bool     `json:"question_aware"`
			Deterministic bool     `json:"deterministic"`
			Languages     []string `json:"languages"`
			Models        []string `json:"models"`
		} `json:"data"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		t.Fatal(err)
	}
	for _, c := range list.Data {
		if c.ID == "longcodezip" {
			if c.Kind != "code" || !c.QuestionAware || !c.Deterministic || !slices.Contains(c.Models, "bm25") || !slices.Contains(c.Languages, "python") {
				t.Errorf("%+v", c)
			}
			return
		}
	}
	t.Error("longcodezip is not listed")
}

// Whatever ranks code is in the version that results are kept under.
func TestVersionNamesWhatRanksCode(t *testing.T) {
	version := func(code string) string {
		t.Helper()
		c := defaultConfig(func(string) string { return "" })
		c.exeDir, c.Models.Code = aboveModels, code
		a, err := newApp(&c)
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		return a.version()
	}
	with, without := version("pith-code"), version("bm25")
	if with == without || !strings.Contains(with, "pith-code=") || !strings.Contains(without, "bm25=") {
		t.Errorf("%s\n%s", with, without)
	}
}

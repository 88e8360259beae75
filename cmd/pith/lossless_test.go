package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// lines joins n lines of a format that is given their numbers.
func numbered(n int, line func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(i))
		b.WriteByte('\n')
	}
	return b.String()
}

// issueList is the answer of a tool that lists issues.
func issueList(n int) string {
	type user struct {
		Login string `json:"login"`
		Admin bool   `json:"site_admin"`
	}
	type issue struct {
		Number int      `json:"number"`
		Title  string   `json:"title"`
		State  string   `json:"state"`
		User   user     `json:"user"`
		Labels []string `json:"labels"`
		Closed *string  `json:"closed_at"`
	}
	var list []issue
	for i := range n {
		list = append(list, issue{4100 + i, fmt.Sprintf("Orchid greenhouse %d loses its humidity overnight", i), "open",
			user{fmt.Sprintf("gardener-%d", i%7), false}, []string{"bug", fmt.Sprintf("bed-%d", i%3)}, nil})
	}
	out, _ := json.MarshalIndent(map[string]any{"total": n, "items": list, "next": "https://example.com/?page=2"}, "", "  ")
	return string(out)
}

// buildLog is what a scheduler writes.
func buildLog(n int) string {
	return numbered(n, func(i int) string {
		if i%5 == 4 {
			return fmt.Sprintf("2026-03-01T10:%02d:%02dZ ERROR billing: the ledger of tenant %d did not answer within %d ms", i/60, i%60, 300+i, 1000+17*i)
		}
		return fmt.Sprintf("2026-03-01T10:%02d:%02dZ WARN scheduler: task queue is above the high watermark on node-%d (depth %d)", i/60, i%60, i%9, 900+13*i)
	})
}

// grepHits is what grep -rn prints.
func grepHits(n int) string {
	return numbered(n, func(i int) string {
		return fmt.Sprintf("services/greenhouse/internal/humidity/controller_%d.go:%d:\treturn fmt.Errorf(\"read sensor %%d: %%w\", id, errOrchid%d)", i/8, 12+7*i, i)
	})
}

// aligned is what ps and kubectl print: padded columns.
func aligned(n int) string {
	return "NAME                                READY     STATUS        RESTARTS     AGE        IP\n" + numbered(n, func(i int) string {
		return fmt.Sprintf("%-36s%-10s%-14s%-13d%-11s%s", fmt.Sprintf("greenhouse-orchid-%d", 10+i), "1/1", "Running", i%4, fmt.Sprintf("%dd", 3+i), fmt.Sprintf("10.4.%d.%d", i%5, 20+i))
	})
}

const orchidCode = `package orchid

import "fmt"

// Water gives each bed what it lacks, and reports the first that could not be read.
func Water(beds []Bed, want float64) error {
	for i, b := range beds {
		have, err := b.Read()
		if err != nil {
			return fmt.Errorf("read bed %d: %w", i, err)
		}
		if have < want {
			b.Open(want - have)
		}
	}
	return nil
}

// Read returns the mean of the last three readings.
func (b Bed) Read() (float64, error) {
	sum := 0.0
	for _, r := range b.readings[len(b.readings)-3:] {
		sum += r.Value
	}
	return sum / 3, nil
}
`

const orchidDiff = `diff --git a/orchid/water.go b/orchid/water.go
index 3f2a1bc..9d8e7f6 100644
--- a/orchid/water.go
+++ b/orchid/water.go
@@ -8,7 +8,9 @@ func Water(beds []Bed, want float64) error {
 	for i, b := range beds {
 		have, err := b.Read()
 		if err != nil {
-			return err
+			return fmt.Errorf("read bed %d: %w", i, err)
+		}
+		if have < want {
+			b.Open(want - have)
 		}
 	}
 	return nil
`

func orchidPage() string {
	return "<!DOCTYPE html>\n<html><head><title>Orchids</title><style>" + strings.Repeat(".bed { margin: 0; padding: 4px 8px; }\n", 20) +
		"</style><script>window.track = function (x) { return x + 1 };</script></head>\n<body><h1>Orchids</h1>\n" +
		numbered(12, func(i int) string {
			return fmt.Sprintf(`<div class="row bed bed-%d" data-id="%d"><p class="text text-muted">Bed <b>%d</b> holds orchids that like warm and humid air, and little sun.</p></div>`, i, i, i)
		}) + "</body></html>\n"
}

// clauses are lines that a dictionary shortens and no other form.
func clauses(n int) string {
	whole := []string{"the carrier shall not be liable for any delay that the weather or the harbour authority has brought about",
		"the customer shall have paid the invoice in full before the goods leave the warehouse of the carrier"}
	return numbered(n, func(i int) string {
		return fmt.Sprintf("Under clause %d of the %s agreement, %s.", i+1, []string{"old", "new", "common"}[i%3], whole[i%2])
	})
}

// kinds are a text of each kind that lossless methods are made for, and of those that they
// leave alone.
var kinds = map[string]string{
	"json": issueList(24),
	"ndjson": numbered(40, func(i int) string {
		return fmt.Sprintf(`{"ts": %d, "level": "info", "bed": "orchid-%d", "humidity": 0.%d, "open": %v}`, 1700000000+i, i%6, 40+i, i%2 == 0)
	}),
	"log":     buildLog(60),
	"hits":    grepHits(40),
	"columns": aligned(40),
	"table": "| name                                 | beds | humid | open        |\n| ------------------------------------ | ---- | ----- | ----------- |\n" + numbered(24, func(i int) string {
		return fmt.Sprintf("| %-36s | %-4d | %-5s | %-11s |", fmt.Sprint("House ", i), i, "yes", "on Sundays")
	}),
	"csv": "\"id\",\"region\",\"currency\",\"beds\"\n" + numbered(40, func(i int) string { return fmt.Sprintf("\"%d\",\"eu-west-1\",\"EUR\",\"%d\"", 1000+i, i*3) }),
	"paths": numbered(50, func(i int) string {
		return fmt.Sprintf("services/greenhouse/internal/humidity/part_%d/sensor_%02d_test.go", i/10, i)
	}),
	"colours": numbered(30, func(i int) string {
		return fmt.Sprintf("\x1b[1;33mWARN\x1b[0m \x1b[36mbed %d\x1b[0m: the humidity sensor was not heard of for %d minutes", i, 3*i)
	}),
	"code":    strings.Repeat(orchidCode, 2),
	"diff":    orchidDiff,
	"prose":   passages,
	"html":    orchidPage(),
	"clauses": clauses(24),
	"mixed":   "The nightly run of the greenhouse left the following behind.\n\n```json\n" + issueList(12) + "\n```\n\nAnd this is what the scheduler said about it meanwhile:\n\n" + buildLog(40) + "\nNobody was hurt, and the orchids are fine.\n",
	"short":   `{"a": 1}`,
	"empty":   "",
	"crlf":    strings.ReplaceAll(buildLog(60), "\n", "\r\n"),
	"unicode": strings.ReplaceAll(issueList(20), "humidity", "Feuchtigkeit 湿度 🌱 (naïve)"),
}

// All of the API, on one server. What its log must not have is looked for at the end.
func TestLosslessAPI(t *testing.T) {
	s := startServer(t, map[string]string{"PITH_LOG_LEVEL": "debug"})
	for _, tt := range []struct {
		name string
		run  func(*testing.T, *server)
	}{
		{"lossless_restores_every_kind", losslessRestoresEveryKind},
		{"decompress_is_exact_or_an_error", decompressIsExactOrAnError},
		{"decompress_mistakes", decompressMistakes},
		{"lossless_refuses_the_budget_of_a_context", losslessRefusesTheBudgetOfAContext},
		{"lossless_knows_no_budgets", losslessKnowsNoBudgets},
		{"contexts_have_their_own_methods", contextsHaveTheirOwnMethods},
		{"locked_counts_against_no_budget", lockedCountsAgainstNoBudget},
		{"auto_in_a_request_of_another_method", autoInARequestOfAnotherMethod},
		{"auto_chooses_by_kind", autoChoosesByKind},
		{"auto_and_budgets", autoAndBudgets},
		{"streams_have_the_same_results", streamsHaveTheSameResults},
		{"batches_of_lossless_requests", batchesOfLosslessRequests},
		{"lossless_options", losslessOptions},
		{"lossless_saves_more_by_an_estimate", losslessSavesMoreByAnEstimate},
		{"lossless_results_are_cached", losslessResultsAreCached},
		{"lossless_shows_no_text", losslessShowsNoText},
	} {
		t.Run(tt.name, func(t *testing.T) { tt.run(t, s) })
	}
}

// losslessResult is what the API says of one text.
type losslessResult struct {
	Text     string      `json:"text"`
	Status   string      `json:"status"`
	Method   string      `json:"method"`
	In       int         `json:"input_tokens"`
	Out      int         `json:"output_tokens"`
	Kind     string      `json:"kind"`
	Language string      `json:"language"`
	Forms    []string    `json:"forms"`
	Exact    *bool       `json:"exact"`
	Decode   *decodeJSON `json:"decode"`
	Spans    [][2]int    `json:"spans"`
	Warnings []string    `json:"warnings"`
}

type losslessAnswer struct {
	Method    string           `json:"method"`
	Output    string           `json:"output"`
	Results   []losslessResult `json:"results"`
	Warnings  []string         `json:"warnings"`
	Tokenizer struct {
		Exact bool `json:"exact"`
	} `json:"tokenizer"`
	Usage struct {
		In  int `json:"input_tokens"`
		Out int `json:"output_tokens"`
	} `json:"usage"`
	Cache struct {
		Result bool `json:"result"`
	} `json:"cache"`
}

var published *openapi3.T

// keepsContract checks an answer against a schema of openapi.yaml.
func keepsContract(t *testing.T, raw []byte, schema string) {
	t.Helper()
	if published == nil {
		var err error
		if published, err = openapi3.NewLoader().LoadFromFile(filepath.Join("..", "..", "openapi.yaml")); err != nil {
			t.Fatal(err)
		}
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%v in %.200q", err, raw)
	}
	if err := published.Components.Schemas[schema].Value.VisitJSON(v); err != nil {
		t.Fatalf("breaks %s: %v", schema, err)
	}
}

// asks posts a body, and decodes what comes back into out if it is a success that keeps
// the schema.
func (s *server) asks(t *testing.T, path string, body any, schema string, out any, headers ...string) *http.Response {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp := s.raw(t, path, string(data), headers...)
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d: %.300s", path, resp.StatusCode, raw)
	}
	keepsContract(t, raw, schema)
	if err := json.Unmarshal(raw, out); err != nil {
		t.Fatal(err)
	}
	return resp
}

// shortens is one compression of one text or of several.
func (s *server) shortens(t *testing.T, body map[string]any) (a losslessAnswer) {
	t.Helper()
	s.asks(t, "/v1/compress", body, "Compression", &a)
	return a
}

// restores is the source of a result.
func (s *server) restores(t *testing.T, r losslessResult) string {
	t.Helper()
	var out struct {
		Text  string `json:"text"`
		Exact bool   `json:"exact"`
	}
	s.asks(t, "/v1/decompress", map[string]any{"text": r.Text, "decode": r.Decode}, "Decompression", &out)
	if !out.Exact {
		t.Error("restored, and called inexact")
	}
	return out.Text
}

// refuses wants an error, and returns its message.
func (s *server) refuses(t *testing.T, path string, body any, status int, code, param string) string {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp := s.raw(t, path, string(data))
	raw, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != status {
		t.Errorf("status %d, want %d: %.300s", resp.StatusCode, status, raw)
		return ""
	}
	keepsContract(t, raw, "ErrorEnvelope")
	var e struct {
		Error struct {
			Message string  `json:"message"`
			Param   *string `json:"param"`
			Code    string  `json:"code"`
		} `json:"error"`
	}
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	got := ""
	if e.Error.Param != nil {
		got = *e.Error.Param
	}
	if e.Error.Code != code || got != param {
		t.Errorf("code %s, param %q, want %s, %q: %s", e.Error.Code, got, code, param, e.Error.Message)
	}
	if strings.Contains(e.Error.Message, "rchid") {
		t.Errorf("the message quotes the text: %s", e.Error.Message)
	}
	return e.Error.Message
}

// whole reports whether a result is the source as it came, and says so in every way.
func (r *losslessResult) whole(source string) bool {
	return r.Status == "unchanged" && r.Text == source && r.Forms == nil && r.Exact == nil && r.Decode == nil && r.In == r.Out
}

// losslessForms are those that each method is to find for a text: none leaves it alone.
var losslessForms = map[string]struct{ structure, lossless, metatoken string }{
	"json":    {"json", "json", ""},
	"ndjson":  {"json", "json", ""},
	"log":     {"log", "log", "dict"},
	"hits":    {"hits", "hits", ""},
	"columns": {"columns", "columns", ""},
	"table":   {"markdown", "markdown", ""},
	"csv":     {"csv", "csv", ""},
	"paths":   {"paths", "paths", ""},
	"colours": {"noise log", "noise log", ""},
	"code":    {"", "", ""},
	"diff":    {"", "", ""},
	"prose":   {"", "", ""},
	"html":    {"", "dict", "dict"},
	"clauses": {"", "dict", "dict"},
	"mixed":   {"json log", "json log", "dict"},
	"short":   {"", "", ""},
	"empty":   {"", "", ""},
	"crlf":    {"log", "log", "dict"},
	"unicode": {"json", "json dict", ""},
}

func losslessRestoresEveryKind(t *testing.T, s *server) {
	for kind, source := range kinds {
		want, ok := losslessForms[kind]
		if !ok {
			t.Fatalf("%s: no expectation", kind)
		}
		for method, forms := range map[string]string{"structure": want.structure, "lossless": want.lossless, "metatoken": want.metatoken, "none": ""} {
			var a losslessAnswer
			h := s.asks(t, "/v1/compress", map[string]any{"input": source, "method": method, "return": []string{"decode"}}, "Compression", &a).Header
			r := &a.Results[0]
			name := kind + " by " + method
			if a.Method != method || r.Method != method || a.Output != r.Text || a.Usage.In != r.In || a.Usage.Out != r.Out || r.Kind != "" {
				t.Errorf("%s: method %q/%q, kind %q, usage %+v", name, a.Method, r.Method, r.Kind, a.Usage)
			}
			if strings.Join(r.Forms, " ") != forms {
				t.Errorf("%s: forms %q, want %q", name, r.Forms, forms)
			}
			if forms == "" {
				if !r.whole(source) || h.Get("X-Pith-Status") != "unchanged" {
					t.Errorf("%s: %s, header %q: %.80q", name, r.Status, h.Get("X-Pith-Status"), r.Text)
				}
				continue
			}
			if r.Status != "compressed" || h.Get("X-Pith-Status") != "compressed" || r.Exact == nil || !*r.Exact || r.Decode == nil {
				t.Errorf("%s: %s, header %q, exact %v, decode %v", name, r.Status, h.Get("X-Pith-Status"), r.Exact, r.Decode != nil)
				continue
			}
			if 100*r.Out > 92*r.In || r.Out != s.counted(t, r.Text) || r.In != s.counted(t, source) {
				t.Errorf("%s: %d of %d tokens, which are %d of %d", name, r.Out, r.In, s.counted(t, r.Text), s.counted(t, source))
			}
			if got := s.restores(t, *r); got != source {
				t.Errorf("%s: restored to %.200q", name, got)
			}
			if again := s.shortens(t, map[string]any{"input": r.Text, "method": method}).Results[0]; !again.whole(r.Text) {
				t.Errorf("%s: a second pass makes something else of it", name)
			}
			if plain := s.shortens(t, map[string]any{"input": source, "method": method}).Results[0]; plain.Decode != nil || plain.Text != r.Text || plain.Exact == nil {
				t.Errorf("%s: without return: decode %v, exact %v", name, plain.Decode, plain.Exact)
			}
		}
	}
}

// counted asks for the tokens of a text.
func (s *server) counted(t *testing.T, text string) int {
	t.Helper()
	var out struct {
		Total int `json:"total_tokens"`
	}
	s.asks(t, "/v1/count", map[string]any{"input": text}, "Count", &out)
	return out.Total
}

// changes are other texts that look like s.
func changes(s string) []string {
	out := []string{"", s + "\n", s + "x", s + s, strings.TrimSuffix(s, "\n"), strings.ReplaceAll(s, "\n", "\r\n"), strings.ReplaceAll(s, "1", "2")}
	runes := []rune(s)
	for i := range 14 {
		at := i * (len(runes) - 1) / 13
		without := string(runes[:at]) + string(runes[at+1:])
		other := string(runes[:at]) + "7" + string(runes[at+1:])
		twice := string(runes[:at]) + string(runes[at]) + string(runes[at:])
		out = append(out, without, other, twice, string(runes[:at]))
	}
	return slices.DeleteFunc(out, func(c string) bool { return c == s })
}

// What does not belong together is an error, and never a wrong text.
func decompressIsExactOrAnError(t *testing.T, s *server) {
	var results []losslessResult
	var sources []string
	for _, kind := range []string{"json", "log", "hits", "columns", "colours", "clauses", "mixed", "csv", "table", "paths"} {
		results = append(results, s.shortens(t, map[string]any{"input": kinds[kind], "method": "lossless", "return": []string{"decode"}}).Results[0])
		sources = append(sources, kinds[kind])
	}
	mismatches, invalid := 0, 0
	// try is right if it is refused, or if the source comes out nevertheless.
	try := func(what string, r losslessResult, source string) {
		t.Helper()
		data, _ := json.Marshal(map[string]any{"text": r.Text, "decode": r.Decode})
		resp := s.raw(t, "/v1/decompress", string(data))
		raw, _ := io.ReadAll(resp.Body)
		switch {
		case resp.StatusCode == 409 && strings.Contains(string(raw), `"pith_decode_mismatch"`) && strings.Contains(string(raw), `"/decode"`):
			mismatches++
		case resp.StatusCode == 400 && strings.Contains(string(raw), `"pith_invalid_request"`) && strings.Contains(string(raw), `"/decode/`):
			invalid++
		case resp.StatusCode == 200:
			var out struct{ Text string }
			if json.Unmarshal(raw, &out) != nil || out.Text != source {
				t.Errorf("%s: another text", what)
			}
		default:
			t.Errorf("%s: status %d: %.300s", what, resp.StatusCode, raw)
		}
		if resp.StatusCode != 200 && strings.Contains(string(raw), "rchid") {
			t.Errorf("%s: the error quotes the text", what)
		}
	}
	for i, r := range results {
		for k, text := range changes(r.Text) {
			changed := r
			changed.Text = text
			try(fmt.Sprintf("%v, change %d of the text", r.Forms, k), changed, sources[i])
		}
		for k, params := range changes(r.Decode.Params) {
			changed := r
			changed.Decode = &decodeJSON{r.Decode.Scheme, params}
			try(fmt.Sprintf("%v, change %d of params", r.Forms, k), changed, sources[i])
		}
		other := results[(i+1)%len(results)]
		other.Text = r.Text
		try(fmt.Sprintf("%v with params of another text", r.Forms), other, "")
		if got := s.restores(t, r); got != sources[i] {
			t.Errorf("%v: not restored", r.Forms)
		}
	}
	if mismatches < 100 || invalid < 100 {
		t.Errorf("%d mismatches, %d invalid: the test shows nothing", mismatches, invalid)
	}
}

func decompressMistakes(t *testing.T, s *server) {
	r := s.shortens(t, map[string]any{"input": kinds["json"], "method": "structure", "return": []string{"decode"}}).Results[0]
	params := func(scheme, params string) map[string]any {
		return map[string]any{"text": r.Text, "decode": map[string]any{"scheme": scheme, "params": params}}
	}
	const invalid, mismatch = "pith_invalid_request", "pith_decode_mismatch"
	for name, tt := range map[string]struct {
		body        any
		status      int
		code, param string
	}{
		"other_scheme":   {params("lossless-0", r.Decode.Params), 400, invalid, "/decode/scheme"},
		"no_scheme":      {params("", r.Decode.Params), 400, invalid, "/decode/scheme"},
		"long_scheme":    {params(strings.Repeat("x", 65), r.Decode.Params), 413, "pith_too_large", "/decode/scheme"},
		"no_json":        {params("lossless-1", "Orchid"), 400, invalid, "/decode/params"},
		"list":           {params("lossless-1", "[]"), 400, invalid, "/decode/params"},
		"negative":       {params("lossless-1", `{"bytes":-1}`), 400, invalid, "/decode/params"},
		"huge":           {params("lossless-1", `{"bytes":99999999999}`), 400, invalid, "/decode/params"},
		"null":           {params("lossless-1", "null"), 409, mismatch, "/decode"},
		"no_steps":       {params("lossless-1", `{"bytes":3,"sha256":"x"}`), 409, mismatch, "/decode"},
		"foreign_form":   {params("lossless-1", `{"bytes":3,"after":[{"form":"Orchid","n":3}]}`), 400, invalid, "/decode/params"},
		"inexact_form":   {params("lossless-1", `{"bytes":3,"after":[{"form":"html","n":3}]}`), 400, invalid, "/decode/params"},
		"beyond_limits":  {params("lossless-1", `{"bytes":40000000}`), 413, "pith_too_large", "/decode"},
		"no_params":      {map[string]any{"text": "x", "decode": map[string]any{"scheme": "lossless-1"}}, 400, invalid, "/decode/params"},
		"no_decode":      {map[string]any{"text": "x"}, 400, invalid, "/decode"},
		"null_decode":    {map[string]any{"text": "x", "decode": nil}, 400, invalid, "/decode"},
		"no_text":        {map[string]any{"decode": r.Decode}, 400, invalid, "/text"},
		"unknown_member": {map[string]any{"text": r.Text, "decode": r.Decode, "tokenizer": "o200k_base"}, 400, invalid, "/tokenizer"},
	} {
		t.Run(name, func(t *testing.T) { s.refuses(t, "/v1/decompress", tt.body, tt.status, tt.code, tt.param) })
	}
	if status := s.get("/v1/decompress"); status != http.StatusMethodNotAllowed {
		t.Errorf("GET gives %d", status)
	}
	if got := s.restores(t, r); got != kinds["json"] {
		t.Error("not restored: the test shows nothing")
	}
}

// A context's own budget has no meaning with a lossless method either, whichever of both
// names the method.
func losslessRefusesTheBudgetOfAContext(t *testing.T, s *server) {
	for key, value := range map[string]any{"rate": 0.5, "target_tokens": 50, "threshold": 0.3} {
		for _, own := range []map[string]any{{"text": kinds["json"]}, {"text": kinds["json"], "method": "structure"}} {
			s.refuses(t, "/v1/compress", map[string]any{"contexts": []any{with(own, key, value)}, "method": "structure"}, 400, "pith_invalid_request", "/contexts/0/"+key)
		}
	}
}

func losslessKnowsNoBudgets(t *testing.T, s *server) {
	source := kinds["json"]
	for _, method := range []string{"lossless", "structure", "metatoken"} {
		for name, tt := range map[string]struct {
			key   string
			value any
			param string
		}{
			"rate":      {"rate", 0.5, "/rate"},
			"target":    {"target_tokens", 100, "/target_tokens"},
			"threshold": {"threshold", 0.5, "/threshold"},
			"top_n":     {"top_n", 1, "/top_n"},
			"min_score": {"min_score", 0.5, "/min_score"},
			"spans":     {"return", []string{"spans"}, "/return"},
			"labels":    {"return", []string{"labels", "decode"}, "/return"},
			"compat":    {"profile", "compat", "/profile"},
		} {
			t.Run(method+"/"+name, func(t *testing.T) {
				body := map[string]any{"input": source, "method": method}
				msg := s.refuses(t, "/v1/compress", with(body, tt.key, tt.value), 400, "pith_invalid_request", tt.param)
				if !strings.Contains(msg, method) {
					t.Errorf("message %q", msg)
				}
			})
		}
		for _, own := range []map[string]any{{"rate": 0.5}, {"target_tokens": 50}, {"threshold": 0.3}} {
			body := with(with(own, "text", source), "method", method)
			s.refuses(t, "/v1/compress", map[string]any{"contexts": []any{meeting, body}, "method": "llmlingua2"}, 400, "pith_invalid_request", "/contexts/1/method")
		}
	}
	s.refuses(t, "/v1/compress", map[string]any{"input": source, "lossless": map[string]any{"forms": []string{"orchid"}}}, 400, "pith_invalid_request", "/lossless/forms/0")
	for rows, status := range map[int]int{-2: 400, -1: 200, 26: 200, 27: 400} {
		resp := s.raw(t, "/v1/compress", fmt.Sprintf(`{"input":"a","method":"lossless","lossless":{"legend_rows":%d}}`, rows))
		if resp.StatusCode != status {
			t.Errorf("%d rows: status %d, want %d", rows, resp.StatusCode, status)
		}
	}
}

// manyContexts are texts of several natures, with policies of their own.
func manyContexts() []any {
	return []any{
		map[string]any{"id": "p", "text": kinds["prose"]},
		map[string]any{"id": "j", "text": kinds["json"], "method": "structure"},
		map[string]any{"id": "l", "text": kinds["log"], "locked": true},
		map[string]any{"id": "d", "text": kinds["clauses"], "method": "lossless"},
		map[string]any{"id": "n", "text": meeting, "method": "none"},
		kinds["code"],
	}
}

// In a request that drops words, the contexts that name a lossless method lose none, and
// their tokens come out of what all may have.
func contextsHaveTheirOwnMethods(t *testing.T, s *server) {
	body := map[string]any{"contexts": manyContexts(), "method": "llmlingua2", "rate": 0.5, "return": []string{"decode"}}
	a := s.shortens(t, body)
	r := a.Results
	alone := s.shortens(t, map[string]any{"input": kinds["prose"], "method": "llmlingua2", "rate": 0.5}).Results[0]
	if r[0].Text != alone.Text || r[0].Forms != nil || r[0].Method != "llmlingua2" {
		t.Errorf("prose: %+v", r[0])
	}
	for i, kind := range map[int]string{1: "json", 3: "clauses"} {
		want := s.shortens(t, map[string]any{"input": kinds[kind], "method": map[int]string{1: "structure", 3: "lossless"}[i]}).Results[0]
		if r[i].Text != want.Text || r[i].Method != want.Method || r[i].Decode == nil || s.restores(t, r[i]) != kinds[kind] {
			t.Errorf("%s: by %s, %v", kind, r[i].Method, r[i].Forms)
		}
	}
	if !r[2].whole(kinds["log"]) || !r[4].whole(meeting) || r[4].Method != "none" {
		t.Errorf("locked: %s, none: %s by %s", r[2].Status, r[4].Status, r[4].Method)
	}
	for _, m := range []string{"structure", "lossless", "llmlingua2"} {
		if !slices.Contains(strings.Split(a.Method, "+"), m) {
			t.Errorf("method %q", a.Method)
		}
	}

	two := []any{kinds["prose"], map[string]any{"text": kinds["json"], "method": "structure"}}
	body = map[string]any{"contexts": two, "method": "llmlingua2"}
	exact := s.shortens(t, with(body, "rate", 1)).Results[1].Out
	a = s.shortens(t, with(body, "target_tokens", exact+100))
	if p := a.Results[0]; a.Usage.Out > exact+100 || p.Out > 100 || p.Out < 80 || a.Results[1].Out != exact {
		t.Errorf("of %d tokens, %d and %d were used", exact+100, a.Results[0].Out, a.Results[1].Out)
	}
	msg := s.refuses(t, "/v1/compress", with(body, "target_tokens", exact-1), 422, "pith_budget_unreachable", "/target_tokens")
	if !strings.Contains(msg, fmt.Sprint(exact)) {
		t.Errorf("the message does not say how many tokens are needed: %s", msg)
	}
	a = s.shortens(t, with(with(body, "target_tokens", exact-1), "budget", "soft"))
	if a.Results[1].Out != exact || len(a.Warnings)+len(a.Results[0].Warnings) == 0 {
		t.Errorf("soft: %+v", a.Warnings)
	}
	only := map[string]any{"contexts": two[1:], "method": "llmlingua2"}
	s.refuses(t, "/v1/compress", with(only, "target_tokens", exact-1), 422, "pith_budget_unreachable", "/target_tokens")
	if a = s.shortens(t, with(with(only, "target_tokens", exact-1), "budget", "soft")); len(a.Warnings) == 0 {
		t.Error("soft, with nothing else: no warning")
	}

	for name, tt := range map[string]struct{ request, context string }{
		"words_in_lossless": {"lossless", "llmlingua2"}, "auto_in_structure": {"structure", "auto"}, "words_in_none": {"none", "llmlingua2"},
	} {
		t.Run(name, func(t *testing.T) {
			s.refuses(t, "/v1/compress", map[string]any{"contexts": []any{map[string]any{"text": "x", "method": tt.context}}, "method": tt.request},
				400, "pith_invalid_request", "/contexts/0/method")
		})
	}
	if r := s.shortens(t, map[string]any{"contexts": two, "method": "none"}).Results; !r[0].whole(kinds["prose"]) || r[1].Status != "compressed" {
		t.Errorf("in a request of none: %s, %s", r[0].Status, r[1].Status)
	}
}

// A text that is locked counts against no budget, whatever method it names.
func lockedCountsAgainstNoBudget(t *testing.T, s *server) {
	for _, method := range []string{"", "none", "structure"} {
		t.Run(method, func(t *testing.T) {
			locked := map[string]any{"text": kinds["json"], "locked": true}
			if method != "" {
				locked["method"] = method
			}
			a := s.shortens(t, map[string]any{"contexts": []any{kinds["prose"], locked}, "method": "llmlingua2", "target_tokens": 150})
			if r := a.Results; r[0].Out > 150 || r[0].Out < 120 || !r[1].whole(kinds["json"]) {
				t.Errorf("%d tokens; %s", r[0].Out, r[1].Status)
			}
		})
	}
}

// In a request that drops words, a context may leave the choice open.
func autoInARequestOfAnotherMethod(t *testing.T, s *server) {
	auto := func(kind string) map[string]any { return map[string]any{"text": kinds[kind], "method": "auto"} }
	r := s.shortens(t, map[string]any{"contexts": []any{auto("json"), auto("prose"), auto("code"), kinds["json"]}, "method": "llmlingua2"}).Results
	json := s.shortens(t, map[string]any{"input": kinds["json"]}).Results[0]
	if r[0].Text != json.Text || r[0].Method != "structure" {
		t.Errorf("JSON: %s by %s, %v", r[0].Status, r[0].Method, r[0].Forms)
	}
	if r[1].Method != "llmlingua2" || r[1].Out >= r[1].In || !r[2].whole(kinds["code"]) || r[3].Forms != nil {
		t.Errorf("prose: %s by %s; code: %s; JSON that names nothing: %v", r[1].Status, r[1].Method, r[2].Status, r[3].Forms)
	}
}

func autoChoosesByKind(t *testing.T, s *server) {
	for kind, want := range map[string]struct{ kind, language, method string }{
		"json": {"json", "", "structure"}, "ndjson": {"ndjson", "", "structure"}, "log": {"log", "", "structure"},
		"columns": {"table", "", "structure"}, "table": {"table", "", "structure"}, "csv": {"table", "", "structure"},
		"code": {"code", "Go", "structure"}, "diff": {"diff", "", "structure"},
		"prose": {"prose", "", "llmlingua2"}, "html": {"html", "", "llmlingua2"}, "mixed": {"mixed", "", "structure"},
	} {
		source := kinds[kind]
		a := s.shortens(t, map[string]any{"input": source, "return": []string{"decode"}})
		r := a.Results[0]
		if r.Kind != want.kind || r.Language != want.language || r.Method != want.method || a.Method != want.method {
			t.Errorf("%s: kind %q in %q, by %q", kind, r.Kind, r.Language, r.Method)
		}
		switch exact := losslessForms[kind].structure; {
		case want.method == "llmlingua2":
			if r.Forms != nil || r.Exact != nil || r.Decode != nil {
				t.Errorf("%s: lost words, and has forms %q", kind, r.Forms)
			}
		case exact == "":
			if !r.whole(source) {
				t.Errorf("%s: %s by %q", kind, r.Status, r.Forms)
			}
		case strings.Join(r.Forms, " ") != exact || s.restores(t, r) != source:
			t.Errorf("%s: forms %q", kind, r.Forms)
		}
	}
}

func autoAndBudgets(t *testing.T, s *server) {
	both := map[string]any{"contexts": []any{kinds["prose"], kinds["json"]}}
	shape := s.shortens(t, map[string]any{"input": kinds["json"], "method": "structure"}).Results[0]

	t.Run("a_rate_is_for_words", func(t *testing.T) {
		a := s.shortens(t, with(both, "rate", 0.2))
		if p := a.Results[0]; 5*p.Out > p.In {
			t.Errorf("prose has %d of %d tokens", p.Out, p.In)
		}
		if a.Results[1].Text != shape.Text {
			t.Errorf("JSON: %s by %v", a.Results[1].Status, a.Results[1].Forms)
		}
		if w := strings.Join(a.Results[1].Warnings, " "); !strings.Contains(w, "rate was passed") {
			t.Errorf("warnings %q", w)
		}
		if a.Method != "structure+llmlingua2" && a.Method != "llmlingua2+structure" {
			t.Errorf("method %q", a.Method)
		}
	})
	t.Run("a_target_is_for_all", func(t *testing.T) {
		a := s.shortens(t, with(both, "target_tokens", shape.Out+120))
		if a.Usage.Out > shape.Out+120 || a.Results[1].Text != shape.Text || a.Results[0].Out < 90 {
			t.Errorf("%d and %d tokens", a.Results[0].Out, a.Results[1].Out)
		}
	})
	for _, budget := range []string{"hard", "soft"} {
		t.Run("or_words_go_wherever_they_may/"+budget, func(t *testing.T) {
			var talk strings.Builder // a log that is mostly words
			for i, said := range strings.Split(strings.ReplaceAll(passages, "\n\n", " "), ". ") {
				fmt.Fprintf(&talk, "2026-03-01T10:00:%02dZ INFO radio: %s\n", i, said)
			}
			form := s.shortens(t, map[string]any{"input": talk.String(), "method": "structure"}).Results[0].Out
			target := form * 3 / 2 // enough for one of two
			a := s.shortens(t, map[string]any{"contexts": []any{kinds["prose"], talk.String(), talk.String()}, "target_tokens": target, "budget": budget,
				"preserve": map[string]any{"classes": []string{}}})
			if a.Usage.Out > target || a.Method != "llmlingua2" || a.Results[1].Kind != "log" || a.Results[0].Out < 50 {
				t.Errorf("%d and %d tokens of %d by %s, kind %q", a.Results[0].Out, a.Results[1].Out, target, a.Method, a.Results[1].Kind)
			}
		})
	}
	t.Run("a_log_below_its_form", func(t *testing.T) {
		log := s.shortens(t, map[string]any{"input": kinds["log"], "method": "structure"}).Results[0]
		share := float64(log.Out) / float64(log.In)
		enough := s.shortens(t, map[string]any{"input": kinds["log"], "rate": share + 0.01}).Results[0]
		if enough.Text != log.Text || len(enough.Warnings) > 0 {
			t.Errorf("at the rate of its form: %s by %v, %q", enough.Status, enough.Forms, enough.Warnings)
		}
		less := s.shortens(t, map[string]any{"input": kinds["log"], "rate": share - 0.05}).Results[0]
		words := less.Forms == nil && less.Method == "llmlingua2" && less.Out < log.Out
		exact := less.Text == log.Text && len(less.Warnings) == 1 // without words it would be no smaller
		if !words && !exact || less.Kind != "log" {
			t.Errorf("below it: by %s, %v", less.Method, less.Forms)
		}
		for more := range 2 {
			t.Run(fmt.Sprint("at_its_tokens_and_", more), func(t *testing.T) {
				for kind, form := range map[string]losslessResult{"log": log, "json": shape} {
					r := s.shortens(t, map[string]any{"input": kinds[kind], "target_tokens": form.Out + more}).Results[0]
					if r.Text != form.Text {
						t.Errorf("%s: by %s, %v", kind, r.Method, r.Forms)
					}
				}
			})
		}
	})
	t.Run("what_only_words_can_give", func(t *testing.T) {
		for key, value := range map[string]any{"compressor_model": "pith-small", "top_n": 1, "reserve_digits": true, "force_tokens": []string{"bed"}} {
			body := with(map[string]any{"input": kinds["json"], "question": "Who?"}, key, value)
			if r := s.shortens(t, body).Results[0]; r.Method != "llmlingua2" || r.Forms != nil {
				t.Errorf("%s: by %s, %v", key, r.Method, r.Forms)
			}
		}
	})
	t.Run("a_question_changes_no_data", func(t *testing.T) {
		a := s.shortens(t, with(with(both, "question", "Who paid for the library in the high street?"), "rate", 0.3))
		if a.Results[1].Text != shape.Text || !strings.Contains(a.Results[0].Text, "Edmund Harcastle") {
			t.Errorf("%v; %.100q", a.Results[1].Forms, a.Results[0].Text)
		}
	})
	t.Run("spans", func(t *testing.T) {
		a := s.shortens(t, map[string]any{"contexts": []any{kinds["prose"], kinds["json"], kinds["code"]}, "return": []string{"spans", "labels"}})
		var joined strings.Builder
		for _, sp := range a.Results[0].Spans {
			joined.WriteString(kinds["prose"][sp[0]:sp[1]])
		}
		if joined.String() != a.Results[0].Text || a.Results[1].Spans != nil {
			t.Errorf("prose: %d spans, JSON: %v", len(a.Results[0].Spans), a.Results[1].Spans)
		}
		if code := a.Results[2].Spans; len(code) != 1 || code[0] != [2]int{0, len(kinds["code"])} {
			t.Errorf("code: %v", code)
		}
	})
}

// streamed reads an answer of lines: the results by their index, and the summary.
func (s *server) streamed(t *testing.T, path, body, schema string, headers ...string) (map[int]json.RawMessage, map[string]any) {
	t.Helper()
	resp := s.raw(t, path, body, append(headers, "Accept", "application/x-ndjson")...)
	raw, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/x-ndjson" {
		t.Fatalf("status %d: %.300s", resp.StatusCode, raw)
	}
	lines := strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
	out := map[int]json.RawMessage{}
	for _, line := range lines[:len(lines)-1] {
		keepsContract(t, []byte(line), schema)
		var v struct{ Result json.RawMessage }
		var at struct{ Index int }
		if json.Unmarshal([]byte(line), &v) != nil || json.Unmarshal(v.Result, &at) != nil {
			t.Fatalf("line %.200q", line)
		}
		out[at.Index] = v.Result
	}
	last := []byte(lines[len(lines)-1])
	keepsContract(t, last, "SummaryLine")
	var summary map[string]any
	if err := json.Unmarshal(last, &summary); err != nil {
		t.Fatal(err)
	}
	return out, summary
}

// sameJSON reports whether two texts are the same value.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

func streamsHaveTheSameResults(t *testing.T, s *server) {
	plain := []any{kinds["prose"], kinds["json"], kinds["log"], kinds["code"], kinds["mixed"], kinds["short"], "", kinds["colours"]}
	few := []any{meeting, kinds["json"], kinds["log"], kinds["code"], ""}
	for name, body := range map[string]map[string]any{
		"auto":          {"contexts": few, "rate": 0.3},
		"structure":     {"contexts": plain, "method": "structure"},
		"lossless":      {"contexts": plain, "method": "lossless"},
		"metatoken":     {"contexts": plain, "method": "metatoken"},
		"own_methods":   {"contexts": manyContexts(), "method": "llmlingua2", "rate": 0.5},
		"target":        {"contexts": few, "target_tokens": 1800},
		"question":      {"contexts": few, "question": "How much do the billboards cost?"},
		"own_target":    {"contexts": []any{meeting, map[string]any{"text": kinds["json"], "target_tokens": 800}, kinds["log"]}},
		"beyond_target": {"contexts": []any{meeting, map[string]any{"text": kinds["log"], "target_tokens": 300}, kinds["json"]}, "budget": "soft"},
	} {
		t.Run(name, func(t *testing.T) {
			body = with(with(body, "return", []string{"decode", "scores"}), "cache", "off")
			var whole struct{ Results []json.RawMessage }
			s.asks(t, "/v1/compress", body, "Compression", &whole)
			data, _ := json.Marshal(body)
			lines, summary := s.streamed(t, "/v1/compress", string(data), "CompressResultLine")
			if len(lines) != len(whole.Results) || summary["failed"] != 0.0 {
				t.Fatalf("%d lines for %d results, summary %v", len(lines), len(whole.Results), summary)
			}
			for i, want := range whole.Results {
				if !sameJSON(lines[i], want) {
					t.Errorf("context %d:\n%.300s\n%.300s", i, lines[i], want)
				}
			}
		})
	}
}

func batchesOfLosslessRequests(t *testing.T, s *server) {
	var items []any
	var lines strings.Builder
	order := []string{"json", "log", "prose", "code", "mixed", "clauses", "empty"}
	for i, kind := range order {
		item := map[string]any{"custom_id": kind, "input": kinds[kind], "method": []string{"structure", "lossless", "auto"}[i%3], "return": []string{"decode"}, "cache": "off"}
		items = append(items, item)
		data, _ := json.Marshal(item)
		lines.Write(append(data, '\n'))
	}
	items = append(items, map[string]any{"custom_id": "wrong", "input": kinds["json"], "method": "structure", "rate": 0.5})
	lines.WriteString(`{"custom_id":"wrong","input":"x","method":"structure","rate":0.5}` + "\n")
	type result struct {
		ID          string          `json:"custom_id"`
		Compression *losslessAnswer `json:"compression"`
		Error       *struct{ Code, Param string }
	}
	check := func(how string, i int, r result) {
		t.Helper()
		if i == len(order) {
			if r.Error == nil || r.Error.Code != "pith_invalid_request" || !strings.HasSuffix(r.Error.Param, "/rate") {
				t.Errorf("%s: what is wrong: %+v", how, r.Error)
			}
			return
		}
		kind := order[i]
		if r.Compression == nil || r.ID != kind {
			t.Fatalf("%s: %s: %+v", how, kind, r.Error)
		}
		body := maps.Clone(items[i].(map[string]any))
		delete(body, "custom_id")
		one := s.shortens(t, body)
		if got := r.Compression.Results[0]; !reflect.DeepEqual(got, one.Results[0]) || got.Decode != nil && s.restores(t, got) != kinds[kind] {
			t.Errorf("%s: %s: %s by %v, alone %s by %v", how, kind, got.Status, got.Forms, one.Results[0].Status, one.Results[0].Forms)
		}
	}
	var whole struct{ Results []result }
	s.asks(t, "/v1/compress/batch", map[string]any{"requests": items}, "Batch", &whole)
	for i, r := range whole.Results {
		check("JSON", i, r)
	}
	found, summary := s.streamed(t, "/v1/compress/batch", lines.String(), "BatchResultLine", "Content-Type", "application/x-ndjson")
	if len(found) != len(items) || summary["failed"] != 1.0 {
		t.Fatalf("%d lines, %v", len(found), summary)
	}
	for i, raw := range found {
		var r result
		if err := json.Unmarshal(raw, &r); err != nil {
			t.Fatal(err)
		}
		check("NDJSON", i, r)
	}
}

func losslessOptions(t *testing.T, s *server) {
	ask := func(kind, method string, o map[string]any) losslessResult {
		t.Helper()
		if o == nil {
			o = map[string]any{}
		}
		r := s.shortens(t, map[string]any{"input": kinds[kind], "method": method, "lossless": o, "return": []string{"decode"}}).Results[0]
		if r.Decode != nil && s.restores(t, r) != kinds[kind] {
			t.Errorf("%s, %v: not restored", kind, o)
		}
		return r
	}
	for name, tt := range map[string]struct {
		kind, method string
		options      map[string]any
		want         string
	}{
		"only_json":            {"mixed", "structure", map[string]any{"forms": []string{"json"}}, "json"},
		"only_log":             {"mixed", "lossless", map[string]any{"forms": []string{"log"}}, "log"},
		"only_dict":            {"clauses", "lossless", map[string]any{"forms": []string{"dict"}}, "dict"},
		"dict_of_structure":    {"clauses", "structure", map[string]any{"forms": []string{"dict"}}, ""},
		"json_of_metatoken":    {"json", "metatoken", map[string]any{"forms": []string{"json"}}, ""},
		"another_form":         {"json", "structure", map[string]any{"forms": []string{"log", "csv"}}, ""},
		"no_form":              {"json", "lossless", map[string]any{"forms": []string{}}, ""},
		"no_form_of_metatoken": {"clauses", "metatoken", map[string]any{"forms": []string{}}, ""},
		"no_form_of_auto":      {"json", "auto", map[string]any{"forms": []string{}}, ""},
		"no_rows_of_dict":      {"clauses", "metatoken", map[string]any{"legend_rows": -1}, ""},
		"no_rows_after_json":   {"json", "lossless", map[string]any{"legend_rows": -1}, "json"},
		"defaults":             {"json", "structure", map[string]any{}, "json"},
	} {
		t.Run(name, func(t *testing.T) {
			if r := ask(tt.kind, tt.method, tt.options); strings.Join(r.Forms, " ") != tt.want || tt.want == "" && !r.whole(kinds[tt.kind]) {
				t.Errorf("%s: %s by %q, want %q", tt.kind, r.Status, r.Forms, tt.want)
			}
		})
	}
	rows := func(text string) (n int) {
		for line := range strings.Lines(text) {
			for _, sigil := range []string{"§", "¶", "※", "λ", "■", "→"} {
				if rest, ok := strings.CutPrefix(line, sigil); ok && len(rest) > 1 && rest[0] >= 'A' && rest[0] <= 'Z' && rest[1] == '=' {
					n++
				}
			}
		}
		return n
	}
	some, none, one := ask("log", "structure", nil), ask("log", "structure", map[string]any{"legend_rows": -1}), ask("log", "structure", map[string]any{"legend_rows": 1})
	if rows(some.Text) < 2 || rows(none.Text) != 0 || rows(one.Text) > 1 || none.Status != "compressed" || some.Out >= none.Out {
		t.Errorf("rows of a log: %d, %d with -1, %d with 1", rows(some.Text), rows(none.Text), rows(one.Text))
	}
	cold, warm := ask("clauses", "metatoken", nil), ask("clauses", "metatoken", map[string]any{"brief": "warm"})
	brief, rest, _ := strings.Cut(cold.Text, "\n")
	if rest != warm.Text || brief != `§X below stands for the text after "§X=".` || rows(warm.Text) != 2 {
		t.Errorf("cold begins with %q, warm is the rest of it: %v", brief, rest == warm.Text)
	}
	inline := ask("clauses", "metatoken", map[string]any{"inline": true})
	if !strings.Contains(inline.Text, "§A{the carrier shall not") || rows(inline.Text) != 0 {
		t.Errorf("inline: %.300q", inline.Text)
	}

	signed := s.shortens(t, map[string]any{"input": kinds["clauses"] + "See § 5.\n", "method": "metatoken", "lossless": map[string]any{"brief": "warm"}}).Results[0]
	if signed.Status != "unchanged" {
		t.Errorf("warm, and the sigil of the system prompt is in the text: %s", signed.Status)
	}

	page := ask("html", "lossless", map[string]any{"forms": []string{"html"}})
	if fmt.Sprint(page.Forms) != "[html]" || page.Exact == nil || *page.Exact || page.Decode != nil || len(page.Warnings) == 0 || strings.Contains(page.Text, "<div") || !strings.Contains(page.Text, "Bed 11 holds orchids") {
		t.Errorf("html: %v, exact %v, %q", page.Forms, page.Exact, page.Warnings)
	}
	both := s.shortens(t, map[string]any{"contexts": []any{kinds["html"], kinds["json"]}, "method": "structure", "lossless": map[string]any{"forms": []string{"html", "json"}}, "return": []string{"decode"}})
	if r := both.Results; *r[0].Exact || !*r[1].Exact || s.restores(t, r[1]) != kinds["json"] {
		t.Errorf("exact: %v, %v", *r[0].Exact, *r[1].Exact)
	}
	s.refuses(t, "/v1/decompress", map[string]any{"text": page.Text, "decode": both.Results[1].Decode}, 409, "pith_decode_mismatch", "/decode")
}

// Where tokens are an estimate, more has to be saved.
func losslessSavesMoreByAnEstimate(t *testing.T, s *server) {
	between := 0
	for n := range 30 {
		source := kinds["prose"] + "\n\n```json\n" + issueList(1+n/10) + "\n```\n" + strings.Repeat("\nAnd so it went on, for much longer than anyone had thought it would.\n", 5*n)
		r := s.shortens(t, map[string]any{"input": source, "method": "structure"}).Results[0]
		e := s.shortens(t, map[string]any{"input": source, "method": "structure", "model": "claude-sonnet-4-5"})
		share := 1 - float64(r.Out)/float64(r.In)
		switch est := e.Results[0]; {
		case e.Tokenizer.Exact:
			t.Fatal("the tokenizer is called exact")
		case est.Status == "compressed" && (share < 0.12 || est.Text != r.Text):
			t.Errorf("saving %.3f is enough for an estimate", share)
		case est.Status == "unchanged" && share > 0.14:
			t.Errorf("saving %.3f is not enough for an estimate", share)
		case r.Status == "compressed" && share < 0.08:
			t.Errorf("saving %.3f is enough", share)
		case r.Status == "compressed" && est.Status == "unchanged":
			between++
			if !est.whole(source) {
				t.Error("unchanged, and not the source")
			}
		}
	}
	if between == 0 {
		t.Error("nothing saves from 8 % to 12 %: the test shows nothing")
	}
}

// A result that was made before comes back as it was, with all that is said of it.
func losslessResultsAreCached(t *testing.T, s *server) {
	for name, body := range map[string]map[string]any{
		"structure": {"input": kinds["json"], "method": "structure"},
		"lossless":  {"input": kinds["hits"], "method": "lossless"},
		"auto":      {"contexts": []any{kinds["prose"], kinds["log"], kinds["code"], kinds["html"]}},
		"contexts":  {"contexts": manyContexts(), "method": "llmlingua2", "rate": 0.5},
		"page":      {"input": kinds["html"], "method": "structure", "lossless": map[string]any{"forms": []string{"html"}}},
	} {
		t.Run(name, func(t *testing.T) {
			body = with(body, "return", []string{"decode"})
			ask := func(body map[string]any) (a losslessAnswer) { // by a client of its own
				t.Helper()
				s.asks(t, "/v1/compress", body, "Compression", &a, "Authorization", "Bearer sk-"+name)
				return a
			}
			first := ask(body)
			second := ask(body)
			off := ask(with(body, "cache", "off"))
			if first.Cache.Result || !second.Cache.Result || off.Cache.Result {
				t.Errorf("from the cache: %v, %v, off %v", first.Cache.Result, second.Cache.Result, off.Cache.Result)
			}
			if !reflect.DeepEqual(first.Results, second.Results) || !reflect.DeepEqual(first.Results, off.Results) || first.Method != second.Method {
				t.Error("other results from the cache, or without it")
			}
			// Options are part of what is asked for.
			for key, value := range map[string]any{"return": []string{}, "lossless": map[string]any{"forms": []string{"space"}}, "model": "claude-x"} {
				if other := ask(with(body, key, value)); other.Cache.Result {
					t.Errorf("another %s is answered from the cache", key)
				}
			}
		})
	}
}

// Nothing of a text or of its decode reaches the log or the metrics.
func losslessShowsNoText(t *testing.T, s *server) {
	for kind, source := range kinds {
		for _, method := range []string{"auto", "lossless"} {
			r := s.shortens(t, map[string]any{"input": "Canarysson\n" + source + "\nCanarysson", "method": method, "return": []string{"decode"}}).Results[0]
			if r.Decode == nil {
				continue
			}
			s.restores(t, r)
			for _, text := range []string{r.Text + "Canarysson", ""} {
				if msg := s.refuses(t, "/v1/decompress", map[string]any{"text": text, "decode": r.Decode}, 409, "pith_decode_mismatch", "/decode"); strings.Contains(msg, "Canarysson") {
					t.Errorf("%s: %s", kind, msg)
				}
			}
			s.raw(t, "/v1/decompress", `{"text":"Canarysson","decode":{"scheme":"Canarysson","params":"Canarysson"}}`)
			s.raw(t, "/v1/decompress", `{"text":"Canarysson","decode":{"scheme":"lossless-1","params":"Canarysson"}}`)
		}
	}
	resp, err := http.Get(s.admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	metrics, _ := io.ReadAll(resp.Body)
	for _, secret := range []string{"Canarysson", "rchid", "sk-canary-key"} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log has %q", secret)
		}
		if strings.Contains(string(metrics), secret) {
			t.Errorf("the metrics have %q", secret)
		}
	}
	if !strings.Contains(s.log.String(), "msg=request") || !strings.Contains(string(metrics), "pith_") {
		t.Error("there is no log, or no metrics: the test shows nothing")
	}
}

// files are what the command line may be given and the API may not, too.
func losslessFiles() map[string]string {
	out := map[string]string{
		"no_newline":     strings.TrimSuffix(kinds["log"], "\n"),
		"bom":            "\ufeff" + kinds["json"],
		"nul":            strings.Replace(kinds["log"], "billing", "bill\x00ing", 1),
		"latin1":         strings.ReplaceAll(kinds["log"], "tenant", "k\xfcnde"),
		"latin1_json":    strings.ReplaceAll(kinds["json"], "humidity", "k\xfchle"),
		"latin1_hits":    strings.ReplaceAll(kinds["hits"], "sensor", "k\xfchler"),
		"latin1_colours": strings.ReplaceAll(kinds["colours"], "heard", "geh\xf6rt"),
		"latin1_clauses": strings.ReplaceAll(kinds["clauses"], "harbour", "H\xe4fen"),
		"cut_utf8":       kinds["unicode"][:len(kinds["unicode"])/2] + "\xe6\xb9",
		"mixed_ends":     kinds["log"][:1000] + strings.ReplaceAll(kinds["log"][1000:], "\n", "\r\n"),
		"progress":       strings.ReplaceAll(kinds["log"], ": task", ": 10 %\r20 %\r: task"),
		"blank":          "\n\n \t\n",
		"binary":         strings.Repeat("\x00\xff\xfe\x80§¶", 400),
	}
	for kind, text := range kinds {
		out[kind] = text
	}
	return out
}

// What the command line made of a file becomes the file again, byte for byte, whatever is
// in it.
func TestCompressAndDecompressFiles(t *testing.T) {
	dir := t.TempDir()
	changed := 0
	for name, source := range losslessFiles() {
		for _, method := range []string{"structure", "lossless"} {
			in, decode, small := filepath.Join(dir, name), filepath.Join(dir, name+".pith"), filepath.Join(dir, name+".small")
			write(t, in, source)
			out, summary, err := command(t, nil, "", "compress", "-m", method, "--decode", decode, in)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if out != source {
				changed++
				if !strings.Contains(summary, ", as ") || len(out) >= len(source) && method == "structure" {
					t.Errorf("%s by %s: %q", name, method, summary)
				}
			}
			write(t, small, out)
			for how, args := range map[string][]string{"file": {small}, "pipe": {}, "dash": {"-"}} {
				back, errOut, err := command(t, nil, out, append([]string{"decompress", "--decode", decode}, args...)...)
				if err != nil || back != source || errOut != "" {
					t.Errorf("%s by %s, %s: %v, %q; %d bytes became %d", name, method, how, err, errOut, len(source), len(back))
				}
			}
		}
	}
	if changed < 40 {
		t.Errorf("%d files were changed: the test shows nothing", changed)
	}
	left, _ := filepath.Glob(filepath.Join(dir, ".pith-*"))
	if len(left) > 0 {
		t.Errorf("left %v", left)
	}
}

// A result as JSON has all that it takes.
func TestCompressAsJSONAndDecompress(t *testing.T) {
	for kind, source := range kinds {
		for _, method := range []string{"structure", "lossless", "metatoken"} {
			out, _, err := command(t, nil, source, "compress", "-m", method, "--json")
			if err != nil {
				t.Fatalf("%s: %v", kind, err)
			}
			var got printed
			if err := json.Unmarshal([]byte(out), &got); err != nil {
				t.Fatal(err)
			}
			if (got.Forms == nil) != (got.Decode == nil) || got.Spans != nil {
				t.Errorf("%s by %s: forms %q, decode %v, spans %v", kind, method, got.Forms, got.Decode != nil, got.Spans)
			}
			back, _, err := command(t, nil, out, "decompress")
			if err != nil || back != source {
				t.Errorf("%s by %s: %v; %d bytes became %d", kind, method, err, len(source), len(back))
			}
		}
	}
	lost, _, err := command(t, nil, meeting, "compress", "--json")
	if err != nil {
		t.Fatal(err)
	}
	out, _, err := command(t, nil, lost, "decompress")
	if exitCode(err) != exitUsage || out != "" || !strings.Contains(message(err), "lost words") {
		t.Errorf("of what lost words: %q, %v", out, err)
	}
}

// JSON cannot hold bytes that are no UTF-8. What comes of it is the source or an error.
func TestJSONOfWhatIsNotUTF8(t *testing.T) {
	for name, source := range map[string]string{"short": "caf\xe9\n", "long": losslessFiles()["latin1"]} {
		t.Run(name, func(t *testing.T) {
			out, _, err := command(t, nil, source, "compress", "-m", "structure", "--json")
			if err != nil {
				if exitCode(err) != exitUsage || out != "" {
					t.Errorf("%q, %v", out, err)
				}
				return
			}
			back, _, err := command(t, nil, out, "decompress")
			if err == nil && back != source || err != nil && back != "" {
				t.Errorf("%v; %.100q", err, back)
			}
		})
	}
}

// What cannot be restored is an error, with nothing on the standard output: that is
// often a file.
func TestDecompressCommandMistakes(t *testing.T) {
	dir := t.TempDir()
	at := func(name, text string) string {
		path := filepath.Join(dir, name)
		write(t, path, text)
		return path
	}
	source, other := at("json", kinds["json"]), at("log", kinds["log"])
	ours, theirs := filepath.Join(dir, "ours.pith"), filepath.Join(dir, "theirs.pith")
	small, _, err := command(t, nil, "", "compress", "-m", "structure", "--decode", ours, source)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := command(t, nil, "", "compress", "-m", "structure", "--decode", theirs, other); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(ours)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		stdin string
		args  []string
		code  int
		want  string
	}{
		"of_another_text": {small, []string{"--decode", theirs}, exitFailure, "do not belong together"},
		"changed_text":    {small + "\n", []string{"--decode", ours}, exitFailure, "do not belong together"},
		"empty_text":      {"", []string{"--decode", ours}, exitFailure, "do not belong together"},
		"changed_decode":  {small, []string{"--decode", at("changed", strings.Replace(string(raw), `\"sha256\":\"`, `\"sha256\":\"0`, 1))}, exitFailure, "do not belong together"},
		"other_scheme":    {small, []string{"--decode", at("scheme", strings.Replace(string(raw), "lossless-1", "lossless-0", 1))}, exitUsage, "no such scheme"},
		"empty_object":    {small, []string{"--decode", at("empty", "{}")}, exitUsage, "no such scheme"},
		"list":            {small, []string{"--decode", at("list", "[]")}, exitUsage, "not what pith compress --decode wrote"},
		"no_json":         {small, []string{"--decode", at("none", "Orchid")}, exitUsage, "not what pith compress --decode wrote"},
		"empty_file":      {small, []string{"--decode", at("void", "")}, exitUsage, "not what pith compress --decode wrote"},
		"cut_file":        {small, []string{"--decode", at("cut", string(raw[:len(raw)/2]))}, exitUsage, "not what pith compress --decode wrote"},
		"no_such_decode":  {small, []string{"--decode", filepath.Join(dir, "nothing")}, exitUsage, "no such file"},
		"folder":          {small, []string{"--decode", dir}, exitUsage, "is a directory"},
		"no_such_file":    {"", []string{"--decode", ours, filepath.Join(dir, "nothing")}, exitUsage, "no such file"},
		"text_alone":      {small, nil, exitUsage, "--decode FILE"},
		"nothing":         {"", nil, exitUsage, "--decode FILE"},
		"other_json":      {kinds["json"], nil, exitUsage, "--decode FILE"},
		"null":            {"null", nil, exitUsage, "--decode FILE"},
		"no_status":       {`{"text":"Orchid"}`, nil, exitUsage, "no decode"},
		"dropped":         {`{"text":"Orchid","status":"dropped"}`, nil, exitUsage, "no decode"},
		"two_files":       {"", []string{"a", "b"}, exitUsage, "--help"},
	} {
		t.Run(name, func(t *testing.T) {
			out, _, err := command(t, nil, tt.stdin, append([]string{"decompress"}, tt.args...)...)
			if exitCode(err) != tt.code || err == nil || !strings.Contains(message(err), tt.want) {
				t.Errorf("exit code %d: %v", exitCode(err), err)
			}
			if out != "" || err != nil && strings.Contains(message(err), "rchid") {
				t.Errorf("wrote %.100q; %v", out, err)
			}
		})
	}
	if back, _, err := command(t, nil, small, "decompress", "--decode", ours); err != nil || back != kinds["json"] {
		t.Errorf("%v: the test shows nothing", err)
	}
}

// Of what fails, neither the text nor the decode is written, and what stood there stays.
func TestCompressLosslessMistakes(t *testing.T) {
	dir := t.TempDir()
	decode := filepath.Join(dir, "x.pith")
	for name, tt := range map[string]struct {
		stdin string
		args  []string
		want  string
	}{
		"diff":           {kinds["json"], []string{"-m", "structure", "--diff"}, "--diff"},
		"diff_lossless":  {kinds["json"], []string{"-m", "lossless", "--diff"}, "--diff"},
		"diff_metatoken": {kinds["json"], []string{"-m", "metatoken", "--diff"}, "--diff"},
		"rate":           {kinds["json"], []string{"-m", "structure", "--rate", "0.5"}, "rate has no meaning"},
		"target":         {kinds["json"], []string{"-m", "lossless", "-t", "50"}, "target_tokens has no meaning"},
		"threshold":      {kinds["json"], []string{"-m", "metatoken", "--threshold", "0.5"}, "threshold has no meaning"},
		"compat":         {kinds["json"], []string{"-m", "structure", "--profile", "compat"}, "profile has no meaning"},
		"form":           {kinds["json"], []string{"-m", "structure", "--form", "magic"}, "noise, space, json"},
		"rows":           {kinds["json"], []string{"-m", "lossless", "--legend-rows", "27"}, "at most 26"},
		"lost_words":     {meeting, nil, "lost words"},
		"inexact":        {kinds["html"], []string{"-m", "structure", "--form", "html"}, "nothing to write with --decode"},
		"no_folder":      {kinds["json"], []string{"-m", "structure", "--decode", filepath.Join(dir, "none", "x.pith")}, "no such file"},
		"is_a_folder":    {kinds["json"], []string{"-m", "structure", "--decode", dir}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, decode, "of before")
			out, _, err := command(t, nil, tt.stdin, append([]string{"compress", "--decode", decode}, tt.args...)...)
			if err == nil || exitCode(err) == exitOK || !strings.Contains(message(err), tt.want) {
				t.Fatalf("exit code %d: %v", exitCode(err), err)
			}
			if want := exitUsage; exitCode(err) != want && name != "no_folder" && name != "is_a_folder" {
				t.Errorf("exit code %d, want %d", exitCode(err), want)
			}
			if left, err := os.ReadFile(decode); out != "" || err != nil || string(left) != "of before" {
				t.Errorf("wrote %.80q, and %.80q: %v", out, left, err)
			}
			if strings.Contains(message(err), "rchid") || strings.Contains(message(err), "billboard") {
				t.Errorf("the message quotes the text: %s", message(err))
			}
			files, _ := os.ReadDir(dir)
			if len(files) != 1 {
				t.Errorf("left %v", files)
			}
		})
	}
}

func TestCompressOptionsOfLossless(t *testing.T) {
	for name, tt := range map[string]struct {
		kind string
		args []string
		want []string
		none []string
	}{
		"summary_names_forms": {"mixed", []string{"-m", "structure"}, []string{"as json, log"}, nil},
		"one_form":            {"mixed", []string{"-m", "structure", "--form", "log"}, []string{"as log\n"}, nil},
		"two_forms":           {"mixed", []string{"-m", "structure", "--form", "log,json"}, []string{"as json, log\n"}, nil},
		"page":                {"html", []string{"-m", "structure", "--form", "html"}, []string{"as html", "warning", "cannot be undone"}, nil},
		"no_rows":             {"log", []string{"-m", "structure", "--legend-rows", "-1"}, []string{"as log"}, []string{"§A="}},
		"warm":                {"clauses", []string{"-m", "metatoken", "--warm"}, []string{"§§2\n"}, []string{"stands for"}},
		"inline":              {"clauses", []string{"-m", "metatoken", "--inline"}, []string{"§A{"}, []string{"§A="}},
		"auto":                {"json", nil, []string{"as json"}, nil},
		"tokenizer":           {"json", []string{"-m", "structure", "--tokenizer", "claude-x"}, []string{"as json"}, nil},
		"quiet":               {"json", []string{"-m", "structure", "--quiet"}, nil, []string{"kept"}},
	} {
		t.Run(name, func(t *testing.T) {
			out, summary, err := command(t, nil, kinds[tt.kind], append([]string{"compress"}, tt.args...)...)
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range tt.want {
				if !strings.Contains(out+summary, w) {
					t.Errorf("no %q in %q, %.300q", w, summary, out)
				}
			}
			for _, w := range tt.none {
				if strings.Contains(out+summary, w) {
					t.Errorf("%q in %q, %.300q", w, summary, out)
				}
			}
		})
	}
}

// A diff is the whole text with marks; of a text that lost no words, it is the text.
func TestDiffOfWhatLosesNoWords(t *testing.T) {
	for _, kind := range []string{"code", "diff", "short", "empty"} {
		out, _, err := command(t, nil, kinds[kind], "compress", "--diff")
		if err != nil || out != kinds[kind] {
			t.Errorf("%s: %v, %.200q", kind, err, out)
		}
	}
}

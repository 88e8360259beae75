package main

import (
	"encoding/json"
	"errors"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
	"github.com/pith-proxy/pith/eval/report"
	"github.com/pith-proxy/pith/eval/suite"
)

// promptCanary is a text of a data set that no message may show.
const promptCanary = "canary-heron-5521"

// Every mistake in the command line ends with exit code 2, a message that names what to
// change, and nothing written.
func TestEvalRunUsage(t *testing.T) {
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.jsonl")
	write(t, broken, `{"context": "One text.", "question": "q?", "answers": ["One"]}`+"\n"+`{"context": "`+promptCanary+`", "question": `+"\n")
	lacking := filepath.Join(dir, "lacking.jsonl")
	write(t, lacking, `{"context": "`+promptCanary+`", "question": "q?"}`+"\n")
	set := evalData + "questions.jsonl"
	latin := filepath.Join(dir, "latin.jsonl")
	write(t, latin, `{"context": "One text.", "question": "q?", "answers": ["One"]}`+"\n"+`{"context": "caf`+"\xe9 "+promptCanary+`", "question": "q?", "answers": ["One"]}`+"\n")
	unfit := filepath.Join(dir, "unfit.jsonl")
	write(t, unfit, `{"context": "One text.", "question": "q?", "answers": ["One"], "classes": ["One"]}`+"\n"+`{"context": "One text.", "question": "q?", "answers": ["`+promptCanary+`"]}`+"\n")
	french := filepath.Join(dir, "french.jsonl")
	write(t, french, `{"context": "One text.", "question": "q?", "answers": ["One"], "language": "fr"}`+"\n")
	good := []string{"--dataset", set, "--methods", "none"}
	needles := []string{"--dataset", "needles", "--methods", "none"}
	gsm8k := filepath.Join(dir, "gsm8k")
	sums := `{"question": "2+2?", "answer": "#### 4"}` + "\n" + `{"question": "2+3?", "answer": "#### 5"}` + "\n"
	if err := os.Mkdir(gsm8k, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(gsm8k, "test.jsonl"), sums)
	write(t, filepath.Join(gsm8k, "train.jsonl"), sums+`{"question": "2+4?", "answer": "#### 6"}`)
	with := func(args ...string) []string { return append(slices.Clone(good), args...) }
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"no_dataset", nil, "give --dataset"},
		{"no_such_dataset", []string{"--dataset", "nowhere.jsonl"}, "--dataset nowhere.jsonl: there is no such file"},
		{"dataset_of_no_form", []string{"--dataset", evalData + "golden.txt"}, "golden.txt: line 1"},
		{"broken_line", []string{"--dataset", broken}, "broken.jsonl: line 2: "},
		{"row_without_answers", []string{"--dataset", lacking}, "lacking.jsonl: line 1: "},
		{"not_utf8", []string{"--dataset", latin}, "latin.jsonl: line 2: it is not UTF-8"},
		{"unfit_for_classification", []string{"--dataset", unfit, "--metric", "classification"}, "unfit.jsonl: line 2: metric classification: "},
		{"unfit_for_retrieval", []string{"--dataset", unfit, "--metric", "retrieval"}, "unfit.jsonl: line 1: metric retrieval: "},
		{"unfit_for_choice", []string{"--dataset", unfit, "--metric", "choice"}, "unfit.jsonl: line 1: metric choice: "},
		{"unknown_language", []string{"--dataset", french}, "french.jsonl: line 1: member language must be en, zh or code"},
		{"unknown_task_of_two", []string{"--dataset", set + ",needles", "--needle-lengths", "300", "--tasks", "minutes,needle-hops,nosuch"}, `no items of the task "nosuch"; it has minutes, `},
		{"unknown_task_of_needles", append(needles, "--needle-lengths", "300", "--tasks", "needle-hops,nosuch"), `no items of the task "nosuch"; it has needle-single, `},
		{"needle_flags_without_needles", with("--needle-repeats", "2", "--haystack", set), "without --dataset needles there is no use for --needle-repeats, --haystack"},
		{"flags_of_files_with_needles", append(needles, "--metric", "exact", "--demonstrations", "8"), "without a --dataset that is read there is no use for --metric, --demonstrations"},
		{"flags_of_readers_without_one", with("--answers", "--retries", "1"), "without --reader there is no use for --retries, --answers"},
		{"flags_of_llmlingua_without_it", with("--llmlingua-1"), "without --methods llmlingua there is no use for --llmlingua-1"},
		{"no_methods", []string{"--dataset", set, "--methods", ""}, "--methods names nothing"},
		{"no_measures", with("--measures", ""), "--measures names nothing"},
		{"no_tasks", with("--tasks", ""), "--tasks names nothing"},
		{"demonstrations_without_gsm8k", with("--demonstrations", "4"), "--demonstrations is for GSM8K"},
		{"more_demonstrations_than_there_are", []string{"--dataset", gsm8k, "--demonstrations", "5"}, "train.jsonl has 3 demonstrations, and 5 were asked for"},
		{"unknown_task", with("--tasks", "minutes,nosuch"), `no items of the task "nosuch"; it has minutes`},
		{"negative_sample", with("--sample", "-1"), "--sample"},
		{"unknown_metric", with("--metric", "nosuch"), `--metric: no metric "nosuch"`},
		{"unknown_against", with("--against", "nosuch"), "--against: nosuch"},
		{"no_such_haystack", []string{"--dataset", "needles", "--haystack", "nowhere.txt"}, "--haystack"},
		{"api_url", with("--methods", "llmlingua2", "--through", "api", "--url", "::"), "--url"},
		{"prompt_without_places", with("--prompt", "no places"), "{context}"},
		{"unknown_method", with("--methods", "nosuch"), `--methods: no method "nosuch"`},
		{"unknown_measure", with("--measures", "survival,nosuch"), `--measures: measure must be one of survival`},
		{"unknown_vendor", with("--vendors", "nosuch"), `--vendors: no vendor "nosuch"; there are`},
		{"unknown_counter", with("--counter", "nosuch"), "words or chars"},
		{"rate_0", with("--rates", "0.5,0"), "--rates are over 0 and below 1; got 0"},
		{"rate_1", with("--rates", "1"), "--rates are over 0 and below 1; got 1"},
		{"rate_below_0", with("--rates", "-0.5"), "--rates are over 0 and below 1; got -0.5"},
		{"rate_nan", with("--rates", "nan"), "--rates are over 0 and below 1; got NaN"},
		{"rate_no_number", with("--rates", "half"), "--rates"},
		{"few_resamples", with("--resamples", "99"), "--resamples must be at least 100"},
		{"no_reuse", with("--reuse", "0"), "--reuse must be at least 1"},
		{"unknown_way", with("--through", "nosuch"), `--through is process, api or proxy; got "nosuch"`},
		{"api_without_url", with("--through", "api"), "--through api needs --url"},
		{"url_in_process", with("--url", "http://127.0.0.1:1"), "--url goes with --through"},
		{"proxy_without_model", with("--through", "proxy", "--url", "http://127.0.0.1:1"), "--reader-model"},
		{"proxy_and_reader", with("--through", "proxy", "--url", "http://127.0.0.1:1", "--reader", "http://127.0.0.1:1/v1", "--reader-model", "m"), "leave --reader out"},
		{"reader_without_model", with("--reader", "http://127.0.0.1:1/v1"), "--reader needs --reader-model"},
		{"reader_no_url", with("--tasks", "minutes", "--reader", "::", "--reader-model", "m"), "--reader: "},
		{"limit_without_prices", with("--max-dollars", "1"), "--max-dollars needs --price-in and --price-out"},
		{"negative_price", with("--price-in", "-1"), "must not be negative"},
		{"no_concurrency", with("--concurrency", "0"), "--concurrency must be at least 1"},
		{"needle_kind", []string{"--dataset", "needles", "--needle-kinds", "nosuch"}, "kind must be one of single"},
		{"needle_length", []string{"--dataset", "needles", "--needle-lengths", "10"}, "length must be at least 256"},
		{"needle_depth", []string{"--dataset", "needles", "--needle-depths", "1.5"}, "depth must be in [0, 1]"},
		{"needle_language", []string{"--dataset", "needles", "--needle-language", "fr"}, "language must be en, zh"},
		{"argument", with("extra"), "extra"},
		{"unknown_flag", with("--nosuch"), "--nosuch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			refusesRun(t, c.want, append([]string{"eval", "run", "--out", out}, c.args...)...)
			if _, err := os.Stat(filepath.Join(out, "report.json")); err == nil {
				t.Error("a report was written")
			}
		})
	}
	t.Run("no_out", func(t *testing.T) { refusesRun(t, "give --out", append([]string{"eval", "run"}, good...)...) })
	t.Run("all_mistakes_at_once", func(t *testing.T) {
		args := []string{"eval", "run", "--rates", "2", "--through", "api", "--reader", "http://127.0.0.1:1/v1"}
		for _, want := range []string{"--out", "--rates", "--url", "--reader-model"} {
			refusesRun(t, want, args...)
		}
	})
}

// refusesRun runs pith, which must end with exit code 2 and a message with want, and must tell
// neither a key nor a text of a data set.
func refusesRun(t *testing.T, want string, args ...string) {
	t.Helper()
	env := map[string]string{"PITH_HOME": t.TempDir(), "PITH_READER_KEY": readerKey, "OPENAI_API_KEY": readerKey, "PITH_API_KEY": readerKey}
	stdout, stderr, err := command(t, env, "", args...)
	if err == nil {
		t.Fatalf("no error; it printed %q", stdout)
	}
	if exitCode(err) != exitUsage || !strings.Contains(message(err), want) {
		t.Errorf("exit code %d, %q; want %d and %q", exitCode(err), message(err), exitUsage, want)
	}
	if stdout != "" {
		t.Errorf("it printed %q", stdout)
	}
	quiet(t, stderr+err.Error())
}

func quiet(t *testing.T, said string) {
	t.Helper()
	for _, secret := range []string{readerKey, promptCanary} {
		if strings.Contains(said, secret) {
			t.Errorf("%s is in %q", secret, said)
		}
	}
}

// What goes wrong at a reader ends the run with exit code 1, and neither key nor text is in
// what is said of it.
func TestEvalRunReaderFails(t *testing.T) {
	set := filepath.Join(t.TempDir(), "one.jsonl")
	write(t, set, `{"context": "`+promptCanary+` stands here.", "question": "What of `+promptCanary+`?", "answers": ["here"]}`+"\n")
	for name, fault := range map[string]fakevendor.Fault{
		"refused": {Status: 400, Body: `{"error":{"message":"bad prompt ` + promptCanary + ` from ` + readerKey + `","type":"` + promptCanary + `"}}`},
		"no_key":  {Status: 401, Body: `{"error":{"message":"wrong key ` + readerKey + `"}}`},
		"no_json": {Body: promptCanary},
	} {
		t.Run(name, func(t *testing.T) {
			s := httptest.NewServer(fakevendor.New(fakevendor.Options{Fault: func(fakevendor.Request) fakevendor.Fault { return fault }}))
			defer s.Close()
			env := map[string]string{"PITH_HOME": t.TempDir(), "PITH_READER_KEY": readerKey}
			stdout, stderr, err := command(t, env, "", "eval", "run", "--dataset", set, "--methods", "none", "--retries", "0", "--out", filepath.Join(t.TempDir(), "out"),
				"--reader", s.URL+"/v1", "--reader-model", "m")
			if err == nil || exitCode(err) != exitFailure || stdout != "" {
				t.Fatalf("%v, and it printed %q", err, stdout)
			}
			quiet(t, stderr+err.Error())
		})
	}
}

// The same command says the same again, from what is on disk, and a sample is always the
// same items.
func TestEvalRunSampleTasksResume(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	env := map[string]string{"PITH_HOME": t.TempDir()}
	args := []string{"eval", "run", "--dataset", evalData + "questions.jsonl", "--tasks", "news,minutes", "--sample", "2", "--methods", "none,head,random",
		"--rates", "0.2,0.5,0.5", "--resamples", "100", "--examples", "1", "--out", dir}
	first, stderr, err := command(t, env, "", args...)
	if err != nil || stderr != "" {
		t.Fatalf("%v, and on stderr %q", err, stderr)
	}
	a, err := readReport(dir)
	if err != nil {
		t.Fatal(err)
	}
	journal, err := os.Stat(filepath.Join(dir, "journal.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, o := range a.Outcomes {
		if !slices.Contains(ids, o.ID) {
			ids = append(ids, o.ID)
		}
	}
	slices.Sort(ids)
	if want := []string{"minutes-1", "minutes-3", "news-1", "news-3"}; !slices.Equal(ids, want) {
		t.Errorf("items %q, want %q", ids, want)
	}
	if want := []float64{0.5, 0.2}; len(a.Outcomes) != 4*5 || !slices.Equal(a.Rates, want) {
		t.Errorf("%d outcomes at %v", len(a.Outcomes), a.Rates)
	}
	for _, name := range []string{"report.html", "report.md"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	again, _, err := command(t, env, "", args...)
	if err != nil || again != first || !strings.Contains(first, "20 results of 4 items. Wrote ") {
		t.Errorf("first %q, then %q, %v", first, again, err)
	}
	b, err := readReport(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Stat(filepath.Join(dir, "journal.jsonl")); info.Size() != journal.Size() {
		t.Errorf("the journal grew from %d to %d bytes", journal.Size(), info.Size())
	}
	suite.Strip(a)
	suite.Strip(b)
	if x, y := asJSON(t, a), asJSON(t, b); x != y {
		t.Errorf("the second report differs in %s", reportDifference(y, x))
	}
	if n := slices.Compact(slices.Sorted(slices.Values(a.Notes))); len(n) != len(a.Notes) {
		t.Errorf("a note stands twice: %q", a.Notes)
	}
}

// A task need be in one of several sets, and a sample is of needles too.
func TestEvalRunTasksOfTwoSets(t *testing.T) {
	r := evalRun(t, nil, "--dataset", evalData+"questions.jsonl,needles", "--needle-lengths", "300,400", "--tasks", "news,needle-single", "--sample", "2",
		"--methods", "none", "--resamples", "100")
	var ids []string
	for _, o := range r.Outcomes {
		ids = append(ids, o.ID)
	}
	if want := []string{"news-1", "news-3", "single-300-d0.25-r1", "single-400-d0.75-r1"}; !slices.Equal(ids, want) {
		t.Errorf("items %q, want %q", ids, want)
	}
	none := evalRun(t, nil, "--dataset", evalData+"questions.jsonl,needles", "--needle-lengths", "300", "--tasks", "news", "--methods", "none", "--resamples", "100")
	if len(none.Tasks) != 1 || none.Set != "questions.jsonl" {
		t.Errorf("a set without any of the tasks is in %q, with %d tasks", none.Set, len(none.Tasks))
	}
}

// readQuestions are the items of questions.jsonl by ID, as their rows.
func readQuestions(t *testing.T) map[string]map[string]any {
	t.Helper()
	data, err := os.ReadFile(evalData + "questions.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]map[string]any{}
	for line := range strings.Lines(string(data)) {
		var row map[string]any
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			t.Fatal(err)
		}
		rows[row["id"].(string)] = row
	}
	return rows
}

func writeRows(t *testing.T, rows ...map[string]any) string {
	t.Helper()
	var b strings.Builder
	for _, row := range rows {
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(line)
		b.WriteByte('\n')
	}
	path := filepath.Join(t.TempDir(), "rows.jsonl")
	write(t, path, b.String())
	return path
}

// Through the proxy of this process a prompt of material and a question loses words of the
// material, and one that wants a summary arrives as it is.
func TestEvalRunThroughProxy(t *testing.T) {
	q := readQuestions(t)
	passages := func(ids ...string) (out []any) {
		for _, id := range ids {
			out = append(out, q[id]["context"])
		}
		return out
	}
	texts := passages("minutes-1", "minutes-3", "manual-2", "news-2", "incident-4")
	set := writeRows(t,
		map[string]any{"id": "medal", "task": "t", "language": "en", "context": texts, "question": q["news-2"]["question"], "answers": q["news-2"]["answers"]},
		map[string]any{"id": "file", "task": "t", "language": "en", "context": passages("incident-4", "news-2", "minutes-3", "manual-2", "manual-3"),
			"question": q["manual-2"]["question"], "answers": q["manual-2"]["answers"]},
		map[string]any{"id": "summary", "task": "t", "language": "en", "context": texts, "question": "Summarize the context in five sentences.", "answers": []string{"Maire Tamm"}})
	r := evalRun(t, nil, "--dataset", set, "--prompt", "Context:\n{context}\n\nQuestion: {input}", "--through", "proxy", "--methods", "none,llmlingua2,bm25", "--rates", "0.5")
	if r.Through != viaProxy {
		t.Errorf("through %q", r.Through)
	}
	for _, id := range []string{"medal", "file"} {
		o := keptBy(t, r, id, "llmlingua2")
		if o.Kept >= o.Full*6/10 || o.Kept <= o.Full*3/10 || o.Values["survival"] != 1 {
			t.Errorf("%s: kept %d of %d, %v", id, o.Kept, o.Full, o.Values)
		}
	}
	if o := keptBy(t, r, "summary", "llmlingua2"); o.Kept != o.Full {
		t.Errorf("of the text to be summarised %d of %d were kept", o.Kept, o.Full)
	}
	if o := keptBy(t, r, "summary", "bm25"); o.Kept > o.Limit { // baselines need no proxy
		t.Errorf("bm25 kept %d, and may %d", o.Kept, o.Limit)
	}
	if !slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "left 1 of 3 texts of llmlingua2 whole") }) {
		t.Errorf("no note of what was sent as it came: %q", r.Notes)
	}
}

func keptBy(t *testing.T, r *report.Report, id, arm string) report.Outcome {
	t.Helper()
	i := slices.IndexFunc(r.Outcomes, func(o report.Outcome) bool { return o.ID == id && o.Arm == arm })
	if i < 0 {
		t.Fatalf("no outcome of %s by %s", id, arm)
	}
	return r.Outcomes[i]
}

// A running service keeps what a call in this process keeps.
func TestEvalRunThroughAPI(t *testing.T) {
	q := readQuestions(t)
	set := writeRows(t, q["minutes-2"], q["zh-1"], q["incident-1"])
	args := []string{"--dataset", set, "--methods", "none,auto,llmlingua2-blind,lossless,head", "--rates", "0.5,0.2", "--resamples", "100", "--examples", "10"}
	here := evalRun(t, nil, args...)
	s := startServer(t, map[string]string{"PITH_HOME": t.TempDir()})
	there := evalRun(t, map[string]string{"PITH_API_KEY": readerKey}, append(args, "--through", "api", "--url", s.url)...)
	if there.Through != viaAPI || len(here.Examples) != 3 || len(there.Examples) != 3 {
		t.Fatalf("through %s, %d and %d examples", there.Through, len(here.Examples), len(there.Examples))
	}
	for i, a := range here.Examples {
		b := there.Examples[i]
		for j := range a.Shown {
			x, y := a.Shown[j], b.Shown[j]
			if x.Arm != y.Arm || x.Rate != y.Rate || shownText(a, x) != shownText(b, y) {
				t.Errorf("%s by %s at %v: %d tokens here and %d there", a.ID, x.Arm, x.Rate, x.Kept, y.Kept)
			}
		}
	}
	quiet(t, s.log.String())
}

// shownText is what was kept of an example.
func shownText(e report.Example, s report.Shortened) string {
	if s.Spans == nil {
		return s.Text
	}
	var b strings.Builder
	for _, span := range s.Spans {
		b.WriteString(e.Text[span[0]:span[1]])
	}
	return b.String()
}

func TestEvalCompare(t *testing.T) {
	dir := t.TempDir()
	before := filepath.Join(dir, "before")
	env := map[string]string{"PITH_HOME": t.TempDir()}
	if _, _, err := command(t, env, "", "eval", "run", "--dataset", evalData+"questions.jsonl", "--methods", "none,head,bm25", "--rates", "0.5", "--resamples", "100",
		"--examples", "0", "--out", before); err != nil {
		t.Fatal(err)
	}
	r, err := readReport(before)
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range r.Outcomes {
		if _, ok := o.Values["survival"]; ok && o.Arm == "bm25" {
			r.Outcomes[i].Values["survival"] = 0 // the regression
		}
	}
	after := filepath.Join(dir, "after.json")
	write(t, after, asJSON(t, r))
	other := filepath.Join(dir, "other")
	if _, _, err := command(t, env, "", "eval", "run", "--dataset", "needles", "--needle-lengths", "300", "--needle-kinds", "single", "--methods", "none,bm25", "--rates", "0.5",
		"--examples", "0", "--out", other); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		want string // in the output, or in the message if the exit code is 2
	}{
		{"same_report_twice", []string{before, before}, exitOK, ""},
		{"worse", []string{before, after}, exitFailure, "worse"},
		{"better", []string{after, before}, exitOK, "better"},
		{"report_json_by_name", []string{filepath.Join(before, "report.json"), before}, exitOK, ""},
		{"as_json", []string{before, after, "--json"}, exitFailure, `"regression":true`},
		{"two_methods_worse", []string{before, "--arms", "none,head"}, exitFailure, "survival"},
		{"two_methods_better", []string{before, "--arms", "head,none"}, exitOK, "survival"},
		{"one_argument", []string{before}, exitUsage, "give two reports, or one report and two methods with --arms"},
		{"one_method", []string{before, "--arms", "none"}, exitUsage, "two methods with --arms"},
		{"reports_and_methods", []string{before, after, "--arms", "none,head"}, exitUsage, "give two reports, or one"},
		{"unknown_method", []string{before, "--arms", "none,nosuch"}, exitUsage, "nosuch"},
		{"no_argument", nil, exitUsage, "pith eval compare --help"},
		{"no_such_report", []string{before, filepath.Join(dir, "nowhere")}, exitUsage, "nowhere"},
		{"folder_without_report", []string{before, dir}, exitUsage, "report.json"},
		{"no_report", []string{before, evalData + "questions.jsonl"}, exitUsage, "not the JSON of a report"},
		{"other_set", []string{before, other}, exitUsage, "set"},
		{"tolerance", []string{before, after, "--tolerance", "1"}, exitUsage, "--tolerance must be in [0, 1)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, err := command(t, nil, "", append([]string{"eval", "compare"}, c.args...)...)
			said := stdout
			if c.code == exitUsage && err != nil {
				said = message(err)
			}
			if exitCode(err) != c.code || !strings.Contains(said, c.want) || stderr != "" {
				t.Errorf("exit code %d, want %d; no %q in\n%s%s", exitCode(err), c.code, c.want, said, stderr)
			}
			if c.code == exitOK && strings.Contains(stdout, "worse with confidence") {
				t.Errorf("exit code 0, and\n%s", stdout)
			}
		})
	}
	if _, _, err := command(t, nil, "", "eval", "compare", before, after); err == nil || errors.As(err, new(usageError)) {
		t.Errorf("a regression is no mistake in the command line: %v", err)
	}
}

package dataset

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

// folder writes files into a new folder and returns it.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		full := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(full), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// zipped returns an archive of files, in the order of their names.
func zipped(t *testing.T, files map[string]string) string {
	t.Helper()
	var names []string
	for n := range files {
		names = append(names, n)
	}
	slices.Sort(names)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range names {
		f, err := w.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(files[n])); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rows are n rows of LongBench.
func rows(task string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"_id":"%s-%d","dataset":"%s","language":"en","input":"Which %d?","context":"It is %d.","answers":["%d"],"all_classes":["%d"],"length":3}`+"\n",
			task, i, task, i, i, i, i)
	}
	return b.String()
}

func ids(items []eval.Item) string {
	var out []string
	for _, it := range items {
		out = append(out, it.ID)
	}
	return strings.Join(out, " ")
}

func names(tasks []Task) string {
	var out []string
	for _, t := range tasks {
		out = append(out, t.Name)
	}
	return strings.Join(out, " ")
}

func TestOpenLongBench(t *testing.T) {
	files := map[string]string{
		"data/trec.jsonl":       rows("trec", 5),
		"data/qasper.jsonl":     rows("qasper", 2),
		"data/qasper_e.jsonl":   rows("qasper_e", 1),
		"data/2wikimqa_e.jsonl": rows("2wikimqa_e", 1),
	}
	archive := zipped(t, files)
	mac := map[string]string{"data/._trec.jsonl": "\x00", "__MACOSX/data/trec.jsonl": "\x00", "data/": ""}
	for n, text := range files {
		mac[n] = text
	}
	flat := map[string]string{"README.md": "#", "notes.json": `{"citation":"x"}`, "list.json": `["x"]`}
	for n, text := range files {
		flat[strings.TrimPrefix(n, "data/")] = text
	}
	for name, path := range map[string]string{
		"folder":             folder(t, flat),
		"folder_above":       folder(t, files),
		"archive":            filepath.Join(folder(t, map[string]string{"any.name": archive}), "any.name"),
		"archive_of_mac":     filepath.Join(folder(t, map[string]string{"data.zip": zipped(t, mac)}), "data.zip"),
		"folder_of_archive":  folder(t, map[string]string{"data.zip": archive, "dataset_infos.json": "{}"}),
		"archive_in_folders": folder(t, map[string]string{"data/data.zip": archive}),
	} {
		t.Run(name, func(t *testing.T) {
			set, err := Open(path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			if got := ids(set.Items); got != "qasper-0 qasper-1 trec-0 trec-1 trec-2 trec-3 trec-4" || names(set.Tasks) != "qasper trec" {
				t.Errorf("got %s of %s", got, names(set.Tasks))
			}
			if it := set.Items[1]; it.Dataset != "qasper" || it.Question != "Which 1?" || it.Context != "It is 1." || it.Answers[0] != "1" || it.Length != 3 || it.Language != "en" {
				t.Errorf("got %+v", it)
			}
			if set.Name != filepath.Base(path) || !strings.HasPrefix(set.Notes[0], "LongBench: 2 tasks, 7 items; licence") {
				t.Errorf("got %q, %q", set.Name, set.Notes)
			}
			if name == "folder" && set.Notes[len(set.Notes)-1] != "not read, for they hold no items: list.json, notes.json" {
				t.Errorf("notes %q", set.Notes)
			}
			if task, ok := set.Task("trec"); !ok || task.Set != "longbench" || !task.FirstLine {
				t.Errorf("got %+v", task)
			}

			set, err = Open(path, Options{E: true})
			if err != nil || ids(set.Items) != "qasper_e-0 2wikimqa_e-0" {
				t.Fatalf("E: %s, %v", ids(set.Items), err)
			}
			if names(set.Tasks) != "qasper 2wikimqa" || set.Tasks[0].Set != "longbench-e" || set.Items[0].Dataset != "qasper" {
				t.Errorf("E: %+v", set.Tasks)
			}

			set, err = Open(path, Options{Tasks: []string{"trec"}, Sample: 2})
			if err != nil || ids(set.Items) != "trec-0 trec-2" || !strings.Contains(set.Notes[0], "1 task, 5 items, of which 2: at most 2") {
				t.Errorf("sample: %s, %v, %q", ids(set.Items), err, set.Notes)
			}
			if _, err = Open(path, Options{Tasks: []string{"trec", "musique"}}); err == nil || !strings.Contains(err.Error(), `"musique"; it has trec, qasper`) {
				t.Errorf("missing task: %v", err)
			}
		})
	}
}

func TestOpenLongBenchFile(t *testing.T) {
	dir := folder(t, map[string]string{
		"mixed.jsonl":    "\ufeff" + strings.ReplaceAll(rows("trec", 1)+rows("hotpotqa", 1), "\n", "\r\n") + rows("qasper", 1),
		"qasper_e.jsonl": rows("qasper", 1),
	})
	set, err := Open(filepath.Join(dir, "mixed.jsonl"), Options{})
	if err != nil || ids(set.Items) != "qasper-0 hotpotqa-0 trec-0" {
		t.Errorf("%s, %v", ids(set.Items), err)
	}
	if _, err := Open(filepath.Join(dir, "mixed.jsonl"), Options{E: true}); err == nil || !strings.Contains(err.Error(), "TASK_e.jsonl") {
		t.Errorf("E of a file that is not: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "qasper_e.jsonl"), Options{}); err == nil || !strings.Contains(err.Error(), "ask for LongBench-E") {
		t.Errorf("not E of a file that is: %v", err)
	}
	if set, err := Open(filepath.Join(dir, "qasper_e.jsonl"), Options{E: true}); err != nil || ids(set.Items) != "qasper-0" {
		t.Errorf("E: %+v, %v", set, err)
	}
}

const v2row = `{"_id":"a","domain":"D","sub_domain":"S","difficulty":"easy","length":"short","question":" Why? ","choice_A":"one\n","choice_B":"two","choice_C":"three {context}","choice_D":"four","answer":"B","context":"\u001f The text.\n\u3000"}`

func TestOpenLongBench2(t *testing.T) {
	second := strings.Replace(v2row, `"_id":"a"`, `"_id":"b"`, 1)
	dir := folder(t, map[string]string{"data.json": "[" + v2row + ",\n" + second + "]", "rows.jsonl": v2row + "\n" + second})
	for _, name := range []string{"data.json", "rows.jsonl"} {
		set, err := Open(filepath.Join(dir, name), Options{})
		if err != nil || ids(set.Items) != "a b" || names(set.Tasks) != "longbench-v2" {
			t.Fatalf("%s: %+v, %v", name, set, err)
		}
		it := set.Items[0]
		if it.Context != "The text." || it.Question != "Why?\nChoices:\n(A) one\n(B) two\n(C) three {context}\n(D) four" || it.Answers[0] != "B" {
			t.Errorf("%s: %+v", name, it)
		}
		want := "Please read the following text and answer the question below.\n\n<text>\nThe text.\n</text>\n\n" +
			"What is the correct answer to this question: Why?\nChoices:\n(A) one\n(B) two\n(C) three {context}\n(D) four\n\n" +
			"Format your response as follows: \"The correct answer is (insert answer here)\"."
		if q := set.Tasks[0].Ask(it, eval.Words); q.Prompt(q.Item.Context) != want || q.Item.Question != it.Question {
			t.Errorf("%s: prompt %q", name, q.Prompt(q.Item.Context))
		}
	}
}

const meeting = `{
  "topic_list": [{"topic": "T", "relevant_text_span": [["0", "1"]]}],
  "general_query_list": [{"query": "Summarize.", "answer": "All of it."}],
  "specific_query_list": [
    {"query": "What of birds?", "answer": "They fly.", "relevant_text_span": [["0", "1"]]},
    {"query": "And fish?", "answer": "", "relevant_text_span": []}],
  "meeting_transcripts": [{"speaker": "Ada", "content": "Birds ?"}, {"speaker": "Bob", "content": "They fly ."}]
}`

func TestOpenQMSum(t *testing.T) {
	var one bytes.Buffer
	if err := json.Compact(&one, []byte(meeting)); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"clone": folder(t, map[string]string{"data/ALL/jsonl/test.jsonl": one.String() + "\n", "data/ALL/jsonl/train.jsonl": one.String()}),
		"json":  filepath.Join(folder(t, map[string]string{"test.json": meeting}), "test.json"),
	} {
		set, err := Open(path, Options{})
		if err != nil || ids(set.Items) != "test/1/general/1 test/1/specific/1" {
			t.Fatalf("%s: %s, %v", name, ids(set.Items), err)
		}
		it := set.Items[1]
		if it.Context != "Ada: Birds ?\nBob: They fly ." || it.Question != "What of birds?" || it.Answers[0] != "They fly." || it.Dataset != "qmsum" {
			t.Errorf("%s: %+v", name, it)
		}
		if set.Tasks[0].Set != "qmsum" || set.Tasks[0].Metric != "rouge" || !strings.Contains(strings.Join(set.Notes, "\n"), "1 left out") {
			t.Errorf("%s: %+v %q", name, set.Tasks, set.Notes)
		}
	}
	// A folder of meetings, a file each.
	dir := folder(t, map[string]string{"Bed2.json": meeting, "Bed1.json": meeting})
	if set, err := Open(dir, Options{Sample: 3}); err != nil || ids(set.Items) != "Bed1/1/general/1 Bed1/1/specific/1 Bed2/1/general/1" {
		t.Errorf("%s, %v", ids(set.Items), err)
	}
}

func sum(n int) string {
	return fmt.Sprintf(`{"question":"What is %d+1?","answer":"It is <<%d+1=%d>>%d.\n#### %d"}`+"\n", n, n, n+1, n+1, n+1)
}

func TestOpenGSM8K(t *testing.T) {
	var train strings.Builder
	for n := range 20 {
		train.WriteString(sum(n))
	}
	files := map[string]string{"grade_school_math/data/test.jsonl": sum(1) + sum(99), "grade_school_math/data/train.jsonl": train.String(),
		"grade_school_math/data/test_socratic.jsonl": sum(5)}
	for name, path := range map[string]string{
		"clone":   folder(t, files),
		"archive": filepath.Join(folder(t, map[string]string{"g.zip": zipped(t, files)}), "g.zip"),
	} {
		set, err := Open(path, Options{Demonstrations: 2})
		if err != nil || ids(set.Items) != "gsm8k/test/1 gsm8k/test/2" {
			t.Fatalf("%s: %+v, %v", name, set, err)
		}
		if want := "Question: What is 0+1?\nAnswer: It is 1.\n#### 1\n\nQuestion: What is 2+1?\nAnswer: It is 3.\n#### 3"; set.Items[0].Context != want {
			t.Errorf("%s: the item itself must not be shown: %q", name, set.Items[0].Context)
		}
		if it := set.Items[1]; !strings.Contains(it.Context, "What is 1+1?") || it.Answers[0] != "100" || it.Question != "What is 99+1?" {
			t.Errorf("%s: %+v", name, it)
		}
		if set, err = Open(path, Options{}); err != nil || strings.Count(set.Items[1].Context, "Question:") != 8 {
			t.Errorf("%s: default: %+v, %v", name, set, err)
		}
	}
	dir := folder(t, map[string]string{"test.jsonl": sum(1)})
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "train.jsonl") {
		t.Errorf("without demonstrations: %v", err)
	}
	dir = folder(t, map[string]string{"test.jsonl": sum(1), "train.jsonl": sum(1) + `{"question":"q","answer":"none"}`})
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "train.jsonl: line 2") {
		t.Errorf("bad demonstration: %v", err)
	}
}

func TestOpenBBH(t *testing.T) {
	const shown = "Canary: not for crawlers\n-----\nSay what follows.\n\nQ: 1 2\nA: Let's think step by step.\nSo the answer is 3.\n"
	task := func(in string) string {
		return `{"canary":"x","examples":[{"input":"` + in + `","target":"3"},{"input":"2 3","target":"4"}]}`
	}
	files := map[string]string{"bbh/web_of_lies.json": task("a"), "bbh/navigate.json": task("b"), "bbh/new_one.json": task("c"),
		"cot-prompts/web_of_lies.txt": shown, "cot-prompts/navigate.txt": shown, "cot-prompts/new_one.txt": strings.ReplaceAll(shown, "\n", "\r\n")}
	dir := folder(t, files)
	for name, path := range map[string]string{
		"clone":   dir,
		"folder":  filepath.Join(dir, "bbh"),
		"archive": filepath.Join(folder(t, map[string]string{"b.zip": zipped(t, files)}), "b.zip"),
	} {
		set, err := Open(path, Options{Sample: 1})
		if err != nil || ids(set.Items) != "bbh_navigate/1 bbh_web_of_lies/1 bbh_new_one/1" {
			t.Fatalf("%s: %+v, %v", name, set, err)
		}
		for i, it := range set.Items {
			if it.Context != "Say what follows.\n\nQ: 1 2\nA: Let's think step by step.\nSo the answer is 3." || it.Answers[0] != "3" {
				t.Errorf("%s: %+v", name, it)
			}
			if task := set.Tasks[i]; task.Metric != "exact" || task.Kind != FewShot || it.Dataset != task.Name {
				t.Errorf("%s: %+v", name, task)
			}
		}
	}
	alone := folder(t, map[string]string{"navigate.json": task("a")})
	if _, err := Open(alone, Options{}); err == nil || !strings.Contains(err.Error(), "cot-prompts/navigate.txt") {
		t.Errorf("without demonstrations: %v", err)
	}
}

func TestOpenOwn(t *testing.T) {
	text := `{"id":"x","context":["One.","Two."],"question":"Q?","answers":["A","B"],"classes":["A","C"],"more":1}
{"id":7,"context":"Three.","input":"I?","answer":"C","task":"other","language":"zh"}

{"context":"Four.","question":"F?","answer":["D"]}
`
	path := filepath.Join(folder(t, map[string]string{"mine.jsonl": text}), "mine.jsonl")
	set, err := Open(path, Options{})
	if err != nil || ids(set.Items) != "x mine/3 7" || names(set.Tasks) != "mine other" {
		t.Fatalf("%+v, %v", set, err)
	}
	if it := set.Items[0]; it.Context != "One.\n\nTwo." || it.Question != "Q?" || strings.Join(it.Answers, "") != "AB" || strings.Join(it.Classes, "") != "AC" || it.Dataset != "mine" {
		t.Errorf("%+v", it)
	}
	if it := set.Items[2]; it.Question != "I?" || it.Answers[0] != "C" || it.Language != "zh" || it.Dataset != "other" {
		t.Errorf("%+v", it)
	}
	if a, b := set.Tasks[0], set.Tasks[1]; a.Metric != "qa_f1" || b.Metric != "qa_f1_zh" || a.MaxTokens != 128 || a.Set != "own" || b.Language != "zh" || a.Kind != QA {
		t.Errorf("%+v %+v", a, b)
	}
	if q := set.Tasks[0].Ask(set.Items[0], eval.Words); !strings.HasSuffix(q.Prompt("X"), "\n\nContext:\nX\n\nQuestion: Q?\nAnswer:") {
		t.Errorf("prompt %q", q.Prompt("X"))
	}

	set, err = Open(path, Options{Prompt: "{context}|{input}", Metric: "rouge", MaxTokens: 9, Tasks: []string{"other"}})
	if err != nil || ids(set.Items) != "7" || set.Tasks[0].Metric != "rouge" || set.Tasks[0].MaxTokens != 9 {
		t.Fatalf("%+v, %v", set, err)
	}
	if q := set.Tasks[0].Ask(set.Items[0], eval.Words); q.Prompt("X") != "X|I?" {
		t.Errorf("prompt %q", q.Prompt("X"))
	}

	// A template that asks the same of all texts needs no question.
	path = filepath.Join(folder(t, map[string]string{"sum.jsonl": `{"context":"C","answer":"Ada"}`}), "sum.jsonl")
	if set, err = Open(path, Options{Prompt: "Sum up: {context}"}); err != nil || set.Tasks[0].Fill("C", "") != "Sum up: C" {
		t.Errorf("%+v, %v", set, err)
	}
}

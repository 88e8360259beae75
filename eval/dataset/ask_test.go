package dataset

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

func taskNamed(t testing.TB, name string) Task {
	t.Helper()
	for _, task := range Tasks() {
		if task.Name == name {
			return task
		}
	}
	t.Fatalf("no task %s", name)
	return Task{}
}

func TestQuery(t *testing.T) {
	for name, tc := range map[string]struct{ input, want string }{
		"hotpotqa":      {"Who?", "Who?"},
		"gov_report":    {"", "Write a one-page summary of the report."},
		"vcsum":         {" ", "写一段总结，总结会议的内容。"},
		"passage_count": {"", "Please carefully read these paragraphs and determine how many unique paragraphs there are after removing duplicates."},
		"triviaqa":      {"Passage:\nP\nQuestion:\nQ?\nAnswer:\n", "Passage:\nP\nQuestion:\nQ?\nAnswer:\n"},
		"trec":          {"Question: Q?\nType:", "Question: Q?\nType:"},
		"lcc":           {"", "a\nb\n"},
		"repobench-p":   {"c\n", "a\nb\nc\n"},
	} {
		item := eval.Item{Context: "a\nb\n", Question: tc.input}
		if got := taskNamed(t, name).Query(item); got != tc.want {
			t.Errorf("%s: got %q", name, got)
		}
	}
	long := strings.Repeat("a b c d\n", 100)
	if got := taskNamed(t, "lcc").Query(eval.Item{Context: long}); got != long[len(long)-8*64:] {
		t.Errorf("%d bytes of a long file", len(got))
	}
}

func TestAskLeavesTheItemsInputInThePrompt(t *testing.T) {
	task := taskNamed(t, "gov_report")
	q := task.Ask(eval.Item{ID: "1", Context: "C {input} {context}", Answers: []string{"A"}}, eval.Words)
	want := strings.Replace(task.Prompt, "{context}", "C {input} {context}", 1)
	if q.Item.Question != task.Instruction || q.Prompt(q.Item.Context) != want || q.Item.ID != "1" {
		t.Errorf("got %+v, %q", q.Item, q.Prompt(q.Item.Context))
	}
	task = taskNamed(t, "hotpotqa")
	if got := task.Ask(eval.Item{Context: "C", Question: "{context}?"}, eval.Words).Prompt("{input}"); strings.Count(got, "{input}") != 1 || !strings.Contains(got, "Question: {context}?\n") {
		t.Errorf("placeholders in texts are filled: %q", got)
	}
}

func TestAskCode(t *testing.T) {
	lines := func(n int) string { return strings.Repeat("one two three four\n", n) }
	for name, tc := range map[string]struct {
		context, input string
		want           string // question
	}{
		"short":            {"x = 1\n", "", "x = 1\n"},
		"64_lines":         {lines(64), "", lines(64)},
		"65_lines":         {lines(65), "", lines(64)},
		"input_follows":    {lines(60), lines(10), lines(64)},
		"input_in_line":    {lines(70) + "y", " = 2\n", lines(63) + "y = 2\n"},
		"long_last_line":   {"a\n" + strings.Repeat("w ", 300) + "\n", "", strings.Repeat("w ", 300) + "\n"},
		"blank_lines_last": {"a\n" + strings.Repeat("w ", 300) + "\n\n \n", "", strings.Repeat("w ", 300) + "\n\n \n"},
		"blank_lines_only": {"\n\n", "", "\n\n"},
		"empty":            {"", "", ""},
	} {
		q := taskNamed(t, "repobench-p").Ask(eval.Item{Context: tc.context, Question: tc.input}, eval.Words)
		if q.Item.Question != tc.want || q.Item.Context+q.Item.Question != tc.context+tc.input {
			t.Errorf("%s: question %q", name, q.Item.Question)
		}
		if got, want := q.Prompt(q.Item.Context), "Please complete the code given below. \n"+tc.context+tc.input+"Next line of code:\n"; got != want {
			t.Errorf("%s: prompt %q", name, got)
		}
	}
	q := taskNamed(t, "lcc").Ask(eval.Item{Context: lines(65)}, eval.Words)
	if got := q.Prompt("one"); !strings.HasPrefix(got, "Please complete the code given below. \none\none two") {
		t.Errorf("the tail must begin a line: %q", got[:60])
	}
	if got := q.Prompt(""); got != "Please complete the code given below. \n"+lines(64)+"Next line of code:\n" {
		t.Errorf("nothing kept: %q", got[:60])
	}
	// Blank lines cost no tokens, so that all of them would be counted from each.
	q = taskNamed(t, "lcc").Ask(eval.Item{Context: strings.Repeat("\n", 1<<20) + "x"}, eval.Words)
	if q.Item.Question != strings.Repeat("\n", 256)+"x" {
		t.Errorf("%d bytes", len(q.Item.Question))
	}
}

// FuzzAsk: with the whole context, the prompt is the authors' for every task, and what is
// shortened and asked of code is the code.
func FuzzAsk(f *testing.F) {
	f.Add("a\nb\n", "c", uint8(19))
	f.Add("{input}", "{context}", uint8(3))
	f.Add(strings.Repeat("a b\r\n", 300), "", uint8(20))
	f.Fuzz(func(t *testing.T, context, input string, n uint8) {
		task := Tasks()[int(n)%len(Tasks())]
		q := task.Ask(eval.Item{Context: context, Question: input}, eval.Words)
		want := task.Fill(context, input)
		if task.Kind == Code {
			if q.Item.Context+q.Item.Question != context+input {
				t.Fatalf("%q and %q", q.Item.Context, q.Item.Question)
			}
			want = task.Fill(context+input, "")
		}
		if got := q.Prompt(q.Item.Context); got != want {
			t.Fatalf("%s: got %q, want %q", task.Name, got, want)
		}
		if at := tailAt(context, 5, eval.Words); at > 0 && context[at-1] != '\n' {
			t.Fatalf("the tail begins within a line at %d of %q", at, context)
		}
	})
}

// TestMiniLongBench reads the data that PITH_EVAL_DATA names.
func TestMiniLongBench(t *testing.T) {
	dir := os.Getenv("PITH_EVAL_DATA")
	if dir == "" {
		t.Skip("PITH_EVAL_DATA names no folder with minilongbench")
	}
	set, err := Open(filepath.Join(dir, "minilongbench"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(set.Items) != 237 || len(set.Tasks) != 21 || names(set.Tasks) != names(setOf(longBench).tasks) {
		t.Errorf("%d items of %s", len(set.Items), names(set.Tasks))
	}
	recorded, err := os.ReadFile("testdata/prompts.txt") // by prompts.py
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, task := range set.Tasks {
		all := sha256.New()
		for _, it := range set.Items {
			if it.Dataset == task.Name {
				q := task.Ask(it, eval.Words)
				fmt.Fprintf(all, "%s\x00", q.Prompt(q.Item.Context))
				if q.Item.Context == "" || strings.TrimSpace(q.Item.Question) == "" {
					t.Errorf("%s of %s: nothing to shorten or nothing asked", it.ID, task.Name)
				}
			}
		}
		fmt.Fprintf(&got, "%x %s\n", all.Sum(nil), task.Name)
	}
	if got.String() != string(recorded) {
		t.Errorf("prompts are not those of Python:\n%s", got.String())
	}
}

// TestAskCodeIsCodeItems: a report on answers and one on names are about the same texts.
func TestAskCodeIsCodeItems(t *testing.T) {
	dir := os.Getenv("PITH_EVAL_DATA")
	if dir == "" {
		t.Skip("PITH_EVAL_DATA names no folder with minilongbench")
	}
	set, err := Open(filepath.Join(dir, "minilongbench"), Options{Tasks: eval.CodeTasks})
	if err != nil {
		t.Fatal(err)
	}
	items, _ := eval.CodeItems(set.Items, codeTail, eval.Words)
	if len(items) == 0 {
		t.Fatal("no items")
	}
	byID := map[string]eval.Item{}
	for _, it := range set.Items {
		byID[it.ID] = it
	}
	for _, want := range items {
		task, _ := set.Task(want.Dataset)
		if got := task.Ask(byID[want.ID], eval.Words).Item; got.Context != want.Context || got.Question != want.Question {
			t.Errorf("%s is divided at %d, not at %d", want.ID, len(got.Context), len(want.Context))
		}
	}
}

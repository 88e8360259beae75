package dataset

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/metric"
)

// All official data opens, and its metrics can score every item.
func TestOfficialDataFits(t *testing.T) {
	dir := os.Getenv("PITH_EVAL_DATA")
	if dir == "" {
		t.Skip("set PITH_EVAL_DATA to the folder that holds minilongbench")
	}
	set, err := Open(filepath.Join(dir, "minilongbench"), Options{})
	if err != nil || len(set.Items) != 237 || len(set.Tasks) != 21 {
		t.Fatalf("%d items of %d tasks, %v", len(set.Items), len(set.Tasks), err)
	}
	for _, it := range set.Items {
		task, _ := set.Task(it.Dataset)
		if err := metric.Check(task.Metric, it.Answers, it.Classes); err != nil {
			t.Errorf("%s of %s: %v", it.ID, task.Name, err)
		}
	}
}

// A gold label of a published set that is none of its classes is scored as its authors do.
func TestPublishedLabelThatIsNone(t *testing.T) {
	text := strings.Replace(rows("trec", 1), `"all_classes":["0"]`, `"all_classes":["1"]`, 1)
	if set, err := Open(filepath.Join(folder(t, map[string]string{"trec.jsonl": text}), "trec.jsonl"), Options{}); err != nil || len(set.Items) != 1 {
		t.Errorf("%+v, %v", set, err)
	}
}

func TestTasksElsewhere(t *testing.T) {
	dir := folder(t, map[string]string{"trec.jsonl": rows("trec", 2), "lsht.jsonl": rows("lsht", 1)})
	set, err := Open(dir, Options{Tasks: []string{"trec", "minutes"}, Elsewhere: true})
	if err != nil || ids(set.Items) != "trec-0 trec-1" || strings.Join(set.There, " ") != "trec lsht" {
		t.Errorf("one is here: %v, there are %q, %v", ids(set.Items), set.There, err)
	}
	set, err = Open(dir, Options{Tasks: []string{"minutes"}, Elsewhere: true})
	if slices.Sort(set.There); err != nil || len(set.Items)+len(set.Notes) != 0 || strings.Join(set.There, " ") != "lsht trec" {
		t.Errorf("none is here: %+v, %v", set, err)
	}
	if _, err = Open(dir, Options{Tasks: []string{"trec", "minutes"}}); err == nil || !strings.Contains(err.Error(), `no items of the task "minutes"; it has trec, lsht`) {
		t.Errorf("not elsewhere: %v", err)
	}
}

// Links to files are read, as a hub's cache has them; one to nothing is an error.
func TestLinks(t *testing.T) {
	dir, mine := t.TempDir(), folder(t, map[string]string{"a.jsonl": `{"context":"C","question":"Q","answer":"Ada"}`})
	if err := os.Symlink(filepath.Join(mine, "a.jsonl"), filepath.Join(dir, "a.jsonl")); err != nil {
		t.Skip("no links here:", err)
	}
	if set, err := Open(dir, Options{}); err != nil || len(set.Items) != 1 {
		t.Errorf("%+v, %v", set, err)
	}
	if err := os.Symlink("nowhere", filepath.Join(dir, "b.jsonl")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), "b.jsonl") || os.IsNotExist(unwrapAll(err)) {
		t.Errorf("a link to nothing: %v", err)
	}
}

// FuzzLoneSurrogate: it is there if and only if decoding makes U+FFFD of an escape.
func FuzzLoneSurrogate(f *testing.F) {
	for _, s := range []string{`\ud800`, `\ud83d\ude00`, `\ude00\ud83d`, `\\ud800`, `\\\ud800x`, `\ud800\ud800\udc00`, `\n\u00e9`, `\uDBFF`, `\ud800\n`, `\ud800\`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		raw := []byte(`"` + strings.ToValidUTF8(s, "") + `"`)
		if strings.Contains(strings.ToLower(string(raw)), "fffd") || strings.Contains(string(raw), "\ufffd") {
			t.Skip("it has the character itself")
		}
		got := loneSurrogate(raw) // no panic, whatever it is
		var text string
		if json.Unmarshal(raw, &text) == nil && got != strings.Contains(text, "\ufffd") {
			t.Errorf("%s: %v, and it decodes to %q", raw, got, text)
		}
	})
}

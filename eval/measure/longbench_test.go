package measure

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

// longBench reads MiniLongBench.
func longBench(t *testing.T) []eval.Item {
	t.Helper()
	dir := os.Getenv("PITH_EVAL_DATA")
	if dir == "" {
		t.Skip("set PITH_EVAL_DATA to the folder that holds minilongbench")
	}
	files, err := filepath.Glob(filepath.Join(dir, "minilongbench", "*.jsonl"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no tasks: %v", err)
	}
	var tasks []string
	for _, f := range files {
		tasks = append(tasks, strings.TrimSuffix(filepath.Base(f), ".jsonl"))
	}
	items, err := eval.ReadLongBenchDir(filepath.Join(dir, "minilongbench"), tasks)
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// TestSurvivalAppliesToTheKnownItems expects in the English tasks the counts that
// eval.QATasks gives, but for TriviaQA, whose contexts are examples, and for answers that
// say nothing: in 2WikiMQA five that stand in the question and a no, in Qasper a three.
func TestSurvivalAppliesToTheKnownItems(t *testing.T) {
	m := Survival(eval.MatchWords)
	got := map[string]int{}
	for _, item := range longBench(t) {
		if value(t, m, item, all(item)) == 1 {
			got[item.Dataset]++
		}
	}
	total := 0
	for task, want := range map[string]int{"2wikimqa": 6, "hotpotqa": 11, "musique": 6, "narrativeqa": 4, "qasper": 3, "multifieldqa_en": 1, "multifieldqa_zh": 2, "triviaqa": 0, "trec": 0, "passage_retrieval_zh": 0} {
		total += got[task]
		if got[task] != want {
			t.Errorf("%s: %d items; want %d", task, got[task], want)
		}
	}
	if total != 33 {
		t.Errorf("%d items; want 33", total)
	}
}

// TestBaselines checks that the measures tell a text from a third of it, and logs them.
func TestBaselines(t *testing.T) {
	items := longBench(t)
	arms := []eval.Arm{eval.Full()}
	for _, a := range eval.Baselines(1, eval.DocFreqOfItems(items)) {
		if a.Name() == "head" || a.Name() == "random" || a.Name() == "bm25" {
			arms = append(arms, a)
		}
	}
	sums, counts := map[string]float64{}, map[string]int{}
	for _, item := range items {
		limit := eval.LimitFor(item.Context, 0.33, eval.Words)
		if item.Language == "zh" {
			limit = eval.LimitFor(item.Context, 0.33, eval.Chars)
		}
		for _, a := range arms {
			kept, err := a.Compress(context.Background(), item, limit)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range measures {
				if v := value(t, m, item, kept); v >= 0 {
					sums[m.Name()+a.Name()] += v
					counts[m.Name()+a.Name()]++
				}
			}
		}
	}
	for _, m := range measures {
		line := fmt.Sprintf("%-10s %3d items", m.Name(), counts[m.Name()+"none"])
		for _, a := range arms {
			mean := sums[m.Name()+a.Name()] / float64(max(1, counts[m.Name()+a.Name()]))
			line += fmt.Sprintf("  %s %.3f", a.Name(), mean)
			if full := sums[m.Name()+"none"] / float64(max(1, counts[m.Name()+"none"])); mean > full || a.Name() == "random" && full > 0 && mean == full {
				t.Errorf("%s of %s is %v, of the whole text %v", m.Name(), a.Name(), mean, full)
			}
		}
		t.Log(line)
	}
}

// measures are shared, so that the second arm finds what the first one did.
var measures = All()

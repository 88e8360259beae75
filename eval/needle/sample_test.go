package needle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/metric"
)

// Spots are as many as asked for, in order, no two the same, and take lengths, and
// depths, equally often or once more.
func TestSpots(t *testing.T) {
	for lengths := 1; lengths <= 4; lengths++ {
		for depths := 1; depths <= 6; depths++ {
			for repeats := 1; repeats <= 3; repeats++ {
				for sample := range lengths*depths*repeats + 2 {
					o := Options{Lengths: make([]int, lengths), Depths: make([]float64, depths), Repeats: repeats, Sample: sample}
					checkSpots(t, &o)
				}
			}
		}
	}
}

func checkSpots(t *testing.T, o *Options) {
	t.Helper()
	name := fmt.Sprintf("%d of %d lengths, %d depths, %d repeats", o.Sample, len(o.Lengths), len(o.Depths), o.Repeats)
	spots := o.spots()
	want := o.all()
	if o.Sample > 0 {
		want = min(want, o.Sample)
	}
	if len(spots) != want {
		t.Fatalf("%s: %d spots", name, len(spots))
	}
	perLength, perDepth := make([]int, len(o.Lengths)), make([]int, len(o.Depths))
	for i, s := range spots {
		if s.repeat < 0 || s.repeat >= o.Repeats {
			t.Errorf("%s: repeat %d", name, s.repeat)
		}
		if i > 0 && !before(spots[i-1], s) {
			t.Errorf("%s: %v, then %v", name, spots[i-1], s)
		}
		perLength[s.length]++
		perDepth[s.depth]++
	}
	for _, per := range [][]int{perLength, perDepth} {
		if slices.Max(per)-slices.Min(per) > 1 {
			t.Errorf("%s: unequally often: %v by length, %v by depth", name, perLength, perDepth)
		}
	}
}

func before(a, b spot) bool {
	x, y := []int{a.length, a.depth, a.repeat}, []int{b.length, b.depth, b.repeat}
	return slices.Compare(x, y) < 0
}

// The metric of each kind can score its items.
func TestItemsFitTheirMetric(t *testing.T) {
	set := generate(t, Options{Lengths: []int{300}, Depths: []float64{0.5}, Seed: 3, Counter: counter(t)})
	for _, it := range set.Items {
		task, _ := set.Task(it.Dataset)
		if err := metric.Check(task.Metric, it.Answers, it.Classes); err != nil {
			t.Errorf("%s: %v", it.ID, err)
		}
	}
}

// A sample is of each kind, and has the very items of the whole.
func TestSample(t *testing.T) {
	o := Options{Kinds: []string{"single", "number-zh"}, Lengths: []int{300, 500}, Depths: []float64{0, 0.25, 0.5, 0.75, 1}, Seed: 7, Counter: counter(t)}
	whole := generate(t, o)
	o.Sample = 3
	some := generate(t, o)
	var ids []string
	for _, it := range some.Items {
		ids = append(ids, it.ID)
		i := slices.IndexFunc(whole.Items, func(w eval.Item) bool { return w.ID == it.ID })
		if i < 0 || whole.Items[i].Context != it.Context || whole.Items[i].Question != it.Question {
			t.Errorf("%s is another item than in the whole", it.ID)
		}
	}
	if want := "single-300-d0.00-r1 single-300-d1.00-r1 single-500-d0.50-r1 number-zh-300-d0.00-r1 number-zh-300-d1.00-r1 number-zh-500-d0.50-r1"; strings.Join(ids, " ") != want {
		t.Errorf("items %q, want %s", ids, want)
	}
	if !strings.Contains(some.Notes[0], "Of the 10 of each kind 3 were taken") || strings.Contains(whole.Notes[0], "were taken") {
		t.Errorf("notes %q and %q", some.Notes, whole.Notes)
	}
	o.Sample = 10
	if all := generate(t, o); len(all.Items) != len(whole.Items) || strings.Contains(all.Notes[0], "were taken") {
		t.Errorf("%d items of %d, %q", len(all.Items), len(whole.Items), all.Notes)
	}
}

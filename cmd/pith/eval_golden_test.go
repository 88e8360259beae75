package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval/report"
)

const evalData = "testdata/eval/"

// goldenRuns are what [TestEvalGolden] measures: texts of our own with questions about
// them and needles, then code that breaks off in front of a line.
var goldenRuns = [][]string{
	{"--dataset", evalData + "questions.jsonl,needles", "--needle-lengths", "400", "--needle-depths", "0.25,0.75", "--needle-kinds", "single,multikey,hops,multikey-zh",
		"--methods", "none,auto,llmlingua2,llmlingua2-blind,lossless,random,head,bm25", "--rates", "0.5,0.2"},
	{"--dataset", evalData + "completions.jsonl", "--measures", "likelihood", "--methods", "none,longcodezip,head,bm25", "--rates", "0.5"},
}

// TestEvalGolden measures quality and compares it with a file, in which a change shows as
// a diff. Baselines must be as they were. Models' arms may differ by what processors do.
func TestEvalGolden(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some ten thousand tokens with each method")
	}
	path := evalData + "golden.txt"
	var got []byte
	var reports []*report.Report
	for _, run := range goldenRuns {
		r := evalRun(t, nil, append(run, "--resamples", "100", "--examples", "0")...)
		reports = append(reports, r)
		got = append(got, report.Summary(r)...)
	}
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range goldenDiffers(golden, got, reports) {
		t.Error(line)
	}
	if t.Failed() {
		t.Log("if that is meant, run go test -run TestEvalGolden ./cmd/pith -update, and say why where it shows in the diff")
	}
}

// evalRun runs pith eval run with args and returns its report.
func evalRun(t *testing.T, env map[string]string, args ...string) *report.Report {
	t.Helper()
	dir := t.TempDir()
	home := map[string]string{"PITH_HOME": dir}
	for k, v := range env {
		home[k] = v
	}
	out := filepath.Join(dir, "out")
	if _, stderr, err := command(t, home, "", append([]string{"eval", "run", "--out", out}, args...)...); err != nil {
		t.Fatalf("pith eval run %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	r, err := readReport(out)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// goldenDiffers returns what is worse than in golden, and what is so much better that
// golden says nothing any more. Both are summaries one after the other, of as many reports.
func goldenDiffers(golden, got []byte, reports []*report.Report) []string {
	was, is := summaries(golden), summaries(got)
	if len(was) != len(is) || len(is) != len(reports) {
		return []string{"golden.txt has " + strconv.Itoa(len(was)) + " parts, and there are " + strconv.Itoa(len(is))}
	}
	var out []string
	for i, r := range reports {
		may := goldenTolerance(r)
		lines := report.CheckSummary(was[i], is[i], may)
		turned := strings.NewReplacer(" is ", " in the file is ", " keeps ", " in the file keeps ", ", was ", ", now ")
		for _, l := range report.CheckSummary(is[i], was[i], may) {
			for _, worse := range []string{"worse: ", "keeps more: "} {
				if rest, ok := strings.CutPrefix(l, worse); ok {
					lines = append(lines, "better: "+turned.Replace(rest))
				}
			}
		}
		out = append(append(out, lines...), goldenDrift(was[i], is[i], may)...)
	}
	return out
}

// goldenDrift returns the arms whose lines moved together: a tenth less in each is within
// the tolerance of each, and a clear loss. Noise goes either way. If a line's tolerance t is
// so many standard deviations of its noise, then as many of the mean of n lines that move by
// themselves are sqrt(Σt²)/n, and so much may the mean of an arm's lines move, about a
// quarter of t for 18 lines. Lines of one arm are of the same texts and do not quite move by
// themselves. But noise of 0.04 in llmlingua2's keep probabilities and vectors, more than
// processors differ by, moved no mean by more than a third of that in eight drawings.
// Likelihood, in nats, is left out, and so are lines that may not differ at all.
func goldenDrift(was, is []byte, may func(arm, measure string) float64) []string {
	type drift struct {
		n            int
		sum, squares float64
	}
	now := map[string]float64{}
	for _, f := range summaryLines(is) {
		now[f.key] = f.mean
	}
	var arms []string
	by := map[string]*drift{}
	for _, f := range summaryLines(was) {
		mean, ok := now[f.key]
		t := may(f.arm, f.measure)
		if !ok || t == 0 || f.measure == likelihood {
			continue
		}
		if by[f.arm] == nil {
			arms, by[f.arm] = append(arms, f.arm), &drift{}
		}
		d := by[f.arm]
		d.n, d.sum, d.squares = d.n+1, d.sum+mean-f.mean, d.squares+t*t
	}
	var out []string
	for _, arm := range arms {
		d := by[arm]
		moved, limit := d.sum/float64(d.n), math.Sqrt(d.squares)/float64(d.n)
		if d.n < 2 || math.Abs(moved) <= limit {
			continue // one line alone has its tolerance
		}
		word := "worse"
		if moved > 0 {
			word = "better"
		}
		out = append(out, fmt.Sprintf("%s: the %d lines of %s moved by %+.3f on average, and may by %.3f", word, d.n, arm, moved, limit))
	}
	return out
}

// summaryLine is a line of [report.Summary].
type summaryLine struct {
	key, arm, measure string
	mean              float64
}

// summaryLines leaves out what it cannot read; [report.CheckSummary] complains of that.
func summaryLines(b []byte) []summaryLine {
	var out []summaryLine
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) != 5 || f[0] == "#" {
			continue
		}
		if mean, err := strconv.ParseFloat(f[3], 64); err == nil {
			out = append(out, summaryLine{strings.Join(f[:3], " "), f[0], f[2], mean})
		}
	}
	return out
}

// summaries splits what several [report.Summary] wrote.
func summaries(b []byte) [][]byte {
	var out [][]byte
	for part := range bytes.SplitSeq(b, []byte("# set ")) {
		if len(part) > 0 {
			out = append(out, append([]byte("# set "), part...))
		}
	}
	return out
}

// goldenTolerance is nothing for what no model decides. Eight-bit models give other numbers
// on processors with VNNI than without, and a word on the edge falls to the other side. So
// two items may differ, but no more than a tenth of all unless that is less than one. The
// shares of rouge and the nats of likelihood, which few items have, may differ by a tenth.
func goldenTolerance(r *report.Report) func(arm, measure string) float64 {
	exact := []string{"lossless"}
	for _, a := range r.Arms {
		if a.Kind != "pith" {
			exact = append(exact, a.Name)
		}
	}
	items := map[string]int{}
	for _, c := range r.Cells {
		for m, v := range c.Values {
			items[m] = max(items[m], v.Items)
		}
	}
	return func(arm, measure string) float64 {
		n := float64(max(1, items[measure]))
		switch {
		case measure == likelihood:
			return 0.1 // of any arm: the model reads for the measure
		case slices.Contains(exact, arm):
			return 0
		case measure == report.KeptRate:
			return 0.01
		case strings.HasPrefix(measure, "rouge"):
			return 0.1
		}
		return max(min(2/n, 0.1), 1/n)
	}
}

func TestGoldenDiffers(t *testing.T) {
	r := &report.Report{
		Arms:  []report.Arm{{Name: "bm25", Kind: "baseline"}, {Name: "llmlingua2", Kind: "pith"}, {Name: "lossless", Kind: "pith", Fixed: true}},
		Cells: []report.Cell{{Arm: "bm25", Rate: 0.5, Values: map[string]report.Value{"survival": {Items: 40}, "names": {Items: 4}}}},
	}
	const head = "# set s, unit u, 40 items, reader none\n"
	for _, c := range []struct {
		name, was, is string
		want          []string
	}{
		{"same", "bm25 0.5 survival 0.700 0.500", "bm25 0.5 survival 0.700 0.500", nil},
		{"baseline_a_thousandth_worse", "bm25 0.5 survival 0.700 0.500", "bm25 0.5 survival 0.699 0.500", []string{"worse: bm25"}},
		{"baseline_a_thousandth_better", "bm25 0.5 survival 0.700 0.500", "bm25 0.5 survival 0.701 0.500", []string{"better: "}},
		{"lossless_is_exact", "lossless own survival 1.000 0.900", "lossless own survival 1.000 0.901", []string{"keeps more: lossless"}},
		{"two_items", "llmlingua2 0.5 survival 0.700 0.500", "llmlingua2 0.5 survival 0.650 0.500", nil},
		{"three_items", "llmlingua2 0.5 survival 0.700 0.500", "llmlingua2 0.5 survival 0.625 0.500", []string{"worse: llmlingua2"}},
		{"three_items_better", "llmlingua2 0.5 survival 0.700 0.500", "llmlingua2 0.5 survival 0.775 0.500", []string{"better: "}},
		{"one_of_few", "llmlingua2 0.5 names 0.750 0.500", "llmlingua2 0.5 names 0.500 0.500", nil},
		{"two_of_few", "llmlingua2 0.5 names 0.750 0.500", "llmlingua2 0.5 names 0.250 0.500", []string{"worse: llmlingua2"}},
		{"rouge_by_a_tenth", "llmlingua2 0.5 rouge1 0.750 0.500", "llmlingua2 0.5 rouge1 0.649 0.500", []string{"worse: llmlingua2"}},
		{"keeps_more", "llmlingua2 0.5 survival 0.700 0.500", "llmlingua2 0.5 survival 0.700 0.511", []string{"keeps more: llmlingua2"}},
		{"gone", "llmlingua2 0.5 survival 0.700 0.500", "bm25 0.5 survival 0.700 0.500", []string{"missing: llmlingua2", "new: bm25"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := goldenDiffers([]byte(head+c.was+"\n"), []byte(head+c.is+"\n"), []*report.Report{r})
			if len(got) != len(c.want) {
				t.Fatalf("got %q, want %q", got, c.want)
			}
			for i, w := range c.want {
				if !strings.HasPrefix(got[i], w) {
					t.Errorf("got %q, want %q", got, c.want)
				}
			}
		})
	}
}

// TestGoldenDrift: each line within its own tolerance, of 0.05 to 0.25.
func TestGoldenDrift(t *testing.T) {
	r := &report.Report{
		Arms:  []report.Arm{{Name: "bm25", Kind: "baseline"}, {Name: "llmlingua2", Kind: "pith"}},
		Cells: []report.Cell{{Arm: "bm25", Rate: 0.5, Values: map[string]report.Value{"survival": {Items: 40}, "needles": {Items: 8}, "rouge1": {Items: 10}, "names": {Items: 4}, likelihood: {Items: 2}}}},
	}
	may := goldenTolerance(r)
	measures := []string{"survival", "needles", "rouge1", "names", likelihood}
	// summary has each line's mean moved by a share of its tolerance.
	summary := func(by func(line int) float64) []byte {
		b := []byte("# set s, unit u, 40 items, reader none\n")
		for i, rate := range []string{"0.5", "0.2"} {
			for j, m := range measures {
				mean := 0.5 + may("llmlingua2", m)*by(len(measures)*i+j)
				b = fmt.Appendf(b, "llmlingua2 %s %s %.3f %s\n", rate, m, mean, rate)
			}
		}
		return b
	}
	was := summary(func(int) float64 { return 0 })
	for _, c := range []struct {
		name string
		by   func(line int) float64
		want string
	}{
		{"every_line_falls_by_less_than_its_tolerance", func(int) float64 { return -0.9 }, "worse: the 8 lines of llmlingua2 moved by -0.1"},
		{"every_line_falls_by_half_of_it", func(int) float64 { return -0.5 }, "worse: the 8 lines of llmlingua2"},
		{"every_line_rises", func(int) float64 { return 0.9 }, "better: the 8 lines of llmlingua2"},
		{"half_of_the_lines_fall", func(i int) float64 { return -0.9 * float64(i%2) }, "worse: the 8 lines of llmlingua2"},
		{"every_line_falls_by_a_fifth", func(int) float64 { return -0.2 }, ""},
		{"up_and_down", func(i int) float64 { return 0.9 * float64(1-2*(i%2)) }, ""},
		{"one_line_falls", func(i int) float64 { return -0.9 * float64(max(0, 1-i)) }, ""},
		{"likelihood_falls", func(i int) float64 { return -0.9 * float64(i%5/4) }, ""},
	} {
		got := goldenDiffers(was, summary(c.by), []*report.Report{r})
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0], c.want)) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

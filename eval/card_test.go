package eval

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
)

// dataDir is the folder with minilongbench/ and distill/ beside each other.
func dataDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PITH_EVAL_DATA")
	if dir == "" {
		t.Skip("set PITH_EVAL_DATA to the folder that holds minilongbench and distill")
	}
	return dir
}

// TestCardSurvival holds the set, the match and the head baseline to the card of
// pith-small, which has no choice in them: 8, 11, 16 and 26 of 39.
func TestCardSurvival(t *testing.T) {
	dir := dataDir(t)
	items, err := ReadLongBenchDir(filepath.Join(dir, "minilongbench"), QATasks)
	if err != nil {
		t.Fatal(err)
	}
	passages, err := ReadPassagesFile(filepath.Join(dir, "distill", "compress.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Survival(context.Background(), SurvivalOptions{Items: items,
		Arms:  append(Baselines(1, DocFreqOfPassages(passages)), Full()),
		Rates: []float64{0.05, 0.1, 0.2, 0.33, 0.5}, Against: "bm25"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Items != 39 {
		t.Errorf("%d items; the card has 39", r.Items)
	}
	for rate, want := range map[float64]int{0.05: 8, 0.1: 11, 0.2: 16, 0.33: 26} {
		if c, _ := r.Cell("head", rate); c.Survived != want {
			t.Errorf("head at %v: %d survive; the card has %d", rate, c.Survived, want)
		}
	}
	show(t, r.WriteMarkdown)
}

// TestCardAgreement holds the held-out passages to the card's baselines.
func TestCardAgreement(t *testing.T) {
	passages, err := ReadPassagesFile(filepath.Join(dataDir(t), "distill", "compress.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	var held []Passage
	for _, p := range passages {
		if HeldOut(p.ID) {
			held = append(held, p)
		}
	}
	if len(held) != 218 {
		t.Errorf("%d held out; the card has 218", len(held))
	}
	r, err := Agreement(context.Background(), AgreementOptions{Passages: held,
		Arms: []Arm{IDF(DocFreqOfPassages(passages)), Random(1)}})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"tight idf": .631, "tight random": .409, "loose idf": .708, "loose random": .575}
	for _, c := range r.Cells {
		if w := want[c.Group+" "+c.Arm]; c.F1.Mean < w-0.02 || c.F1.Mean > w+0.02 {
			t.Errorf("%s %s: F1 %.3f; the card has %.3f", c.Group, c.Arm, c.F1.Mean, w)
		}
	}
	show(t, r.WriteMarkdown)
}

// show logs a report, for go test -v.
func show(t *testing.T, write func(io.Writer) error) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + b.String())
}

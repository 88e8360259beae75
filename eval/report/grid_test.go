package report

import (
	"bytes"
	"math"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// grids is the JSON of a report with one arm, one measure, the rate 0.5 and these.
func grids(rows string) string {
	return `{"format":1,"rates":[0.5],"measures":[{"name":"m","kind":"offline"}],"arms":[{"name":"a","fixed":true}],"grids":[` + rows + `]}`
}

// madeGrids has five depths of five lengths: truncation loses what it cuts off, the
// others more the less they can and the longer the text.
func madeGrids(r *Report) []Grid {
	var out []Grid
	for _, a := range r.Arms {
		rates := r.Rates
		if a.Fixed {
			rates = []float64{0}
		}
		for _, rate := range rates {
			for _, m := range []string{"must_keep", "score"} {
				for _, length := range []int{4000, 8000, 16000, 32000, 128000} {
					for _, depth := range []float64{0, 0.25, 0.5, 0.75, 1} {
						out = append(out, Grid{a.Name, rate, m, length, depth, 14, madeRecall(a, rate, length, depth)})
					}
				}
			}
		}
	}
	return out
}

func madeRecall(a Arm, rate float64, length int, depth float64) float64 {
	switch a.Name {
	case "none":
		return 1
	case "head":
		return step(depth < rate)
	case "tail":
		return step(1-depth < rate)
	case "middle":
		return step(min(depth, 1-depth) < rate/2)
	}
	if rate == 0 {
		rate = 0.93
	}
	v := math.Pow(rate, 1/skill[a.Name]) * (1 - math.Log2(float64(length)/4000)/12) * (0.8 + math.Abs(depth-0.5)*0.4)
	return math.Round(v*14) / 14
}

func step(in bool) float64 {
	if in {
		return 1
	}
	return 0
}

// planted is a report of needles in which one arm loses what stands at the start, and
// of two baselines the later is better.
func planted() *Report {
	r := &Report{Format: Format, Rates: []float64{0.5, 0.33}, Measures: []Measure{{Name: "needles", Kind: Offline}},
		Arms: []Arm{{Name: "none", Kind: kindNone, Fixed: true}, {Name: "ours", Kind: "pith"}, {Name: "bad", Kind: kindBaseline}, {Name: "good", Kind: kindBaseline}, {Name: "rival", Kind: kindPeer}}}
	for _, a := range r.Arms {
		for _, rate := range r.Rates {
			if a.Fixed && rate == 0.33 {
				continue
			}
			// Not in the order of the tables.
			for _, length := range []int{16001, 4000} {
				for _, depth := range []float64{1, 0, 0.07} {
					g := Grid{a.Name, rate, "needles", length, depth, 7, 1}
					switch {
					case a.Fixed:
						g.Rate = 0
					case a.Name == "ours" && depth == 0:
						g.Mean = 0
					case a.Name == "bad":
						g.Mean = 0.25
					case a.Name == "good":
						g.Mean = 0.5
					}
					r.Grids = append(r.Grids, g)
				}
			}
		}
	}
	return r
}

// mapsOf reads the tables of needles back from a page: by pane and arm, row by row with
// head and classes.
func mapsOf(doc *html.Node) (out []string) {
	for _, pane := range find(doc, "div") {
		if attr(pane, "class") != "pane maps" {
			continue
		}
		for _, table := range find(pane, "table") {
			s := attr(pane, "data-a") + " " + attr(pane, "data-b") + " " + textOf(find(find(table, "caption")[0], "bdi")[0])
			for _, tr := range find(table, "tr") {
				s += "\n"
				for _, c := range slices.Concat(find(tr, "th"), find(tr, "td")) {
					s += strings.TrimPrefix(attr(c, "class"), "num") + "|" + textOf(c) + " "
				}
			}
			out = append(out, s)
		}
	}
	return out
}

func TestNeedlesShowWhatIsLost(t *testing.T) {
	r := planted()
	_, doc := pageOf(t, r)
	got := mapsOf(doc)
	if len(got) != 10 {
		t.Fatalf("%d tables, want one for each of 5 arms at 2 rates", len(got))
	}
	head := "\n|depth |4k |16,001 "
	all := func(name, v string) string {
		s := name + head
		for _, depth := range []string{"0", "7", "100"} {
			s += "\n|" + depth + " % " + v + v
		}
		return s
	}
	for i, want := range []string{
		all("needles 2× (keep 50 %) none", " h9|1.00 "),
		"needles 2× (keep 50 %) ours" + head + "\n|0 %  h0|0.00  h0|0.00 \n|7 %  h9|1.00  h9|1.00 \n|100 %  h9|1.00  h9|1.00 ",
		all("needles 2× (keep 50 %) bad", " h2|0.25 "),
		all("needles 2× (keep 50 %) good", " h5|0.50 "),
		all("needles 2× (keep 50 %) rival", " h9|1.00 "),
		all("needles 3× (keep 33 %) none", " h9|1.00 "),
	} {
		want = strings.ReplaceAll(want, "  ", " ")
		if got := strings.ReplaceAll(got[i], "  ", " "); got != want {
			t.Errorf("table %d is\n%s\nwant\n%s", i, got, want)
		}
	}
	if s := textOf(doc); !strings.Contains(s, "Each number is a mean over 7 items.") {
		t.Error("it is not said over how many items")
	}
	// The order of rows in the report is nobody's business.
	slices.Reverse(r.Grids)
	if _, doc := pageOf(t, r); !slices.Equal(mapsOf(doc), got) {
		t.Error("another order of grids makes another page")
	}
}

func TestNeedlesInMarkdown(t *testing.T) {
	var b bytes.Buffer
	r := planted()
	r.Grids = slices.DeleteFunc(r.Grids, func(g Grid) bool {
		return (g.Arm == "good" || g.Arm == "bad") && g.Rate == 0.33 && g.Length == 4000 && g.Depth == 1
	})
	r.Grids[0].Items = 3
	if err := r.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	_, got, _ := strings.Cut(b.String(), "## Needles by depth and length\n\n")
	_, got, _ = strings.Cut(got, "\n\n")
	got, _, _ = strings.Cut(got, "\n\n#")
	want := "**needles** `offline`, each number over 3 to 7 items\n\n" +
		"| arm | depth | 4k | 16,001 |\n| --- | --: | --: | --: |\n" +
		"| ours (pith) | 0 % | 0.00 | 0.00 |\n|  | 7 % | 1.00 | 1.00 |\n|  | 100 % | 1.00 | 1.00 |\n" +
		"| good (baseline) | 0 % | 0.50 | 0.50 |\n|  | 7 % | 0.50 | 0.50 |\n|  | 100 % | – | 0.50 |"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestBestBaseline weighs places by their items; ties go to the earlier.
func TestBestBaseline(t *testing.T) {
	arm := func(kind string, cells ...gridCell) gridMap {
		return gridMap{Arm: Arm{Kind: kind}, Rows: []gridRow{{Cells: cells}}}
	}
	c := func(items int, mean float64) gridCell {
		return gridCell{Grid: Grid{Items: items, Mean: mean}, OK: true}
	}
	for name, tc := range map[string]struct {
		maps []gridMap
		want int
	}{
		"none":          {[]gridMap{arm("pith", c(1, 1))}, -1},
		"tie":           {[]gridMap{arm("pith", c(1, 1)), arm(kindBaseline, c(2, 0.5)), arm(kindBaseline, c(2, 0.5))}, 1},
		"by_items":      {[]gridMap{arm(kindBaseline, c(9, 0), c(1, 1)), arm(kindBaseline, c(1, 0), c(9, 1))}, 1},
		"fewer_needles": {[]gridMap{arm(kindBaseline, c(1, 1)), arm(kindBaseline, c(2, 0.5))}, 1},
		"missing":       {[]gridMap{arm(kindBaseline, c(2, 0.75), gridCell{}), arm(kindBaseline, c(1, 0.5), c(1, 0.75))}, 0},
	} {
		if got := best(tc.maps); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}

// TestMarkdownWithoutThoseArms: what has no table has no heading.
func TestMarkdownWithoutThoseArms(t *testing.T) {
	r := planted()
	r.Grids = slices.DeleteFunc(r.Grids, func(g Grid) bool { return g.Arm != "none" && g.Arm != "rival" })
	var b bytes.Buffer
	if err := r.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "Needles") {
		t.Error("a heading without tables")
	}
}

func TestNoNeedlesNoSection(t *testing.T) {
	r := small()
	r.Grids = nil
	page, _ := pageOf(t, r)
	var m, j bytes.Buffer
	if err := r.WriteMarkdown(&m); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteJSON(&j); err != nil {
		t.Fatal(err)
	}
	for what, s := range map[string]string{"page": page, "Markdown": m.String(), "JSON": j.String()} {
		for _, word := range []string{"Needles", "#needles", `"grids"`} {
			if strings.Contains(s, word) {
				t.Errorf("the %s has %q", what, word)
			}
		}
	}
}

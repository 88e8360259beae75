package eval

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/longcodezip"
)

func someFunctions() []Function {
	var fs []Function
	for i := range 12 {
		dir := []string{"a", "a/b", "c"}[i%3]
		fs = append(fs, Function{Path: fmt.Sprintf("%s/%d.go", dir, i), Name: fmt.Sprintf("F%d", i),
			Code: fmt.Sprintf("func F%d() {\n\tgo%d()\n}", i, i), Doc: fmt.Sprintf("F%d does what function %d has to", i, i)})
	}
	fs[3].Doc = ""                                                                                           // no description
	fs[6].Code = "func F6() {}"                                                                              // too short to be asked for
	fs = append(fs, Function{Path: "a/x.go", Name: "Twin", Code: "func Twin() {\n\tx()\n}", Doc: fs[0].Doc}) // as well documented
	fs = append(fs, Function{Path: "a/b/y.go", Name: "F1", Code: fs[1].Code})                                // the same code again
	return fs
}

func TestQuestions(t *testing.T) {
	fs := someFunctions()
	qs := Questions(fs, 100, 5, 1)
	asked := map[string]bool{}
	for _, q := range qs {
		if len(q.Chunks) != 5 || len(q.Paths) != 5 || asked[q.Chunks[0]] {
			t.Fatalf("got %+v", q)
		}
		asked[q.Chunks[0]] = true
		i := slices.IndexFunc(fs, func(f Function) bool { return f.Code == q.Chunks[0] })
		if q.Query != fs[i].describe() || slices.Index(q.Chunks[1:], q.Chunks[0]) >= 0 {
			t.Errorf("%q asks for %q", q.Query, q.Chunks[0])
		}
		folder := map[string]string{"a": "a", "a/b": "a/b", "c": ""}[fs[i].folders()[0]] // there are 4 in c
		if i == 1 {
			folder = "a" // a/b has 5, but one of them is no candidate
		}
		for k, c := range q.Chunks {
			j := slices.IndexFunc(fs, func(f Function) bool { return f.Path == q.Paths[k] })
			if fs[j].Code != c || !strings.HasPrefix(fs[j].Path, folder) || k > 0 && fs[j].Doc == fs[i].Doc {
				t.Errorf("%q is a candidate for %q", c, q.Query)
			}
		}
	}
	// All but F3 and F6.
	if len(qs) != 11 || asked[fs[3].Code] || asked[fs[6].Code] {
		t.Errorf("%d questions", len(qs))
	}
	if again := Questions(fs, 3, 5, 1); !reflect.DeepEqual(again, qs[:3]) {
		t.Error("fewer questions are other questions")
	}
	if other := Questions(fs, 3, 5, 2); reflect.DeepEqual(other, qs[:3]) {
		t.Error("the seed does not matter")
	}
	if len(Questions(fs, 3, 20, 1)) != 0 {
		t.Error("more candidates than there are")
	}
}

func TestRankOfFirst(t *testing.T) {
	for _, tt := range []struct {
		name  string
		gains []float64
		want  float64
	}{
		{"best", []float64{3, 2, 1}, 1},
		{"last", []float64{1, 2, 3}, 3},
		{"tie_of_two", []float64{2, 2, 1}, 1.5},
		{"tie_of_all", []float64{0, 0, 0, 0, 0}, 3},
		{"alone", []float64{-1}, 1},
	} {
		if got := rankOfFirst(tt.gains); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
	}
}

// fakeScorer gives the gain of a function.
type fakeScorer struct {
	name string
	gain func(query, chunk string) (float64, error)
}

func (f fakeScorer) Name() string { return f.name }

func (f fakeScorer) Gains(_ context.Context, query string, chunks []string) ([]float64, longcodezip.Usage, error) {
	gains := make([]float64, len(chunks))
	for i, c := range chunks {
		g, err := f.gain(query, c)
		if err != nil {
			return nil, longcodezip.Usage{}, err
		}
		gains[i] = g
	}
	return gains, longcodezip.Usage{}, nil
}

func TestRetrieval(t *testing.T) {
	qs := Questions(someFunctions(), 8, 4, 1)
	right := map[string]string{}
	for _, q := range qs {
		right[q.Query] = q.Chunks[0]
	}
	knows := fakeScorer{"knows", func(q, c string) (float64, error) {
		if right[q] == c {
			return 1, nil
		}
		return 0, nil
	}}
	blind := fakeScorer{"blind", func(string, string) (float64, error) { return 0, nil }}
	wrong := fakeScorer{"wrong", func(q, c string) (float64, error) {
		if right[q] == c {
			return -1, nil
		}
		return 0, nil
	}}
	r, err := Retrieval(context.Background(), RetrievalOptions{Questions: qs, Resamples: 50,
		Scorers: []longcodezip.Scorer{blind, knows, wrong}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct{ mrr, r1, r5 float64 }{{1 / 2.5, 0, 1}, {1, 1, 1}, {0.25, 0, 1}} {
		c := r.Cells[i]
		if math.Abs(c.MRR.Mean-want.mrr) > 1e-12 || c.Recall1.Mean != want.r1 || c.Recall5.Mean != want.r5 || (c.Difference == nil) != (i == 0) {
			t.Errorf("%s: %+v", c.Scorer, c)
		}
	}
	var b bytes.Buffer
	if err := errors.Join(r.WriteMarkdown(&b), r.WriteJSON(&b)); err != nil || !strings.Contains(b.String(), "| knows | 1.000 [1.000, 1.000] | 1.000 [") ||
		!strings.Contains(b.String(), "+0.600 [+0.600, +0.600]") || !strings.Contains(b.String(), "among 4 of its folder, 8 questions") {
		t.Errorf("%v:\n%s", err, b.String())
	}
}

func TestRetrievalRefuses(t *testing.T) {
	boom := errors.New("boom")
	bad := fakeScorer{"bad", func(string, string) (float64, error) { return 0, boom }}
	qs := Questions(someFunctions(), 2, 4, 1)
	if _, err := Retrieval(context.Background(), RetrievalOptions{Questions: qs, Scorers: []longcodezip.Scorer{bad}}); !errors.Is(err, boom) {
		t.Errorf("a scorer's error: %v", err)
	}
	for name, o := range map[string]RetrievalOptions{
		"no_questions":   {Scorers: []longcodezip.Scorer{bad}},
		"no_scorers":     {Questions: qs},
		"against_nobody": {Questions: qs, Scorers: []longcodezip.Scorer{bad}, Against: "x"},
	} {
		if _, err := Retrieval(context.Background(), o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

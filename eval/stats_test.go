package eval

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pith-proxy/pith"
)

func TestBootstrap(t *testing.T) {
	values := make([]float64, 100)
	for i := range 30 {
		values[i] = 1
	}
	got := Bootstrap(values, 4000, 1)
	// Normal approximation: 0.3 ± 1.96·sqrt(0.3·0.7/100) = 0.210 to 0.390.
	if got.Mean != 0.3 || math.Abs(got.Low-0.21) > 0.011 || math.Abs(got.High-0.39) > 0.011 {
		t.Errorf("got %v", got)
	}
	if again := Bootstrap(values, 4000, 1); again != got {
		t.Errorf("one seed, two intervals: %v, %v", got, again)
	}
	if e := Bootstrap([]float64{1, 1, 1}, 100, 1); e != (Estimate{1, 1, 1}) {
		t.Errorf("a constant has the interval %v", e)
	}
	if e := Bootstrap(nil, 100, 1); e != (Estimate{}) {
		t.Errorf("nothing has the mean %v", e)
	}
	// Pairing takes away what two arms share.
	other := append([]float64{}, values...)
	other[99] = 1
	if d := Paired(other, values, 4000, 1); d.Mean != 0.01 || d.Low < 0 || d.High > 0.04 {
		t.Errorf("paired difference %v", d)
	}
}

func TestAgreement(t *testing.T) {
	text := "one two three four five"
	p := Passage{ID: 1, Level: "tight", Language: "en", Text: text, Units: wordSpans(text),
		Keep: []bool{true, true, false, false, true}}
	none := p
	none.Keep = make([]bool, 5)
	r, err := Agreement(context.Background(), AgreementOptions{Passages: []Passage{p, none},
		Arms: []Arm{ranked{"head", rankHead}, ranked{"tail", rankTail}}, Resamples: 50})
	if err != nil {
		t.Fatal(err)
	}
	// The head keeps one, two, three: two of three right on both sides.
	if c := r.Cells[0]; c.Passages != 1 || c.F1.Mean != 2.0*2/6 || c.Difference != nil {
		t.Errorf("head: %+v", c)
	}
	if c := r.Cells[1]; c.F1.Mean != 2.0*1/6 || c.Difference == nil {
		t.Errorf("tail: %+v", c)
	}
	blind := &Pith{Label: "blind", Func: func(context.Context, pith.Request) (pith.Result, error) {
		return pith.Result{Contexts: []pith.ContextResult{{Text: "one", Status: pith.StatusCompressed}}}, nil
	}}
	if _, err := Agreement(context.Background(), AgreementOptions{Passages: []Passage{p}, Arms: []Arm{blind}}); err == nil {
		t.Error("an arm without spans passes")
	}
}

func TestKeptUnits(t *testing.T) {
	units := []pith.Span{{Start: 0, End: 3}, {Start: 4, End: 7}, {Start: 8, End: 9}}
	for _, tt := range []struct {
		name  string
		spans []pith.Span
		want  [3]bool
	}{
		{"none", nil, [3]bool{}},
		{"space_only", []pith.Span{{Start: 3, End: 4}}, [3]bool{}},
		{"empty_span", []pith.Span{{Start: 5, End: 5}}, [3]bool{}},
		{"part_of_one", []pith.Span{{Start: 6, End: 7}}, [3]bool{false, true, false}},
		{"two_spans_in_one_unit", []pith.Span{{Start: 4, End: 5}, {Start: 6, End: 9}}, [3]bool{false, true, true}},
		{"one_over_all", []pith.Span{{Start: 0, End: 9}}, [3]bool{true, true, true}},
	} {
		if got := keptUnits(units, tt.spans); [3]bool(got) != tt.want {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestHeldOut(t *testing.T) {
	// Recorded with int(hashlib.md5(str(id).encode()).hexdigest(), 16) % 10 == 0.
	n := 0
	var first []int
	for id := range 2188 {
		if HeldOut(id) {
			n++
			first = append(first, id)
		}
	}
	if want := []int{0, 4, 11, 36, 52, 56, 60, 69}; n != 223 || !slices.Equal(first[:8], want) {
		t.Errorf("%d held out, the first %v; want 223, %v", n, first[:8], want)
	}
}

func TestBootstrapStratified(t *testing.T) {
	zeros, ones := make([]float64, 90), []float64{1, 1}
	if e := BootstrapStratified([][]float64{zeros, nil, ones}, 200, 1); e != (Estimate{0.5, 0.5, 0.5}) {
		t.Errorf("constant strata have the interval %v", e)
	}
	values := []float64{0, 1, 1, 0, 0.25, 1, 0}
	if a, b := BootstrapStratified([][]float64{{}, values}, 500, 3), Bootstrap(values, 500, 3); a != b {
		t.Errorf("one stratum has %v, without strata it is %v", a, b)
	}
	half := make([]float64, 100)
	for i := range 50 {
		half[i] = 1
	}
	// Two strata with p = 0.5 and n = 100: sd sqrt(2·0.25/100)/2 = 0.0354.
	e := BootstrapStratified([][]float64{half, half}, 4000, 1)
	if e.Mean != 0.5 || math.Abs(e.Low-0.431) > 0.011 || math.Abs(e.High-0.569) > 0.011 {
		t.Errorf("got %v", e)
	}
	if e := BootstrapStratified([][]float64{nil, {}}, 10, 1); e != (Estimate{}) {
		t.Errorf("nothing has the mean %v", e)
	}
}

// TestBootstrapEach: drawn together or one by one, a value has the same interval, that of
// the resamples as they are defined.
func TestBootstrapEach(t *testing.T) {
	a := [][]float64{{0, 1, 1, 0, 0.25, 1, 0}, nil, {3, 1, 2}}
	b := [][]float64{{9, 8, 7, 6, 5, 4, 3}, {}, {0.1, 0.2, 0.4}}
	got := BootstrapEach([][][]float64{a, b, a}, 300, 5)
	for k, strata := range [][][]float64{a, b, a} {
		rng := rand.New(rand.NewPCG(5, 10))
		means := make([]float64, 300)
		for i := range means {
			first, second := 0.0, 0.0
			for range 7 {
				first += strata[0][rng.IntN(7)]
			}
			for range 3 {
				second += strata[2][rng.IntN(3)]
			}
			means[i] = (first/7 + second/3) / 2
		}
		slices.Sort(means)
		want := Estimate{(mean(strata[0]) + mean(strata[2])) / 2, means[7], means[292]}
		if alone := BootstrapStratified(strata, 300, 5); got[k] != want || alone != want {
			t.Errorf("value %d: got %v, alone %v, want %v", k, got[k], alone, want)
		}
	}
	if e := BootstrapEach(nil, 10, 1); len(e) != 0 {
		t.Errorf("nothing has %v", e)
	}
	if e := BootstrapEach([][][]float64{{nil}, {{}}}, 10, 1); !slices.Equal(e, make([]Estimate, 2)) {
		t.Errorf("values of nothing have %v", e)
	}
}

func TestProportion(t *testing.T) {
	// Bounds by Wilson's formula with z = 1.96, as Brown, Cai and DasGupta (2001) have it.
	for _, tt := range []struct {
		k, n int
		want Estimate
	}{
		{0, 0, Estimate{}},
		{0, 10, Estimate{0, 0, 0.2775}},
		{10, 10, Estimate{1, 0.7225, 1}},
		{0, 1, Estimate{0, 0, 0.7935}},
		{1, 10, Estimate{0.1, 0.0179, 0.4042}},
		{30, 100, Estimate{0.3, 0.2189, 0.3958}},
	} {
		got := Proportion(tt.k, tt.n)
		if got.Mean != tt.want.Mean || math.Abs(got.Low-tt.want.Low) > 5e-5 || math.Abs(got.High-tt.want.High) > 5e-5 {
			t.Errorf("%d of %d: got %v, want %v", tt.k, tt.n, got, tt.want)
		}
	}
	for n := range 60 {
		for k := range n + 1 {
			a, b := Proportion(k, n), Proportion(n-k, n)
			if !(0 <= a.Low && a.Low <= a.Mean && a.Mean <= a.High && a.High <= 1) || n > 0 && a.Low == a.High || math.Abs(a.Low+b.High-1) > 1e-12 && n > 0 {
				t.Errorf("%d of %d: %v, the rest %v", k, n, a, b)
			}
		}
	}
}

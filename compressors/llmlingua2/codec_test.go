package llmlingua2

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"
)

func TestLevels(t *testing.T) {
	for i, p := range levels {
		if int(level(p)) != i {
			t.Errorf("level %d has probability %v, which has level %d", i, p, level(p))
		}
		if i > 0 && p <= levels[i-1] {
			t.Errorf("level %d is not above the one before", i)
		}
	}
	for _, p := range []float32{0, 1e-9, .0005, .01, .3, .5, .77, .99, .9995, .9999999, 1} {
		if got := levels[level(p)]; got-p > .016 || p-got > .016 {
			t.Errorf("%v is kept as %v", p, got)
		}
	}
}

// The cosine of a kept vector is close to that of the vector.
func TestVectors(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for _, dim := range []int{1, 7, 8, 384} {
		worst := 0.0
		for range 200 {
			v, q := make([]float32, dim), make([]float32, dim)
			for i := range v {
				v[i], q[i] = float32(r.NormFloat64()), float32(r.NormFloat64())
			}
			normalize(v)
			normalize(q)
			want := 0.0
			for i := range v {
				want += float64(v[i] * q[i])
			}
			rd := reader{b: appendVector(nil, v)}
			got := rd.vectors(1, dim)
			if rd.bad || len(rd.b) != 0 {
				t.Fatal("not read whole")
			}
			worst = max(worst, abs(cosine(got, q)-want))
		}
		if limit := .35 / sqrt(dim); worst > limit*1.5 {
			t.Errorf("%d dimensions: off by %v", dim, worst)
		}
	}
}

func abs(x float64) float64 { return max(x, -x) }

func sqrt(n int) float64 {
	x := 1.0
	for range 40 {
		x = (x + float64(n)/x) / 2
	}
	return x
}

// No bytes make decode panic, or give an analysis that does not fit its text.
func FuzzDecode(f *testing.F) {
	c, _ := newFake(f)
	m, err := c.models[0].open(context.Background(), 0)
	if err != nil {
		f.Fatal(err)
	}
	for _, unspaced := range []bool{false, true} {
		rd := &reading{model: m, text: prose, unspaced: unspaced}
		if _, err := m.readAll(context.Background(), []*reading{rd}, func(_ int, v []byte) { f.Add(v, prose, unspaced) }); err != nil {
			f.Fatal(err)
		}
	}
	f.Fuzz(func(t *testing.T, value []byte, text string, unspaced bool) {
		a, err := decode(value, text, unspaced, fakeDim)
		if err != nil {
			return
		}
		at := 0
		for _, u := range a.units {
			if u.start < at || u.end < u.start || u.end > len(text) {
				t.Fatalf("units %v of %d bytes", a.units, len(text))
			}
			at = u.end
		}
		if len(a.prob) != len(a.units) || len(a.sentence) != len(a.units) || a.vectors != nil && len(a.vectors) != a.sentenceCount()*fakeDim {
			t.Fatal("lists of different lengths")
		}
	})
}

// An analysis that was kept by an earlier version is read by this one: whoever changes what
// is kept, or how a text falls into words and sentences, changes the revision.
func TestCodecRevision(t *testing.T) {
	c, _ := newFake(t)
	m, err := c.models[0].open(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	for _, unspaced := range []bool{false, true} {
		rd := &reading{model: m, text: prose + "他们去了北京。后来下雨了!", unspaced: unspaced}
		if _, err := m.readUnpaced(context.Background(), []*reading{rd}, func(_ int, v []byte) { h.Write(v) }); err != nil {
			t.Fatal(err)
		}
	}
	const want = "1 24d77930b76948e6"
	if got := fmt.Sprintf("%d %x", codecRevision, h.Sum(nil)[:8]); got != want {
		t.Errorf("got %q, want %q: change codecRevision and this test together", got, want)
	}
}

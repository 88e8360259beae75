package measure

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

func TestRougeRecall(t *testing.T) {
	// 24 words: twelve different ones, twice.
	answer := strings.Repeat("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu. ", 2)
	item := eval.Item{Context: answer, Answers: []string{answer}}
	for name, tt := range map[string]struct {
		kept          string
		one, two, lcs float64
	}{
		"all":                {answer, 24, 23, 24},
		"upper_case":         {strings.ToUpper(answer), 24, 23, 24},
		"nothing":            {"", 0, 0, 0},
		"other_words":        {"omega psi", 0, 0, 0},
		"counts_are_clipped": {"alpha alpha alpha alpha", 2, 0, 2},
		"pairs":              {"alpha beta, alpha beta; alpha beta", 4, 2, 4},
		"a_word_between":     {"alpha and beta", 2, 0, 2},
		"backwards":          {"gamma beta alpha", 3, 0, 2},
		"over_the_end":       {"mu alpha", 2, 1, 2},
	} {
		for _, m := range []struct {
			n           int
			want, total float64
		}{{1, tt.one, 24}, {2, tt.two, 23}, {RougeL, tt.lcs, 24}} {
			if got := value(t, RougeRecall(m.n), item, eval.Kept{Text: tt.kept}); math.Abs(got-m.want/m.total) > 1e-12 {
				t.Errorf("%s: rouge %d is %v; want %v of %v", name, m.n, got*m.total, m.want, m.total)
			}
		}
	}
}

func TestRougeApplies(t *testing.T) {
	long := strings.Repeat("w ", 21)
	for name, tt := range map[string]struct {
		item eval.Item
		want float64
	}{
		"20_words":      {eval.Item{Answers: []string{strings.Repeat("w ", 20)}}, -1},
		"21_words":      {eval.Item{Answers: []string{long}}, 0},
		"40_characters": {eval.Item{Answers: []string{strings.Repeat("水", 40)}}, -1},
		"41_characters": {eval.Item{Answers: []string{strings.Repeat("水", 41)}}, 0},
		"half_and_half": {eval.Item{Answers: []string{strings.Repeat("水 w ", 14)}}, 0},
		"code":          {eval.Item{Dataset: "lcc", Answers: []string{long}}, -1},
		"none":          {eval.Item{}, -1},
	} {
		if got := value(t, RougeRecall(1), tt.item, eval.Kept{}); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	best := eval.Item{Answers: []string{"w", strings.Repeat("v ", 21), long}}
	if got := value(t, RougeRecall(1), best, eval.Kept{Text: long}); got != 1 {
		t.Errorf("the best of the long answers is %v", got)
	}
	if got := value(t, RougeRecall(1), best, eval.Kept{Text: strings.Repeat("v ", 21)}); got != 1 {
		t.Errorf("the first of the long answers is %v", got)
	}
	if got := value(t, RougeRecall(1), best, eval.Kept{Text: "w"}); got != 1.0/21 {
		t.Errorf("a short answer counts: %v", got)
	}
}

func TestRougeRefuses(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("ROUGE-3 is taken")
		}
	}()
	RougeRecall(3)
}

// plainLCS is the textbook's table.
func plainLCS(a, b []int32) int {
	row := make([]int, len(b)+1)
	for _, x := range a {
		diagonal := 0
		for j, y := range b {
			above := row[j+1]
			if x == y {
				row[j+1] = diagonal + 1
			} else {
				row[j+1] = max(row[j], above)
			}
			diagonal = above
		}
	}
	return row[len(b)]
}

func TestLCS(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 63, 64, 65, 127, 128, 129, 300} {
		for _, vocabulary := range []int32{1, 2, 5, 40} {
			a, b := make([]int32, n), make([]int32, rng.IntN(400))
			for i := range a {
				a[i] = rng.Int32N(vocabulary)
			}
			for i := range b {
				b[i] = rng.Int32N(vocabulary+1) - 1
			}
			if got, want := lcs(a, b), plainLCS(a, b); got != want {
				t.Errorf("%d words of %d against %d: %d; want %d", n, vocabulary, len(b), got, want)
			}
		}
	}
}

func FuzzLCS(f *testing.F) {
	f.Add([]byte("abcbdab"), []byte("bdcaba"))
	f.Add([]byte(strings.Repeat("ab", 70)), []byte(strings.Repeat("ba", 65)))
	f.Fuzz(func(t *testing.T, x, y []byte) {
		ids := func(s []byte) []int32 {
			out := make([]int32, min(len(s), 500))
			for i := range out {
				out[i] = int32(s[i])
			}
			return out
		}
		if a, b := ids(x), ids(y); lcs(a, b) != plainLCS(a, b) {
			t.Errorf("%d; want %d", lcs(a, b), plainLCS(a, b))
		}
	})
}

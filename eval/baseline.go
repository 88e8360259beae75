package eval

import (
	"context"
	"hash/fnv"
	"math/rand/v2"

	"github.com/pith-proxy/pith"
)

// Baselines returns what a method must beat: random words (drawn from seed and
// the item's ID), the head, the tail, head and tail without the middle, the
// rarest words by df, and the best sentences by BM25, the only one that sees the
// question. At a limit of n words each keeps exactly n, sentences too: the last
// one is cut to fit.
func Baselines(seed uint64, df *DocFreq) []Arm {
	return []Arm{
		Random(seed),
		ranked{"head", rankHead},
		ranked{"tail", rankTail},
		ranked{"middle", rankMiddle},
		IDF(df),
		ranked{"bm25", rankBM25},
	}
}

// Full is the arm "none": it keeps the whole text, whatever the limit. It shows
// the most an arm can reach.
func Full() Arm { return full{} }

type full struct{}

func (full) Name() string { return "none" }

func (full) Compress(_ context.Context, item Item, _ Limit) (Kept, error) {
	k := Kept{Text: item.Context}
	if k.Text != "" {
		k.Spans = []pith.Span{{Start: 0, End: len(k.Text)}}
	}
	return k, nil
}

// ranked is an arm that puts the units of a text in order, most wanted first.
type ranked struct {
	name string
	rank func(item Item, units []pith.Span) []int
}

func (r ranked) Name() string { return r.name }

// Compress implements [Arm].
func (r ranked) Compress(ctx context.Context, item Item, limit Limit) (Kept, error) {
	if err := ctx.Err(); err != nil {
		return Kept{}, err
	}
	units := unitSpans(item.Context)
	if limit.Counter.Name() == Chars.Name() {
		units = charSpans(item.Context)
	}
	return fill(item.Context, units, r.rank(item, units), limit), nil
}

// Random returns the arm "random". What it keeps at a low rate it also keeps at
// a higher one.
func Random(seed uint64) Arm {
	return ranked{"random", func(item Item, units []pith.Span) []int {
		h := fnv.New64a()
		h.Write([]byte(item.ID))
		return rand.New(rand.NewPCG(seed, h.Sum64())).Perm(len(units))
	}}
}

func rankHead(_ Item, units []pith.Span) []int {
	rank := make([]int, len(units))
	for i := range rank {
		rank[i] = i
	}
	return rank
}

func rankTail(_ Item, units []pith.Span) []int {
	rank := make([]int, len(units))
	for i := range rank {
		rank[i] = len(units) - 1 - i
	}
	return rank
}

// rankMiddle wants the two ends most, as LongBench truncates.
func rankMiddle(_ Item, units []pith.Span) []int {
	rank := make([]int, len(units))
	for i := range rank {
		rank[i] = i / 2
		if i%2 == 1 {
			rank[i] = len(units) - 1 - i/2
		}
	}
	return rank
}

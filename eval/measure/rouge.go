package measure

import (
	"fmt"
	"math/bits"

	"github.com/pith-proxy/pith/eval"
)

// RougeL asks [RougeRecall] for ROUGE-L.
const RougeL = 0

// gold is the gold answers as numbers, one for each different word.
type gold struct {
	id      map[string]int32
	answers [][]int32
}

// RougeRecall is ROUGE-N recall (Lin, "ROUGE: a package for automatic evaluation of
// summaries", 2004, section 2) of a long gold answer in what was kept: the share of its
// words (n 1) or pairs of words (n 2) that are kept, each counted at most as often as it
// stands there. For [RougeL] it is the longest common subsequence of words over the words
// of the answer (section 3.1, the text as one sentence). Of several answers the best
// counts. Words are in lower case without stemming; in scripts without spaces each
// character is one.
//
// It is not divided by what the whole text has: readers of a report see that in the arm
// "none". It applies where an answer has more than 20 words or 40 characters of a script
// without spaces, but not to code. Another n than 1, 2 and RougeL is a bug of the
// caller; it panics.
func RougeRecall(n int) Measure {
	recall, name, unit := ngramRecall(n), fmt.Sprintf("rouge%d", n), "words"
	switch n {
	case RougeL:
		recall, name, unit = lcsRecall, "rougeL", "words, as a common subsequence,"
	case 1:
	case 2:
		unit = "pairs of words"
	default:
		panic(fmt.Sprintf("measure: ROUGE-%d is not built in", n))
	}
	return &scorer[gold]{
		name: name,
		about: fmt.Sprintf("ROUGE recall: the share, 0 to 1, of the %s of a gold answer of more than %d words (or %d Chinese characters) "+
			"that what was kept still has. The whole text does not have all of them: compare with none.", unit, shortWords, shortChars),
		find: func(item eval.Item) (gold, bool) {
			g := newGold(answersOf(item, false))
			return g, len(g.answers) > 0
		},
		score: func(_ eval.Item, g gold, kept eval.Kept) float64 {
			best, text := 0.0, g.encode(kept.Text)
			for _, a := range g.answers {
				best = max(best, recall(a, text))
			}
			return best
		},
	}
}

func newGold(answers []string) gold {
	g := gold{id: map[string]int32{}}
	var b []byte
	for _, a := range answers {
		var ids []int32
		eachWord(a, func(start, end int) {
			b = appendLower(b[:0], a[start:end])
			id, ok := g.id[string(b)]
			if !ok {
				id = int32(len(g.id))
				g.id[string(b)] = id
			}
			ids = append(ids, id)
		})
		g.answers = append(g.answers, ids)
	}
	return g
}

// encode returns the words of text, -1 for those that no answer has.
func (g gold) encode(text string) []int32 {
	var out []int32
	var b []byte
	eachWord(text, func(start, end int) {
		b = appendLower(b[:0], text[start:end])
		id, ok := g.id[string(b)]
		if !ok {
			id = -1
		}
		out = append(out, id)
	})
	return out
}

// ngramRecall returns the share of answer's n-grams, n 1 or 2, that text has. An answer
// shorter than n has none: 0.
func ngramRecall(n int) func(answer, text []int32) float64 {
	return func(answer, text []int32) float64 {
		left := map[[2]int32]int{}
		total := 0
		eachGram(answer, n, func(g [2]int32) { left[g]++; total++ })
		if total == 0 {
			return 0
		}
		hits := 0
		eachGram(text, n, func(g [2]int32) {
			if g[0] >= 0 && g[1] >= 0 && left[g] > 0 {
				left[g]--
				hits++
			}
		})
		return float64(hits) / float64(total)
	}
}

// eachGram calls f with the n-grams of ids, n 1 or 2; with one word the second is 0.
func eachGram(ids []int32, n int, f func([2]int32)) {
	for i := 0; i+n <= len(ids); i++ {
		g := [2]int32{ids[i]}
		if n == 2 {
			g[1] = ids[i+1]
		}
		f(g)
	}
}

func lcsRecall(answer, text []int32) float64 {
	if len(answer) == 0 {
		return 0
	}
	return float64(lcs(answer, text)) / float64(len(answer))
}

// lcs returns the length of the longest common subsequence of a, all of it at least 0,
// and b. It takes len(b)·len(a)/64 steps: a row of the usual table is a bit vector, in
// which a zero marks where the length grows (Hyyrö, "Bit-parallel LCS-length computation
// revisited", 2004, after Crochemore et al., 2001).
func lcs(a, b []int32) int {
	blocks := (len(a) + 63) / 64
	at := map[int32][]uint64{} // where in a each word stands
	for i, x := range a {
		if at[x] == nil {
			at[x] = make([]uint64, blocks)
		}
		at[x][i/64] |= 1 << (i % 64)
	}
	row := make([]uint64, blocks)
	for i := range row {
		row[i] = ^uint64(0)
	}
	for _, x := range b {
		match, carry := at[x], uint64(0)
		for i, m := range match {
			var sum uint64
			sum, carry = bits.Add64(row[i], row[i]&m, carry)
			row[i] = sum | row[i]&^m
		}
	}
	n := 0
	for _, v := range row { // past the end of a nothing ever matches: the ones stay
		n += bits.OnesCount64(^v)
	}
	return n
}

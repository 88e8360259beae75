package eval

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// The usual parameters of Okapi BM25 (Robertson and Zaragoza, 2009).
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

// stopWords are left out of questions.
var stopWords = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a an and are as at be been being but by did do does for from how in is it
		its no not of on or that the these this those to was were what when where which who whom whose why with`) {
		m[w] = true
	}
	return m
}()

// rankBM25 wants the sentences that score highest against the question, the
// earlier first among equals, and in a sentence the earlier words.
func rankBM25(item Item, units []pith.Span) []int {
	sentences := sentenceSpans(item.Context)
	score := bm25(item.Context, sentences, item.Question)
	in := make([][]int, len(sentences)) // units of each sentence
	s := 0
	for i, u := range units {
		for s+1 < len(sentences) && u.Start >= sentences[s].End {
			s++
		}
		in[s] = append(in[s], i)
	}
	order := make([]int, len(sentences))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	rank := make([]int, 0, len(units))
	for _, s := range order {
		rank = append(rank, in[s]...)
	}
	return rank
}

// bm25 scores each sentence as a document. Each term of the question counts
// once, with the weight ln(1 + (N−df+½)/(df+½)), which is never negative.
func bm25(text string, sentences []pith.Span, question string) []float64 {
	var query []string
	for _, t := range terms(question) {
		if !stopWords[t] && !slices.Contains(query, t) {
			query = append(query, t)
		}
	}
	counts := make([]map[string]int, len(sentences))
	length := make([]int, len(sentences))
	df := map[string]int{}
	total := 0
	for i, s := range sentences {
		counts[i] = map[string]int{}
		ts := terms(text[s.Start:s.End])
		length[i] = len(ts)
		total += len(ts)
		for _, t := range ts {
			if counts[i][t]++; counts[i][t] == 1 {
				df[t]++
			}
		}
	}
	n := float64(len(sentences))
	mean := max(1, float64(total)/max(1, n))
	score := make([]float64, len(sentences))
	for i := range sentences {
		norm := bm25K1 * (1 - bm25B + bm25B*float64(length[i])/mean)
		for _, t := range query {
			if tf := float64(counts[i][t]); tf > 0 {
				d := float64(df[t])
				score[i] += math.Log(1+(n-d+0.5)/(d+0.5)) * tf * (bm25K1 + 1) / (tf + norm)
			}
		}
	}
	return score
}

package llmlingua2

import (
	"math"
	"slices"
)

// Weights of the question-aware score. They come from a small search on XQuAD
// and Natural Questions passages; the models' cards give the figures.
const (
	bm25Weight      = 0.3 // beside a cosine that uses its whole range
	bm25WeightCrowd = 0.6 // beside a cosine that crowds above a floor
	bm25WeightAlone = 1.0 // for a model without vectors
	neighbour       = 0.25
	relevanceWeight = 16
	logitClip       = 3
)

// A part is one segment of one context, with its analysis.
type part struct {
	*analysis // nil until it was read
	text      string
	model     *Model
	unspaced  bool      // a language without spaces
	offset    int       // of the segment in the context's text
	relevance []float64 // of each sentence, at least 0; nil without a question
}

// rateSentences sets the relevance of each sentence of the parts of each context to the
// question. vectors holds the question's vector under each model that has vectors.
//
//	rel(s)  = max(0, cos(s, q)) + w · bm25(s, q) / max bm25
//	rel'(s) = rel(s) + ¼ · max(rel(s−1), rel(s+1))
//
// The neighbours s−1 and s+1 are those of the same paragraph, be it in the next part. A
// cosine with a floor f is stretched to (cos − f) / (1 − f).
func rateSentences(contexts [][]*part, question string, vectors map[*Model][]float32) {
	lexical := lexicalScores(slices.Concat(contexts...), question)
	for _, parts := range contexts {
		var rel []float64
		var apart []bool
		for i, p := range parts {
			own := lexical[i]
			p.addCosines(own, vectors[p.model])
			rel = append(rel, own...)
			ends := paragraphBefore(p.analysis)
			if i > 0 {
				ends[0] = p.apartFrom(parts[i-1])
			}
			apart = append(apart, ends...)
		}
		lexical = lexical[len(parts):]
		rel = withNeighbours(rel, apart)
		for _, p := range parts {
			n := p.sentenceCount()
			p.relevance, rel = rel[:n:n], rel[n:]
		}
	}
}

// addCosines adds the share of the vectors to that of the words.
func (p *part) addCosines(rel []float64, question []float32) {
	w := bm25WeightAlone
	if p.vectors != nil {
		w = bm25Weight
		if p.model.CosineFloor > 0 {
			w = bm25WeightCrowd
		}
	}
	floor := p.model.CosineFloor
	for s := range rel {
		rel[s] *= w
		if v := p.vector(s); v != nil {
			rel[s] += min(1, max(0, (cosine(v, question)-floor)/(1-floor)))
		}
	}
}

// apartFrom reports whether the part is of another paragraph than the end of the one
// before it in the same context.
func (p *part) apartFrom(before *part) bool {
	if p.model != before.model || before.offset+len(before.text) != p.offset {
		return true
	}
	last := before.units[len(before.units)-1]
	return paragraphEnds(before.text[last.start:last.end], before.text[last.end:]+p.text[:p.units[0].start])
}

// lexicalScores returns BM25 of each sentence of each part, divided by the best.
func lexicalScores(parts []*part, question string) [][]float64 {
	b := newBM25(question)
	for _, p := range parts {
		eachSentence(p.analysis, b.add)
	}
	all := b.scores()
	best := 0.0
	for _, x := range all {
		best = max(best, x)
	}
	if best > 0 {
		for i := range all {
			all[i] /= best
		}
	}
	scores := make([][]float64, len(parts))
	for i, p := range parts {
		n := p.sentenceCount()
		scores[i], all = all[:n:n], all[n:]
	}
	return scores
}

// eachSentence calls f with the text of each sentence.
func eachSentence(a *analysis, f func(string)) {
	for i := 0; i < len(a.units); {
		k := i + 1
		for k < len(a.units) && a.sentence[k] == a.sentence[i] {
			k++
		}
		f(a.text[a.units[i].start:a.units[k-1].end])
		i = k
	}
}

// withNeighbours adds to each relevance a quarter of the better neighbour's: the
// sentence beside an answer often says what the answer is about. Sentences of
// different paragraphs are no neighbours.
func withNeighbours(rel []float64, apart []bool) []float64 {
	out := make([]float64, len(rel))
	for s := range rel {
		best := 0.0
		if s > 0 && !apart[s] {
			best = rel[s-1]
		}
		if s+1 < len(rel) && !apart[s+1] {
			best = max(best, rel[s+1])
		}
		out[s] = rel[s] + neighbour*best
	}
	return out
}

// paragraphBefore says of each sentence whether a paragraph ends before it.
func paragraphBefore(a *analysis) []bool {
	apart := make([]bool, a.sentenceCount())
	for i := 1; i < len(a.units); i++ {
		if a.sentence[i] != a.sentence[i-1] {
			before := a.units[i-1]
			apart[a.sentence[i]] = paragraphEnds(a.text[before.start:before.end], a.text[before.end:a.units[i].start])
		}
	}
	return apart
}

// paragraphEnds reports whether a paragraph ends with word: at a blank line, or at a line
// break behind a full stop.
func paragraphEnds(word, gap string) bool {
	lines := breaks(gap)
	return lines > 1 || lines == 1 && endsSentence(word, " ")
}

// cosine of a kept vector and one of length 1.
func cosine(v []int8, q []float32) float64 {
	q = q[:len(v)]
	var sum float64
	var square int
	for i, x := range v {
		sum += float64(x) * float64(q[i]) // an exact product: fused or not is the same
		square += int(x) * int(x)
	}
	if square == 0 {
		return 0
	}
	return sum / math.Sqrt(float64(square))
}

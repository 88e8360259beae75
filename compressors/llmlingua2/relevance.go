package llmlingua2

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

// A part is one region of one context, with its analysis.
type part struct {
	*analysis
	model     *Model
	offset    int       // of the region in the context's text
	relevance []float64 // of each sentence, at least 0; nil without a question
}

// rate sets the relevance of each sentence of each part to the question.
// vectors holds the question's vector under each model that has vectors.
//
//	rel(s)  = max(0, cos(s, q)) + w · bm25(s, q) / max bm25
//	rel'(s) = rel(s) + ¼ · max(rel(s−1), rel(s+1))
//
// The neighbours s−1 and s+1 are those of the same paragraph. A cosine with a
// floor f is stretched to (cos − f) / (1 − f).
func rateSentences(parts []*part, question string, vectors map[*Model][]float32) {
	lexical := lexicalScores(parts, question)
	for i, p := range parts {
		rel := lexical[i]
		w := bm25WeightAlone
		if p.vectors != nil {
			w = bm25Weight
			if p.model.CosineFloor > 0 {
				w = bm25WeightCrowd
			}
		}
		for s := range rel {
			rel[s] *= w
			if v := p.vector(s); v != nil {
				floor := p.model.CosineFloor
				rel[s] += min(1, max(0, (dot(v, vectors[p.model])-floor)/(1-floor)))
			}
		}
		p.relevance = withNeighbours(rel, paragraphBefore(p.analysis))
	}
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

// paragraphBefore says of each sentence whether a paragraph ends before it: at a
// blank line, or at a line break behind a full stop.
func paragraphBefore(a *analysis) []bool {
	apart := make([]bool, a.sentenceCount())
	for i := 1; i < len(a.units); i++ {
		if a.sentence[i] == a.sentence[i-1] {
			continue
		}
		lines := breaks(a.text[a.units[i-1].end:a.units[i].start])
		stop := endsSentence(a.text[a.units[i-1].start:a.units[i-1].end], " ")
		apart[a.sentence[i]] = lines > 1 || lines == 1 && stop
	}
	return apart
}

func dot(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(float32(a[i] * b[i]))
	}
	return sum
}

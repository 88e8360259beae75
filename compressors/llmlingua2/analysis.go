package llmlingua2

import (
	"context"
	"math"
	"sync"

	"github.com/pith-proxy/pith/tokenize"
)

// analysis is what a model says of one segment of a text. It depends on the segment and
// the model alone, never on a question, a rate or the text around it. Its numbers are
// those that a memory keeps, also where none was asked; see codec.go.
type analysis struct {
	text     string
	units    []unit
	prob     []float32 // keep probability of each unit, in [0, 1]
	sentence []int     // sentence of each unit, from 0 and without gaps
	vectors  []int8    // the direction of each sentence, dim numbers each; nil if the model has none
	dim      int
}

func (a *analysis) sentenceCount() int {
	if len(a.sentence) == 0 {
		return 0
	}
	return a.sentence[len(a.sentence)-1] + 1
}

// vector is the vector of a sentence, nil if there is none.
func (a *analysis) vector(sentence int) []int8 {
	if a.vectors == nil {
		return nil
	}
	return a.vectors[sentence*a.dim : (sentence+1)*a.dim]
}

// job is the reading of one segment under way.
type job struct {
	text     string
	unspaced bool // of a text without spaces
	units    []unit
	sentence []int
	tokens   []tokenize.Token
	unitOf   []int // unit of each token
	ends     []int // end of each window, in tokens

	prob      []float32   // of each unit
	tokenProb []float32   // by token; NaN for an unknown piece
	sums      [][]float32 // by window: a sum of token vectors for each of its sentences
	left      int         // windows that the model has not read
}

// prepare splits a segment, which holds more than white space, into units, sentences
// and windows.
func (m *Model) prepare(text string, unspaced bool) (*job, error) {
	tokens, err := m.Encoder.Encode(text)
	if err != nil {
		return nil, err
	}
	j := &job{text: text, unspaced: unspaced, tokens: tokens}
	if unspaced {
		j.units = pieces(nil, text, 0, len(text), tokens)
	} else {
		j.units = words(nil, text, 0, len(text))
	}
	j.sentence = sentences(text, j.units)
	if len(j.units) == 0 {
		j.tokens = nil
		return j, nil
	}
	j.unitOf = unitsOfTokens(tokens, j.units)
	j.ends = cutWindows(tokens, j.unitOf, j.sentence, m.room())
	j.tokenProb = make([]float32, len(tokens))
	j.sums = make([][]float32, len(j.ends))
	j.left = len(j.ends)
	return j, nil
}

func (j *job) sentenceCount() int {
	if len(j.sentence) == 0 {
		return 0
	}
	return j.sentence[len(j.sentence)-1] + 1
}

// unitsOfTokens gives the unit of each token: the one it begins in or, for a
// token that begins in white space, the one behind that.
func unitsOfTokens(tokens []tokenize.Token, units []unit) []int {
	of := make([]int, len(tokens))
	u := 0
	for i, t := range tokens {
		for u < len(units)-1 && units[u].end <= t.Start {
			u++
		}
		of[i] = u
	}
	return of
}

// analyze runs the model over the windows of all jobs. It calls done with the number of
// each job that is through and its encoded analysis: from any goroutine, once for each.
// After an error some are through and others not.
func (m *Model) analyze(ctx context.Context, jobs []*job, done func(i int, value []byte)) (Stats, error) {
	var windows [][]tokenize.ID
	var places []place
	for i, j := range jobs {
		start := 0
		for w, end := range j.ends {
			windows = append(windows, m.frame(j.tokens[start:end]))
			places = append(places, place{j, i, w, start, end})
			start = end
		}
		if len(j.ends) == 0 {
			done(i, m.encode(j))
		}
	}
	unknown, hasUnknown := m.Encoder.Unknown()
	skip := 1 + len(m.Prefix)
	var mu sync.Mutex // of what is left
	return m.Scorer.Score(ctx, windows, func(i int, out Output) {
		p := places[i]
		p.probabilities(out.Logits[2*skip:])
		if hasUnknown {
			p.forget(unknown)
		}
		if m.Dim > 0 {
			p.sumVectors(out.Vectors[m.Dim*skip:], m.Dim)
		}
		mu.Lock()
		p.job.left--
		last := p.job.left == 0
		mu.Unlock()
		if last {
			done(p.number, m.encode(p.job))
		}
	})
}

// place is a window of a job: tokens [start, end).
type place struct {
	job        *job
	number     int // of the job
	window     int
	start, end int
}

func (p place) probabilities(logits []float32) {
	for i := range p.end - p.start {
		d := float64(logits[2*i]) - float64(logits[2*i+1])
		p.job.tokenProb[p.start+i] = float32(1 / (1 + math.Exp(d)))
	}
}

// forget takes back what the model said of pieces that it does not know.
func (p place) forget(unknown tokenize.ID) {
	for i := p.start; i < p.end; i++ {
		if p.job.tokens[i].ID == unknown {
			p.job.tokenProb[i] = float32(math.NaN())
		}
	}
}

// sumVectors adds up the window's token vectors by sentence. Windows are added
// to each other later and in order, so that the sums do not depend on which
// window came first.
func (p place) sumVectors(vectors []float32, dim int) {
	j := p.job
	if p.start == p.end {
		return
	}
	first := j.sentence[j.unitOf[p.start]]
	last := j.sentence[j.unitOf[p.end-1]]
	sums := make([]float32, (last-first+1)*dim)
	for i := p.start; i < p.end; i++ {
		s := j.sentence[j.unitOf[i]] - first
		add(sums[s*dim:(s+1)*dim], vectors[(i-p.start)*dim:])
	}
	j.sums[p.window] = sums
}

func add(sum, v []float32) {
	v = v[:len(sum)]
	for i := range sum {
		sum[i] += v[i]
	}
}

// meanByUnit sets the keep probability of each unit to the mean over its tokens, NaN if
// it has none that the model knows.
func (j *job) meanByUnit() {
	j.prob = make([]float32, len(j.units))
	i := 0
	for u := range j.units {
		sum, n := 0.0, 0
		for ; i < len(j.tokens) && j.unitOf[i] == u; i++ {
			if p := float64(j.tokenProb[i]); !math.IsNaN(p) {
				sum += p
				n++
			}
		}
		j.prob[u] = float32(math.NaN())
		if n > 0 {
			j.prob[u] = float32(sum / float64(n))
		}
	}
}

// fillUnknown gives a unit that the model knows nothing of the higher keep
// probability of its neighbours in the sentence: an emoji stays with its words.
// A sentence of nothing else is kept.
func fillUnknown(prob []float32, sentence []int) {
	known := func(i, s int) (float32, bool) {
		if i < 0 || i >= len(prob) || sentence[i] != s || prob[i] != prob[i] {
			return 0, false
		}
		return prob[i], true
	}
	var last float32
	var lastSentence = -1
	for i, p := range prob {
		if p == p {
			last, lastSentence = p, sentence[i]
			continue
		}
		next, ok := float32(0), false
		for k := i + 1; k < len(prob) && sentence[k] == sentence[i] && k <= i+lookAhead; k++ {
			if next, ok = known(k, sentence[i]); ok {
				break
			}
		}
		switch {
		case lastSentence == sentence[i] && ok:
			prob[i] = max(last, next)
		case lastSentence == sentence[i]:
			prob[i] = last
		case ok:
			prob[i] = next
		default:
			prob[i] = 1
		}
		last, lastSentence = prob[i], sentence[i]
	}
}

// lookAhead bounds how far an unknown unit looks for a known one, so that a text
// of nothing but unknown units stays linear.
const lookAhead = 16

// sentenceVectors returns a vector of length 1 for each sentence.
func (j *job) sentenceVectors(dim int) []float32 {
	v := make([]float32, j.sentenceCount()*dim)
	start := 0
	for w, end := range j.ends {
		if start < end {
			first := j.sentence[j.unitOf[start]]
			add(v[first*dim:first*dim+len(j.sums[w])], j.sums[w])
		}
		start = end
	}
	for s := range j.sentenceCount() {
		normalize(v[s*dim : (s+1)*dim])
	}
	return v
}

// normalize scales v to length 1; a vector of zeros stays.
func normalize(v []float32) {
	var sum float64
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if sum == 0 {
		return
	}
	scale := float32(1 / math.Sqrt(sum))
	for i := range v {
		v[i] *= scale
	}
}

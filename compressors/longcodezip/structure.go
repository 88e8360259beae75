package longcodezip

import (
	"context"
	"iter"
	"math"

	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// scoreStructure sets gains where there is no query: what other files can see comes before
// what they cannot, what is used often in its file before what is not, and what a model
// finds surprising before what it would guess. A gain depends on its file alone.
func (r *run) scoreStructure(ctx context.Context, passages []passage) error {
	surprise, err := r.surprises(ctx, passages)
	if err != nil {
		return err
	}
	for i, rd := range passages {
		for _, l := range rd.leaves {
			l.scored = true
			l.gain = l.standing()
			if surprise != nil {
				l.gain += surpriseWeight * surprise[i]
			}
		}
	}
	return nil
}

// What a leaf's standing consists of. A nat a token of surprise, about the difference
// between dull code and dense, counts like a doubled number of uses.
const (
	publicWeight   = 1.0
	fieldsWeight   = 1.0 // of what a class has, which its methods need
	usesWeight     = 0.5 // for each doubling
	mostUses       = 15
	surpriseWeight = 0.5
	mostSurprise   = 4.0 // nats a token
)

// standing is what a leaf counts by its place in its file.
func (l *leaf) standing() float64 {
	s := usesWeight * math.Log2(1+float64(min(l.uses(), mostUses)))
	switch {
	case l.kind == codetree.Fields:
		s += fieldsWeight
	case l.public:
		s += publicWeight
	}
	return s
}

// uses is how often the file has the leaf's name outside of it.
func (l *leaf) uses() int {
	if l.word == "" {
		return 0
	}
	f := l.file
	if f.words == nil {
		f.words = map[string]int{}
		eachWord(f.Source, func(w string) { f.words[w]++ })
	}
	n := f.words[l.word]
	eachWord(l.source(), func(w string) {
		if w == l.word {
			n--
		}
	})
	return max(0, n)
}

// surprises returns the mean nats a token of each passage's lines, as the scorer reads
// them; nil if it does not read lines. Those of a context that is too long to be read are
// 0, all of them: what other contexts there are must not matter.
func (r *run) surprises(ctx context.Context, passages []passage) ([]float64, error) {
	if r.source.Lexical {
		return nil, nil
	}
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	reader, ok := r.scorer.(LineReader)
	if !ok {
		return nil, nil
	}
	var texts []string
	var at []int
	for from, to := range byContext(passages) {
		if r.readable(passages[from:to]) < to-from {
			passages[from].leaves[0].file.context.warn("the code is longer than %s reads without a query; it was ranked without", r.source.Name)
			continue
		}
		for i := from; i < to; i++ {
			texts, at = append(texts, passages[i].text), append(at, i)
		}
	}
	lines, err := r.lines(ctx, reader, texts)
	if err != nil {
		return nil, err
	}
	means := make([]float64, len(passages))
	for k, i := range at {
		means[i] = min(mostSurprise, mean(lines[k]))
	}
	return means, nil
}

// byContext yields from where to where passages are of the same context.
func byContext(passages []passage) iter.Seq2[int, int] {
	of := func(i int) *contextRun { return passages[i].leaves[0].file.context }
	return func(yield func(from, to int) bool) {
		from := 0
		for i := range passages {
			if i+1 == len(passages) || of(i+1) != of(i) {
				if !yield(from, i+1) {
					return
				}
				from = i + 1
			}
		}
	}
}

// mean is that of the values that are numbers; 0 if none is.
func mean(values []float64) float64 {
	sum, n := 0.0, 0
	for _, x := range values {
		if !math.IsNaN(x) {
			sum, n = sum+x, n+1
		}
	}
	return sum / float64(max(1, n))
}

// eachWord calls visit with the identifiers and numbers of a text.
func eachWord(text string, visit func(string)) {
	start := -1
	for i := 0; i < len(text); i++ {
		switch {
		case !isWord(text[i]):
			if start >= 0 {
				visit(text[start:i])
			}
			start = -1
		case start < 0:
			start = i
		}
	}
	if start >= 0 {
		visit(text[start:])
	}
}

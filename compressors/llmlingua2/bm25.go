package llmlingua2

import (
	"math"
	"strings"
	"unicode"
)

// The usual parameters of Okapi BM25 (Robertson and Zaragoza, 2009).
const (
	bm25K1 = 1.2
	bm25B  = 0.75
)

// bm25 scores documents against a question. Terms are runs of letters and
// digits, lower case; in scripts without spaces, pairs of neighbours.
type bm25 struct {
	terms  map[string]int // of the question, stop words left out
	counts [][]count      // for each document: the question's terms it has
	length []int          // terms of each document
	df     []int          // for each term: documents that have it
	place  []int          // for each term: where it is in the document being added, plus one
}

type count struct{ term, n int }

func newBM25(question string) *bm25 {
	b := &bm25{terms: map[string]int{}}
	add := func(stop bool) func(string) {
		return func(t string) {
			if _, ok := b.terms[t]; !ok && !(stop && stopWords[t]) {
				b.terms[t] = len(b.terms)
			}
		}
	}
	eachTerm(question, add(true))
	if len(b.terms) == 0 {
		eachTerm(question, add(false))
	}
	b.df, b.place = make([]int, len(b.terms)), make([]int, len(b.terms))
	return b
}

// add appends a document.
func (b *bm25) add(text string) {
	var cs []count
	n := 0
	eachTerm(text, func(t string) {
		n++
		k, ok := b.terms[t]
		if !ok {
			return
		}
		if at := b.place[k]; at > 0 {
			cs[at-1].n++
			return
		}
		cs = append(cs, count{k, 1})
		b.place[k] = len(cs)
		b.df[k]++
	})
	for _, c := range cs {
		b.place[c.term] = 0
	}
	b.counts = append(b.counts, cs)
	b.length = append(b.length, n)
}

// scores returns a score for each document, at least 0.
func (b *bm25) scores() []float64 {
	n := float64(len(b.length))
	total := 0
	for _, l := range b.length {
		total += l
	}
	mean := max(1, float64(total)/max(1, n))
	s := make([]float64, len(b.counts))
	for d, cs := range b.counts {
		norm := bm25K1 * (1 - bm25B + bm25B*float64(b.length[d])/mean)
		for _, c := range cs {
			df := float64(b.df[c.term])
			idf := math.Log(1 + (n-df+0.5)/(df+0.5))
			tf := float64(c.n)
			s[d] += idf * tf * (bm25K1 + 1) / (tf + norm)
		}
	}
	return s
}

// eachTerm calls f with the terms of text.
func eachTerm(text string, f func(string)) {
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			f(word.String())
			word.Reset()
		}
	}
	var prev rune // the unspaced letter just before, 0 if none
	for _, r := range text {
		switch {
		case unspaced(r):
			flush()
			if prev != 0 {
				f(string([]rune{prev, r}))
			}
			prev = r
			continue
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.M, r) && word.Len() > 0:
			word.WriteRune(unicode.ToLower(r))
		default:
			flush()
		}
		prev = 0
	}
	flush()
}

package eval

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// passageWords is the size of the documents that [DocFreqOfItems] counts in:
// about that of the passages the models' cards took their table from.
const passageWords = 230

// DocFreq says in how many documents of a collection a word stands. Words are
// compared in lower case, without ASCII punctuation at their ends.
type DocFreq struct {
	Source string // what the documents are, for reports
	docs   int
	df     map[string]int
}

// NewDocFreq returns an empty table.
func NewDocFreq(source string) *DocFreq { return &DocFreq{Source: source, df: map[string]int{}} }

// Add counts one document.
func (d *DocFreq) Add(text string) {
	d.docs++
	seen := map[string]bool{}
	for _, u := range unitSpans(text) {
		if k := idfKey(text[u.Start:u.End]); !seen[k] {
			seen[k] = true
			d.df[k]++
		}
	}
}

// DocFreqOfItems counts in pieces of 230 words of all items' texts.
func DocFreqOfItems(items []Item) *DocFreq {
	d := NewDocFreq("pieces of 230 words of the evaluated texts")
	for _, it := range items {
		words := wordSpans(it.Context)
		for piece := range slices.Chunk(words, passageWords) {
			d.Add(it.Context[piece[0].Start:piece[len(piece)-1].End])
		}
	}
	return d
}

// DocFreqOfPassages counts in the passages that training saw: those that are not
// [HeldOut]. This is the table of the cards' idf column.
func DocFreqOfPassages(ps []Passage) *DocFreq {
	d := NewDocFreq("the training passages")
	for _, p := range ps {
		if !HeldOut(p.ID) {
			d.Add(p.Text)
		}
	}
	return d
}

// IDF returns the arm "idf": the words of highest inverse document frequency,
// the earlier first among equals.
func IDF(d *DocFreq) Arm {
	return ranked{"idf", func(item Item, units []pith.Span) []int {
		df := make([]int, len(units))
		for i, u := range units {
			df[i] = d.df[idfKey(item.Context[u.Start:u.End])]
		}
		rank := rankHead(item, units)
		slices.SortStableFunc(rank, func(a, b int) int { return df[a] - df[b] })
		return rank
	}}
}

func idfKey(word string) string {
	return strings.TrimFunc(lower(word), isASCIIPunct)
}

package measure

import (
	"slices"

	"github.com/pith-proxy/pith"
)

// How far align looks ahead, in words: for a place that goes on as the kept text does,
// and how long it then compares.
const (
	alignWindow = 2000
	alignRun    = 8
)

// align returns the spans of source's words that kept is taken to consist of, ascending;
// neighbours are one span. It is greedy: each word of kept goes to the place behind the
// last one, at most 2000 words on, from which most words, up to eight, follow as in kept,
// the first among equals; if there is none, to the next place at all. A word that source
// does not have from there on is passed over. So it finds words that were taken out
// without change, if not always those that were meant.
func align(source, kept string) []pith.Span {
	src := wordsOf(source)
	ids, places := numberWords(source, src)
	var chosen []int
	at := 0
	text := lookUp(kept, ids)
	for j, id := range text {
		if id < 0 {
			continue
		}
		if p := bestPlace(places, id, at, text[j:]); p >= 0 {
			chosen = append(chosen, p)
			at = p + 1
		}
	}
	return joinWords(src, chosen)
}

// index is the words of a text as numbers: in order, and the places of each.
type index struct {
	words []int32
	at    [][]int32
}

// numberWords numbers the different words of text by first appearance.
func numberWords(text string, words []pith.Span) (map[string]int32, index) {
	ids := map[string]int32{}
	x := index{words: make([]int32, len(words))}
	for i, w := range words {
		id, ok := ids[text[w.Start:w.End]]
		if !ok {
			id = int32(len(x.at))
			ids[text[w.Start:w.End]] = id
			x.at = append(x.at, nil)
		}
		x.words[i] = id
		x.at[id] = append(x.at[id], int32(i))
	}
	return ids, x
}

// lookUp returns the words of text by their numbers, -1 for those that have none.
func lookUp(text string, ids map[string]int32) []int32 {
	var out []int32
	eachWord(text, func(start, end int) {
		id, ok := ids[text[start:end]]
		if !ok {
			id = -1
		}
		out = append(out, id)
	})
	return out
}

// bestPlace returns where id, the first word of rest, goes from place from on, -1 if
// nowhere.
func bestPlace(x index, id int32, from int, rest []int32) int {
	places := x.at[id]
	first, _ := slices.BinarySearch(places, int32(from))
	best, longest := -1, 0
	for _, p := range places[first:] {
		if best >= 0 && int(p) >= from+alignWindow {
			break
		}
		if n := sameRun(x.words[p:], rest); n > longest {
			best, longest = int(p), n
			if n == alignRun {
				break
			}
		}
	}
	return best
}

// sameRun returns how many of the first words are the same, at most alignRun.
func sameRun(a, b []int32) int {
	n := 0
	for n < min(len(a), len(b), alignRun) && a[n] == b[n] {
		n++
	}
	return n
}

// joinWords returns the chosen words, which ascend, as spans.
func joinWords(words []pith.Span, chosen []int) []pith.Span {
	var out []pith.Span
	for i, c := range chosen {
		if i > 0 && c == chosen[i-1]+1 {
			out[len(out)-1].End = words[c].End
		} else {
			out = append(out, words[c])
		}
	}
	return out
}

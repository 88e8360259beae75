package metatoken

import "slices"

// mining says what a stand-in costs and how far to look. A phrase of w tokens at k places
// gains (w-alias)*k - (w+row) tokens.
type mining struct {
	weight  []int32 // weight[i] is the tokens of symbols[i], the same for equal symbols; nil is 1 each
	alias   int     // tokens of one stand-in
	row     int     // tokens of a definition beside its phrase
	maxRows int     // most phrases; 0 is no bound
	maxLen  int     // most symbols of a phrase; 0 is no bound
	minGain int     // phrases that gain less are left out; less than 1 is 1

	// edge may narrow the range [start, end) of symbols that a candidate stands at. An
	// empty range drops it. What it says must follow from the symbols in the range alone:
	// it is asked at one place and obeyed at all. nil keeps all.
	edge func(start, end int) (int, int)
}

// phrase is a run of symbols that repeats: source[start:start+length), at these places,
// ascending, overlapping neither each other nor another phrase's. start is the first.
type phrase struct {
	start, length int32
	at            []int32
	gain          int // tokens
}

const (
	// mostSymbols bounds the memory of a call: about 30 bytes for each.
	mostSymbols = 1_500_000

	// A text of at most fewSymbols is mined once more for each of the detours, in which
	// another phrase than the best is taken first. In texts of 20 symbols that wins most of
	// what the best two phrases save more than the greedy ones; in logs of 500 symbols it
	// would win 0.2 %, and in those of 4000 next to nothing.
	fewSymbols = 256
	detours    = 4
)

// mine finds the phrases that stand-ins pay for, in the order it took them: each time the
// one that gains about the most, at places where no other one stands. Symbols are not
// negative. How they are numbered does not matter, and equal texts give equal phrases. In
// more than mostSymbols it finds none.
//
// Time is about linear: a suffix array, the intervals of common prefixes, and a budget for
// what is then looked at closely.
func mine(symbols []int32, m mining) []phrase {
	if len(symbols) < 2 || len(symbols) > mostSymbols {
		return nil
	}
	best := newMiner(symbols, m, 0).run()
	if len(symbols) > fewSymbols {
		return best
	}
	for detour := 1; detour <= detours && len(best) > 0; detour++ {
		if other := newMiner(symbols, m, detour).run(); gainOf(other) > gainOf(best) {
			best = other
		}
	}
	return best
}

func gainOf(phrases []phrase) (sum int) {
	for _, p := range phrases {
		sum += p.gain
	}
	return sum
}

// dense copies symbols to s, which may be the same, and numbers them from 0 without gaps.
func dense(symbols, s []int32) (kinds int) {
	if top := int(slices.Max(symbols)); top < 8*len(symbols)+1024 {
		number := make([]int32, top+1)
		for i, c := range symbols {
			if number[c] == 0 {
				kinds++
				number[c] = int32(kinds)
			}
			s[i] = number[c] - 1
		}
		return kinds
	}
	sorted := slices.Clone(symbols)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	for i, c := range symbols {
		at, _ := slices.BinarySearch(sorted, c)
		s[i] = int32(at)
	}
	return len(sorted)
}

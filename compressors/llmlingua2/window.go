package llmlingua2

import "github.com/pith-proxy/pith/tokenize"

// lookBack is how many tokens a window may give up to end with a sentence.
const lookBack = 120

// cutWindows returns the ends of windows of at most room tokens. A window ends
// behind a sentence if one ends within its last lookBack tokens, else before a
// unit, else (a unit longer than a window) anywhere. unitOf gives the unit of
// each token, sentenceOf the sentence of each unit; both ascend.
func cutWindows(tokens []tokenize.Token, unitOf, sentenceOf []int, room int) []int {
	var ends []int
	for start := 0; start < len(tokens); {
		end := start + room
		if end >= len(tokens) {
			ends = append(ends, len(tokens))
			break
		}
		end = start + windowLen(unitOf[start:end+1], sentenceOf)
		ends = append(ends, end)
		start = end
	}
	return ends
}

// windowLen returns how many tokens to take, given the units of those that fit
// and of the one behind them.
func windowLen(unitOf, sentenceOf []int) int {
	room := len(unitOf) - 1
	for n := room; n > max(0, room-lookBack); n-- {
		if sentenceOf[unitOf[n]] != sentenceOf[unitOf[n-1]] {
			return n
		}
	}
	for n := room; n > 0; n-- {
		if unitOf[n] != unitOf[n-1] {
			return n
		}
	}
	return room
}

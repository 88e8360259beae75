package lang

import "math/bits"

// scores holds, for each language of commonWords, the evidence of a stretch of
// text: hits counts words, sum weighs words and letters.
type scores struct {
	sum  [maxLangs]int32
	hits [maxLangs]int32
}

const maxLangs = 64

// weightShared is the worth of a word or letter by the number of languages it
// speaks for, less one. A word that only one language uses is worth two that
// several share. Set by trial.
var weightShared = [...]int32{8, 6, 5, 4, 3, 3, 2}

const letterWorth = 3

func shared(set langSet) int32 {
	n := bits.OnesCount64(uint64(set))
	return weightShared[min(n, len(weightShared))-1]
}

func (s *scores) addWord(word []byte) {
	set, ok := wordLangs[string(word)]
	if !ok {
		return
	}
	w := shared(set)
	if len(word) == 1 {
		w = min(w, 2) // lists and formulas are full of single letters
	}
	for set != 0 {
		i := bits.TrailingZeros64(uint64(set))
		set &= set - 1
		s.sum[i] += w
		s.hits[i]++
	}
}

func (s *scores) addLetter(r rune) {
	set, ok := letterLangs[r]
	if !ok {
		return
	}
	w := min(shared(set), letterWorth)
	for set != 0 {
		i := bits.TrailingZeros64(uint64(set))
		set &= set - 1
		s.sum[i] += w
	}
}

// best returns the language with most evidence, that evidence, and the most that
// any language has which it can be told from. The language is "" if none has any.
func (s *scores) best() (lang string, first, second int32) {
	top := 0
	for i := range languages {
		if s.sum[i] > s.sum[top] {
			top = i
		}
	}
	if s.sum[top] == 0 {
		return "", 0, 0
	}
	for i := range languages {
		if i != top && (kin[i] == 0 || kin[i] != kin[top]) {
			second = max(second, s.sum[i])
		}
	}
	return languages[top], s.sum[top], second
}

// hitsOf returns how many words spoke for lang, and whether it has a list.
func (s *scores) hitsOf(lang string) (hits int32, listed bool) {
	for i, l := range languages {
		if l == lang {
			return s.hits[i], true
		}
	}
	return 0, false
}

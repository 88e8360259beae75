package metric

import (
	"math"
	"slices"
	"strings"
)

// codeSim compares answer with the first line of prediction that holds no backquote and
// no comment, and with nothing if all do. The similarity is a whole number of hundredths:
// fuzz.ratio of fuzzywuzzy 0.18.0 without python-Levenshtein, as in LongBench's
// requirements. With python-Levenshtein it would be another.
func codeSim(prediction, answer string) float64 {
	for line := range strings.SplitSeq(strings.TrimLeft(prediction, "\n"), "\n") {
		if !strings.ContainsAny(line, "`#") && !strings.Contains(line, "//") {
			return fuzzRatio(line, answer)
		}
	}
	return fuzzRatio("", answer)
}

func fuzzRatio(a, b string) float64 {
	switch {
	case a == b:
		return 1
	case a == "" || b == "":
		return 0
	}
	m := newMatcher([]rune(a), []rune(b))
	ratio := 2 * float64(m.matches()) / float64(len(m.a)+len(m.b))
	return math.RoundToEven(100*ratio) / 100
}

// A matcher is Python's difflib.SequenceMatcher without junk: Ratcliff and Obershelp's
// matching of the longest common substring, then of what is left and right of it.
type matcher struct {
	a, b  []rune
	where map[rune][]int // the places in b of each character that is not popular

	last, row []int // see longest; all zero between calls
}

// newMatcher leaves out, as difflib does from 200 characters on, the characters that are
// more than 1 % of b (and one): no match begins at them, though one may grow over them.
func newMatcher(a, b []rune) *matcher {
	m := &matcher{a: a, b: b, where: map[rune][]int{}, last: make([]int, len(b)+1), row: make([]int, len(b)+1)}
	for j, r := range b {
		m.where[r] = append(m.where[r], j)
	}
	if len(b) >= 200 {
		for r, places := range m.where {
			if len(places) > len(b)/100+1 {
				delete(m.where, r)
			}
		}
	}
	return m
}

// span is a pair of stretches: a[aLo:aHi] and b[bLo:bHi].
type span struct{ aLo, aHi, bLo, bHi int }

// matches returns how many characters are matched.
func (m *matcher) matches() int {
	total := 0
	todo := []span{{0, len(m.a), 0, len(m.b)}}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		i, j, n := m.longest(s)
		if n == 0 {
			continue
		}
		total += n
		if s.aLo < i && s.bLo < j {
			todo = append(todo, span{s.aLo, i, s.bLo, j})
		}
		if i+n < s.aHi && j+n < s.bHi {
			todo = append(todo, span{i + n, s.aHi, j + n, s.bHi})
		}
	}
	return total
}

// longest returns the longest match in s: a[i:i+n] is b[j:j+n]. The earliest in a, then
// in b, wins among equals that begin and end at characters that are not popular.
func (m *matcher) longest(s span) (i, j, n int) {
	i, j = s.aLo, s.bLo
	for x := s.aLo; x < s.aHi; x++ {
		for _, y := range m.within(x, s) {
			k := m.last[y] + 1 // of the match that ends at x and y
			m.row[y+1] = k
			if k > n {
				i, j, n = x-k+1, y-k+1, k
			}
		}
		if x > s.aLo {
			m.forget(m.last, x-1, s)
		}
		m.last, m.row = m.row, m.last
	}
	if s.aHi > s.aLo {
		m.forget(m.last, s.aHi-1, s)
	}
	for i > s.aLo && j > s.bLo && m.a[i-1] == m.b[j-1] {
		i, j, n = i-1, j-1, n+1
	}
	for i+n < s.aHi && j+n < s.bHi && m.a[i+n] == m.b[j+n] {
		n++
	}
	return i, j, n
}

// within returns the places of a[x] in the stretch of b, ascending.
func (m *matcher) within(x int, s span) []int {
	places := m.where[m.a[x]]
	lo, _ := slices.BinarySearch(places, s.bLo)
	hi, _ := slices.BinarySearch(places, s.bHi)
	return places[lo:hi]
}

// forget clears what longest noted in row for a[x].
func (m *matcher) forget(row []int, x int, s span) {
	for _, y := range m.within(x, s) {
		row[y+1] = 0
	}
}

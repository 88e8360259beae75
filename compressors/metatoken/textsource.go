package metatoken

import "strings"

// source is a text as symbols, one for each unit. Units that occur once are of no phrase,
// so that a run of them is one symbol.
type source struct {
	text    string
	symbols []int32
	starts  []int32 // of the units, and the end of the text
	weight  []int32 // tokens of each unit by itself
	units   []unit  // by symbol
	borders string  // signs that no phrase has
}

// newSource cuts text. It is false if there are more than mostSymbols units, or none
// occurs twice.
func newSource(text string, count func(string) int, borders string) (*source, bool) {
	s := &source{text: text, borders: borders}
	if repeated := s.cut(); !repeated || len(s.symbols) > mostSymbols {
		return nil, false
	}
	for i := range s.units {
		if u := &s.units[i]; u.times > 1 {
			t := text[u.start:u.end]
			u.tokens, u.traits = int32(count(t)), traitsOf(t)
		}
	}
	n := 0
	for i, c := range s.symbols {
		if n > 0 && s.units[c].times == 1 && s.units[s.symbols[n-1]].times == 1 {
			continue
		}
		s.symbols[n], s.starts[n] = c, s.starts[i]
		s.weight = append(s.weight, s.units[c].tokens)
		n++
	}
	s.symbols, s.starts = s.symbols[:n], append(s.starts[:n], int32(len(text)))
	return s, true
}

// unit is what equal units have in common: where the first one stands, and how many
// there are. The rest is known of those that are repeated.
type unit struct {
	start, end, times int32
	tokens            int32
	traits            traits
}

// cut fills symbols, starts and units, and reports whether any unit is repeated.
func (s *source) cut() (repeated bool) {
	number := make(map[string]int32, len(s.text)/32)
	s.symbols = make([]int32, 0, len(s.text)/4)
	s.starts = make([]int32, 0, len(s.text)/4+1)
	for i := 0; i < len(s.text) && len(s.symbols) <= mostSymbols; {
		end := unitEnd(s.text, i)
		c, seen := number[s.text[i:end]]
		if seen = seen && !s.parts(s.text[i:end]); !seen {
			c = int32(len(s.units))
			number[s.text[i:end]] = c
			s.units = append(s.units, unit{start: int32(i), end: int32(end)})
		}
		repeated = repeated || seen
		s.units[c].times++
		s.symbols, s.starts = append(s.symbols, c), append(s.starts, int32(i))
		i = end
	}
	return repeated
}

// parts reports whether a text has a sign that no phrase has: a border, or what a legend
// would have to write in another way, which its reader is not told of.
func (s *source) parts(text string) bool {
	return strings.IndexByte(text, '\\') >= 0 || s.borders != "" && strings.ContainsAny(text, s.borders)
}

// bytes returns the range in the text of the units [start, end), without the space that
// the first one may begin with.
func (s *source) bytes(start, end int) (lo, hi int) {
	lo, hi = int(s.starts[start]), int(s.starts[end])
	if lo < hi && s.text[lo] == ' ' {
		lo++
	}
	return lo, hi
}

// width is the bytes of unit i.
func (s *source) width(i int) int {
	if i < 0 || i >= len(s.symbols) {
		return 0
	}
	return int(s.starts[i+1] - s.starts[i])
}

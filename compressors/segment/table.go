package segment

import "strings"

// isTable reports whether a table that is a region begins with the line at i, which is of
// kind k and the first of a block. It looks at the first bytes, as many as make a region.
func (s *splitter) isTable(i int, k kind) bool {
	stop := i + s.least
	switch {
	case stop > len(s.text):
		return false
	case k == row:
		return s.areRows(i, stop)
	}
	return k == words && s.areDelimited(i, stop)
}

// areRows knows "| a | b |" and "+---+---+". A single bar a line is something else.
func (s *splitter) areRows(lo, stop int) bool {
	for at := lo; at < stop; {
		end := s.lineEnd(at, stop)
		if s.kind(at) != row {
			return false
		}
		if whole := end < stop || at == lo; whole && strings.IndexByte(s.text[at:end], '+') < 0 &&
			strings.Count(s.text[at:end], "|") < 2 {
			return false
		}
		at = end
	}
	return true
}

// areDelimited knows lines of values: with as many tabs, commas, semicolons or bars in
// each, at least two. Behind the commas of a sentence there is a space.
func (s *splitter) areDelimited(lo, stop int) bool {
	end := s.lineEnd(lo, stop)
	first := s.text[lo:end]
	if end == stop || isSpace(first[0]) {
		return false
	}
	for _, d := range [...]string{"\t", ",", ";", "|"} {
		if strings.IndexByte(first, d[0]) < 0 {
			continue
		}
		if n := strings.Count(first, d); n >= 2 && !(d[0] != '|' && strings.Contains(first, d+" ")) {
			return s.sameCount(end, stop, d, n)
		}
	}
	return false
}

// sameCount reports whether every line before stop has n times d, and there is one.
func (s *splitter) sameCount(lo, stop int, d string, n int) bool {
	for at := lo; at < stop; {
		end := s.lineEnd(at, stop)
		if k := s.kind(at); k != words && k != unsure {
			return false
		}
		if end == stop {
			return at > lo
		}
		if strings.Count(s.text[at:end], d) != n {
			return false
		}
		at = end
	}
	return true
}

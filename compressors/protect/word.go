package protect

import (
	"strings"
	"unicode/utf8"
)

// Signs that a run of bytes without space may hold, as a set.
const (
	hasDigit = 1 << iota
	hasUpper
	hasLower
	hasSign // ASCII that is neither letter nor digit
	hasHigh // not ASCII
)

var signs = func() (t [256]uint8) {
	for c := range 256 {
		switch b := byte(c); {
		case b >= utf8.RuneSelf:
			t[c] = hasHigh
		case isDigit(b):
			t[c] = hasDigit
		case isUpper(b):
			t[c] = hasUpper
		case isLower(b):
			t[c] = hasLower
		case b > ' ':
			t[c] = hasSign
		}
	}
	return t
}()

// A word is a run without ASCII space, or the part of one in spaced scripts.
type word struct {
	start, end int // the whole run
	from, to   int // without the punctuation and brackets round it
	mask       uint8
}

func (w word) core(text string) string { return text[w.from:w.to] }

// ends reports whether punctuation follows the word: what comes next is apart.
func (w word) ends() bool { return w.to < w.end }

// scanWords reads the text outside blocks and inline code, word by word.
func (s *scanner) scanWords() {
	s.cursor = 0
	var prev word
	for i := 0; ; {
		w, ok := s.next(i)
		if !ok {
			return
		}
		i = w.end
		if s.inTaken(w.start) {
			i = max(i, s.taken[s.cursor].End)
			prev = word{}
			continue
		}
		if w.mask&hasHigh != 0 {
			if end, wide := s.wide(w.start); wide {
				prev, i = word{}, end
				continue
			}
		}
		if end := s.word(prev, w); end > i {
			i = end
		}
		prev = w
	}
}

// next returns the first word at or after i. It stops before scripts without
// spaces, whose runs it returns as empty words for [scanner.wide] to read.
func (s *scanner) next(i int) (word, bool) {
	t := s.text
	for i < len(t) && isSpace(t[i]) {
		i++
	}
	if i == len(t) {
		return word{}, false
	}
	w := word{start: i}
	for i < len(t) && !isSpace(t[i]) {
		sign := signs[t[i]]
		if sign == hasHigh {
			r, n := utf8.DecodeRuneInString(t[i:])
			if unspaced(r) {
				if i == w.start {
					w.mask, w.end = hasHigh, i+n
					return w, true
				}
				break
			}
			i += n - 1
		}
		w.mask |= sign
		i++
	}
	w.end = i
	w.from, w.to = w.start, w.end
	if w.mask&(hasSign|hasHigh) != 0 {
		w.from, w.to = trim(t, w.start, w.end)
	}
	return w, true
}

// trim takes brackets, quotes, emphasis and closing punctuation off [i, j).
func trim(t string, i, j int) (int, int) {
	for i < j {
		if strings.IndexByte("([{<\"'*_~`", t[i]) >= 0 {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(t[i:j])
		if n == 1 || !strings.ContainsRune("“”‘’«»„‚¿¡", r) {
			break
		}
		i += n
	}
	for i < j {
		if strings.IndexByte(".,;:!?)]}>\"'*_~`", t[j-1]) >= 0 {
			j--
			continue
		}
		r, n := utf8.DecodeLastRuneInString(t[i:j])
		if n == 1 || !strings.ContainsRune("“”‘’«»…–—", r) {
			break
		}
		j -= n
	}
	return i, j
}

// follow returns the word after w, if one space or line end parts them and no
// punctuation stands between.
func (s *scanner) follow(w word) (word, bool) {
	if w.ends() {
		return word{}, false
	}
	next, ok := s.adjacent(w)
	return next, ok && next.from == next.start && next.from < next.to
}

// adjacent returns the word after w if one space or line end parts them.
func (s *scanner) adjacent(w word) (word, bool) {
	i := w.end
	if i+1 >= len(s.text) || !isSpace(s.text[i]) || isSpace(s.text[i+1]) {
		return word{}, false
	}
	return s.next(i)
}

// word looks at one word and returns how far it read.
func (s *scanner) word(prev, w word) int {
	if w.from >= w.to {
		return w.end
	}
	core := w.core(s.text)
	if w.mask&^(hasLower|hasUpper) == 0 {
		if w.mask&hasUpper != 0 && camel(core) {
			s.add(w.from, w.to, Identifiers)
			return w.end
		}
		return s.negation(w, core)
	}
	if w.mask&hasSign != 0 && (s.address(w) || s.text[w.start] == '<') {
		return w.end // an address, or a tag that is HTML
	}
	if w.mask&hasDigit != 0 {
		if n := numberStart(core); n >= 0 {
			if isID(core) && s.add(w.from, w.to, IDs) {
				return w.end
			}
			return s.number(prev, w)
		}
	}
	if end := s.negation(w, core); end > w.end || w.mask&hasDigit == 0 && w.mask&hasSign == 0 {
		return end
	}
	switch {
	case w.mask&hasDigit != 0 && isID(core):
		s.add(w.from, w.to, IDs)
	case isIdentifier(s.text, w, core):
		s.add(identifierSpan(s.text, w, core))
	}
	return w.end
}

package tokenize

// A splitter cuts text into the pieces that byte-pair encoding works on, as the
// pattern of an encoding does. next returns the end of the piece at s[i].
// Scanning a whole text takes time linear in its length.
type splitter interface {
	next(s string, i int) int
}

// o200kSplit is the pattern of o200k_base, whose alternatives are, in order:
//
//	[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//	[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//	\p{N}{1,3}
//	 ?[^\s\p{L}\p{N}]+[\r\n/]*
//	\s*[\r\n]+
//	\s+(?!\S)
//	\s+
type o200kSplit struct{ *classTable }

func (t o200kSplit) next(s string, i int) int {
	c, n := t.at(s, i)
	switch {
	case c == number:
		return t.digits(s, i)
	case c.isLetter():
		end, _ := t.word(s, i)
		return t.contraction(s, end)
	case c != newline:
		// The character may be the one in front of a word. A mark may also be
		// part of the word, if the word cannot do without it.
		end, cased := t.word(s, i+n)
		if c == mark && !cased {
			end, _ = t.word(s, i)
		}
		if end > i+n || c == mark {
			return t.contraction(s, end)
		}
	}
	if end := t.symbols(s, i, true); end > i {
		return end
	}
	return t.blanks(s, i)
}

// word returns the end of the word at s[i]: capitals, then small letters.
// cased tells the first alternative, which needs a small letter or one without
// case, from the second, which takes capitals only. If there is none, end is i.
func (t o200kSplit) word(s string, i int) (end int, cased bool) {
	j, small := i, i // small: behind the last character that may be a small letter
	for j < len(s) {
		c, n := t.at(s, j)
		if c == lower {
			return t.small(s, j+n), true
		}
		if c != upper && c != caseless && c != mark {
			break
		}
		j += n
		if c != upper {
			small = j
		}
	}
	if small > i {
		return small, true
	}
	return j, false
}

func (t o200kSplit) small(s string, i int) int {
	for i < len(s) {
		c, n := t.at(s, i)
		if c != lower && c != caseless && c != mark {
			break
		}
		i += n
	}
	return i
}

// contraction returns the end of 's, 't, 're, 've, 'm, 'll or 'd at s[i], or i.
func (t *classTable) contraction(s string, i int) int {
	if i+1 >= len(s) || s[i] != '\'' {
		return i
	}
	switch s[i+1] | 0x20 {
	case 's', 't', 'm', 'd':
		return i + 2
	case 'r', 'v':
		if i+2 < len(s) && s[i+2]|0x20 == 'e' {
			return i + 3
		}
	case 'l':
		if i+2 < len(s) && s[i+2]|0x20 == 'l' {
			return i + 3
		}
	}
	if i+2 < len(s) && s[i+1:i+3] == "ſ" { // folds to s
		return i + 3
	}
	return i
}

// digits returns the end of \p{N}{1,3} at s[i].
func (t *classTable) digits(s string, i int) int {
	for range 3 {
		if i == len(s) {
			break
		}
		c, n := t.at(s, i)
		if c != number {
			break
		}
		i += n
	}
	return i
}

// symbols returns the end of " ?[^\s\p{L}\p{N}]+[\r\n]*" at s[i], or i if that
// does not match; with slash, the tail takes slashes too.
func (t *classTable) symbols(s string, i int, slash bool) int {
	j := i
	if s[j] == ' ' {
		j++
	}
	start := j
	for j < len(s) {
		c, n := t.at(s, j)
		if c != other && c != mark {
			break
		}
		j += n
	}
	if j == start {
		return i
	}
	for j < len(s) && (s[j] == '\n' || s[j] == '\r' || slash && s[j] == '/') {
		j++
	}
	return j
}

// blanks returns the end of \s*[\r\n]+|\s+(?!\S)|\s+ at s[i], a space.
func (t *classTable) blanks(s string, i int) int {
	j, last, line := i, i, i // last: start of the last space; line: behind the last newline
	for j < len(s) {
		c, n := t.at(s, j)
		if !c.isSpace() {
			break
		}
		last, j = j, j+n
		if c == newline {
			line = j
		}
	}
	switch {
	case line > i:
		return line
	case j == len(s) || last == i:
		return j
	}
	return last // the last space goes with the word behind it
}

// cl100kSplit is the pattern of cl100k_base, whose alternatives are, in order:
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)
//	[^\r\n\p{L}\p{N}]?\p{L}+
//	\p{N}{1,3}
//	 ?[^\s\p{L}\p{N}]+[\r\n]*
//	\s*[\r\n]+
//	\s+(?!\S)
//	\s+
//
// Later versions of tiktoken put \s+$ before the last three. That joins pieces
// at the end of a text which share no token, so ids are the same.
type cl100kSplit struct{ *classTable }

func (t cl100kSplit) next(s string, i int) int {
	c, n := t.at(s, i)
	switch {
	case c == number:
		return t.digits(s, i)
	case c.isLetter():
		return t.letters(s, i+n)
	case c != newline:
		if end := t.contraction(s, i); end > i {
			return end
		}
		if end := t.letters(s, i+n); end > i+n {
			return end
		}
	}
	if end := t.symbols(s, i, false); end > i {
		return end
	}
	return t.blanks(s, i)
}

func (t cl100kSplit) letters(s string, i int) int {
	for i < len(s) {
		c, n := t.at(s, i)
		if !c.isLetter() {
			break
		}
		i += n
	}
	return i
}

package segment

// fenceRole says what a line with ``` or ~~~ does.
type fenceRole uint8

const (
	inline fenceRole = iota // ```code``` within a line
	opens
	closes
)

// fence goes on behind a fence line. Code begins with the line that opens it and ends
// with the one that closes it.
func (s *splitter) fence(i int) int {
	end := s.lineEnd(i, len(s.text))
	switch s.fenceRole(i, end) {
	case opens:
		if s.region != code || s.inside { // two fences without prose between are one region
			s.enter(code)
		}
		s.inside = true
		_, s.named = s.ownRole(i)
	case closes:
		s.extend(end)
		s.inside, s.named, s.region = false, false, code
		return end
	default:
		if !s.inside {
			s.enter(prose)
		}
	}
	return s.block(i, len(s.text))
}

// fenceRole tells whether a fence opens or closes. By CommonMark that is a matter of even
// and odd, and an edit that adds or removes a fence turns all later code into prose and
// all prose into code. So a language behind a fence comes first, and then the lines round
// it: before code there is a blank line or a colon, behind it a blank line. Only if they
// do not tell, it counts whether a fence is open; a text in which they never tell is still
// turned round. A blank line before the end of code that has a language is no beginning.
//
// For the same reason neither the number of marks nor which mark it is counts: a fence in
// a fence is cut off, too, which does no harm, and nothing waits for a ~~~~~ that never
// comes.
func (s *splitter) fenceRole(i, end int) fenceRole {
	if role, ok := s.ownRole(i); ok {
		return role
	}
	before, colon := s.lineBefore(i)
	after := end == len(s.text) || s.skipBlanks(end, end+sight) == len(s.text) || s.kind(end) == blank
	switch {
	case i == 0, colon && !after, before && !after && !s.named:
		return opens
	case after && !before && !colon, s.inside:
		return closes
	}
	return opens
}

// ownRole is what the line tells by itself: with words behind the marks it opens, unless
// there are marks again behind the words. Lines of marks alone are in doubt.
func (s *splitter) ownRole(i int) (role fenceRole, ok bool) {
	i = s.skipBlanks(i, i+sight)
	mark, stop := s.text[i], min(i+sight, len(s.text))
	for i < stop && s.text[i] == mark {
		i++
	}
	i = s.skipBlanks(i, stop)
	if i == len(s.text) || s.text[i] == '\n' {
		return 0, false
	}
	for ; i+2 < stop && s.text[i] != '\n'; i++ {
		if s.text[i] == mark && s.text[i+1] == mark && s.text[i+2] == mark {
			return inline, true
		}
	}
	return opens, true
}

// lineBefore reports whether the line before that at i is blank, or there is none, and
// whether it ends with a colon.
func (s *splitter) lineBefore(i int) (blank, colon bool) {
	at := i - 1 // its newline
	for at > 0 && i-at <= sight && s.text[at-1] != '\n' && isSpace(s.text[at-1]) {
		at--
	}
	return at <= 0 || s.text[at-1] == '\n', at > 0 && s.text[at-1] == ':'
}

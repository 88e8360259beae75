package protect

import "strings"

// Quotations longer than maxQuote bytes are speech, not names.
const maxQuote = 80

// inline finds inline code and quotations.
func (s *scanner) inline() {
	if s.policy.on[Code] {
		s.inlineCode()
	}
	if s.policy.on[Quotes] {
		for _, q := range [][2]string{{`"`, `"`}, {"“", "”"}, {"„", "“"}, {"«", "»"}, {"»", "«"}, {"「", "」"}, {"『", "』"}} {
			s.quotes(q[0], q[1])
		}
	}
	s.taken = mergeSpans(append(s.taken, s.codeSpans()...))
}

func (s *scanner) codeSpans() []Span {
	var out []Span
	for _, sp := range s.out {
		if sp.Class == Code {
			out = append(out, sp)
		}
	}
	return out
}

// inlineCode pairs runs of backticks of one length within a paragraph, as
// CommonMark does, first come first served. Runs are met from the end once to
// learn where the next of each length is, so no text is searched twice.
func (s *scanner) inlineCode() {
	type run struct{ start, end, next int }
	var runs []run
	for i := 0; i < len(s.text); {
		j := strings.IndexByte(s.text[i:], '`')
		if j < 0 {
			break
		}
		start := i + j
		end := start
		for end < len(s.text) && s.text[end] == '`' {
			end++
		}
		if !s.inTaken(start) {
			runs = append(runs, run{start, end, -1})
		}
		i = end
	}
	s.cursor = 0
	last := map[int]int{}
	for k := len(runs) - 1; k >= 0; k-- {
		n := runs[k].end - runs[k].start
		if next, ok := last[n]; ok {
			runs[k].next = next
		}
		last[n] = k
	}
	breaks := paragraphs{text: s.text}
	for k := 0; k < len(runs); {
		r := runs[k]
		if r.next < 0 || breaks.after(r.end) < runs[r.next].start || s.texQuote(r.end, runs[r.next].start) {
			k++
			continue
		}
		s.add(r.start, runs[r.next].end, Code)
		k = r.next + 1
	}
}

// texQuote reports whether two backticks before i open a quotation as TeX writes
// them, to be closed by two apostrophes, rather than code that ends at j. Only a
// quotation's length is looked at.
func (s *scanner) texQuote(i, j int) bool {
	return i >= 2 && s.text[i-2] == '`' && strings.Contains(s.text[i:min(j, i+4*maxQuote)], "''")
}

// paragraphs finds blank lines for ascending questions.
type paragraphs struct {
	text string
	next int // the first blank line at or after the last position asked about
}

func (p *paragraphs) after(i int) int {
	if p.next < i || p.next == 0 {
		if j := strings.Index(p.text[i:], "\n\n"); j >= 0 {
			p.next = i + j
		} else {
			p.next = len(p.text)
		}
	}
	return p.next
}

// quotes finds what stands between open and close in one line.
func (s *scanner) quotes(open, close string) {
	for i := 0; i < len(s.text); {
		j := strings.Index(s.text[i:], open)
		if j < 0 {
			return
		}
		start := i + j
		inside := start + len(open)
		window := s.text[inside:min(len(s.text), inside+maxQuote)]
		k := strings.Index(window, close)
		if k <= 0 || strings.IndexByte(window[:k], '\n') >= 0 || isSpace(window[0]) {
			i = inside
			continue
		}
		i = inside + k + len(close)
		s.add(start, i, Quotes)
	}
}

// inTaken reports whether byte i lies in a block already found. Questions ascend
// until cursor is set back to 0.
func (s *scanner) inTaken(i int) bool {
	for s.cursor < len(s.taken) && s.taken[s.cursor].End <= i {
		s.cursor++
	}
	return s.cursor < len(s.taken) && s.taken[s.cursor].Start <= i
}

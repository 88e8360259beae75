package segment

// A splitter finds regions and units and hands the units to its group. What it decides at
// a place depends on what it saw before, and on so little of what follows that a text
// which grows has at most two of its segments cut anew.
type splitter struct {
	lines
	group group
	least int // bytes of a JSON document or a table that is a region

	region region // that the last unit was of
	inside bool   // a fence is open
	named  bool   // with a language behind it
	quiet  int    // up to there brackets are within a document
	short  int    // up to there they are within something too short for one

	pending unit
}

type region uint8

const (
	none region = iota // before the first line that is not blank
	prose
	code
	document
	table
)

func (s *splitter) run() {
	for at := s.blanks(0); at < len(s.text); {
		at = s.blanks(s.next(at))
	}
	s.border()
}

// next puts the units of what begins with the line at i and returns where they end.
func (s *splitter) next(i int) int {
	k := s.kind(i)
	switch {
	case k == fence:
		return s.fence(i)
	case s.inside:
		return s.block(i, len(s.text))
	case k == bracket && i >= s.quiet:
		if end, ok := s.document(i); ok {
			return end
		}
	case s.isTable(i, k):
		s.enter(table)
		return s.block(i, len(s.text))
	}
	s.enter(prose)
	return s.block(i, len(s.text))
}

// enter begins a block of region r. Only prose goes on from block to block.
func (s *splitter) enter(r region) {
	if s.region != none && (r != prose || s.region != prose) {
		s.border()
	}
	s.region, s.group.code = r, r == code
}

// block puts the units of text[i:end], where end is that of the block and at most hi.
func (s *splitter) block(i, hi int) (end int) {
	core, end := s.blockEnd(i, hi)
	if core-i <= s.limit {
		s.put(i, core)
	} else {
		s.putLines(i, core)
	}
	s.extend(end)
	return end
}

// blockEnd returns where the block ends that begins with the line at i: before a blank
// line, or a line that begins something else. Behind core there is a line that cannot be
// told yet; it must not make a short block a long one.
func (s *splitter) blockEnd(i, hi int) (core, end int) {
	first := s.kind(i)
	for at := s.lineEnd(i, hi); at < hi; at = s.lineEnd(at, hi) {
		switch k := s.kind(at); {
		case k == unsure:
			return at, hi
		case k == blank || k == fence:
			return at, at
		case s.inside || at < s.quiet:
		case k == bracket || (k == row) != (first == row):
			return at, at
		}
	}
	return hi, hi
}

func (s *splitter) putLines(lo, hi int) {
	for lo < hi {
		end := s.branch(lo, hi)
		if end-lo <= s.limit {
			s.put(lo, end)
		} else {
			s.putSentences(lo, end)
		}
		lo = end
	}
}

func (s *splitter) putSentences(lo, hi int) {
	for lo < hi {
		end := sentenceEnd(s.text, lo, hi)
		if end-lo <= s.limit {
			s.put(lo, end)
		} else {
			s.putClauses(lo, end, 0)
		}
		lo = end
	}
}

func (s *splitter) putClauses(lo, hi, strength int) {
	for lo < hi {
		end := clauseEnd(s.text, lo, hi, strength)
		switch {
		case end-lo <= s.limit:
			s.put(lo, end)
		case strength+1 < len(pauses):
			s.putClauses(lo, end, strength+1)
		default:
			s.putPieces(lo, end)
		}
		lo = end
	}
}

func (s *splitter) putPieces(lo, hi int) {
	for lo < hi {
		end := pieceEnd(s.text, lo, hi, s.limit)
		s.put(lo, end)
		lo = end
	}
}

// blanks gives the blank lines from i on to the unit before them and returns where they
// end. So the next segment begins with a line that is not blank.
func (s *splitter) blanks(i int) int {
	for i < len(s.text) {
		end := s.lineEnd(i, len(s.text))
		switch s.kind(i) {
		case blank:
		case unsure:
			if s.skipBlanks(i, end) < end {
				return i
			}
		default:
			return i
		}
		s.extend(end)
		i = end
	}
	return i
}

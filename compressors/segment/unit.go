package segment

// A unit is text[start:end]; what is behind core follows it and was not counted when it
// was found to be short enough.
type unit struct {
	start, core, end int
	filler           bool // goes on as long as nothing else begins
}

// put hands on the unit before and keeps text[lo:hi] until it is known what follows it.
func (s *splitter) put(lo, hi int) {
	s.flush()
	s.pending = unit{start: lo, core: hi, end: hi}
}

// extend gives the text up to end to the last unit, or to a new one if that is full.
func (s *splitter) extend(end int) {
	p := &s.pending
	switch {
	case end == p.end:
	case end-p.core <= slack && p.core > 0:
		p.end = end
	case p.filler && end-p.start <= s.limit:
		p.core, p.end = end, end
	default:
		lo := p.end
		s.put(lo, end)
		p.filler = true
	}
}

func (s *splitter) flush() {
	if p := s.pending; p.end > p.start {
		s.group.add(p.start, p.end)
		s.pending.start, s.pending.core = p.end, p.end
	}
}

// border ends the region.
func (s *splitter) border() {
	s.flush()
	s.group.close()
}

package metatoken

import "strings"

// settle turns what was found among the units into a phrase that may have a stand-in
// wherever it stands, if there is one.
func (p *picker) settle(f phrase) (choice, bool) {
	start, end := p.trim(f)
	c, start, end := p.everywhere(start, end)
	if start < end && p.hides(c) {
		c, start, end = p.everywhere(p.narrow(start, start+p.firstLine(start, end)))
	}
	if start == end || len(c.at) < 2 {
		return choice{}, false
	}
	c = p.extend(c, p.width(start-1)+1, p.width(end)) // 1 for the space
	if p.parts(c.phrase) || p.count(c.phrase) < shortestPhrase {
		return choice{}, false
	}
	c.gain = p.gain(c)
	return c, c.gain >= leastGain
}

// trim returns the units of f less those at both ends that no phrase can begin or end
// with at some place where f was found. Nothing is left if many would have to go.
func (p *picker) trim(f phrase) (start, end int) {
	start, end = int(f.start), int(f.start+f.length)
	at := make([]int32, len(f.at))
	for range mostTrims {
		if start == end {
			break
		}
		lo, hi := p.bytes(start, end)
		for i, u := range f.at {
			k, _ := p.bytes(int(u-f.start)+start, int(u-f.start)+end)
			at[i] = int32(k)
		}
		head, tail := p.misfits(choice{p.text[lo:hi], at, 0})
		if head+tail == 0 {
			return start, end
		}
		start, end = p.narrow(start+head, max(start+head, end-tail))
	}
	return 0, 0
}

// everywhere does the same for all places where the text of the units [start, end)
// stands, whatever units that is part of there.
func (p *picker) everywhere(start, end int) (choice, int, int) {
	for range mostSearches {
		if start == end {
			break
		}
		lo, hi := p.bytes(start, end)
		c := choice{phrase: p.text[lo:hi], at: p.occurrences(p.text[lo:hi])}
		head, tail := p.misfits(c)
		if head+tail == 0 {
			return c, start, end
		}
		start, end = p.narrow(start+head, max(start+head, end-tail))
	}
	return choice{}, 0, 0
}

const (
	mostTrims    = 8
	mostSearches = 4
)

// misfits is how many units to leave out at each end of c, 0 or 1.
func (p *picker) misfits(c choice) (head, tail int) {
	lines := strings.Contains(c.phrase, "\n")
	for _, i := range c.at {
		if head == 0 && !p.opens(int(i), lines) {
			head = 1
		}
		if tail == 0 && !p.closes(int(i)+len(c.phrase), lines) {
			tail = 1
		}
		if head+tail == 2 {
			break
		}
	}
	return head, tail
}

// extend makes c longer by what stands beside it everywhere, but for at most so many
// bytes on each side: units that differ in the space before them, or in what is joined to
// them, may have much in common.
func (p *picker) extend(c choice, before, behind int) choice {
	if strings.Contains(c.phrase, "\n") {
		return c
	}
	room := longestPhrase - len(c.phrase)
	lo := int(c.at[0])
	hi := lo + len(c.phrase)
	lo -= p.shared(c, min(before, room), -1)
	room -= int(c.at[0]) - lo
	hi += p.shared(c, min(behind, room), 1)
	if hi-lo == len(c.phrase) {
		return c
	}
	longer := choice{phrase: p.text[lo:hi]}
	if longer.at = p.occurrences(longer.phrase); len(longer.at) != len(c.at) {
		return c
	}
	if head, tail := p.misfits(longer); head+tail > 0 {
		return c
	}
	return longer
}

// shared returns how many bytes before c (side -1) or behind it (1), most at most, are the
// same everywhere and may be added to it.
func (p *picker) shared(c choice, most, side int) int {
	n := 0
	for n < most && p.sameByte(c, n, side) {
		n++
	}
	for ; n > 0; n-- {
		if p.mayReach(c, n, side) {
			return n
		}
	}
	return 0
}

// beside is the offset of the n-th byte beside c at i.
func (c *choice) beside(i, n, side int) int {
	if side < 0 {
		return i - 1 - n
	}
	return i + len(c.phrase) + n
}

func (p *picker) sameByte(c choice, n, side int) bool {
	first := c.beside(int(c.at[0]), n, side)
	if first < 0 || first >= len(p.text) {
		return false
	}
	for _, i := range c.at {
		k := c.beside(int(i), n, side)
		if k < 0 || k >= len(p.text) || p.text[k] != p.text[first] || p.text[k] == '\n' {
			return false
		}
	}
	return true
}

// mayReach reports whether c may begin (or end) n bytes further out.
func (p *picker) mayReach(c choice, n, side int) bool {
	outer := c.beside(int(c.at[0]), n-1, side)
	k, never := kindBefore(p.text, outer+1), "0123456789"+notLast
	if side < 0 {
		k, _ = kindAt(p.text, outer)
		never = "0123456789" + notFirst
	}
	if k == blank || strings.IndexByte(never, p.text[outer]) >= 0 {
		return false
	}
	for _, i := range c.at {
		if side < 0 && !p.opens(int(i)-n, false) || side > 0 && !p.closes(int(i)+len(c.phrase)+n, false) {
			return false
		}
	}
	return true
}

const (
	samples = 24 // places at which the gain is measured
	context = 24 // bytes round them, enough for the pieces that change
)

// gain is about what c saves, its row paid for: a stand-in is counted where it stands, as
// it may join tokens or part them.
func (p *picker) gain(c choice) int {
	standIn := p.form.standIn(0)
	step := (len(c.at) + samples - 1) / samples
	saved, seen := 0, 0
	for k := 0; k < len(c.at); k += step {
		lo := int(c.at[k])
		hi := lo + len(c.phrase)
		left, right := p.text[max(0, lo-context):lo], p.text[hi:min(len(p.text), hi+context)]
		saved += p.count(left+c.phrase+right) - p.count(left+standIn+right)
		seen++
	}
	return saved*len(c.at)/seen - p.form.rowCost(c.phrase, p.count)
}

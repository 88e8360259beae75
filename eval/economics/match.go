package economics

// prefix books a request at a vendor that can read every prefix of what it was sent.
func (w *walk) prefix(root *node) Spent {
	total := w.total()
	if total < w.vendor.MinTokens || total == 0 {
		return Spent{Fresh: total}
	}
	read := w.longest(root)
	read -= read % w.vendor.Unit
	if read < w.vendor.MinTokens {
		read = 0
	}
	w.grow(root)
	for _, n := range w.path {
		w.touch(&n.entry)
	}
	return Spent{Read: read, Write: total - read}
}

// longest is how many tokens of the prompt begin a prompt that is still kept.
func (w *walk) longest(root *node) int {
	read, n := 0, root
	for i, known := range w.path {
		if !known.entry.live(w.now) {
			return read + w.within(n, w.blocks[i].Content)
		}
		read, n = w.ends[i], known
	}
	if at := len(w.path); at < len(w.blocks) {
		read += w.within(n, w.blocks[at].Content)
	}
	return read
}

// within is how many tokens of the content begin one that is kept below n.
func (w *walk) within(n *node, c *Content) int {
	best := 0
	for _, child := range n.children {
		if child.entry.live(w.now) {
			best = max(best, sharedPieces(c, child.content))
		}
	}
	return best
}

// breakpoints books a request at a vendor that can read what ends at a breakpoint of an
// earlier request.
func (w *walk) breakpoints(root *node) Spent {
	total := w.total()
	marks := w.marks()
	if len(marks) == 0 {
		return Spent{Fresh: total}
	}
	found := w.find(marks)
	read, cached := 0, 0
	if found >= 0 {
		read = w.ends[found]
		read -= read % w.vendor.Unit
	}
	w.grow(root)
	if found >= 0 {
		w.touch(&w.path[found].entry)
	}
	for _, at := range marks {
		w.touch(&w.path[at].entry)
		cached = max(cached, w.ends[at])
	}
	cached = max(cached, read)
	return Spent{Read: read, Write: cached - read, Fresh: total - cached}
}

// marks are the blocks on which entries are written: those with breakpoints whose prefix
// is long enough, ascending. Of more than the vendor allows, the latest.
func (w *walk) marks() []int {
	own := -1
	if w.vendor.Breakpoints != Explicit && !w.manual {
		own = lastMarkable(w.blocks)
	}
	var marks []int
	for i := range w.blocks {
		asked := w.blocks[i].Breakpoint && w.vendor.Breakpoints != Automatic
		if asked || i == own {
			marks = append(marks, i)
		}
	}
	if most := w.vendor.MaxBreakpoints; most > 0 && len(marks) > most {
		marks = marks[len(marks)-most:]
	}
	for len(marks) > 0 && w.ends[marks[0]] < max(w.vendor.MinTokens, 1) {
		marks = marks[1:]
	}
	return marks
}

// find is the last block at which a kept prefix ends that one of the breakpoints may look
// back to; -1 if there is none.
func (w *walk) find(marks []int) int {
	for k := len(marks) - 1; k >= 0; k-- {
		looked := 0
		for i := marks[k]; i >= 0; i-- {
			if w.blocks[i].fact {
				continue
			}
			if looked++; w.vendor.LookBack > 0 && looked > w.vendor.LookBack {
				break
			}
			if i < len(w.path) && w.path[i].entry.live(w.now) {
				return i
			}
		}
	}
	return -1
}

package codetree

// defines says whether a unit is long enough to be ranked by itself, or says what it is.
func (d *divider) defines(u unit) bool {
	ln := &d.lines[u.head]
	switch {
	case ln.comment || ln.attribute || ln.blank:
		return false
	case d.rules.whole:
		return d.nameOf(u) != ""
	case ln.section:
		return true
	}
	return d.headEnd(u) < u.hi && (d.filled(u.head, u.hi) >= 3 || defined(d.text(u.head)))
}

// filled counts the lines of [lo, hi) that are not blank.
func (d *divider) filled(lo, hi int) int {
	n := 0
	for i := lo; i < hi; i++ {
		if !d.lines[i].blank {
			n++
		}
	}
	return n
}

// definition makes a node of a unit that has a body; nil if it is a mere statement.
func (d *divider) definition(u unit, path string, level int) *Node {
	if !d.defines(u) {
		return nil
	}
	n := d.leaf(Def, u.lo, u.hi)
	n.Name = d.nameOf(u)
	n.Path = n.Name
	if path != "" && n.Name != "" {
		n.Path = path + "." + n.Name
	}
	n.Public = n.Name != "" && public(d.text(u.head), n.Name)
	if d.rules.whole || level >= deepest {
		return n
	}
	bodies := d.bodies(u)
	if bodies == nil {
		return n
	}
	if d.contains(u) {
		n.Kind = Container
		n.Children = d.frame(u, bodies, func(us []unit) []*Node {
			return d.members(us, n.Path, Fields, level+1)
		})
		return n
	}
	n.Children = d.frame(u, bodies, func(us []unit) []*Node { return d.statements(us, level+1) })
	return n
}

// statements makes a node of each unit.
func (d *divider) statements(us []unit, level int) []*Node {
	nodes := make([]*Node, len(us))
	for i, u := range us {
		n := d.leaf(Statement, u.lo, u.hi)
		nodes[i] = n
		if level >= deepest || d.rules.whole || d.filled(u.head, u.hi) <= openable {
			continue
		}
		if bodies := d.bodies(u); bodies != nil {
			n.Children = d.frame(u, bodies, func(us []unit) []*Node { return d.statements(us, level+1) })
		}
	}
	return nodes
}

// frame makes the children of a unit with those bodies: what is between them are frames.
func (d *divider) frame(u unit, bodies []stretch, inside func([]unit) []*Node) []*Node {
	var nodes []*Node
	at := u.lo
	for _, b := range bodies {
		nodes = append(nodes, d.leaf(Frame, at, b.lo))
		nodes = append(nodes, inside(d.units(b.lo, b.hi))...)
		at = b.hi
	}
	if at < u.hi {
		nodes = append(nodes, d.leaf(Frame, at, u.hi))
	}
	return nodes
}

// A stretch is a run of lines [lo, hi).
type stretch struct{ lo, hi int }

// loosen divides long units that cannot be opened where blank lines allow it.
func (d *divider) loosen(us []unit, level int) []unit {
	if d.rules.whole || level >= deepest {
		return us
	}
	var all []unit
	for _, u := range us {
		cut := 0
		if u.hi-u.head > 2*paragraph && d.bodies(u) == nil {
			cut = d.cut(u)
		}
		if cut == 0 {
			all = append(all, u)
			continue
		}
		all = append(all, unit{u.lo, u.head, cut})
		all = append(all, d.loosen(d.units(cut, u.hi), level+1)...)
	}
	return all
}

// cut returns the first line of u, blank, that the part of u in front of it is closed at;
// 0 if there is none.
func (d *divider) cut(u unit) int {
	for i := u.head + 1; i < u.hi; i++ {
		ln := &d.lines[i]
		if ln.blank && ln.depth == d.lines[u.head].depth && !ln.inside && !ln.joined {
			return i
		}
	}
	return 0
}

// bodies returns the bodies of a unit: the lines below its head, but for those at its own
// level that close one or begin the next. It returns nil if it has none, or if brackets are
// opened in one and closed outside.
func (d *divider) bodies(u unit) []stretch {
	from := d.headEnd(u)
	if from >= u.hi || d.rules.opens != nil && !d.rules.opens(d.text(from-1)) {
		return nil
	}
	var all []stretch
	lo := -1
	for i := from; i <= u.hi; i++ {
		frame := i == u.hi || !d.lines[i].blank && (d.frames(u, i) || lo < 0 && d.lines[i].round > d.lines[u.head].round)
		switch {
		case frame && lo >= 0:
			b := stretch{lo, d.trim(lo, i)}
			if !d.closed(b.lo, b.hi) {
				return nil
			}
			all = append(all, b)
			lo = -1
		case !frame && lo < 0 && !d.lines[i].blank:
			if d.lines[i].inside || d.lines[i].joined {
				return nil
			}
			lo = d.above(i, from)
		}
	}
	return all
}

// frames says whether line i belongs to the unit itself and not to a body of it.
func (d *divider) frames(u unit, i int) bool {
	ln := &d.lines[i]
	return ln.closer && !ln.inside && ln.indent <= d.lines[u.head].indent && !d.lines[u.head].section
}

// above returns the first of the blank lines right above line i, at least from.
func (d *divider) above(i, from int) int {
	for i > from && d.lines[i-1].blank {
		i--
	}
	return i
}

// trim returns hi without the blank lines at the end of [lo, hi), which belong to what
// comes below.
func (d *divider) trim(lo, hi int) int {
	for hi > lo && hi < len(d.lines) && d.lines[hi-1].blank {
		hi--
	}
	return hi
}

// closed says whether as many brackets are open at the end of [lo, hi) as at the beginning,
// and no string or comment is.
func (d *divider) closed(lo, hi int) bool {
	depth := d.last.depth
	if hi < len(d.lines) {
		if d.lines[hi].inside || d.lines[hi].joined {
			return false
		}
		depth = d.lines[hi].depth
	}
	return d.lines[lo].depth == depth
}

// headEnd returns the line behind the head of a unit: its first line, with those that go
// on with a list in parentheses or a string, and a bracket on a line by itself.
func (d *divider) headEnd(u unit) int {
	h := u.head + 1
	for h < u.hi {
		ln := &d.lines[h]
		if !ln.inside && !ln.joined && ln.round <= d.lines[u.head].round && !opener(d.text(h)) {
			break
		}
		h++
	}
	return h
}

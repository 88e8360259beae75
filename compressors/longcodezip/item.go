package longcodezip

import "github.com/pith-proxy/pith/compressors/longcodezip/codetree"

// An item is what can be left out, as a selection sees it: a node of a file's tree, or
// some statements next to each other that are ranked as one. What is open stays. An item
// is open only if the one around it is; one without children stays whole, of others
// their frame stays and what is open inside.
type item struct {
	file     *file
	node     *codetree.Node // nil for one of several statements
	parent   *item
	children []*item

	// prev and next are the children of the same parent beside it, nil where it has a
	// frame there: what is left out on both sides of one takes two marks.
	prev, next *item

	start, end int // bytes of the file
	tokens     int // of all of it
	frame      int // of what stays of it whenever it is open
	runs       int // marks in it if none of its children is open

	leaf *leaf // that it is, or is in; nil for what is around leaves
	open bool
	must bool // stays, whatever the budget
}

// marks returns by how many the marks beside it grow in number when it is opened.
func (it *item) marks() int {
	n := 1
	if it.prev == nil || it.prev.open {
		n--
	}
	if it.next == nil || it.next.open {
		n--
	}
	return n
}

// price returns what opening it would cost in tokens, with what is around it.
func (it *item) price() int {
	cost := 0
	for ; it != nil && !it.open; it = it.parent {
		cost += it.fee()
	}
	return cost
}

// fee is the price of the item alone.
func (it *item) fee() int {
	if it.parent == nil {
		return it.frame + it.runs*it.file.mark - it.file.closed()
	}
	return it.frame + (it.runs+it.marks())*it.file.mark
}

// priceAll returns what opening it with all inside would cost.
func (it *item) priceAll() int {
	missing, marks := it.missing()
	if it.open {
		return missing - marks*it.file.mark
	}
	if it.parent == nil {
		return missing - it.file.closed()
	}
	return it.parent.price() + missing + it.marks()*it.file.mark
}

// missing returns the tokens of what is not open in it, and the marks that stand there.
func (it *item) missing() (tokens, marks int) {
	if !it.open {
		return it.tokens, 0
	}
	for _, c := range it.children {
		t, m := c.missing()
		tokens, marks = tokens+t, marks+m
		if !c.open && (c.prev == nil || c.prev.open) {
			marks++
		}
	}
	return tokens, marks
}

// show opens it and what is around it, and returns the price.
func (it *item) show() int {
	cost := 0
	for ; it != nil && !it.open; it = it.parent {
		cost += it.fee()
		it.open = true
		it.file.changed()
	}
	return cost
}

// showAll opens it with all inside.
func (it *item) showAll() int {
	cost := it.show()
	for _, c := range it.children {
		cost += c.showAll()
	}
	return cost
}

// hide closes it, all inside, and what is around it if nothing else is open there. It
// returns what that saves. What must stay does.
func (it *item) hide() int {
	if !it.open || it.must {
		return 0
	}
	saved := 0
	for _, c := range it.children {
		saved += c.hide()
	}
	if it.shows() {
		return saved
	}
	it.open = false
	it.file.changed()
	return saved + it.fee()
}

// shows reports whether something is open in it.
func (it *item) shows() bool {
	for _, c := range it.children {
		if c.open {
			return true
		}
	}
	return false
}

// full reports whether all of it is open.
func (it *item) full() bool {
	if !it.open {
		return false
	}
	for _, c := range it.children {
		if !c.full() {
			return false
		}
	}
	return true
}

// tidy closes what is around an item that is closed and has nothing else open.
func (it *item) tidy() int {
	saved := 0
	for p := it.parent; p != nil && p.open && !p.must && !p.shows(); p = p.parent {
		p.open = false
		p.file.changed()
		saved += p.fee()
	}
	return saved
}

// require says that it stays with all inside.
func (it *item) require() {
	for p := it.parent; p != nil; p = p.parent {
		p.must = true
	}
	it.requireAll()
}

func (it *item) requireAll() {
	it.must = true
	for _, c := range it.children {
		c.requireAll()
	}
}

// open state of all items below, in order.
func (it *item) save(states []bool) []bool {
	states = append(states, it.open)
	for _, c := range it.children {
		states = c.save(states)
	}
	return states
}

// restore is the inverse of save.
func (it *item) restore(states []bool) []bool {
	if it.open != states[0] {
		it.open = states[0]
		it.file.changed()
	}
	states = states[1:]
	for _, c := range it.children {
		states = c.restore(states)
	}
	return states
}

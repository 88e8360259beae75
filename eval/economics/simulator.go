package economics

import (
	"time"
)

// A Simulator is one vendor's cache of prompts, as its rules have it, with the clock of
// the requests. It is not safe for concurrent use.
//
// It does not know of the vendor's machines: a hit that the rules promise is a hit, and
// nothing is evicted before its time. Requests at the same time see each other in order,
// which real ones do not.
type Simulator struct {
	vendor Vendor
	now    time.Time
	roots  map[string]*node // by model
}

// NewSimulator returns an empty cache.
func NewSimulator(v Vendor) *Simulator { return &Simulator{vendor: v, roots: map[string]*node{}} }

// Spent is what a vendor books for one request. Fresh, Write and Read are tokens, and
// together all of the prompt's.
type Spent struct {
	Fresh int `json:"fresh"` // neither read nor written
	Write int `json:"write"`
	Read  int `json:"read"`

	Storage float64 `json:"storage"` // for what was written; part of Cost
	Cost    float64 `json:"cost"`    // in prices of one fresh token
}

// Tokens is the number of tokens of the prompt.
func (s Spent) Tokens() int { return s.Fresh + s.Write + s.Read }

func (s *Spent) add(o Spent) {
	s.Fresh += o.Fresh
	s.Write += o.Write
	s.Read += o.Read
	s.Storage += o.Storage
	s.Cost += o.Cost
}

// Do books a request. Time does not go backwards: a request from before the last one's
// time comes at that time.
func (s *Simulator) Do(r *Request) Spent {
	if r.At.After(s.now) {
		s.now = r.At
	}
	v := s.vendor.For(r.Model)
	root := s.roots[r.Model]
	if root == nil {
		root = &node{}
		s.roots[r.Model] = root
	}
	w := &walk{vendor: &v, blocks: withFacts(r, &v), now: s.now, life: time.Duration(v.Lifetime), manual: r.ManualOnly}
	if r.Long && v.LongLifetime > 0 {
		w.life = time.Duration(v.LongLifetime)
	}
	w.descend(root)
	var spent Spent
	if v.Match == MatchPrefix {
		spent = w.prefix(root)
	} else {
		spent = w.breakpoints(root)
	}
	spent.Storage = float64(spent.Write) * v.StoragePerHour * w.life.Hours()
	spent.Cost = float64(spent.Fresh) + v.Write*float64(spent.Write) + v.Read*float64(spent.Read) + spent.Storage
	return spent
}

// withFacts puts a block without tokens at the start of each section whose prefixes end
// when a fact changes.
func withFacts(r *Request, v *Vendor) []Block {
	if len(v.Invalidates) == 0 || len(r.Blocks) == 0 {
		return r.Blocks
	}
	out := make([]Block, 0, len(r.Blocks)+int(sections))
	next := Section(0)
	for _, b := range r.Blocks {
		for ; next <= b.Section; next++ {
			if c := facts(r, v, next); c != nil {
				out = append(out, Block{Section: next, Content: c, Unmarkable: true, fact: true})
			}
		}
		out = append(out, b)
	}
	return out
}

func facts(r *Request, v *Vendor, at Section) *Content {
	var b builder
	for _, name := range factNames {
		if s, ok := v.Invalidates[name]; ok && s == at {
			b.mark("fact", name, r.Facts[name])
		}
	}
	if b.pieces == nil {
		return nil
	}
	return b.content()
}

// node is a prefix that was sent: the path from the root to it.
type node struct {
	content  *Content
	children map[[16]byte]*node

	// For matched prefixes, when the prefix that ends here was last used; for
	// breakpoints, the entry that was written here.
	entry entry
}

// entry is a prefix that the vendor keeps. The zero entry is none.
type entry struct {
	written time.Time
	until   time.Time // the last moment at which it can be read
}

func (e *entry) live(now time.Time) bool { return !e.until.Before(now) && !e.written.IsZero() }

// walk is one request on its way down the tree.
type walk struct {
	vendor *Vendor
	blocks []Block
	now    time.Time
	life   time.Duration
	manual bool

	path []*node // of the blocks that were sent before
	ends []int   // tokens of the prompt up to and with each block
}

// descend follows what is known of the prompt.
func (w *walk) descend(n *node) {
	total := 0
	w.ends = make([]int, len(w.blocks))
	for i := range w.blocks {
		total += w.blocks[i].Tokens
		w.ends[i] = total
		if n != nil {
			if n = n.children[w.blocks[i].Sum]; n != nil {
				w.path = append(w.path, n)
			}
		}
	}
}

func (w *walk) total() int {
	if len(w.ends) == 0 {
		return 0
	}
	return w.ends[len(w.ends)-1]
}

// grow makes the path of the whole prompt.
func (w *walk) grow(root *node) {
	n := root
	if len(w.path) > 0 {
		n = w.path[len(w.path)-1]
	}
	for i := len(w.path); i < len(w.blocks); i++ {
		child := &node{content: w.blocks[i].Content}
		if n.children == nil {
			n.children = map[[16]byte]*node{}
		}
		n.children[w.blocks[i].Sum] = child
		w.path = append(w.path, child)
		n = child
	}
}

// touch renews an entry that lives, if the vendor does that, and writes one that does
// not.
func (w *walk) touch(e *entry) {
	switch {
	case !e.live(w.now):
		*e = entry{written: w.now, until: w.now.Add(w.life)}
	case w.vendor.Refresh:
		if until := w.now.Add(w.life); until.After(e.until) {
			e.until = until
		}
	}
	if longest := time.Duration(w.vendor.Longest); longest > 0 && w.life <= longest {
		if last := e.written.Add(longest); last.Before(e.until) {
			e.until = last
		}
	}
}

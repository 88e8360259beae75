package economics

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// A Section is a part of a prompt. Vendors render them in this order, whatever the order
// in the body.
type Section int

// The sections.
const (
	Tools Section = iota
	System
	Conversation
	sections
)

var sectionNames = [sections]string{"tools", "system", "messages"}

// MarshalText implements encoding.TextMarshaler.
func (s Section) MarshalText() ([]byte, error) {
	if s < 0 || s >= sections {
		return nil, fmt.Errorf("no section %d", int(s))
	}
	return []byte(sectionNames[s]), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Section) UnmarshalText(b []byte) error {
	at := slices.Index(sectionNames[:], string(b))
	if at < 0 {
		return errors.New("a section is tools, system or messages")
	}
	*s = Section(at)
	return nil
}

// The facts of a request that can end a vendor's cached prefixes.
const (
	FactToolChoice = "tool_choice"
	FactImages     = "images"
	FactThinking   = "thinking"
)

var factNames = []string{FactToolChoice, FactImages, FactThinking}

// A Request is a prompt as a vendor's cache sees it.
type Request struct {
	At    time.Time
	API   string
	Model string // caches are kept apart by model

	Blocks []Block           // of ascending sections
	Facts  map[string]string // digests by name; what is absent is ""

	// ManualOnly says that the vendor is asked to place no breakpoint of its own.
	ManualOnly bool
	// Long says that the longer lifetime is asked for.
	Long bool

	messages []digest // of what the messages say, in order
	opening  digest   // of what the first user turn says
}

// A Block is one tool, or one part of a message.
type Block struct {
	Section Section
	*Content
	Breakpoint bool // the request marks it as the end of a prefix to be cached

	// Unmarkable says that a vendor puts no breakpoint of its own on it: what the
	// assistant said or thought.
	Unmarkable bool

	fact bool // put in by the simulator; no position of the prompt
}

// Content is what a block says, however its JSON is written and whether or not it is
// marked. It is shared and must not be changed.
type Content struct {
	Sum    [16]byte // equal for equal content
	Tokens int      // of all pieces
	Pieces []Piece  // in order
}

// A Piece is about a word. Vendors match tokens, and no vendor's tokens cross a piece in
// ordinary text.
type Piece struct {
	Sum    uint64
	Tokens uint32
}

// Tokens is the number of tokens of the prompt.
func (r *Request) Tokens() int {
	n := 0
	for i := range r.Blocks {
		n += r.Blocks[i].Tokens
	}
	return n
}

// set notes a fact.
func (r *Request) set(fact, value string) {
	if r.Facts == nil {
		r.Facts = map[string]string{}
	}
	r.Facts[fact] = value
}

// MarkEnds returns the request with breakpoints where clients of vendors that want them
// are told to put them: at the end of the static head, and at the end of the prompt. A
// request that has breakpoints stays as it is.
func MarkEnds(r *Request) *Request {
	if slices.ContainsFunc(r.Blocks, func(b Block) bool { return b.Breakpoint }) {
		return r
	}
	out := *r
	out.Blocks = slices.Clone(r.Blocks)
	head := -1
	for i, b := range out.Blocks {
		if b.Section != Conversation {
			head = i
		}
	}
	for _, i := range []int{head, lastMarkable(out.Blocks)} {
		if i >= 0 {
			out.Blocks[i].Breakpoint = true
		}
	}
	return &out
}

// lastMarkable is the index of the block that a vendor's own breakpoint falls on; -1 if
// there is none.
func lastMarkable(blocks []Block) int {
	for i := len(blocks) - 1; i >= 0; i-- {
		if !blocks[i].Unmarkable {
			return i
		}
	}
	return -1
}

// shared is how many tokens of the prompt a are a prefix of b as well, to the piece.
func shared(a, b []Block) int {
	n := 0
	for i := range min(len(a), len(b)) {
		if a[i].Section == b[i].Section && a[i].Sum == b[i].Sum {
			n += a[i].Tokens
			continue
		}
		return n + sharedPieces(a[i].Content, b[i].Content)
	}
	return n
}

func sharedPieces(a, b *Content) int {
	n := 0
	for i := range min(len(a.Pieces), len(b.Pieces)) {
		if a.Pieces[i].Sum != b.Pieces[i].Sum {
			break
		}
		n += int(a.Pieces[i].Tokens)
	}
	return n
}

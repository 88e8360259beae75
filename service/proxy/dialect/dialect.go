// Package dialect finds the texts in a vendor's request that may be rewritten: the
// string literals that a person or a tool wrote, and no others.
//
//	body, err := dialect.Parse(raw, dialect.Chat, 0)
//	for _, b := range body.Blocks {
//		fmt.Println(b.Role, b.Tool, b.Literal.Of(raw))
//	}
//
// It reads what it needs in one walk over the bytes and knows nothing else of the
// request: what the assistant said, arguments and schemas of tools, signatures,
// encrypted parts, media and members that it does not know are passed over. Whether
// a text found is worth rewriting is not decided here.
package dialect

import (
	"errors"

	"github.com/pith-proxy/pith/service/proxy/jsonedit"
)

// API is the vendor's operation that a request is for.
type API int

// The operations whose bodies hold prompts.
const (
	Chat        API = iota + 1 // OpenAI chat completions and responses, told apart by the body
	Messages                   // Anthropic messages
	Completions                // OpenAI completions, the old ones
)

// Role says who wrote a text.
type Role string

// The roles. What an assistant wrote is never in a Block.
const (
	System    Role = "system"
	Developer Role = "developer"
	User      Role = "user"
	Tool      Role = "tool"
	assistant Role = "assistant"
)

// ErrShape says that the body is JSON but no request that this package knows, or
// one that could be read in two ways.
var ErrShape = errors.New("dialect: not a request of a known shape")

// Block is one string literal that may be rewritten.
type Block struct {
	Literal jsonedit.Range // quotes included
	Role    Role

	// Turn is the index of the message or item the block is in; -1 for the system
	// prompt that stands outside them.
	Turn int

	// Head says that no assistant turn and no tool result stands before the block:
	// a conversation that grows never changes that.
	Head bool

	CallID  string // of the tool call that a tool's block answers; may be ""
	Tool    string // the tool's name; "" if the call is not in the body
	IsError bool   // the tool reported an error

	// Document says that the block is a document or search result that the vendor
	// may cite.
	Document bool
}

// Body is what Parse found.
type Body struct {
	Model  string
	Blocks []Block // ascending

	Marked    bool // the client marks prefixes for the vendor's cache
	Stateful  bool // earlier turns are kept by the vendor and not in the body
	Sensitive bool // the answer shows the prompt or places in it
	Cited     bool // the answer may quote places in documents
	Store     bool // the client asks that the vendor keep the exchange
	Long      bool // the client asks that the vendor cache the prefix for a day
	mute      bool // the first user turn has no text

	// Extension is the value of the member pith, and Removal the edit that takes
	// the member out; both are empty if there is none.
	Extension jsonedit.Range
	Removal   jsonedit.Edit
}

// Opening returns the blocks of the first user turn. They name the conversation:
// they are there from its first request to its last. A turn without text has none, and
// a later one does not take its place.
func (b *Body) Opening() []Block {
	if b.mute {
		return nil
	}
	for i, first := range b.Blocks {
		if first.Role != User {
			continue
		}
		k := i
		for k < len(b.Blocks) && b.Blocks[k].Turn == first.Turn {
			k++
		}
		return b.Blocks[i:k]
	}
	return nil
}

// Parse reads a body. Turns whose texts have fewer than least bytes together are left
// out, but for the first user turn. Its errors are ErrShape and those of package
// jsonedit; a body with an error must be passed on as it is.
func Parse(src []byte, api API, least int) (Body, error) {
	w := walk{r: jsonedit.NewReader(src), src: src, least: least, tools: map[string]string{}}
	if w.r.Kind() != jsonedit.Object {
		w.r.Skip()
		if err := w.r.End(); err != nil {
			return Body{}, err
		}
		return Body{}, ErrShape
	}
	switch api {
	case Messages:
		w.messagesBody()
	case Completions:
		w.completionsBody()
	default:
		w.chatBody()
	}
	if err := w.r.End(); err != nil {
		return Body{}, err
	}
	if !w.known {
		return w.extensionOnly(), ErrShape
	}
	return w.body, nil
}

var pithKey = jsonedit.NewKeys("pith")

// Extension finds the member pith of a body that Parse refuses. The edit is empty if
// there is none, or if the body is no JSON object.
func Extension(src []byte) (removal jsonedit.Edit, ok bool) {
	w := walk{r: jsonedit.NewReader(src), src: src}
	if w.r.Kind() != jsonedit.Object {
		return jsonedit.Edit{}, false
	}
	w.r.Object(pithKey, func(k string) {
		if k != "" {
			w.extension()
		}
	})
	return w.body.Removal, w.r.End() == nil && !w.body.Extension.Empty()
}

// extensionOnly is the body of a request of unknown shape: only ours is ours.
func (w *walk) extensionOnly() Body {
	return Body{Extension: w.body.Extension, Removal: w.body.Removal}
}

// walk is one Parse under way.
type walk struct {
	r     *jsonedit.Reader
	src   []byte
	body  Body
	least int               // bytes of a turn's texts
	known bool              // the body has a shape we know
	begun bool              // there was a user turn
	grown bool              // an assistant turn or a tool result has been seen
	tools map[string]string // call → name, of the calls so far: some clients use one again
}

// turn is what is known of one message or item at its end.
type turn struct {
	index int
	kind  string // its type
	role  Role
	call  string
	name  string
	first int // index of its first block
}

// begin starts a turn.
func (w *walk) begin(index int) turn { return turn{index: index, first: len(w.body.Blocks)} }

// found notes a literal as a candidate. What it is of is settled at the turn's end,
// since a message may tell its role last.
func (w *walk) found(lit jsonedit.Range) {
	if w.r.Err() == nil && !lit.Empty() {
		w.body.Blocks = append(w.body.Blocks, Block{Literal: lit})
	}
}

// settle gives the turn's blocks their facts, or takes them back where the turn is
// not one to touch.
func (w *walk) settle(t turn) {
	blocks := w.body.Blocks[t.first:]
	switch t.role {
	case System, Developer, User, Tool:
	default:
		w.body.Blocks = w.body.Blocks[:t.first]
	}
	for i := range blocks {
		b := &blocks[i]
		b.Turn, b.Head = t.index, !w.grown
		if b.Role != "" { // a tool result inside a user turn has its own
			continue
		}
		b.Role = t.role
		if t.role == Tool {
			b.CallID, b.Tool = t.call, t.name
			if b.Tool == "" {
				b.Tool = w.tools[t.call]
			}
		}
	}
	if t.role == assistant || t.role == Tool {
		w.grown = true
	}
	w.forget(t)
}

// forget takes the blocks of a turn back that is too short.
func (w *walk) forget(t turn) {
	size := 0
	for _, b := range w.body.Blocks[t.first:] {
		size += b.Literal.End - b.Literal.Start
	}
	first := t.role == User && !w.begun
	if first {
		w.begun, w.body.mute = true, size == 0
	}
	if size < w.least && !first {
		w.body.Blocks = w.body.Blocks[:t.first]
	}
}

// text notes the next value if it is a string.
func (w *walk) text() {
	if w.r.Kind() == jsonedit.String {
		w.found(w.r.Skip())
	}
}

// partKeys are of the parts of a message's content, in both OpenAI shapes.
var partKeys = jsonedit.NewKeys("type", "text", "cache_control", "prompt_cache_breakpoint")

// content notes a content that is one string, or the texts of its parts of the kind.
func (w *walk) content(kind string) {
	if w.r.Kind() == jsonedit.String {
		w.text()
		return
	}
	w.r.Array(func(int) {
		first, got := len(w.body.Blocks), ""
		w.r.Object(partKeys, func(k string) {
			switch k {
			case "type":
				got = w.r.Text()
			case "text":
				w.text()
			case "cache_control", "prompt_cache_breakpoint":
				w.mark()
			}
		})
		if got != kind {
			w.body.Blocks = w.body.Blocks[:first]
		}
	})
}

// set reports whether the next value says anything.
func (w *walk) set() bool {
	v := string(w.r.Skip().Of(w.src))
	return w.r.Err() == nil && v != "null" && v != "false"
}

// mark notes that the next value, unless null, marks a prefix.
func (w *walk) mark() { w.body.Marked = w.set() || w.body.Marked }

// extension notes the member pith.
func (w *walk) extension() {
	start := w.r.MemberStart()
	v := w.r.Skip()
	if w.r.Err() == nil {
		w.body.Extension = v
		w.body.Removal = jsonedit.Remove(w.src, jsonedit.Range{Start: start, End: v.End})
	}
}

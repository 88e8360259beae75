package economics

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// A Reader makes requests of bodies. It remembers the blocks that it has seen, so that a
// conversation's tokens are counted once. It is not safe for concurrent use.
type Reader struct {
	counter func(model string) Counter
	words   map[Counter]*words
	known   map[contentKey]*Content
	turns   map[turnKey]turn
}

type contentKey struct {
	words *words
	sum   digest
}

// turnKey is a message's bytes, and what else its blocks depend on.
type turnKey struct {
	contentKey
	api string
}

type turn struct {
	blocks []Block
	sum    digest // of what the blocks say
	user   bool
	images bool
}

// NewReader returns a Reader that counts a model's tokens with the counter for it.
func NewReader(counter func(model string) Counter) *Reader {
	return &Reader{counter: counter, words: map[Counter]*words{}, known: map[contentKey]*Content{}, turns: map[turnKey]turn{}}
}

// Errors of bodies. They quote nothing.
var (
	errBody    = errors.New("the body must be a JSON object, as it was sent to the vendor")
	errShape   = errors.New("the body must have a list \"messages\", or an \"input\"")
	errMessage = errors.New("each message must be a JSON object")
)

// members are those of a JSON object.
type members map[string]json.RawMessage

// string returns a member's string; "" if it is none.
func (m members) string(name string) string {
	var s string
	_ = json.Unmarshal(m[name], &s) // what is no string counts as none
	return s
}

func object(raw json.RawMessage) (members, bool) {
	var m members
	return m, json.Unmarshal(raw, &m) == nil && m != nil
}

// Read reads a body. api may be "": then it is guessed.
func (r *Reader) Read(api string, body []byte) (*Request, error) {
	m, ok := object(body)
	if !ok {
		return nil, errBody
	}
	list, text, err := turns(m)
	if err != nil {
		return nil, err
	}
	if api == "" {
		api = guess(m, list)
	}
	req := &Request{API: api, Model: m.string("model")}
	p := &parser{reader: r, req: req, words: r.wordsOf(req.Model)}
	p.head(m)
	if text != nil {
		p.string(Conversation, "user", *text)
		req.opening = sha256.Sum256(m["input"])
	}
	for _, raw := range list {
		if err := p.turn(raw); err != nil {
			return nil, err
		}
	}
	p.settle(m)
	return req, nil
}

// wordsOf is the memory of counts for a model's counter.
func (r *Reader) wordsOf(model string) *words {
	c := r.counter(model)
	w := r.words[c]
	if w == nil {
		w = &words{counter: c}
		r.words[c] = w
	}
	return w
}

// turns are the messages of a body, or the text that stands in their place.
func turns(m members) (list []json.RawMessage, text *string, err error) {
	raw, ok := m["messages"]
	if !ok {
		raw = m["input"]
	}
	if json.Unmarshal(raw, &list) == nil {
		return list, nil, nil
	}
	if !ok && json.Unmarshal(raw, &text) == nil && text != nil {
		return nil, text, nil
	}
	return nil, nil, errShape
}

// guess tells the APIs apart by what only one of them has.
func guess(m members, list []json.RawMessage) string {
	if _, ok := m["messages"]; !ok {
		return Responses
	}
	for _, name := range []string{"system", "stop_sequences", "cache_control"} {
		if _, ok := m[name]; ok {
			return Messages
		}
	}
	for _, raw := range list {
		msg, _ := object(raw)
		if _, ok := msg["tool_calls"]; ok || !slices.Contains([]string{"user", "assistant"}, msg.string("role")) {
			return Chat
		}
		var parts []members
		if json.Unmarshal(msg["content"], &parts) == nil {
			for _, p := range parts {
				if slices.Contains([]string{"tool_use", "tool_result", "thinking"}, p.string("type")) || p["cache_control"] != nil {
					return Messages
				}
			}
		}
	}
	if strings.Contains(m.string("model"), "claude") {
		return Messages
	}
	return Chat
}

// parser puts one request together.
type parser struct {
	reader *Reader
	req    *Request
	words  *words
	images bool
	kinds  [sections][]Block
}

// intern returns the content that build makes, or the one that was made for the same
// bytes before. Fields are what the content is made of.
func (p *parser) intern(build func(*builder), fields ...string) *Content {
	h := sha256.New()
	var size [8]byte
	for _, f := range fields {
		binary.LittleEndian.PutUint64(size[:], uint64(len(f)))
		_, _ = h.Write(size[:])
		_, _ = h.Write([]byte(f))
	}
	key := contentKey{words: p.words}
	h.Sum(key.sum[:0])
	c := p.reader.known[key]
	if c == nil {
		b := &builder{words: p.words}
		build(b)
		c = b.content()
		p.reader.known[key] = c
	}
	return c
}

func (p *parser) add(b Block) { p.kinds[b.Section] = append(p.kinds[b.Section], b) }

// string adds a block that is nothing but text.
func (p *parser) string(at Section, role, text string) {
	p.add(Block{Section: at, Unmarkable: role == "assistant",
		Content: p.intern(func(b *builder) { b.mark(role); b.text(text) }, "text", role, text)})
}

// turn adds a message, as it was read before if it was.
func (p *parser) turn(raw json.RawMessage) error {
	key := turnKey{contentKey{p.words, sha256.Sum256(raw)}, p.req.API}
	t, ok := p.reader.turns[key]
	if !ok {
		one := &parser{reader: p.reader, req: p.req, words: p.words}
		m, ok := object(raw)
		if !ok {
			return errMessage
		}
		t.user = m.string("role") == "user"
		one.message(m)
		t.blocks, t.images = one.kinds[Conversation], one.images
		t.sum = sumOf(t.blocks)
		p.reader.turns[key] = t
	}
	p.req.messages = append(p.req.messages, t.sum)
	if t.user && p.req.opening == (digest{}) {
		p.req.opening = t.sum
	}
	p.kinds[Conversation] = append(p.kinds[Conversation], t.blocks...)
	p.images = p.images || t.images
	return nil
}

func sumOf(blocks []Block) (d digest) {
	h := sha256.New()
	for i := range blocks {
		_, _ = h.Write(blocks[i].Sum[:])
	}
	h.Sum(d[:0])
	return d
}

// settle orders the sections and notes the facts.
func (p *parser) settle(m members) {
	for _, blocks := range p.kinds {
		p.req.Blocks = append(p.req.Blocks, blocks...)
	}
	if m["cache_control"] != nil {
		if i := lastMarkable(p.req.Blocks); i >= 0 {
			p.req.Blocks[i].Breakpoint = true
		}
	}
	options, _ := object(m["prompt_cache_options"])
	p.req.ManualOnly = options.string("mode") == "explicit"
	p.req.Long = m.string("prompt_cache_retention") == "24h"
	p.req.set(FactToolChoice, string(m["tool_choice"]))
	p.req.set(FactThinking, string(m["thinking"]))
	if p.images {
		p.req.set(FactImages, "some")
	}
}

package dialect

import (
	"bytes"

	"github.com/pith-proxy/pith/service/proxy/jsonedit"
)

var (
	messagesBodyKeys = jsonedit.NewKeys("model", "messages", "system", "tools", "thread", "previous_message_id",
		"cache_control", "store", "pith")
	messageKeys   = jsonedit.NewKeys("role", "content", "cache_control")
	blockKeys     = jsonedit.NewKeys("type", "text", "content", "tool_use_id", "is_error", "id", "name", "cache_control", "citations", "source")
	innerKeys     = jsonedit.NewKeys("type", "text", "cache_control", "citations")
	citationsKeys = jsonedit.NewKeys("enabled")
	sourceKeys    = jsonedit.NewKeys("type", "data")
	markKeys      = jsonedit.NewKeys("cache_control")
)

// messagesBody reads a body for Anthropic's messages.
func (w *walk) messagesBody() {
	w.r.Object(messagesBodyKeys, func(k string) {
		switch k {
		case "messages":
			w.known = true
			w.r.Array(w.message)
		case "system":
			w.system()
		case "tools":
			w.r.Array(func(int) {
				w.r.Object(markKeys, func(k string) {
					if k != "" {
						w.mark()
					}
				})
			})
		default:
			w.common(k)
		}
	})
}

// billing begins a text block that Claude Code puts first in the system prompt. It
// changes with each request and is said to be derived from the body.
var billing = []byte(`"x-anthropic-billing-header:`)

func (w *walk) system() {
	t := w.begin(-1)
	t.role = System
	w.content("text")
	if w.r.Err() == nil && len(w.body.Blocks) > t.first {
		first := w.body.Blocks[t.first].Literal
		if bytes.HasPrefix(first.Of(w.src), billing) {
			w.body.Blocks = append(w.body.Blocks[:t.first], w.body.Blocks[t.first+1:]...)
		}
	}
	w.settleHead(t)
}

func (w *walk) message(i int) {
	t := w.begin(i)
	results := false
	w.r.Object(messageKeys, func(k string) {
		switch k {
		case "role":
			t.role = Role(w.r.Text())
		case "content":
			if w.r.Kind() == jsonedit.String {
				w.text()
				return
			}
			w.r.Array(func(int) { results = w.block() || results })
		case "cache_control":
			w.mark()
		}
	})
	if t.role == Tool || t.role == Developer {
		t.role = assistant // this vendor has no such roles
	}
	w.grown = w.grown || results // also the user's own words beside a result are no head
	w.settle(t)
}

// block reads one content block and reports whether it is the result of a tool.
func (w *walk) block() bool {
	var b content
	first := len(w.body.Blocks)
	w.r.Object(blockKeys, func(k string) { w.blockMember(k, &b) })
	own := w.body.Blocks[first:]
	keep := func(kind string, from, to int) {
		w.body.Blocks = append(w.body.Blocks[:first], own[from:to]...)
		if w.r.Err() != nil {
			return
		}
		for i := range w.body.Blocks[first:] {
			n := &w.body.Blocks[first+i]
			if kind == "tool_result" {
				n.Role, n.CallID, n.Tool, n.IsError = Tool, b.call, w.tools[b.call], b.isError
			}
			n.Document = kind == "document" || kind == "search_result"
		}
	}
	switch {
	case b.kind == "text" && !b.cited:
		keep(b.kind, b.text.from, b.text.to)
	case b.kind == "tool_result", b.kind == "search_result":
		keep(b.kind, b.content.from, b.content.to)
	case b.kind == "document" && b.plain:
		keep(b.kind, b.source.from, b.source.to)
	default:
		keep(b.kind, 0, 0)
	}
	if b.kind == "tool_use" {
		w.tools[b.id] = b.name
	}
	w.body.Cited = w.body.Cited || b.enabled && (b.kind == "document" || b.kind == "search_result")
	return b.kind == "tool_result"
}

// content is what is known of a content block at its end. The spans are of the
// blocks noted while its members were read, counted from its first.
type content struct {
	kind, id, name, call  string
	isError               bool
	cited, enabled, plain bool
	text, content, source span
	noted                 int
}

type span struct{ from, to int }

func (w *walk) blockMember(k string, b *content) {
	before := len(w.body.Blocks)
	s := span{b.noted, b.noted}
	switch k {
	case "type":
		b.kind = w.r.Text()
	case "id":
		b.id = w.r.Text()
	case "name":
		b.name = w.r.Text()
	case "tool_use_id":
		b.call = w.r.Text()
	case "is_error":
		b.isError = w.r.True()
	case "cache_control":
		w.mark()
	case "citations":
		w.citations(b)
	case "text":
		w.text()
	case "content":
		w.inner()
	case "source":
		b.plain = w.source()
	}
	b.noted += len(w.body.Blocks) - before
	s.to = b.noted
	switch k {
	case "text":
		b.text = s
	case "content":
		b.content = s
	case "source":
		b.source = s
	}
}

// citations are a setting on documents and a list on the assistant's texts.
func (w *walk) citations(b *content) {
	b.cited = w.r.Kind() != jsonedit.Null
	w.r.Object(citationsKeys, func(k string) {
		if k == "enabled" {
			b.enabled = w.r.True()
		}
	})
}

// inner reads the content of a result: a string, or blocks of which the texts count.
func (w *walk) inner() {
	if w.r.Kind() == jsonedit.String {
		w.text()
		return
	}
	w.r.Array(func(int) {
		first := len(w.body.Blocks)
		var b content
		w.r.Object(innerKeys, func(k string) { w.blockMember(k, &b) })
		w.body.Cited = w.body.Cited || b.enabled
		if b.kind != "text" {
			w.body.Blocks = w.body.Blocks[:first]
		}
	})
}

// source notes the text of a document and reports whether it is plain.
func (w *walk) source() bool {
	kind := ""
	w.r.Object(sourceKeys, func(k string) {
		switch k {
		case "type":
			kind = w.r.Text()
		case "data":
			// A document in base64 is long; only the kind says whether it is text.
			w.text()
		}
	})
	return kind == "text"
}

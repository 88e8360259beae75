package economics

import (
	"encoding/json"
	"slices"
)

// mediaTokens stands for a picture, a sound or a file, whose tokens the body does not
// tell. It is the same on both sides of a comparison.
const mediaTokens = 1000

// markers are the members that mark a block for the vendor's cache.
var markers = []string{"cache_control", "prompt_cache_breakpoint"}

// uncounted are the members that tell blocks apart but are not read as text by the model.
var uncounted = []string{"type", "role", "id", "call_id", "tool_use_id", "tool_call_id", "status", "phase", "index",
	"signature", "encrypted_content", "data", "is_error", "detail"}

// media are the types of parts that are no text.
var media = []string{"image", "image_url", "input_image", "file", "input_file", "input_audio", "audio"}

// head adds the tools, what the answer has to look like, and the system prompt.
func (p *parser) head(m members) {
	var tools []json.RawMessage
	_ = json.Unmarshal(m["tools"], &tools) // what is no list has no tools in it
	for _, raw := range tools {
		if tool, ok := object(raw); ok {
			p.block(Tools, "", tool)
		}
	}
	text, _ := object(m["text"])
	for _, raw := range []json.RawMessage{m["response_format"], text["format"]} {
		if raw != nil {
			p.add(Block{Section: System, Content: p.intern(func(b *builder) { b.text(string(raw)) }, "format", string(raw))})
		}
	}
	for _, name := range []string{"instructions", "system"} {
		p.contents(System, name, m[name])
	}
}

// contents adds a string or a list of parts.
func (p *parser) contents(at Section, role string, raw json.RawMessage) {
	var text string
	var parts []json.RawMessage
	switch {
	case raw == nil:
	case json.Unmarshal(raw, &parts) == nil:
		for _, one := range parts {
			if part, ok := object(one); ok {
				p.block(at, role, part)
			}
		}
	case json.Unmarshal(raw, &text) == nil && text != "":
		p.string(at, role, text)
	}
}

// message adds the blocks of a message or an item. One with a list of parts has a block
// for each, and one more if it says something beside them.
func (p *parser) message(m members) {
	role := m.string("role")
	var parts []json.RawMessage
	if json.Unmarshal(m["content"], &parts) == nil && parts != nil {
		p.contents(Conversation, role, m["content"])
		delete(m, "content")
		delete(m, "role")
		if !says(m) {
			return
		}
	}
	p.block(Conversation, role, m)
}

// says reports whether the members hold anything that the model reads.
func says(m members) bool {
	for name := range m {
		if !slices.Contains(uncounted, name) && !slices.Contains(markers, name) {
			return true
		}
	}
	return false
}

// block adds one object.
func (p *parser) block(at Section, role string, m members) {
	b := Block{Section: at, Unmarkable: at == Conversation && p.unmarkable(role, m)}
	for _, name := range markers {
		b.Breakpoint = b.Breakpoint || m[name] != nil
	}
	p.images = p.images || pictured(m)
	names := sortedNames(m)
	fields := []string{"block", role}
	for _, name := range names {
		fields = append(fields, name, string(m[name]))
	}
	b.Content = p.intern(func(out *builder) {
		out.mark(role)
		render(out, m, names)
	}, fields...)
	p.add(b)
}

// unmarkable reports whether vendors put no breakpoint of their own on the block.
func (p *parser) unmarkable(role string, m members) bool {
	switch kind := m.string("type"); {
	case kind == "thinking", kind == "redacted_thinking", kind == "reasoning", kind == "function_call":
		return true
	case p.req.API == Messages:
		return false
	}
	return role == "assistant"
}

// pictured reports whether the block is or holds a picture.
func pictured(m members) bool {
	if slices.Contains([]string{"image", "image_url", "input_image"}, m.string("type")) {
		return true
	}
	var parts []members
	for _, name := range []string{"content", "output"} {
		if json.Unmarshal(m[name], &parts) == nil && slices.ContainsFunc(parts, pictured) {
			return true
		}
	}
	return false
}

// render writes what the model reads of an object: texts decoded, since vendors see them
// so, and everything else as it is written.
func render(out *builder, m members, names []string) {
	if slices.Contains(media, m.string("type")) {
		for _, name := range names {
			out.flat(m[name], 0)
		}
		out.pieces[len(out.pieces)-1].Tokens = mediaTokens
		return
	}
	for _, name := range names {
		raw := m[name]
		out.mark("member", name)
		var text string
		var parts []members
		switch {
		case slices.Contains(uncounted, name):
			out.flat(raw, 0)
		case json.Unmarshal(raw, &text) == nil:
			out.text(text)
		case (name == "content" || name == "output" || name == "summary") && json.Unmarshal(raw, &parts) == nil:
			for _, part := range parts {
				render(out, part, sortedNames(part))
			}
		default:
			out.text(string(raw))
		}
	}
}

// sortedNames are the members but for the markers, which vendors do not take for a part of
// the block.
func sortedNames(m members) []string {
	var names []string
	for name := range m {
		if !slices.Contains(markers, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

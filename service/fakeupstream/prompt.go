package fakeupstream

import (
	"encoding/json"
	"errors"
)

// A Text is one part of a prompt.
type Text struct {
	Role string // system, user, tool, … or tools, for the definitions
	Kind string // the part's type in the body; "" for a plain string
	Text string // "" for parts that hold no text, as images do
	Size int    // bytes of Text, or of the part's JSON if it holds none
}

// A Prompt is what a request for an answer says, in the order of the body: system
// texts, messages, and the definitions of tools last.
type Prompt struct {
	Model    string
	Stream   bool
	Messages int
	Texts    []Text
}

// Bytes is the size of all texts.
func (p Prompt) Bytes() int {
	n := 0
	for _, t := range p.Texts {
		n += len(t.Text)
	}
	return n
}

// Tokens stands in for a tokenizer: four bytes are a token, as they nearly are in
// English prose.
func (p Prompt) Tokens() int { return tokens(p.Bytes()) }

func tokens(bytes int) int { return (bytes + 3) / 4 }

// ReadPrompt reads the body of a request to /v1/chat/completions, /v1/responses,
// /v1/completions or /v1/messages. What it does not know it passes over. It
// returns an error only if the body is no JSON object.
func ReadPrompt(body []byte) (Prompt, error) {
	var in struct {
		Model        string            `json:"model"`
		Stream       bool              `json:"stream"`
		System       json.RawMessage   `json:"system"`
		Instructions json.RawMessage   `json:"instructions"`
		Messages     []json.RawMessage `json:"messages"`
		Input        json.RawMessage   `json:"input"`
		Prompt       json.RawMessage   `json:"prompt"`
		Tools        json.RawMessage   `json:"tools"`
	}
	err := json.Unmarshal(body, &in)
	var wrong *json.UnmarshalTypeError
	if err != nil && (!errors.As(err, &wrong) || wrong.Field == "") {
		return Prompt{}, err
	}
	p := Prompt{Model: in.Model, Stream: in.Stream}
	p.content("system", in.System)
	p.content("instructions", in.Instructions)
	for _, m := range in.Messages {
		p.message(m)
	}
	p.items(in.Input)
	p.items(in.Prompt)
	if len(in.Tools) > len("null") {
		p.add(Text{Role: "tools", Kind: "definitions", Text: string(in.Tools)})
	}
	return p, nil
}

func (p *Prompt) add(t Text) {
	if t.Size == 0 {
		t.Size = len(t.Text)
	}
	p.Texts = append(p.Texts, t)
}

// items reads a string, which is one message of the user's, or a list of items.
func (p *Prompt) items(raw json.RawMessage) {
	if text, ok := str(raw); ok {
		p.Messages++
		p.add(Text{Role: "user", Text: text})
		return
	}
	for _, item := range list(raw) {
		if text, ok := str(item); ok {
			p.Messages++
			p.add(Text{Role: "user", Text: text})
			continue
		}
		p.message(item)
	}
}

// message reads a message of either vendor, or an item of the Responses API.
func (p *Prompt) message(raw json.RawMessage) {
	var m struct {
		Role    string          `json:"role"`
		Type    string          `json:"type"`
		Content json.RawMessage `json:"content"`
		Calls   []struct {
			Function struct {
				Arguments string `json:"arguments"`
			} `json:"function"`
		} `json:"tool_calls"`
	}
	_ = json.Unmarshal(raw, &m) // of a message that is not one, nothing is read
	p.Messages++
	if m.Role == "" {
		p.part(m.Type, raw)
		return
	}
	p.content(m.Role, m.Content)
	for _, c := range m.Calls {
		p.add(Text{Role: m.Role, Kind: "tool_calls", Text: c.Function.Arguments})
	}
}

// content reads a string or a list of parts.
func (p *Prompt) content(role string, raw json.RawMessage) {
	if text, ok := str(raw); ok {
		p.add(Text{Role: role, Text: text})
		return
	}
	for _, part := range list(raw) {
		p.part(role, part)
	}
}

// part reads a part of a message, or an item that is not a message.
func (p *Prompt) part(role string, raw json.RawMessage) {
	if text, ok := str(raw); ok {
		p.add(Text{Role: role, Text: text})
		return
	}
	var in struct {
		Type      string          `json:"type"`
		Text      json.RawMessage `json:"text"`
		Thinking  json.RawMessage `json:"thinking"`
		Content   json.RawMessage `json:"content"`
		Output    json.RawMessage `json:"output"`
		Arguments json.RawMessage `json:"arguments"`
		Input     json.RawMessage `json:"input"`
	}
	_ = json.Unmarshal(raw, &in)
	for _, field := range []json.RawMessage{in.Text, in.Thinking, in.Content, in.Output, in.Arguments, in.Input} {
		if text, ok := str(field); ok {
			p.add(Text{Role: role, Kind: in.Type, Text: text})
			return
		}
		if parts := list(field); parts != nil {
			for _, part := range parts {
				p.part(role, part)
			}
			return
		}
	}
	if len(in.Input) > 0 { // of a tool_use block: an object
		p.add(Text{Role: role, Kind: in.Type, Text: string(in.Input)})
		return
	}
	p.add(Text{Role: role, Kind: in.Type, Size: len(raw)})
}

func str(raw json.RawMessage) (s string, ok bool) {
	if len(raw) == 0 || raw[0] != '"' {
		return "", false
	}
	return s, json.Unmarshal(raw, &s) == nil
}

func list(raw json.RawMessage) (l []json.RawMessage) {
	if len(raw) > 0 && raw[0] == '[' {
		_ = json.Unmarshal(raw, &l)
	}
	return l
}

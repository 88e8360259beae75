package fakeupstream

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// marker in the last text of the prompt makes the answer a call of the first tool.
const marker = "use the tool"

// said is an answer without its vendor's form: a text, or the call of a tool.
type said struct {
	text string
	tool string // name; "" for a text
	args string // of the tool, JSON
}

func (s said) tokens() int { return tokens(len(s.text) + len(s.args)) }

// tool is a definition in one of three forms.
type tool struct {
	Name        string          `json:"name"`         // Responses, Messages
	Parameters  json.RawMessage `json:"parameters"`   // Responses
	InputSchema json.RawMessage `json:"input_schema"` // Messages
	Function    struct {
		Name       string          `json:"name"`
		Parameters json.RawMessage `json:"parameters"`
	} `json:"function"` // Chat
}

func (t tool) name() string { return t.Name + t.Function.Name }

func (t tool) schema() json.RawMessage {
	for _, s := range []json.RawMessage{t.Parameters, t.InputSchema, t.Function.Parameters} {
		if s != nil {
			return s
		}
	}
	return nil
}

// format is a wish for structured output, with or without a wrapping.
type format struct {
	Type       string          `json:"type"`
	Schema     json.RawMessage `json:"schema"`
	JSONSchema struct {
		Schema json.RawMessage `json:"schema"`
	} `json:"json_schema"`
}

// say decides what to answer: a tool's call if one is forced or asked for, else
// structured output if that is asked for, else how much came.
func (c *call) say() said {
	if t, ok := c.wanted(); ok {
		return said{tool: t.name(), args: example(t.schema())}
	}
	for _, f := range []format{c.body.ResponseFormat, c.body.Text.Format, c.body.OutputFormat, c.body.OutputConfig.Format} {
		switch {
		case f.Schema != nil:
			return said{text: example(f.Schema)}
		case f.JSONSchema.Schema != nil:
			return said{text: example(f.JSONSchema.Schema)}
		case f.Type == "json_object":
			return said{text: string(encode(obj{"answer": c.report()}))}
		}
	}
	return said{text: c.report()}
}

func (c *call) wanted() (tool, bool) {
	forced, name := choice(c.body.ToolChoice)
	for _, t := range c.body.Tools {
		if t.name() == "" || name != "" && t.name() != name {
			continue
		}
		if forced || strings.Contains(strings.ToLower(c.question()), marker) {
			return t, true
		}
	}
	return tool{}, false
}

// choice reads tool_choice: whether a tool must be called, and which.
func choice(raw json.RawMessage) (forced bool, name string) {
	if word, ok := str(raw); ok {
		return word == "required" || word == "any", ""
	}
	var c struct {
		Type     string `json:"type"`
		Name     string `json:"name"`
		Function struct {
			Name string `json:"name"`
		} `json:"function"`
	}
	_ = json.Unmarshal(raw, &c)
	switch c.Type {
	case "function", "tool", "any":
		return true, c.Name + c.Function.Name
	}
	return false, ""
}

// question is the last text, if the user said it. The result of a tool is not.
func (c *call) question() string {
	for i := len(c.prompt.Texts) - 1; i >= 0; i-- {
		switch t := c.prompt.Texts[i]; {
		case t.Role == "tools" || t.Text == "":
		case t.Role == "user" && t.Kind != "tool_result":
			return t.Text
		default:
			return ""
		}
	}
	return ""
}

func (c *call) report() string {
	text := fmt.Sprintf("The pith fake upstream received %d messages with %d bytes of text.", c.prompt.Messages, c.prompt.Bytes())
	if c.reply.Unicode {
		text += sample
	}
	if more := c.reply.Huge - len(text); more > 0 {
		const filler = " and more of the same"
		text += strings.Repeat(filler, more/len(filler)+1)[:more]
	}
	return text
}

// largest is the most bytes of a text in one event.
const largest = 4096

// cutUp cuts a text into what comes in one event: a word, and of long texts more.
func cutUp(text string) []string {
	if len(text) < largest {
		return strings.SplitAfter(text, " ")
	}
	var parts []string
	for len(text) > 0 {
		end := min(largest, len(text))
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		parts, text = append(parts, text[:end]), text[end:]
	}
	return parts
}

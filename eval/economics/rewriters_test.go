package economics

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// These rewriters stand for compressors. They drop words from results of tools and from
// the first user turn, and keep all else.

// droppable are the texts of a body that may lose words, in order, and how to put others
// in their places.
type droppable struct {
	body     map[string]json.RawMessage
	messages []map[string]json.RawMessage
	places   []place
}

type place struct {
	message, part int // part is -1 for a string
	text          string
	head          bool // the first user turn
}

// longText is the fewest tokens that a text must have to be shortened.
const longText = 400

func open(t *testing.T, raw []byte) *droppable {
	t.Helper()
	d := &droppable{}
	if err := json.Unmarshal(raw, &d.body); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(d.body["messages"], &d.messages); err != nil {
		t.Fatal(err)
	}
	head := true
	for i, m := range d.messages {
		role := members(m).string("role")
		var text string
		var parts []members
		switch {
		case json.Unmarshal(m["content"], &text) == nil:
			if role == "tool" || role == "user" && head {
				d.places = append(d.places, place{message: i, part: -1, text: text, head: role == "user"})
			}
		case json.Unmarshal(m["content"], &parts) == nil:
			for k, p := range parts {
				if p.string("type") == "tool_result" {
					d.places = append(d.places, place{message: i, part: k, text: p.string("content")})
				}
			}
		}
		head = head && role != "user"
	}
	d.places = slices.DeleteFunc(d.places, func(p place) bool { return quarters{}.Count(p.text) < longText })
	return d
}

func (d *droppable) put(p place, text string) {
	quoted, _ := json.Marshal(text)
	m := d.messages[p.message]
	if p.part < 0 {
		m["content"] = quoted
		return
	}
	var parts []members
	_ = json.Unmarshal(m["content"], &parts)
	parts[p.part]["content"] = quoted
	m["content"], _ = json.Marshal(parts)
}

func (d *droppable) bytes(t *testing.T) []byte {
	t.Helper()
	var err error
	if d.body["messages"], err = json.Marshal(d.messages); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(d.body)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// rewriter is a Rewriter that is a function.
type rewriter func(api string, body []byte) ([]byte, error)

func (f rewriter) Rewrite(_ context.Context, api string, body []byte) ([]byte, error) {
	return f(api, body)
}

// score is a word's keep probability, of 0 to 999, in a text of a kind.
func score(kind, word string) int { return int(hash(kind+"\x00"+word) >> 20 % 1000) }

func keep(text string, kept func(i int, word string) bool) string {
	var out []string
	for i, w := range strings.Split(text, " ") {
		if kept(i, w) {
			out = append(out, w)
		}
	}
	return strings.Join(out, " ")
}

// threshold keeps words by a fixed score, whatever stands around the text: about 6 in 10.
// A first turn is shortened for the question in it.
func threshold(text string, head bool) string {
	if !head {
		return keep(text, func(_ int, w string) bool { return score("", w) >= 400 })
	}
	material, question, _ := strings.Cut(text, "\n\nQuestion: ")
	return keep(material, func(_ int, w string) bool { return score(question, w) >= 400 }) + "\n\nQuestion: " + question
}

func stable(t *testing.T) Rewriter {
	return rewriter(func(_ string, body []byte) ([]byte, error) {
		d := open(t, body)
		for _, p := range d.places {
			d.put(p, threshold(p.text, p.head))
		}
		return d.bytes(t), nil
	})
}

// percentile drops the four tenths of all words of the prompt that score lowest: what goes
// from an old text depends on what has come since.
func percentile(t *testing.T) Rewriter {
	return rewriter(func(_ string, body []byte) ([]byte, error) {
		d := open(t, body)
		var scores []int
		at := func(p place, i int) int { return score(fmt.Sprint(p.message, p.part, i), "") }
		for _, p := range d.places {
			for i := range strings.Split(p.text, " ") {
				scores = append(scores, at(p, i))
			}
		}
		slices.Sort(scores)
		for _, p := range d.places {
			d.put(p, keep(p.text, func(i int, _ string) bool { return at(p, i) >= scores[len(scores)*4/10] }))
		}
		return d.bytes(t), nil
	})
}

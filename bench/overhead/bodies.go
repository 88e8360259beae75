package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/bench/internal/prose"
)

// quoted is the text as a client sends it, with < and > as they are.
func quoted(text string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		panic(err) // a string
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func message(role, text string) string {
	return `{"role":"` + role + `","content":` + quoted(text) + `}`
}

func chat(messages ...string) []byte {
	return []byte(`{"model":"gpt-4o-mini","messages":[` + strings.Join(messages, ",") + `]}`)
}

// small is the most bytes of one message's text in a body that is only scanned: a
// token has a byte at least, so that a text of less than proxy.min_tokens bytes is
// not even counted.
const small = 300

// scanned is a conversation of short messages, size bytes in all or a few more.
func scanned(source *prose.Source, size int, first ...string) []byte {
	messages := slices.Clone(first)
	have := len(chat(first...))
	for i := 0; have < size; i++ {
		text := source.Bytes(1)
		for len(text) < min(small, size-have-40) {
			text += " " + source.Bytes(1)
		}
		m := message([]string{"user", "assistant"}[i%2], text[:min(len(text), small)])
		messages = append(messages, m)
		have += len(m) + 1
	}
	return chat(messages...)
}

// asking is a question about a text of the wanted size, as programs for retrieval
// write it. Each call has another text and question.
func (b *bodies) asking(size int) string {
	b.questions++
	q := fmt.Sprintf("\n</context>\n\nQuestion: When was number %d of these documents written?", b.questions)
	const head = "Use the following pieces of context to answer the question at the end.\n\n<context>\n"
	text := calm.Replace(b.source.Bytes(size - len(head) - len(q)))
	return message("user", head+text+q)
}

// calm takes out of prose the words by which pith knows rules, whose words it keeps.
var calm = strings.NewReplacer(" must ", " will ", " shall ", " will ", " should ", " can ", " never ", " seldom ", " always ", " mostly ",
	" only ", " just ", " unless ", " where ", " except ", " besides ", " required ", " wanted ", " may ", " can ", " don't ", " do ", " cannot ", " can ")

// bodies makes what is sent.
type bodies struct {
	source    *prose.Source
	questions int
}

// pieces are the questions that a body of about size bytes is made of. What is longer
// than most is several turns: a text of a megabyte can take longer than the longest
// deadline, and here each was shortened once by itself.
func (b *bodies) pieces(size, most int) []string {
	n := (size + most - 1) / most
	var out []string
	for range n {
		out = append(out, b.asking(size/n))
	}
	return out
}

package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

// message is one of a conversation.
type message struct {
	text string
	json string
}

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

func said(role, text string) message {
	return message{text, `{"role":"` + role + `","content":` + quoted(text) + `}`}
}

// retrieved is a question about some material, as programs for retrieval write it.
func retrieved(material, question string) message {
	return said("user", "Use the following pieces of context to answer the question at the end.\n\n<context>\n"+material+
		"\n</context>\n\nQuestion: "+question)
}

// searched is a search and its result.
func searched(n int, text string) []message {
	id := fmt.Sprint("call_", n)
	return []message{
		{"", `{"role":"assistant","content":null,"tool_calls":[{"id":"` + id + `","type":"function","function":{"name":"web_search","arguments":"{\"q\":\"more\"}"}}]}`},
		{text, `{"role":"tool","tool_call_id":"` + id + `","content":` + quoted(text) + `}`},
	}
}

func chat(messages []message) []byte {
	all := make([]string, len(messages))
	for i, m := range messages {
		all[i] = m.json
	}
	return []byte(`{"model":"gpt-4o-mini","messages":[` + strings.Join(all, ",") + `]}`)
}

// talk are the messages of a conversation of so many turns: a system prompt, a question
// with 8 KB of material, and in each later turn a search result of 3 KB.
func (l *lab) talk(name string, turns int) []message {
	all := []message{said("system", l.bytes(name+" system", 6<<10)),
		retrieved(l.bytes(name+" material", 8<<10), "When was this written?")}
	for n := 2; n <= turns; n++ {
		of := fmt.Sprint(name, " ", n)
		all = append(all, searched(n, l.bytes(of+" result", 3<<10))...)
		all = append(all, said("assistant", l.bytes(of+" answer", 300)), said("user", l.bytes(of+" user", 100)))
	}
	return all
}

// turn are the messages of the request of a turn, the first of which is 1. Each of them
// brings one text that the proxy looks at.
func turn(all []message, n int) []message { return all[:2+4*(n-1)] }

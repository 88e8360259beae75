package tracegen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// A Line is one request of a trace.
type Line struct {
	At   time.Time       `json:"time"`
	API  string          `json:"api"`
	Body json.RawMessage `json:"body"`
}

// A Trace is requests in the order of time.
type Trace []Line

// JSONL is the trace as pith replay reads it.
func (t Trace) JSONL() []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	for _, l := range t {
		_ = enc.Encode(l) // its parts are JSON already
	}
	return b.Bytes()
}

// Kinds are the traces by name, each with what it is there for.
var Kinds = map[string]func(seed uint64) Trace{
	"agent":       func(s uint64) Trace { return agent(s, agentPlan{turns: 50}) },
	"agent_idle":  func(s uint64) Trace { return agent(s, agentPlan{turns: 20, idleAt: 10}) },
	"agent_tools": func(s uint64) Trace { return agent(s, agentPlan{turns: 20, toolsAt: 12}) },
	"agent_model": func(s uint64) Trace { return agent(s, agentPlan{turns: 20, modelAt: 8}) },
	"marked":      func(s uint64) Trace { return claude(s, 30) },
	"rag":         rag,
	"rag_shared":  ragShared,
	"crossing":    crossing,
	"chat":        chat,
}

// Names are those of Kinds, sorted.
func Names() []string { return slices.Sorted(maps.Keys(Kinds)) }

var start = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func random(seed uint64, kind string) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(len(kind))<<8|uint64(kind[0])))
}

type obj map[string]any

// body encodes members in the order of a client: model first.
func body(model string, rest obj) json.RawMessage {
	var b bytes.Buffer
	b.WriteString(`{"model":` + text(model))
	for _, k := range slices.Sorted(maps.Keys(rest)) {
		b.WriteString("," + text(k) + ":" + encode(rest[k]))
	}
	b.WriteByte('}')
	return b.Bytes()
}

func text(s string) string { return encode(s) }

func encode(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v) // strings, maps and lists of them
	return string(bytes.TrimRight(b.Bytes(), "\n"))
}

// agentPlan is what happens in an agent's loop, in turns from 1; 0 is never.
type agentPlan struct{ turns, idleAt, toolsAt, modelAt int }

func chatTools(names ...string) []any {
	var out []any
	for _, n := range names {
		out = append(out, obj{"type": "function", "function": obj{"name": n, "description": "Looks for pages about a topic and returns their text.",
			"parameters": obj{"type": "object", "properties": obj{"query": obj{"type": "string"}}}}})
	}
	return out
}

// agent is a loop of tool calls whose results are prose.
func agent(seed uint64, p agentPlan) Trace {
	r := random(seed, "agent")
	messages := []any{obj{"role": "system", "content": Prose(r, 900)}, obj{"role": "user", "content": "Find out who opened the market hall. " + Sentence(r)}}
	tools, model, at := chatTools("web_search", "fetch_url"), "gpt-5", start
	var out Trace
	for n := 1; n <= p.turns; n++ {
		if n == p.idleAt {
			at = at.Add(26 * time.Hour)
		}
		if n == p.toolsAt {
			tools = chatTools("web_search", "fetch_url", "calendar")
		}
		if n == p.modelAt {
			model = "gpt-5-mini"
		}
		out = append(out, Line{at, "openai.chat", body(model, obj{"messages": messages, "tools": tools})})
		id := fmt.Sprintf("call_%d", n)
		messages = append(slices.Clip(messages),
			obj{"role": "assistant", "content": nil, "tool_calls": []any{obj{"id": id, "type": "function", "function": obj{"name": "web_search", "arguments": `{"query":"market hall"}`}}}},
			obj{"role": "tool", "tool_call_id": id, "content": Prose(r, 420+r.IntN(300))})
		at = at.Add(time.Duration(8+r.IntN(40)) * time.Second)
	}
	return out
}

// claude is an agent's loop with markers for the vendor's cache.
func claude(seed uint64, turns int) Trace {
	r := random(seed, "marked")
	mark := obj{"type": "ephemeral"}
	system := []any{obj{"type": "text", "text": Prose(r, 1200), "cache_control": mark}}
	tools := []any{obj{"name": "web_search", "description": "Looks for pages.", "input_schema": obj{"type": "object", "properties": obj{"query": obj{"type": "string"}}}}}
	messages := []any{obj{"role": "user", "content": []any{obj{"type": "text", "text": "Find out who opened the market hall. " + Sentence(r)}}}}
	at := start
	var out Trace
	for n := 1; n <= turns; n++ {
		sent := slices.Clone(messages)
		last := maps.Clone(sent[len(sent)-1].(obj))
		parts := slices.Clone(last["content"].([]any))
		marked := maps.Clone(parts[len(parts)-1].(obj))
		marked["cache_control"] = mark
		parts[len(parts)-1] = marked
		last["content"] = parts
		sent[len(sent)-1] = last
		out = append(out, Line{at, "anthropic.messages", body("claude-sonnet-4-5", obj{"system": system, "tools": tools, "messages": sent, "max_tokens": 1024})})
		id := fmt.Sprintf("toolu_%d", n)
		messages = append(slices.Clip(messages),
			obj{"role": "assistant", "content": []any{obj{"type": "text", "text": Sentence(r)}, obj{"type": "tool_use", "id": id, "name": "web_search", "input": obj{"query": "market hall"}}}},
			obj{"role": "user", "content": []any{obj{"type": "tool_result", "tool_use_id": id, "content": Prose(r, 420+r.IntN(300))}}})
		at = at.Add(time.Duration(8+r.IntN(40)) * time.Second)
	}
	return out
}

func contexts(r *rand.Rand, words int) string {
	return "Answer the question using the passages.\n\n<passages>\n" + Prose(r, words) + "\n</passages>\n\nQuestion: "
}

func user(s string) obj { return obj{"role": "user", "content": s} }

// talk is a conversation that goes on in short turns.
func talk(r *rand.Rand, at time.Time, system, first string, turns int) Trace {
	messages := []any{obj{"role": "system", "content": system}, user(first)}
	var out Trace
	for range turns {
		out = append(out, Line{at, "openai.chat", body("gpt-5", obj{"messages": messages})})
		messages = append(slices.Clip(messages), obj{"role": "assistant", "content": Sentence(r)}, user("And what happened then? "+Sentence(r)))
		at = at.Add(time.Duration(20+r.IntN(60)) * time.Second)
	}
	return out
}

// rag is conversations with different contexts in their first turns.
func rag(seed uint64) Trace {
	r := random(seed, "rag")
	system := Prose(r, 200)
	var out Trace
	for k := range 4 {
		out = append(out, talk(r, start.Add(time.Duration(k)*time.Hour), system,
			contexts(r, 3500)+fmt.Sprintf("Who opened the market hall in %d?", 1850+k), 6)...)
	}
	return out
}

// ragShared is one-shot questions about the same contexts.
func ragShared(seed uint64) Trace {
	r := random(seed, "shared")
	head := contexts(r, 3500)
	var out Trace
	for k := range 8 {
		out = append(out, Line{start.Add(time.Duration(k) * time.Minute), "openai.chat",
			body("gpt-5", obj{"messages": []any{user(head + fmt.Sprintf("Who opened the market hall in %d?", 1850+k))}})})
	}
	return out
}

// crossing is a conversation whose first turn is a little over the minimum of vendors
// that cache from 1,024 tokens on, and which grows slowly.
func crossing(seed uint64) Trace {
	r := random(seed, "crossing")
	return talk(r, start, "Be brief.", contexts(r, 900)+"Who opened the market hall in 1851?", 12)
}

// chat is a conversation in which nothing is long.
func chat(seed uint64) Trace {
	r := random(seed, "chat")
	return talk(r, start, Prose(r, 800), "Tell me about the market hall.", 25)
}

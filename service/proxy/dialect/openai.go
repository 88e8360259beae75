package dialect

import "github.com/pith-proxy/pith/service/proxy/jsonedit"

var (
	chatBodyKeys = jsonedit.NewKeys("model", "messages", "input", "instructions", "store", "pith",
		"previous_response_id", "conversation", "cache_control", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention",
		"echo", "prompt_logprobs", "return_token_ids", "truncate_prompt_tokens", "continue_final_message", "kv_transfer_params")
	chatMessageKeys = jsonedit.NewKeys("role", "content", "name", "tool_call_id", "tool_calls",
		"cache_control", "prompt_cache_breakpoint")
	callKeys     = jsonedit.NewKeys("id", "function", "custom")
	callNameKeys = jsonedit.NewKeys("name")
	itemKeys     = jsonedit.NewKeys("type", "role", "content", "call_id", "name", "output", "prompt_cache_breakpoint")
)

// chatBody reads a body for chat completions or for responses. Some clients send
// the one to the path of the other, so its members decide and not the path.
func (w *walk) chatBody() {
	chat, responses := false, false
	w.r.Object(chatBodyKeys, func(k string) {
		switch k {
		case "messages":
			chat = true
			w.r.Array(w.chatMessage)
		case "input":
			responses = true
			w.input()
		case "instructions":
			w.systemText()
		default:
			w.common(k)
		}
	})
	w.known = chat != responses
}

// common reads the members that mean the same everywhere.
func (w *walk) common(key string) {
	switch key {
	case "model":
		w.body.Model = w.r.Text()
	case "pith":
		w.extension()
	case "store":
		w.body.Store = w.r.True()
	case "previous_response_id", "conversation", "thread", "previous_message_id":
		w.body.Stateful = w.set() || w.body.Stateful
	case "cache_control", "prompt_cache_key", "prompt_cache_options":
		w.mark()
	case "prompt_cache_retention":
		w.body.Long = w.r.Text() == "24h"
	case "echo", "prompt_logprobs", "return_token_ids", "truncate_prompt_tokens",
		"continue_final_message", "kv_transfer_params":
		w.body.Sensitive = w.set() || w.body.Sensitive
	}
}

// systemText reads a system prompt that stands outside the messages.
func (w *walk) systemText() {
	t := w.begin(-1)
	t.role = System
	w.text()
	w.settleHead(t)
}

// settleHead is settle for what comes before all turns wherever it stands.
func (w *walk) settleHead(t turn) {
	grown := w.grown
	w.grown = false
	w.settle(t)
	w.grown = grown
}

func (w *walk) chatMessage(i int) {
	t := w.begin(i)
	w.r.Object(chatMessageKeys, func(k string) {
		switch k {
		case "role":
			t.role = Role(w.r.Text())
		case "content":
			w.content("text")
		case "name":
			t.name = w.r.Text()
		case "tool_call_id":
			t.call = w.r.Text()
		case "tool_calls":
			w.r.Array(func(int) { w.chatCall() })
		case "cache_control", "prompt_cache_breakpoint":
			w.mark()
		}
	})
	if t.role == "function" {
		t.role = Tool
	}
	w.settle(t)
}

// chatCall reads which tool a call is of. Its arguments are none of ours.
func (w *walk) chatCall() {
	id, name := "", ""
	w.r.Object(callKeys, func(k string) {
		switch k {
		case "id":
			id = w.r.Text()
		case "function", "custom":
			w.r.Object(callNameKeys, func(k string) {
				if k == "name" {
					name = w.r.Text()
				}
			})
		}
	})
	w.tools[id] = name
}

// input reads the input of a responses request: one string, or a list of items.
func (w *walk) input() {
	if w.r.Kind() != jsonedit.String {
		w.r.Array(w.item)
		return
	}
	t := w.begin(0)
	t.role = User
	w.text()
	w.settle(t)
}

func (w *walk) item(i int) {
	t := w.begin(i)
	outputs := t.first // blocks from here on are of the output, those before of the content
	w.r.Object(itemKeys, func(k string) {
		switch k {
		case "type":
			t.kind = w.r.Text()
		case "role":
			t.role = Role(w.r.Text())
		case "content":
			w.content("input_text")
			outputs = len(w.body.Blocks)
		case "call_id":
			t.call = w.r.Text()
		case "name":
			t.name = w.r.Text()
		case "output":
			w.output()
		case "prompt_cache_breakpoint":
			w.mark()
		}
	})
	switch t.kind {
	case "function_call_output", "custom_tool_call_output", "shell_call_output":
		t.role, t.name = Tool, ""
		if outputs != t.first { // such an item has no content
			w.body.Blocks = w.body.Blocks[:t.first]
		}
	case "", "message":
		w.body.Blocks = w.body.Blocks[:outputs]
	case "item_reference":
		w.body.Stateful = true
		t.role = assistant
	default:
		if t.kind == "function_call" || t.kind == "custom_tool_call" {
			w.tools[t.call] = t.name
		}
		t.role = assistant
	}
	w.settle(t)
}

// output reads what a tool answered: a string, parts, or chunks of a shell.
func (w *walk) output() {
	if w.r.Kind() == jsonedit.String {
		w.text()
		return
	}
	w.r.Array(func(int) {
		first, got, shell := len(w.body.Blocks), "", false
		w.r.Object(outputKeys, func(k string) {
			switch k {
			case "type":
				got = w.r.Text()
			case "text":
				w.text()
			case "stdout", "stderr":
				shell = true
				w.text()
			case "prompt_cache_breakpoint":
				w.mark()
			}
		})
		if got != "input_text" && !(shell && got == "") {
			w.body.Blocks = w.body.Blocks[:first]
		}
	})
}

var outputKeys = jsonedit.NewKeys("type", "text", "stdout", "stderr", "prompt_cache_breakpoint")

var completionsKeys = jsonedit.NewKeys("model", "prompt", "suffix", "echo", "logprobs", "store", "pith",
	"prompt_logprobs", "return_token_ids", "truncate_prompt_tokens", "kv_transfer_params")

// completionsBody reads a body whose prompt is one plain string. Anything that
// depends on where the prompt's text stands makes it one that is passed on.
func (w *walk) completionsBody() {
	w.r.Object(completionsKeys, func(k string) {
		switch k {
		case "prompt":
			if w.known = w.r.Kind() == jsonedit.String; w.known {
				w.grown = true // what is to be continued is no turn with a question
				w.input()
			}
		case "suffix", "logprobs":
			w.body.Sensitive = w.set() || w.body.Sensitive
		default:
			w.common(k)
		}
	})
}

package fakeupstream

import "net/http"

func (c *call) responsesUsage(s said) obj {
	in, out := c.prompt.Tokens(), s.tokens()
	return obj{
		"input_tokens": in, "output_tokens": out, "total_tokens": in + out,
		"input_tokens_details":  obj{"cached_tokens": 0},
		"output_tokens_details": obj{"reasoning_tokens": 0},
	}
}

// responses answers POST /v1/responses.
func responses(c *call) answer {
	s := c.say()
	if c.body.Stream {
		var frames [][]byte
		for _, e := range c.responseEvents(s) {
			frames = append(frames, event(e))
		}
		return stream(frames)
	}
	return inJSON(http.StatusOK, c.response("completed", []any{c.item(s, "completed")}, c.responsesUsage(s)))
}

// response is the object that the answer is, at one moment.
func (c *call) response(status string, output []any, usage any) obj {
	return obj{
		"id": c.id("resp_"), "object": "response", "created_at": c.now, "status": status, "model": c.prompt.Model,
		"output": output, "usage": usage, "error": nil, "incomplete_details": nil, "instructions": nil,
		"metadata": obj{}, "parallel_tool_calls": true, "temperature": 1.0, "top_p": 1.0, "tool_choice": "auto",
		"tools": []any{}, "previous_response_id": nil, "max_output_tokens": nil, "store": true,
		"text": obj{"format": obj{"type": "text"}}, "reasoning": obj{"effort": nil, "summary": nil}, "truncation": "disabled",
	}
}

// item is the only item of the output.
func (c *call) item(s said, status string) obj {
	if s.tool != "" {
		return obj{"id": c.id("fc_"), "type": "function_call", "status": status, "call_id": c.id("call_"), "name": s.tool, "arguments": s.args}
	}
	content := []any{}
	if s.text != "" {
		content = append(content, textPart(s.text))
	}
	return obj{"id": c.id("msg_"), "type": "message", "status": status, "role": "assistant", "content": content}
}

func textPart(text string) obj {
	return obj{"type": "output_text", "text": text, "annotations": []any{}, "logprobs": []any{}}
}

// responseEvents are the events of a stream, and the messages of a WebSocket.
func (c *call) responseEvents(s said) []obj {
	var events []obj
	add := func(typ string, v obj) {
		v["type"], v["sequence_number"] = typ, len(events)
		events = append(events, v)
	}
	add("response.created", obj{"response": c.response("in_progress", []any{}, nil)})
	add("response.in_progress", obj{"response": c.response("in_progress", []any{}, nil)})
	add("response.output_item.added", obj{"output_index": 0, "item": c.item(said{tool: s.tool}, "in_progress")})
	if s.tool != "" {
		c.callEvents(s, add)
	} else {
		c.textEvents(s, add)
	}
	add("response.output_item.done", obj{"output_index": 0, "item": c.item(s, "completed")})
	add("response.completed", obj{"response": c.response("completed", []any{c.item(s, "completed")}, c.responsesUsage(s))})
	return events
}

func (c *call) callEvents(s said, add func(string, obj)) {
	at := func(key, value string) obj {
		return obj{"item_id": c.id("fc_"), "output_index": 0, key: value}
	}
	for _, part := range cutUp(s.args) {
		add("response.function_call_arguments.delta", at("delta", part))
	}
	done := at("arguments", s.args)
	done["name"] = s.tool
	add("response.function_call_arguments.done", done)
}

func (c *call) textEvents(s said, add func(string, obj)) {
	at := func(key string, value any) obj {
		return obj{"item_id": c.id("msg_"), "output_index": 0, "content_index": 0, key: value}
	}
	add("response.content_part.added", at("part", textPart("")))
	for _, part := range cutUp(s.text) {
		delta := at("delta", part)
		delta["logprobs"] = []any{}
		add("response.output_text.delta", delta)
	}
	done := at("text", s.text)
	done["logprobs"] = []any{}
	add("response.output_text.done", done)
	add("response.content_part.done", at("part", textPart(s.text)))
}

// inputTokens answers POST /v1/responses/input_tokens.
func inputTokens(c *call) answer {
	return inJSON(http.StatusOK, obj{"object": "response.input_tokens", "input_tokens": c.prompt.Tokens()})
}

// compact answers POST /v1/responses/compact.
func compact(c *call) answer {
	return inJSON(http.StatusOK, obj{
		"id": c.id("resp_"), "object": "response.compaction", "created_at": c.now,
		"output": []any{obj{"id": c.id("cmp_"), "type": "compaction", "encrypted_content": "ZmFrZSBjb21wYWN0aW9u"}},
		"usage":  c.responsesUsage(said{}),
	})
}

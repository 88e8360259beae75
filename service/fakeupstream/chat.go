package fakeupstream

import "net/http"

func (c *call) openAIUsage(s said) obj {
	in, out := c.prompt.Tokens(), s.tokens()
	return obj{
		"prompt_tokens": in, "completion_tokens": out, "total_tokens": in + out,
		"prompt_tokens_details":     obj{"cached_tokens": 0, "audio_tokens": 0},
		"completion_tokens_details": obj{"reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
	}
}

// chat answers POST /v1/chat/completions.
func chat(c *call) answer {
	s := c.say()
	if c.body.Stream {
		return stream(c.chatFrames(s))
	}
	message := obj{"role": "assistant", "content": s.text, "refusal": nil, "annotations": []any{}}
	if s.tool != "" {
		message["content"] = nil
		message["tool_calls"] = []any{c.toolCall(s, s.args)}
	}
	return inJSON(http.StatusOK, obj{
		"id": c.id("chatcmpl-"), "object": "chat.completion", "created": c.now, "model": c.prompt.Model,
		"choices":            []any{obj{"index": 0, "message": message, "logprobs": nil, "finish_reason": finish(s)}},
		"usage":              c.openAIUsage(s),
		"service_tier":       "default",
		"system_fingerprint": "fp_fake",
	})
}

func finish(s said) string {
	if s.tool != "" {
		return "tool_calls"
	}
	return "stop"
}

func (c *call) toolCall(s said, args string) obj {
	return obj{"id": c.id("call_"), "type": "function", "function": obj{"name": s.tool, "arguments": args}}
}

func (c *call) chatFrames(s said) [][]byte {
	deltas := []obj{{"role": "assistant", "content": "", "refusal": nil}}
	if s.tool != "" {
		first := c.toolCall(s, "")
		first["index"] = 0
		deltas = []obj{{"role": "assistant", "content": nil, "tool_calls": []any{first}}}
		for _, part := range cutUp(s.args) {
			deltas = append(deltas, obj{"tool_calls": []any{obj{"index": 0, "function": obj{"arguments": part}}}})
		}
	} else {
		for _, part := range cutUp(s.text) {
			deltas = append(deltas, obj{"content": part})
		}
	}
	var frames [][]byte
	for _, d := range deltas {
		frames = append(frames, c.chunk([]any{obj{"index": 0, "delta": d, "logprobs": nil, "finish_reason": nil}}, nil))
	}
	frames = append(frames, c.chunk([]any{obj{"index": 0, "delta": obj{}, "logprobs": nil, "finish_reason": finish(s)}}, nil))
	if c.body.StreamOptions.IncludeUsage {
		frames = append(frames, c.chunk([]any{}, c.openAIUsage(s)))
	}
	return append(frames, []byte("data: [DONE]\n\n"))
}

// chunk is one event. With include_usage every chunk has usage, null but in the last.
func (c *call) chunk(choices []any, usage obj) []byte {
	v := obj{"id": c.id("chatcmpl-"), "object": "chat.completion.chunk", "created": c.now, "model": c.prompt.Model,
		"service_tier": "default", "system_fingerprint": "fp_fake", "choices": choices}
	if c.body.StreamOptions.IncludeUsage {
		v["usage"] = usage
	}
	return data(v)
}

// completions answers POST /v1/completions.
func completions(c *call) answer {
	s := said{text: c.report()}
	v := obj{"id": c.id("cmpl-"), "object": "text_completion", "created": c.now, "model": c.prompt.Model}
	choice := func(text string, finish any) []any {
		return []any{obj{"index": 0, "text": text, "logprobs": nil, "finish_reason": finish}}
	}
	if !c.body.Stream {
		v["choices"], v["usage"] = choice(s.text, "stop"), c.openAIUsage(s)
		return inJSON(http.StatusOK, v)
	}
	var frames [][]byte
	for _, part := range cutUp(s.text) {
		v["choices"] = choice(part, nil)
		frames = append(frames, data(v))
	}
	v["choices"] = choice("", "stop")
	frames = append(frames, data(v))
	if c.body.StreamOptions.IncludeUsage {
		v["choices"], v["usage"] = []any{}, c.openAIUsage(s)
		frames = append(frames, data(v))
	}
	return stream(append(frames, []byte("data: [DONE]\n\n")))
}

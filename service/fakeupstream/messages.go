package fakeupstream

import (
	"encoding/json"
	"net/http"
)

func (c *call) anthropicUsage(out int) obj {
	return obj{"input_tokens": c.prompt.Tokens(), "output_tokens": out,
		"cache_creation_input_tokens": 0, "cache_read_input_tokens": 0, "service_tier": "standard"}
}

// messages answers POST /v1/messages.
func messages(c *call) answer {
	s := c.say()
	if c.body.Stream {
		return stream(c.messageFrames(s))
	}
	m := c.message([]any{c.block(s)}, s.tokens())
	m["stop_reason"] = stopReason(s)
	return inJSON(http.StatusOK, m)
}

func stopReason(s said) string {
	if s.tool != "" {
		return "tool_use"
	}
	return "end_turn"
}

func (c *call) message(content []any, out int) obj {
	return obj{"id": c.id("msg_"), "type": "message", "role": "assistant", "model": c.prompt.Model,
		"content": content, "stop_reason": nil, "stop_sequence": nil, "usage": c.anthropicUsage(out)}
}

func (c *call) block(s said) obj {
	if s.tool != "" {
		return obj{"type": "tool_use", "id": c.id("toolu_"), "name": s.tool, "input": json.RawMessage(s.args)}
	}
	return obj{"type": "text", "text": s.text}
}

func (c *call) messageFrames(s said) [][]byte {
	first, kind, key, whole := said{}, "text_delta", "text", s.text
	if s.tool != "" {
		first, kind, key, whole = said{tool: s.tool, args: "{}"}, "input_json_delta", "partial_json", s.args
	}
	frames := [][]byte{
		event(obj{"type": "message_start", "message": c.message([]any{}, 1)}),
		event(obj{"type": "content_block_start", "index": 0, "content_block": c.block(first)}),
		event(obj{"type": "ping"}),
	}
	for _, part := range cutUp(whole) {
		frames = append(frames, event(obj{"type": "content_block_delta", "index": 0, "delta": obj{"type": kind, key: part}}))
	}
	return append(frames,
		event(obj{"type": "content_block_stop", "index": 0}),
		event(obj{"type": "message_delta", "delta": obj{"stop_reason": stopReason(s), "stop_sequence": nil}, "usage": c.anthropicUsage(s.tokens())}),
		event(obj{"type": "message_stop"}))
}

// countTokens answers POST /v1/messages/count_tokens.
func countTokens(c *call) answer {
	return inJSON(http.StatusOK, obj{"input_tokens": c.prompt.Tokens()})
}

func anthropicBatch(c *call) answer {
	return inJSON(http.StatusOK, obj{
		"id": c.named("msgbatch_"), "type": "message_batch", "processing_status": "in_progress",
		"request_counts": obj{"processing": 1, "succeeded": 0, "errored": 0, "canceled": 0, "expired": 0},
		"created_at":     c.date(), "expires_at": c.date(), "ended_at": nil, "archived_at": nil, "cancel_initiated_at": nil, "results_url": nil,
	})
}

var anthropicNames = []string{"claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"}

func anthropicModels(c *call) answer {
	var list []any
	for _, id := range anthropicNames {
		list = append(list, c.anthropicModel(id))
	}
	return inJSON(http.StatusOK, obj{"data": list, "has_more": false,
		"first_id": anthropicNames[0], "last_id": anthropicNames[len(anthropicNames)-1]})
}

func anthropicModel(c *call) answer { return inJSON(http.StatusOK, c.anthropicModel(c.vars[0])) }

func (c *call) anthropicModel(id string) obj {
	return obj{"type": "model", "id": id, "display_name": id, "created_at": "2026-01-01T00:00:00Z"}
}

func anthropicUpload(c *call) answer { return inJSON(http.StatusOK, c.anthropicFile(c.upload())) }

func anthropicFile(c *call) answer {
	return inJSON(http.StatusOK, c.anthropicFile(upload{name: "example.txt", media: "text/plain", size: 7}))
}

func (c *call) anthropicFile(u upload) obj {
	return obj{"id": c.named("file_"), "type": "file", "filename": u.name, "mime_type": u.media,
		"size_bytes": u.size, "created_at": c.date(), "downloadable": false}
}

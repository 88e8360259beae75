package reader

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// complaint is what a vendor says of an error.
type complaint struct {
	Type, Code, Param, Message string
}

// complaintOf reads an error in a body, and whether there is one. OpenAI puts it in a
// member, others put its members on top, or write a bare string. Routers send some with
// status 200.
func complaintOf(body []byte) (complaint, bool) {
	var outer struct{ Error json.RawMessage }
	if json.Unmarshal(body, &outer) == nil && len(outer.Error) > 0 && string(outer.Error) != "null" {
		return members(outer.Error), true
	}
	c := members(body)
	return c, c.Message != ""
}

// choiceComplaint reads an error that stands in place of an answer, as routers send it with
// status 200 when the vendor behind them fails in the middle.
func choiceComplaint(body []byte) (complaint, bool) {
	var v struct {
		Choices []struct {
			Finish any `json:"finish_reason"`
			Error  json.RawMessage
		}
	}
	if json.Unmarshal(body, &v) != nil || len(v.Choices) == 0 {
		return complaint{}, false
	}
	first := v.Choices[0]
	if len(first.Error) > 0 && string(first.Error) != "null" {
		return members(first.Error), true
	}
	return complaint{}, first.Finish == "error"
}

// cutShort reports whether a body is the beginning of an object.
func cutShort(body []byte) bool {
	body = bytes.TrimSpace(body)
	return len(body) == 0 || body[0] == '{' && !json.Valid(body)
}

func members(object []byte) complaint {
	var bare string
	if json.Unmarshal(object, &bare) == nil {
		return complaint{Message: bare}
	}
	var v struct {
		Type, Code, Param, Message any
		Metadata                   struct{ Raw any } // OpenRouter: what the vendor behind it said
	}
	_ = json.Unmarshal(object, &v) // what is no object has no members
	c := complaint{word(v.Type), word(v.Code), word(v.Param), word(v.Message)}
	if raw := word(v.Metadata.Raw); raw != "" {
		if inner, ok := complaintOf([]byte(raw)); ok {
			return inner
		}
		c.Message = raw
	}
	return c
}

func word(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

// says reports whether the kind or the code is one of some.
func (c complaint) says(words ...string) bool {
	return slices.Contains(words, c.Type) || slices.Contains(words, c.Code)
}

// broke reports whether the account has run out, which no wait mends.
func (c complaint) broke() bool {
	return c.says("insufficient_quota", "billing_hard_limit_reached", "billing_not_active")
}

// filtered reports whether a filter refused the prompt, as Azure says with status 400.
func (c complaint) filtered() bool { return c.Code == FinishFilter }

// What those say that have no code for a prompt beyond the window: vLLM, SGLang, Mistral
// and OpenRouter; OpenAI's newer API; llama.cpp; Anthropic; Bedrock; Gemini; TGI.
var longPrompt = regexp.MustCompile(`(?i)maximum context length|exceeds? the (?:available |model's )?context (?:window|size|length)|` +
	`prompt is too long|input is too long for|exceeds the maximum number of tokens allowed|max_new_tokens.{0,3} must be <=`)

// tooLong reports whether prompt and answer do not fit the model's window.
func (c complaint) tooLong(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return c.says("context_length_exceeded", "exceed_context_size_error") || longPrompt.MatchString(c.Message)
	}
	return false
}

var unknownField = regexp.MustCompile(`(?i)unsupported parameter|unrecognized request argument|unknown (?:parameter|field)|extra inputs are not permitted`)

// unwanted reports whether the vendor does not take a field, whatever its value.
func (c complaint) unwanted(field string) bool {
	named := c.Param == field || c.Param == "" && strings.Contains(c.Message, field)
	return named && (c.says("unsupported_parameter", "unknown_parameter", "extra_forbidden") || unknownField.MatchString(c.Message))
}

// hint says what to change.
func (c complaint) hint(status int) string {
	switch {
	case c.broke():
		return "the account has no credit left"
	case c.Param == maxTokens || c.Param == maxCompletionTokens:
		return "the model does not take this bound of the answer's tokens"
	case c.says("idempotency_error"):
		return "the vendor knows the Idempotency-Key of this call from another one; it forgets it after a while, mostly a day"
	case status >= 300 && status < 400:
		return "the base URL leads elsewhere; name the address it leads to"
	case status == 401 || status == 403:
		return "the key is missing, wrong, or not for this model"
	case status == 404:
		return "the base URL or the model's name is wrong"
	}
	return ""
}

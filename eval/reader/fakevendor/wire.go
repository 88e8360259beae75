package fakevendor

import (
	"encoding/json"
	"net/http"
	"strings"
)

// reply is a chat completion, with the members that readers read.
type reply struct {
	ID      string   `json:"id"`
	Object  string   `json:"object"`
	Created int64    `json:"created"`
	Model   string   `json:"model"`
	Choices []choice `json:"choices"`
	Usage   *usage   `json:"usage,omitempty"`
}

type choice struct {
	Index   int     `json:"index"`
	Message message `json:"message"`
	Finish  string  `json:"finish_reason"`

	Error json.RawMessage `json:"error,omitempty"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type usage struct {
	PromptTokens     int     `json:"prompt_tokens"`
	CompletionTokens int     `json:"completion_tokens"`
	TotalTokens      int     `json:"total_tokens"`
	Details          details `json:"prompt_tokens_details"`
}

type details struct {
	Cached int `json:"cached_tokens"`
}

// parse reads a request for a completion that is not streamed.
func parse(h http.Header, body []byte) (Request, bool) {
	var in struct {
		Model    string    `json:"model"`
		Messages []message `json:"messages"`
		Stream   bool      `json:"stream"`
	}
	if json.Unmarshal(body, &in) != nil || len(in.Messages) == 0 || in.Stream {
		return Request{}, false
	}
	return Request{
		Digest: digestOf(body), Key: h.Get("Idempotency-Key"), Header: h.Clone(), Body: body,
		Prompt: in.Messages[len(in.Messages)-1].Content, Model: in.Model,
	}, true
}

// answer is the same for equal bodies. A token is a word.
func (v *Vendor) answer(q Request) reply {
	var in struct {
		Messages []message `json:"messages"`
	}
	_ = json.Unmarshal(q.Body, &in) // parsed before
	u := &usage{Details: details{v.o.Cached}}
	for _, m := range in.Messages {
		u.PromptTokens += len(strings.Fields(m.Content))
	}
	text := v.o.Answer(q.Prompt)
	u.CompletionTokens = len(strings.Fields(text))
	u.TotalTokens = u.PromptTokens + u.CompletionTokens
	return reply{
		ID: "chatcmpl-" + q.Digest[:12], Object: "chat.completion", Created: 1, Model: q.Model + "-fake",
		Choices: []choice{{Message: message{"assistant", text}, Finish: "stop"}},
		Usage:   u,
	}
}

// apply returns the body of an answer with what a fault makes of it.
func (f Fault) apply(answer reply) []byte {
	if f.Body != "" {
		return []byte(f.Body)
	}
	first := answer.Choices[0] // a copy: the answer may be kept for its key
	if f.Finish != "" {
		first.Finish = f.Finish
	}
	if f.Choice != "" {
		first.Finish, first.Message.Content, first.Error = "error", "", json.RawMessage(f.Choice)
	}
	answer.Choices = []choice{first}
	if f.NoChoices {
		answer.Choices = []choice{}
	}
	counted := *answer.Usage // likewise
	counted.TotalTokens += f.Thoughts
	answer.Usage = &counted
	if f.NoUsage {
		answer.Usage = nil
	}
	body, _ := json.Marshal(answer) // has no value that cannot be JSON
	return body
}

func (f Fault) refuse(w http.ResponseWriter) {
	for name, values := range f.Header {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	if f.Body == "" {
		refuse(w, f.Status, "fault")
		return
	}
	w.WriteHeader(f.Status)
	_, _ = w.Write([]byte(f.Body))
}

func refuse(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	body, _ := json.Marshal(map[string]any{"error": map[string]any{
		"message": "the fake vendor refuses", "type": code, "param": nil, "code": code,
	}})
	_, _ = w.Write(body)
}

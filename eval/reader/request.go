package reader

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"
)

// maxReply bounds what is read of a vendor's reply, in bytes.
const maxReply = 16 << 20

// request is what the library sends for a prompt, beside what is in more.
func (c *Client) request(p Prompt, field string) openai.ChatCompletionRequest {
	r := openai.ChatCompletionRequest{
		Model:           c.o.Model,
		Temperature:     c.o.Temperature,
		Seed:            c.o.Seed,
		ReasoningEffort: c.o.Effort,
	}
	if c.o.System != "" {
		r.Messages = append(r.Messages, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleSystem, Content: c.o.System})
	}
	r.Messages = append(r.Messages, openai.ChatCompletionMessage{Role: openai.ChatMessageRoleUser, Content: p.Text})
	switch {
	case field != c.o.MaxTokensField: // in more
	case field == maxTokens:
		//lint:ignore SA1019 most vendors but OpenAI know no other
		r.MaxTokens = c.most(p)
	default:
		r.MaxCompletionTokens = c.most(p)
	}
	return r
}

// more are members of the request's object that the library will not send: a temperature
// of 0, without which vendors take 1, and the field for tokens that it thinks wrong.
func (c *Client) more(p Prompt, field string) string {
	s := ""
	if most := c.most(p); field != c.o.MaxTokensField && most > 0 {
		s = fmt.Sprintf(`,"%s":%d`, field, most)
	}
	if c.o.Temperature == 0 && !thinks.MatchString(c.o.Model) {
		s += `,"temperature":0`
	}
	return s
}

// The two names of the field that bounds an answer's tokens.
const (
	maxTokens           = "max_tokens"
	maxCompletionTokens = "max_completion_tokens"
)

// field is the one to send.
func (c *Client) field(other bool) string {
	if other {
		return otherField(c.o.MaxTokensField)
	}
	return c.o.MaxTokensField
}

func otherField(field string) string {
	if field == maxTokens {
		return maxCompletionTokens
	}
	return maxTokens
}

// most is how many tokens the vendor may write, 0 for as many as it likes.
func (c *Client) most(p Prompt) int {
	if p.MaxTokens == 0 {
		return 0
	}
	return p.MaxTokens + c.o.Reasoning
}

// exchange is one sending of one request. It does what the library has no way to ask
// for, and keeps what the library drops: the headers of an error.
type exchange struct {
	http   *http.Client
	header http.Header // set on the request
	more   string      // added to the request's object

	// What came of it.
	status int // 0: no answer
	reply  http.Header
	body   []byte
	took   time.Duration
	err    error // of the line
	sent   bool  // the vendor may have got the request
}

var errLongReply = errors.New("reply is too long")

// Do implements [openai.HTTPDoer].
func (x *exchange) Do(req *http.Request) (*http.Response, error) {
	if err := x.prepare(req); err != nil {
		return nil, err
	}
	var there contact
	start := time.Now()
	res, err := x.http.Do(req.WithContext(there.watch(req.Context())))
	if err != nil {
		x.err, x.sent = err, there.possible()
		return nil, err
	}
	defer res.Body.Close()
	x.sent, x.status, x.reply = true, res.StatusCode, res.Header
	x.body, x.err = io.ReadAll(io.LimitReader(res.Body, maxReply+1))
	if len(x.body) > maxReply {
		x.err = errLongReply
	}
	x.took = time.Since(start)
	if x.err != nil {
		return nil, x.err
	}
	res.Body = io.NopCloser(bytes.NewReader(x.body))
	return res, nil
}

// contact is whether there was a connection to send a request over: with the proxy's
// consent, if there is a proxy, and after the handshake of TLS. Before that, nothing is
// sent, whatever went wrong.
type contact struct{ sought, made atomic.Bool }

func (c *contact) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.sought.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.made.Store(true) },
	})
}

// possible is true, too, of a transport that does not tell.
func (c *contact) possible() bool { return c.made.Load() || !c.sought.Load() }

func (x *exchange) prepare(req *http.Request) error {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return err
	}
	// The body is an object with members before its last byte.
	body = append(body[:len(body)-1], x.more+"}"...)
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	// With an Idempotency-Key the transport would send a request again on its own and
	// tell nobody; without GetBody it cannot.
	req.GetBody = nil
	for name, values := range x.header {
		req.Header[name] = values
	}
	return nil
}

// answer reads a completion with a choice.
func (c *Client) answer(res openai.ChatCompletionResponse, p Prompt, took time.Duration) Answer {
	first := res.Choices[0]
	said := content(first.Message)
	a := Answer{Text: withoutThoughts(said), Finish: string(first.FinishReason), Model: res.Model, Took: took}
	if a.Finish == FinishFilter {
		said, a.Text = "", ""
	}
	c.countTokens(&a, res.Usage, p, said)
	return a
}

// withoutThoughts is what follows </think>, from its first line that is not blank.
// Servers whose chat template has <think> in it send the thoughts without that. Thoughts
// that began and did not end are no answer.
func withoutThoughts(s string) string {
	before, after, closed := strings.Cut(s, "</think>")
	opened := strings.HasPrefix(strings.TrimSpace(s), "<think>")
	switch {
	case opened && !closed:
		return ""
	case !closed || !opened && strings.Contains(before, "<think>"):
		return s
	}
	blank := after[:len(after)-len(strings.TrimLeft(after, " \t\r\n"))]
	return after[strings.LastIndexByte(blank, '\n')+1:]
}

// content is the text of a message, which some vendors give in parts, thoughts among
// them.
func content(m openai.ChatCompletionMessage) string {
	var b strings.Builder
	b.WriteString(m.Content)
	for _, part := range m.MultiContent {
		if part.Type == openai.ChatMessagePartTypeText {
			b.WriteString(part.Text)
		}
	}
	return b.String()
}

// countTokens takes the vendor's counts, and ours where there are none: no prompt has 0
// tokens, and no text. Some vendors count a model's thoughts in the total alone.
func (c *Client) countTokens(a *Answer, u openai.Usage, p Prompt, said string) {
	a.PromptTokens, a.CompletionTokens = u.PromptTokens, u.CompletionTokens
	if u.PromptTokens > 0 {
		a.CompletionTokens = max(u.CompletionTokens, u.TotalTokens-u.PromptTokens)
	}
	if a.PromptTokens <= 0 {
		a.PromptTokens, a.Estimated = c.promptTokens(p), true
	}
	if a.CompletionTokens < 0 || a.CompletionTokens == 0 && said != "" {
		a.CompletionTokens, a.Estimated = c.count(said), true
	}
	if d := u.PromptTokensDetails; d != nil {
		a.CachedTokens = min(max(d.CachedTokens, 0), a.PromptTokens)
	}
}

// What a chat's frame costs, generously: OpenAI's takes 3 tokens a message and 3 more.
const frameTokens = 16

func (c *Client) promptTokens(p Prompt) int {
	return c.count(c.o.System) + c.count(p.Text) + frameTokens
}

func (c *Client) count(s string) int {
	if c.o.Count == nil {
		return (len(s) + 3) / 4
	}
	return c.o.Count(s)
}

func (c *Client) checkPrompt(p Prompt) error {
	switch {
	case p.Text == "":
		return errors.New("the prompt is empty")
	case p.MaxTokens < 0:
		return fmt.Errorf("the prompt's tokens must be 0 or more; got %d", p.MaxTokens)
	case p.MaxTokens == 0 && c.o.Meter.max > 0:
		return errors.New("under a cap on dollars a prompt needs a limit of tokens")
	}
	return nil
}

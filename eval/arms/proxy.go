package arms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
)

// Proxy is an arm that sends each text through the drop-in proxy, as clients do that never
// heard of it: in the one user message of a chat, with a prompt around it. What the vendor
// would get is what was kept; what the proxy leaves as it is is kept whole, whatever the
// limit, and counts as over it. The proxy is told the rate that was asked for, and not how
// many tokens that is.
//
// It is safe for concurrent use if Rewrite is.
type Proxy struct {
	Label string

	// Rewrite is the proxy: a body and header for /v1/chat/completions go in, and what the
	// vendor got comes out, with the header of the answer.
	Rewrite func(ctx context.Context, body []byte, header http.Header) (sent []byte, answer http.Header, err error)

	Model string // of the chat, whose tokens the proxy counts: "gpt-4o"

	// Prompt returns what stands before and after the text in the message.
	Prompt func(item eval.Item) (before, after string)

	Question bool          // name the question in a header; otherwise the proxy looks for it in the message
	Fixed    bool          // send no rate: the proxy keeps what it would keep by itself
	Method   string        // "" leaves the choice to the proxy
	Deadline time.Duration // of the proxy, in whole milliseconds, a minute at most; 0 leaves it as configured

	// Header is sent, too, with every request.
	Header http.Header

	mu    sync.Mutex
	tally ProxyTally
}

// ProxyTally says what became of the prompts so far.
type ProxyTally struct {
	Prompts int
	Raw     int // sent on byte for byte

	// Late were raw, or in part, for want of time or room. A run with such is not
	// repeatable: raise the deadline.
	Late int

	// Touched had changes around the text too, so that what was kept of it could not be
	// told apart from what was kept of the prompt.
	Touched int
}

// Name returns the label.
func (p *Proxy) Name() string { return p.Label }

// Tally returns what became of the prompts so far.
func (p *Proxy) Tally() ProxyTally {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tally
}

// Compress implements [eval.Arm]. Spans are known only of a text that was kept whole. If
// the prompt around the text has changed, the kept text is the message without as much of
// before and after as still stands there whole.
func (p *Proxy) Compress(ctx context.Context, item eval.Item, limit eval.Limit) (eval.Kept, error) {
	before, after := p.Prompt(item)
	prompt := before + item.Context + after
	if !utf8.ValidString(prompt) {
		return eval.Kept{}, errors.New("compress by proxy: the text is not UTF-8, which JSON cannot hold")
	}
	body, err := chat(p.Model, prompt)
	if err != nil {
		return eval.Kept{}, fmt.Errorf("compress by proxy: %w", err)
	}
	sent, answer, err := p.Rewrite(ctx, body, p.header(item, limit))
	if err != nil {
		return eval.Kept{}, fmt.Errorf("compress by proxy: %w", err)
	}
	message, err := userMessage(sent)
	if err != nil {
		return eval.Kept{}, fmt.Errorf("compress by proxy: %w", err)
	}
	text, whole := strip(message, before, after)
	p.count(bytes.Equal(sent, body), late(answer), !whole)
	k := eval.Kept{Text: text}
	if whole && text == item.Context && text != "" {
		k.Spans = []pith.Span{{Start: 0, End: len(text)}}
	}
	return k, nil
}

func (p *Proxy) count(raw, late, touched bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tally.Prompts++
	for _, c := range []struct {
		is bool
		n  *int
	}{{raw, &p.tally.Raw}, {late, &p.tally.Late}, {touched, &p.tally.Touched}} {
		if c.is {
			*c.n++
		}
	}
}

// header is what the client says to the proxy.
func (p *Proxy) header(item eval.Item, limit eval.Limit) http.Header {
	h := p.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Content-Type", "application/json")
	if !p.Fixed {
		h.Set("X-Pith-Rate", strconv.FormatFloat(limit.Rate, 'f', -1, 64))
	}
	if p.Method != "" {
		h.Set("X-Pith-Method", p.Method)
	}
	if p.Deadline > 0 {
		h.Set("X-Pith-Deadline-Ms", strconv.FormatInt(max(1, p.Deadline.Milliseconds()), 10))
	}
	if p.Question && item.Question != "" {
		h.Set("X-Pith-Question", url.PathEscape(item.Question))
	}
	return h
}

type chatBody struct {
	Model    string        `json:"model"`
	Messages []chatMessage `json:"messages"`
}

type chatMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// chat is the body of a chat with one message. Letters stand as they are, as most clients
// write them.
func chat(model, prompt string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(chatBody{Model: model, Messages: []chatMessage{{"user", prompt}}})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// userMessage is the text of the user's message of a chat that has but that.
func userMessage(body []byte) (string, error) {
	var c chatBody
	if err := json.Unmarshal(body, &c); err != nil {
		return "", errors.New("what was sent on is not the chat that it was: its JSON does not fit")
	}
	users := slices.DeleteFunc(c.Messages, func(m chatMessage) bool { return m.Role != "user" })
	if len(users) != 1 {
		return "", fmt.Errorf("what was sent on has %d messages of the user", len(users))
	}
	return users[0].Content, nil
}

// strip takes before and after off, each where it stands whole, and says whether both did.
func strip(message, before, after string) (text string, whole bool) {
	text, front := strings.CutPrefix(message, before)
	text, back := strings.CutSuffix(text, after)
	return text, front && back
}

// late reports whether the proxy had not the time or the room, or failed.
func late(h http.Header) bool {
	for reason := range strings.SplitSeq(h.Get("X-Pith-Reason"), ",") {
		switch reason {
		case "deadline", "busy", "compressor_failed", "breaker":
			return true
		}
	}
	return false
}

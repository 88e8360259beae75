package reader

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/sashabaranov/go-openai"
)

// Client is the [Reader] behind an OpenAI-compatible endpoint. What it asks it asks once:
// equal prompts have one answer, on disk, for this run and all later ones.
type Client struct {
	o        Options
	endpoint string
	other    atomic.Bool // the vendor wants the other field than o.MaxTokensField

	// For tests.
	now    func() time.Time
	sleep  func(context.Context, time.Duration) error
	jitter func() float64 // in [0, 1)
}

// New returns a client. Nothing is sent yet.
func New(o Options) (*Client, error) {
	if err := o.check(); err != nil {
		return nil, fmt.Errorf("reader: %w", err)
	}
	o.defaults()
	o.Header = canonical(o.Header)
	o.HTTP = withoutRedirects(o.HTTP)
	c := &Client{o: o, endpoint: o.Endpoint, now: time.Now, sleep: sleep, jitter: rand.Float64}
	if c.endpoint == "" {
		c.endpoint = endpoint(o.BaseURL)
	}
	if err := checkRequest(c.request(Prompt{Text: "?", MaxTokens: 1}, o.MaxTokensField)); err != nil {
		return nil, fmt.Errorf("reader: %w", err)
	}
	return c, nil
}

func canonical(h http.Header) http.Header {
	out := make(http.Header, len(h))
	for name, values := range h {
		for _, v := range values {
			out.Add(name, v)
		}
	}
	return out
}

// withoutRedirects sends prompts and the key to nobody but whom the user named. Its
// timeout is ours, so that it is told from others.
func withoutRedirects(h *http.Client) *http.Client {
	own := *h
	own.Timeout = 0
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// Name implements [Reader]: "gpt-4o-mini at api.openai.com/v1".
func (c *Client) Name() string {
	where := strings.TrimPrefix(strings.TrimPrefix(c.endpoint, "https://"), "http://")
	return c.o.Model + " at " + where
}

// Spent returns what answers came to so far, of all clients with this one's meter.
func (c *Client) Spent() Totals { return c.o.Meter.Totals() }

// Recall counts every answer in the store as paid for, at this client's prices, so that
// the cap holds for all runs that had the store, also for answers nobody asks for again.
func (c *Client) Recall() error {
	err := c.o.Store.each(func(d digest, a Answer) { c.o.Meter.recalled(d, c.cost(a)) })
	if err != nil {
		return c.wrap(err)
	}
	return nil
}

// Answer implements [Reader]. The answer is on disk when it is returned. It is safe for
// concurrent use; equal prompts at the same time are one call. It returns an [*Error] if
// the vendor does not answer, [ErrCap] if the call might cost too much, and ctx's error
// if ctx ends before there is an answer. A call under way then goes on for as long as
// Options.Timeout lets it, since its answer is paid for.
func (c *Client) Answer(ctx context.Context, p Prompt) (Answer, error) {
	if err := c.checkPrompt(p); err != nil {
		return Answer{}, c.wrap(err)
	}
	if ctx.Err() != nil {
		return Answer{}, c.wrap(context.Cause(ctx))
	}
	d := c.digest(p)
	a, led, err := c.o.Store.flights.once(ctx, d, func() (Answer, error) { return c.lookUp(ctx, d, p) })
	if err != nil {
		return Answer{}, c.wrap(err)
	}
	a.Stored = a.Stored || !led
	c.o.Meter.given(d, a, c.cost(a))
	return a, nil
}

// wrap says who was asked, once.
func (c *Client) wrap(err error) error {
	if _, ok := err.(*Error); ok {
		return err
	}
	return fmt.Errorf("ask %s: %w", c.Name(), err)
}

func (c *Client) cost(a Answer) pico {
	return cost(a.PromptTokens, c.o.Input) + cost(a.CompletionTokens, c.o.Output)
}

// worst is the most that a call may cost.
func (c *Client) worst(p Prompt) pico {
	if c.o.Input == 0 && c.o.Output == 0 {
		return 0 // Count may be slow
	}
	return cost(c.promptTokens(p), c.o.Input) + cost(c.most(p), c.o.Output)
}

// lookUp takes an answer from disk, or asks for it and puts it there.
func (c *Client) lookUp(ctx context.Context, d digest, p Prompt) (Answer, error) {
	a, ok, damaged, err := c.o.Store.get(d)
	if ok || err != nil {
		return a, err
	}
	if damaged {
		c.o.Meter.add(func(t *Totals) { t.Damaged++ })
	}
	k := &call{c: c, d: d, p: p, worst: c.worst(p), damaged: damaged}
	return k.make(ctx)
}

// secrets are what must be in no error, beside prompts.
func (c *Client) secrets() []string {
	out := []string{c.o.Key}
	for name, values := range c.o.Header {
		if private(name) {
			out = append(out, values...)
		}
	}
	return out
}

// send is one exchange. It goes on when ctx ends: what is paid for should come in.
func (c *Client) send(ctx context.Context, d digest, p Prompt, field string) (*exchange, openai.ChatCompletionResponse, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.o.Timeout)
	defer cancel()
	x := &exchange{http: c.o.HTTP, header: c.o.Header.Clone(), more: c.more(p, field)}
	x.header.Set(idempotencyKey, d.idempotencyKey())
	config := openai.DefaultConfig(c.o.Key)
	config.BaseURL, config.HTTPClient = c.o.BaseURL, x
	res, err := openai.NewClientWithConfig(config).CreateChatCompletion(ctx, c.request(p, field))
	return x, res, err
}

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

// Name implements [Reader]: "gpt-4o-mini at api.openai.com". Of the base URL it has the
// host and the port alone: some gateways want a secret in its path.
func (c *Client) Name() string {
	_, where, ok := strings.Cut(c.endpoint, "://")
	if !ok {
		where = c.endpoint
	}
	where, _, _ = strings.Cut(where, "/")
	return c.o.Model + " at " + where
}

// Spent returns what answers came to so far, of all clients with this one's meter.
func (c *Client) Spent() Totals { return c.o.Meter.Totals() }

// Recall counts all that the store knows of, of this model and of others, so that the cap
// holds for all runs that had the store: answers at what they cost when they were bought,
// and calls in doubt at what they may have cost then. What was asked without prices is
// counted at this client's, if it is of this model; so is what the store's first format
// has, which names no model, but for its calls in doubt that no answer came of: those
// count when their prompts are asked again.
func (c *Client) Recall() error {
	err := c.o.Store.each(func(d digest, l line) {
		b := c.bill(l)
		if l.Answer != nil {
			c.o.Meter.recalled(d, b.cost)
		}
		c.o.Meter.doubted(d, b.doubt)
	})
	if err != nil {
		return c.wrap(err)
	}
	return nil
}

// bill is what a line of the store comes to, with its answer if it has one.
func (c *Client) bill(l line) bought {
	b, worst := bought{cost: l.Cost}, l.Worst
	if l.Answer != nil {
		b.Answer = l.answer()
	}
	if l.unpriced() && (l.Asked == "" || l.Asked == c.o.Model) {
		b.cost, worst = c.cost(b.Answer), c.worst(l.Prompt, l.Most)
	}
	b.doubt = l.Doubt.most(max(worst, b.cost))
	return b
}

// Answer implements [Reader]. The answer is on disk when it is returned. It is safe for
// concurrent use; equal prompts at the same time are one call. It returns an [*Error] if
// the vendor does not answer, [ErrCap] if the call might cost too much, and ctx's error
// if ctx ends before there is an answer. Then no other try begins and a pause between
// tries ends, but an exchange under way goes on for as long as Options.Timeout lets it,
// since it is paid for; if it brings the answer, that is returned.
func (c *Client) Answer(ctx context.Context, p Prompt) (Answer, error) {
	if err := c.checkPrompt(p); err != nil {
		return Answer{}, c.wrap(err)
	}
	if ctx.Err() != nil {
		return Answer{}, c.wrap(context.Cause(ctx))
	}
	d := c.digest(p)
	b, led, err := c.o.Store.flights.once(ctx, d, func() (bought, error) { return c.lookUp(ctx, d, p) })
	if err != nil {
		return Answer{}, c.wrap(err)
	}
	b.Stored = b.Stored || !led
	c.o.Meter.given(d, b)
	return b.Answer, nil
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

func (c *Client) priced() bool { return c.o.Input != 0 || c.o.Output != 0 }

// worst is the most that a call costs whose prompt and answer have so many tokens.
func (c *Client) worst(prompt, most int) pico {
	return cost(prompt, c.o.Input) + cost(most, c.o.Output)
}

// lookUp takes an answer from disk, or asks for it and puts it there.
func (c *Client) lookUp(ctx context.Context, d digest, p Prompt) (bought, error) {
	l, is, err := c.o.Store.get(d)
	if err != nil {
		return bought{}, err
	}
	if is == whole {
		return c.bill(l), nil
	}
	k := &call{c: c, d: d, p: p, size: c.promptTokens(p)}
	k.worst = c.worst(k.size, c.most(p))
	if is == damaged {
		k.field = l.Field
		if err := c.o.Store.spoil(d, k.line(k.known(l.Doubt)), k.room()); err != nil {
			return bought{}, err
		}
		c.o.Meter.add(func(t *Totals) { t.Damaged++ })
	}
	return k.make(ctx)
}

// secrets are what must be in no error, beside prompts.
func (c *Client) secrets() []string {
	_, path, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(c.o.BaseURL, "https://"), "http://"), "/")
	out := []string{c.o.Key, path}
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
	x.header.Set(idempotencyKey, c.idempotencyKey(d, p, field))
	config := openai.DefaultConfig(c.o.Key)
	config.BaseURL, config.HTTPClient = c.o.BaseURL, x
	res, err := openai.NewClientWithConfig(config).CreateChatCompletion(ctx, c.request(p, field))
	return x, res, err
}

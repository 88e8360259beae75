package reader

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/sashabaranov/go-openai"
)

// Options say whom a [Client] asks, and how. Model and Store are needed.
type Options struct {
	BaseURL string // up to what comes before /chat/completions; default https://api.openai.com/v1
	Key     string // "" sends none; white space around it, as files end with, is not sent
	Model   string

	// Endpoint stands for BaseURL in names and in the keys of stored answers, for one
	// whose address differs from run to run, as a proxy's on a free port does. Default:
	// BaseURL.
	Endpoint string

	// State stands for what else decides the answers behind the endpoint, such as the
	// methods and models of a proxy that changes prompts. Answers under another state are
	// other answers.
	State string

	// Header is added to each request: X-Pith-Rate for a proxy. Answers under other
	// headers are other answers, but for those that carry credentials or name who pays.
	Header http.Header

	System string // "" sends no system message

	// Temperature is sent, 0 too; OpenAI's reasoning models take none, and none is sent
	// to them unless it is 1.
	Temperature float32
	Seed        *int

	// MaxTokensField is "max_tokens" or "max_completion_tokens". Default: the latter for
	// OpenAI's reasoning models. If the vendor takes only the other one, that is sent.
	MaxTokensField string

	// Effort is sent as reasoning_effort. Reasoning is added to the MaxTokens of each
	// prompt that has them, for models whose thoughts count as their answer's tokens.
	Effort    string
	Reasoning int

	Retries int           // after the first call; default 5, below 0 none
	Timeout time.Duration // of each call; default 2 minutes

	// Input and Output are dollars for a million tokens, 0 or at least LeastPrice. Tokens
	// from the vendor's cache cost as much as others here, so that dollars are never too
	// few.
	Input, Output float64

	// MaxDollars bounds what the answers of this client cost and what calls in doubt may
	// have cost; after [Client.Recall], with all that earlier runs left in the store. A call is made only if the worst
	// case of it and of all others under way fits. 0: no bound. It needs prices, Count,
	// and prompts with MaxTokens, and is as exact as Count and the vendor's heed of
	// MaxTokens are.
	MaxDollars float64

	// Meter counts for several clients, under its own bound. Default: a new one with
	// MaxDollars.
	Meter *Meter

	// Count counts tokens as the model does. Default for vendors that do not say what
	// they counted: a quarter of the bytes.
	Count func(string) int

	Store *Store
	HTTP  *http.Client // its Timeout and redirects are not used; default: a new one
}

// LeastPrice is the least price that is taken, in dollars for a million tokens: below
// what any vendor asks, and above every price that is one for a single token.
const LeastPrice = 0.001

const (
	defaultURL     = "https://api.openai.com/v1"
	defaultRetries = 5
	defaultTimeout = 2 * time.Minute
)

// OpenAI's models that think, by their names with or without a router's prefix.
var thinks = regexp.MustCompile(`^(.*/)?(o[1-9]|gpt-[5-9])`)

func (o *Options) defaults() {
	if o.BaseURL == "" {
		o.BaseURL = defaultURL
	}
	o.Key = strings.TrimSpace(o.Key)
	if o.MaxTokensField == "" {
		o.MaxTokensField = maxTokens
		if thinks.MatchString(o.Model) {
			o.MaxTokensField = maxCompletionTokens
		}
	}
	switch {
	case o.Retries == 0:
		o.Retries = defaultRetries
	case o.Retries < 0:
		o.Retries = 0
	}
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if o.Meter == nil {
		o.Meter = NewMeter(o.MaxDollars)
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Transport: transport()}
	}
}

// check reports every mistake at once.
func (o *Options) check() error {
	var errs []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	bad(o.Model == "", "a model must be named")
	bad(o.Store == nil, "a store must be given: without it answers would be paid for twice")
	t := float64(o.Temperature)
	bad(t < 0 || math.IsNaN(t) || math.IsInf(t, 0), "temperature must be 0 or more; got %v", t)
	bad(strings.ContainsFunc(strings.TrimSpace(o.Key), unicode.IsControl), "the key holds a line end or another control character; it must be one line")
	bad(o.MaxTokensField != "" && o.MaxTokensField != maxTokens && o.MaxTokensField != maxCompletionTokens,
		"the field for tokens must be max_tokens or max_completion_tokens; got %q", o.MaxTokensField)
	bad(o.Reasoning < 0, "tokens for reasoning must be 0 or more; got %d", o.Reasoning)
	for _, price := range []float64{o.Input, o.Output, o.MaxDollars} {
		bad(price < 0 || math.IsNaN(price) || math.IsInf(price, 0), "prices and caps must be 0 or more; got %v", price)
	}
	for _, price := range []float64{o.Input, o.Output} {
		bad(price > 0 && price < LeastPrice, "prices are dollars for a million tokens, and at least %v if not 0; got %v", LeastPrice, price)
	}
	bad(o.Meter != nil && o.MaxDollars != 0, "the cap of a shared meter is the meter's own: leave MaxDollars out")
	capped := o.MaxDollars > 0 || o.Meter != nil && o.Meter.max > 0
	bad(capped && (o.Input == 0 && o.Output == 0), "a cap on dollars needs prices")
	bad(capped && o.Count == nil, "a cap on dollars needs a count of tokens")
	bad(o.Header.Get(idempotencyKey) != "", "the header %s is the reader's own", idempotencyKey)
	if o.BaseURL != "" {
		errs = append(errs, checkURL(o.BaseURL))
	}
	return errors.Join(errs...)
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return errors.New("the base URL cannot be read") // the error quotes it, perhaps with a password
	case u.User != nil:
		return errors.New("the base URL holds a name or password: give them as the key")
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return errors.New("the base URL must begin with http:// or https:// and a host")
	case u.RawQuery != "" || u.Fragment != "":
		return errors.New("the base URL must end with its path")
	}
	return nil
}

// checkRequest asks the library what it would refuse on each call.
func checkRequest(r openai.ChatCompletionRequest) error {
	if err := openai.NewReasoningValidator().Validate(r); err != nil {
		return fmt.Errorf("model %s: %w", r.Model, err)
	}
	return nil
}

// endpoint is the normal form of a base URL.
func endpoint(base string) string {
	u, err := url.Parse(base)
	if err != nil {
		return base // checked before
	}
	return u.Scheme + "://" + strings.ToLower(u.Host) + strings.TrimRight(u.EscapedPath(), "/")
}

// transport keeps a connection for each of many callers; the default one keeps two.
func transport() http.RoundTripper {
	t, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	t = t.Clone()
	t.MaxIdleConnsPerHost = t.MaxIdleConns
	return t
}

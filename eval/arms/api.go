package arms

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
)

// API is an arm that posts each text to /v1/compress of a running pith, as one context
// with the limit as target_tokens. What it keeps is what [eval.Pith] keeps with the same
// build, models and options, save that the service takes a text back that became longer.
// Nothing is taken from the server's cache, so that timings are those of a first request,
// and a compression that fails is an error and not the whole text.
//
// The methods that lose nothing refuse budgets and know no spans, so neither is sent with
// them.
//
// The limit must be in tokens: the server knows no other unit. What the server cannot meet
// is refused, as in process. Redirects are not followed: texts and the key go to nobody
// but whom the URL names. An API is safe for concurrent use.
type API struct {
	Label  string
	URL    string       // without the path: "http://localhost:8080"
	Key    string       // of pith or of a gateway before it, sent as a bearer token; "" sends none
	Client *http.Client // its redirects and Timeout are not used; default http.DefaultClient

	Question bool   // send the item's question
	Method   string // "" leaves the choice to the server
	Model    string // compressor_model; "" chooses by language
	Kind     pith.Kind
	Fixed    bool // send no budget: the server keeps what it would keep by itself

	// Options are all sent but the tokenizer, which is the limit's, and what to return.
	Options pith.Options

	// Retries is how often a request is sent again that the server had no room for, each
	// time after as long as it asks for, but 30 s at most. Default 5; negative is never.
	Retries int

	// Patience is how long a request may go without an answer, and an answer that has
	// begun without its end. Default 10 minutes.
	Patience time.Duration
}

// Name returns the label.
func (a *API) Name() string { return a.Label }

// Compress implements [eval.Arm].
func (a *API) Compress(ctx context.Context, item eval.Item, limit eval.Limit) (eval.Kept, error) {
	if !utf8.ValidString(item.Context) {
		return eval.Kept{}, errors.New("compress over HTTP: the text is not UTF-8, which JSON cannot hold")
	}
	req, err := a.request(item, limit)
	if err != nil {
		return eval.Kept{}, fmt.Errorf("compress over HTTP: %w", err)
	}
	body, err := json.Marshal(req)
	if err != nil {
		return eval.Kept{}, fmt.Errorf("compress over HTTP: %w", err)
	}
	kept, err := a.send(ctx, body)
	if err != nil {
		return eval.Kept{}, fmt.Errorf("compress over HTTP: %w", err)
	}
	return kept, nil
}

// send posts the body until it is answered or refused for good.
func (a *API) send(ctx context.Context, body []byte) (eval.Kept, error) {
	retries := a.Retries
	if retries == 0 {
		retries = 5
	}
	for {
		kept, after, err := a.post(ctx, body)
		if err == nil || after == 0 || retries <= 0 {
			return kept, err
		}
		retries--
		if err := wait(ctx, after); err != nil {
			return eval.Kept{}, err
		}
	}
}

// post sends the body once. With an error, after is when to try again, 0 for never.
func (a *API) post(ctx context.Context, body []byte) (kept eval.Kept, after time.Duration, err error) {
	ctx, p := withPatience(ctx, a.Patience)
	defer p.end()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(a.URL, "/")+"/v1/compress", bytes.NewReader(body))
	if err != nil {
		return eval.Kept{}, 0, errors.New("the base URL makes no sense; it should be as http://localhost:8080")
	}
	req.Header.Set("Content-Type", "application/json")
	if a.Key != "" {
		req.Header.Set("Authorization", "Bearer "+a.Key)
	}
	res, err := noRedirects(a.Client).Do(req)
	if err != nil {
		return eval.Kept{}, 0, p.explain(bare(err))
	}
	defer res.Body.Close()
	p.again()
	answer, err := io.ReadAll(io.LimitReader(res.Body, mostAnswer+1))
	if err != nil {
		return eval.Kept{}, 0, fmt.Errorf("read the answer: %w", p.explain(err))
	}
	return a.understand(res, answer)
}

// understand is what an answer comes to.
func (a *API) understand(res *http.Response, answer []byte) (kept eval.Kept, after time.Duration, err error) {
	switch {
	case len(answer) > mostAnswer:
		return eval.Kept{}, 0, fmt.Errorf("the answer has more than %d bytes", mostAnswer)
	case res.StatusCode == http.StatusOK:
		kept, err = read(answer)
		return kept, 0, err
	}
	if err := Redirected(res); err != nil {
		return eval.Kept{}, 0, err
	}
	p := problemOf(res, answer)
	if p.Code == pith.CodeBudgetUnreachable && res.StatusCode == http.StatusUnprocessableEntity {
		return eval.Kept{Refused: true}, 0, nil
	}
	if res.StatusCode == http.StatusServiceUnavailable {
		after = retryAfter(res.Header)
	}
	return eval.Kept{}, after, p
}

// mostAnswer bounds what is read of an answer, in bytes.
const mostAnswer = 256 << 20

// read returns what the answer says was kept.
func read(answer []byte) (eval.Kept, error) {
	var c struct {
		Results []struct {
			Text  string
			Spans [][2]int
		}
	}
	if err := json.Unmarshal(answer, &c); err != nil {
		return eval.Kept{}, errors.New("the answer is not that of a pith: its JSON does not fit")
	}
	if len(c.Results) != 1 {
		return eval.Kept{}, fmt.Errorf("%d results for one context", len(c.Results))
	}
	k := eval.Kept{Text: c.Results[0].Text}
	for _, s := range c.Results[0].Spans {
		k.Spans = append(k.Spans, pith.Span{Start: s[0], End: s[1]})
	}
	return k, nil
}

package arms

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/pith-proxy/pith"
)

// problem is an answer that is no result.
type problem struct {
	Status int
	Code   pith.Code // "" if it is not pith's
	Msg    string    // pith's own messages quote no prompt
}

func (p *problem) Error() string {
	if p.Code == "" {
		return fmt.Sprintf("status %d, and not from a pith", p.Status)
	}
	return fmt.Sprintf("status %d, %s: %s", p.Status, p.Code, p.Msg)
}

// problemOf reads an error. The words of what does not say that it is a pith are left out:
// nobody knows what they quote.
func problemOf(res *http.Response, body []byte) *problem {
	p := &problem{Status: res.StatusCode}
	var e struct {
		Error struct {
			Message string
			Code    pith.Code
		}
	}
	if res.Header.Get("X-Pith-Error") == "1" && json.Unmarshal(body, &e) == nil {
		p.Code, p.Msg = e.Error.Code, e.Error.Message
	}
	return p
}

// longestDelay bounds what a server can ask for.
const longestDelay = 30 * time.Second

// retryAfter reads when to come back, in milliseconds or else in seconds; 0 if the answer
// does not say.
func retryAfter(h http.Header) time.Duration {
	if n, ok := number(h.Get("Retry-After-Ms"), time.Millisecond); ok {
		return n
	}
	n, _ := number(h.Get("Retry-After"), time.Second)
	return n
}

func number(s string, unit time.Duration) (time.Duration, bool) {
	n, err := strconv.ParseUint(s, 10, 31)
	if err != nil {
		return 0, false
	}
	return min(max(time.Duration(n)*unit, time.Millisecond), longestDelay), true
}

// wait returns ctx's error if it ends first.
func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

package reader

import (
	"context"
	"net/http"
	"strconv"
	"time"
)

// outcome is what one exchange came to.
type outcome struct {
	answer Answer
	err    *Error
	again  bool          // another try may help
	after  time.Duration // as the vendor asks; below 0 if it does not
	maybe  bool          // it may have been charged for all the same
	swap   bool          // the vendor wants the other field for tokens
}

const (
	firstWait = 500 * time.Millisecond // doubled from try to try
	mostWait  = 30 * time.Second
	maxWait   = 5 * time.Minute // if a vendor asks for more, people should know
)

// retryable reports whether a status may pass.
func retryable(status int) bool {
	return status == http.StatusRequestTimeout || status == http.StatusConflict ||
		status == http.StatusTooManyRequests || status >= 500
}

// chargeable reports whether a status comes from someone between us and the vendor who
// gave up waiting, or means that the vendor is still at it. Vendors charge for no other
// errors. 520 to 524 are Cloudflare's.
func chargeable(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusConflict, http.StatusBadGateway, http.StatusGatewayTimeout:
		return true
	}
	return status >= 520 && status <= 524
}

// retryAfter reads how long a vendor asks to wait: milliseconds in OpenAI's header, or
// seconds or a date in HTTP's. It is below 0 if nothing sensible is asked.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, ok := wait(h.Get("Retry-After-Ms"), time.Millisecond); ok {
		return ms
	}
	s := h.Get("Retry-After")
	if d, ok := wait(s, time.Second); ok {
		return d
	}
	if date, err := http.ParseTime(s); err == nil {
		return max(date.Sub(now), 0)
	}
	return -1
}

func wait(s string, unit time.Duration) (time.Duration, bool) {
	const most = 1e6 // seconds are 11 days: beyond patience, and no overflow
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0) {
		return 0, false
	}
	return time.Duration(min(n, most) * float64(unit)), true
}

// pause waits before try n+1. Half of the wait is drawn, so that callers who were
// refused together do not come back together; of a wait that the vendor asked for only a
// tenth is, on top.
func (c *Client) pause(ctx context.Context, n int, after time.Duration) error {
	d := mostWait
	if n < 10 {
		d = min(firstWait<<(n-1), mostWait)
	}
	d = d/2 + time.Duration(c.jitter()*float64(d/2))
	if after >= 0 {
		d = after + time.Duration(c.jitter()*float64(after/10))
	}
	return c.sleep(ctx, d)
}

// sleep waits for d, or until ctx ends, whose error it then returns.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

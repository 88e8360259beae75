package arms

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// noRedirects is a client as h is, or the default one, that hands redirects back.
func noRedirects(h *http.Client) *http.Client {
	if h == nil {
		h = http.DefaultClient
	}
	own := *h
	own.Timeout = 0
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// Redirected returns an error if res leads elsewhere. Of addresses it has the scheme, the
// host and the port alone: some gateways want a secret in the path.
func Redirected(res *http.Response) error {
	if res.StatusCode < 300 || res.StatusCode > 399 || res.Header.Get("Location") == "" {
		return nil
	}
	from := "the address"
	if res.Request != nil && res.Request.URL != nil {
		from = origin(res.Request.URL)
	}
	to, err := res.Location()
	if err != nil || to.Host == "" {
		return fmt.Errorf("%s answered with a redirect, which is not followed: give the address it leads to", from)
	}
	if origin(to) == from {
		return fmt.Errorf("%s answered with a redirect to another path, which is not followed: give the whole address it leads to", from)
	}
	return fmt.Errorf("%s answered with a redirect to %s, which is not followed: give that address", from, origin(to))
}

func origin(u *url.URL) string { return (&url.URL{Scheme: u.Scheme, Host: u.Host}).String() }

// bare drops the address from an error of net/http.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

const defaultPatience = 10 * time.Minute

var errImpatient = errors.New("no patience left")

// patience ends a context when nothing has come for so long.
type patience struct {
	ctx    context.Context
	wait   time.Duration
	timer  *time.Timer
	cancel context.CancelCauseFunc
}

// withPatience returns a context that ends with ctx, or after wait; 0 is the default.
func withPatience(ctx context.Context, wait time.Duration) (context.Context, *patience) {
	orDefault(&wait, defaultPatience)
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &patience{ctx, wait, time.AfterFunc(wait, func() { cancel(errImpatient) }), cancel}
}

// again begins to wait anew.
func (p *patience) again() { p.timer.Reset(p.wait) }

func (p *patience) end() {
	p.timer.Stop()
	p.cancel(nil)
}

// explain says whose end it was, if the context's is why there is an error.
func (p *patience) explain(err error) error {
	switch cause := context.Cause(p.ctx); {
	case cause == nil:
		return err
	case errors.Is(cause, errImpatient):
		return fmt.Errorf("no answer for %v: look whether the service hangs; if the text is too much for it, leave it out", p.wait)
	default:
		return cause
	}
}

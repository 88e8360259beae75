package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

const (
	maxHops = 10       // redirects of one request
	maxJSON = 16 << 20 // bytes of one answer of the API
)

// A client talks to one hub.
type client struct {
	http *http.Client // hands redirects back instead of following them
	base *url.URL
	o    Options
}

func newClient(o Options, base *url.URL) *client {
	h := *o.Client
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client{http: &h, base: base, o: o}
}

// at returns the address of a path below the endpoint. Parts are escaped one by
// one, so a slash in a part stays inside it.
func (c *client) at(parts ...string) *url.URL {
	u := *c.base
	raw, plain := strings.TrimRight(u.EscapedPath(), "/"), strings.TrimRight(u.Path, "/")
	for _, p := range parts {
		raw += "/" + url.PathEscape(p)
		plain += "/" + p
	}
	u.Path, u.RawPath = plain, raw
	return &u
}

// get sends one GET and follows redirects by hand: the token goes to the
// endpoint's own origin only, port included, which net/http does not promise.
// seen, if not nil, is shown every answer of the endpoint itself; an error of
// it ends the request. The caller closes the body.
func (c *client) get(ctx context.Context, u *url.URL, header http.Header, seen func(http.Header) error) (*http.Response, error) {
	for range maxHops {
		res, err := c.send(ctx, u, header)
		if err != nil {
			return nil, err
		}
		if seen != nil && c.own(u) {
			if err := seen(res.Header); err != nil {
				res.Body.Close()
				return nil, err
			}
		}
		if !redirects(res.StatusCode) {
			return c.check(res, u)
		}
		res.Body.Close()
		if u, err = follow(u, res.Header.Get("Location")); err != nil {
			return nil, err
		}
	}
	return nil, permanent{fmt.Errorf("more than %d redirects in a row: the hub or a proxy runs in circles", maxHops)}
}

func (c *client) send(ctx context.Context, u *url.URL, header http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, permanent{bare(err)}
	}
	for k, v := range header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", c.o.UserAgent)
	if c.o.Token != "" && c.own(u) {
		req.Header.Set("Authorization", "Bearer "+c.o.Token)
	}
	res, err := c.http.Do(req)
	if err != nil {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, bare(err)
	}
	return res, nil
}

// own reports whether u has the endpoint's origin: scheme, host and port.
func (c *client) own(u *url.URL) bool {
	return u.Scheme == c.base.Scheme && strings.EqualFold(u.Host, c.base.Host)
}

func redirects(status int) bool {
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308
}

func follow(from *url.URL, location string) (*url.URL, error) {
	to, err := from.Parse(location)
	switch {
	case location == "" || err != nil || to.Host == "" || to.User != nil:
		return nil, permanent{errors.New("a redirect leads nowhere")}
	case to.Scheme != "https" && to.Scheme != "http":
		return nil, permanent{errors.New("a redirect leaves http")}
	case from.Scheme == "https" && to.Scheme == "http":
		return nil, permanent{errors.New("a redirect leaves https for plain http")}
	}
	return to, nil
}

// check hands a success on and makes an error of everything else.
func (c *client) check(res *http.Response, u *url.URL) (*http.Response, error) {
	if res.StatusCode == http.StatusOK || res.StatusCode == http.StatusPartialContent {
		return res, nil
	}
	defer res.Body.Close()
	return nil, &statusError{
		status:  res.StatusCode,
		code:    printable(res.Header.Get("X-Error-Code")),
		message: printable(res.Header.Get("X-Error-Message")),
		wait:    askedWait(res.Header, time.Now()),
		host:    u.Host,
		hub:     c.own(u),
	}
}

// json asks the API, with retries, and decodes the answer into v. It returns
// the answer's header.
func (c *client) json(ctx context.Context, u *url.URL, v any) (http.Header, error) {
	for try := 1; ; try++ {
		h, err := c.jsonOnce(ctx, u, v)
		if err == nil {
			return h, nil
		}
		if err := c.pause(ctx, try, err); err != nil {
			return nil, err
		}
	}
}

func (c *client) jsonOnce(ctx context.Context, u *url.URL, v any) (http.Header, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.o.StallTimeout, errStalled)
	defer cancel()
	res, err := c.get(ctx, u, http.Header{"Accept": {"application/json"}}, nil)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxJSON+1))
	if err != nil {
		return nil, bare(err)
	}
	if len(body) > maxJSON {
		return nil, permanent{fmt.Errorf("an answer of %s has more than %d bytes", u.Host, maxJSON)}
	}
	if err := json.Unmarshal(body, v); err != nil {
		return nil, permanent{fmt.Errorf("%s does not speak the hub's protocol (is HF_ENDPOINT right?)", u.Host)}
	}
	return res.Header, nil
}

// pause waits before the next try, or returns err if there must be none: it is
// lasting, it was the last try, or the server wants a longer wait than allowed.
func (c *client) pause(ctx context.Context, try int, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !retryable(err) || try >= c.o.Retries {
		return err
	}
	wait := backoff(try)
	var s *statusError
	if errors.As(err, &s) && s.wait > 0 {
		if s.wait > c.o.MaxWait {
			return err
		}
		wait = s.wait
	}
	return c.o.sleep(ctx, wait)
}

// backoff doubles from half a second to half a minute, with a quarter of jitter
// so that many replicas do not come back at once.
func backoff(try int) time.Duration {
	d := min(500*time.Millisecond<<min(try-1, 10), 30*time.Second)
	return d - d/8 + rand.N(d/4)
}

var rateLimit = regexp.MustCompile(`;\s*r=(\d+)\s*;\s*t=(\d+)`)

// askedWait reads Retry-After, in seconds or as a date, or else the reset of
// the hub's RateLimit header when nothing remains of it.
func askedWait(h http.Header, now time.Time) time.Duration {
	after := h.Get("Retry-After")
	if s, err := strconv.Atoi(after); err == nil && s >= 0 {
		return time.Duration(min(s, 1e6)) * time.Second
	}
	if at, err := http.ParseTime(after); err == nil {
		return max(0, at.Sub(now))
	}
	if m := rateLimit.FindStringSubmatch(h.Get("RateLimit")); m != nil && m[1] == "0" {
		if s, err := strconv.Atoi(m[2]); err == nil {
			return time.Duration(min(s, 1e6)+1) * time.Second
		}
	}
	return 0
}

package arms

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pith-proxy/pith/eval"
)

// Neither the text nor the key goes to whom a service points to.
func TestAPIFollowsNoRedirect(t *testing.T) {
	var asked atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		_, _ = io.WriteString(w, fine)
	}))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		srv := httptest.NewServer(http.RedirectHandler(other.URL+"/sekret/v1/compress?sekret", status))
		arm := &API{URL: srv.URL + "/sekret", Key: "sekret", Client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}}
		_, err := arm.Compress(t.Context(), eval.Item{Context: "sekret"}, eval.Limit{Units: 1, Counter: tokenizer{}})
		want := srv.URL + " answered with a redirect to " + other.URL + ", which is not followed: give that address"
		if err == nil || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "sekret") {
			t.Errorf("%d: error %v, want %s", status, err, want)
		}
		srv.CloseClientConnections()
		srv.Close()
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the other service was asked %d times", n)
	}
}

func TestRedirected(t *testing.T) {
	for _, tt := range []struct {
		name     string
		status   int
		location string
		want     string
	}{
		{"other_host", 307, "https://b.example/sekret", "http://a.example answered with a redirect to https://b.example, which is not followed: give that address"},
		{"other_scheme", 308, "https://a.example/sekret", "a redirect to https://a.example,"},
		{"other_port", 308, "http://a.example:81/sekret", "a redirect to http://a.example:81,"},
		{"name_and_password", 302, "http://sekret:sekret@b.example/", "a redirect to http://b.example,"},
		{"other_path", 301, "/sekret", "to another path, which is not followed: give the whole address"},
		{"nonsense", 302, "http://%zz sekret", "http://a.example answered with a redirect, which"},
		{"no_host", 302, "mailto:sekret", "http://a.example answered with a redirect, which"},
		{"none", 304, "", ""},
		{"success", 201, "http://b.example", ""},
		{"failure", 400, "http://b.example", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res := reply(tt.status, "")
			res.Request = &http.Request{URL: &url.URL{Scheme: "http", Host: "a.example", Path: "/sekret"}}
			if tt.location != "" {
				res.Header.Set("Location", tt.location)
			}
			err := Redirected(res)
			if tt.want == "" {
				if err != nil {
					t.Errorf("error %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "sekret") {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// slowly is a body whose bytes come one by one, each after a while, and then its end; it
// never comes if while is 0.
type slowly struct {
	ctx   context.Context
	while time.Duration
	rest  string
}

func (s *slowly) Read(p []byte) (int, error) {
	var after <-chan time.Time
	if s.while > 0 {
		after = time.After(s.while)
	}
	select {
	case <-after:
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
	if s.rest == "" {
		return 0, io.EOF
	}
	n := copy(p[:1], s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *slowly) Close() error { return nil }

func TestAPIPatience(t *testing.T) {
	why := errors.New("enough")
	perByte := time.Minute / time.Duration(len(fine)+1)
	for _, tt := range []struct {
		name        string
		patience    time.Duration
		before      time.Duration // until the header comes; 0 is never
		while       time.Duration // until each byte; 0 is never
		cancelAfter time.Duration
		want        string // "" is an answer
		took        time.Duration
	}{
		{"a_large_text_on_a_busy_service", 0, 9*time.Minute + 59*time.Second, 9 * perByte, 0, "", 9*time.Minute + 59*time.Second + 9*perByte*time.Duration(len(fine)+1)},
		{"no_header", 0, 0, 0, 0, "no answer for 10m0s", 10 * time.Minute},
		{"header_too_late", 0, 11 * time.Minute, 1, 0, "no answer for 10m0s", 10 * time.Minute},
		{"own_patience", time.Minute, 0, 0, 0, "no answer for 1m0s", time.Minute},
		{"no_body", 0, time.Minute, 0, 0, "read the answer: no answer for 10m0s", 11 * time.Minute},
		{"a_body_in_drops", time.Minute, time.Second, 2 * perByte, 0, "read the answer: no answer for 1m0s", 61 * time.Second},
		{"context_before_the_header", 0, 0, 0, time.Second, "compress over HTTP: enough", time.Second},
		{"context_in_the_body", 0, time.Minute, 0, 2 * time.Minute, "read the answer: enough", 2 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				if tt.cancelAfter > 0 {
					time.AfterFunc(tt.cancelAfter, func() { cancel(why) })
				}
				arm := &API{URL: "http://pith/sekret", Patience: tt.patience, Client: &http.Client{Timeout: time.Second, Transport: transport(func(r *http.Request) (*http.Response, error) {
					if tt.before == 0 {
						<-r.Context().Done()
						return nil, r.Context().Err()
					}
					if err := wait(r.Context(), tt.before); err != nil {
						return nil, err
					}
					res := reply(200, "")
					res.Body = &slowly{r.Context(), tt.while, fine}
					return res, nil
				})}}
				began := time.Now()
				kept, err := arm.Compress(ctx, eval.Item{Context: "sekret"}, eval.Limit{Units: 1, Counter: tokenizer{}})
				if took := time.Since(began); took != tt.took {
					t.Errorf("it took %v, want %v", took, tt.took)
				}
				if tt.want == "" && (err != nil || kept.Text != "kept") || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "sekret")) {
					t.Errorf("kept %q, error %v, want %q", kept.Text, err, tt.want)
				}
				if tt.cancelAfter > 0 && !errors.Is(err, why) {
					t.Errorf("error %v is not the context's", err)
				}
			})
		})
	}
}

// An address may have a secret in its path, which an error of the network would quote.
func TestAPIErrorHasNoPath(t *testing.T) {
	srv := httptest.NewServer(nil)
	srv.Close()
	arm := &API{URL: srv.URL + "/sekret"}
	_, err := arm.Compress(t.Context(), eval.Item{Context: "a"}, eval.Limit{Units: 1, Counter: tokenizer{}})
	if err == nil || strings.Contains(err.Error(), "sekret") || !strings.Contains(err.Error(), "refused") {
		t.Errorf("error %v", err)
	}
}

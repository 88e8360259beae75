package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"
	"unicode"

	"github.com/pith-proxy/pith"
)

// What a caller can test for with errors.Is.
var (
	ErrNotFound     = errors.New("not on the hub")
	ErrDenied       = errors.New("the hub refuses access")
	ErrBusy         = errors.New("the hub is busy or out of reach")
	ErrOffline      = errors.New("offline")
	ErrDigest       = errors.New("wrong digest")
	ErrUnusable     = errors.New("the repository cannot be used")
	ErrTooLarge     = errors.New("too large")
	ErrDisk         = errors.New("disk")
	ErrNotInstalled = errors.New("not installed")
)

// Failures of one try that another try may mend.
var (
	errTruncated = errors.New("the connection ended before the file did")
	errStalled   = errors.New("the server sent nothing for too long")
	errRange     = errors.New("the server resumed at the wrong place")
)

// A statusError is an answer that is not a success.
type statusError struct {
	status  int
	code    string        // X-Error-Code, as the hub sets it
	message string        // X-Error-Message, made printable
	wait    time.Duration // from Retry-After or RateLimit; 0 if there is none
	host    string        // who answered. Never the address: it may be signed
	hub     bool          // answered by the endpoint itself, not by a storage host
}

func (e *statusError) Error() string {
	s := fmt.Sprintf("%s answered %d %s", e.host, e.status, http.StatusText(e.status))
	if e.message != "" {
		s += " (" + e.message + ")"
	}
	return s
}

// passing reports whether the same request may succeed later. A 403 of a
// storage host is one: its signed address has run out, and the hub signs a
// new one on the next try.
func (e *statusError) passing() bool {
	switch e.status {
	case 408, 416, 425, 429, 500, 502, 503, 504:
		return true
	case 401, 403, 404, 410:
		return !e.hub
	}
	return false
}

// A permanent error is not worth another try.
type permanent struct{ error }

func (e permanent) Unwrap() error { return e.error }

// retryable reports whether err may pass. Errors of the network are retried,
// those of the disk and of the hub's word are not.
func retryable(err error) bool {
	var s *statusError
	if errors.As(err, &s) {
		return s.passing()
	}
	var p permanent
	return !errors.As(err, &p) && !errors.Is(err, ErrDisk)
}

// fail makes the error a caller sees.
func fail(code pith.Code, kind, cause error, format string, args ...any) error {
	if cause == nil {
		cause = kind
	} else if kind != nil && !errors.Is(cause, kind) {
		cause = fmt.Errorf("%w: %w", kind, cause)
	}
	return &pith.Error{Op: "hub.Pull", Code: code, Msg: fmt.Sprintf(format, args...), Err: cause}
}

// explain turns what went wrong in a request into words that say what to do.
func explain(ctx context.Context, err error, r repository, endpoint string) error {
	var done *pith.Error
	if err == nil || errors.As(err, &done) {
		return err
	}
	if ctx.Err() != nil {
		return fail(pith.CodeDeadline, nil, context.Cause(ctx), "stopped; the same command goes on where this one ended")
	}
	var s *statusError
	if errors.As(err, &s) {
		return explainStatus(s, r, endpoint)
	}
	if errors.Is(err, ErrDigest) {
		return fail(pith.CodeInternal, ErrDigest, err, "what arrived of %s is not what the hub lists: try again, and suspect a proxy if it repeats", r.name)
	}
	if p := (permanent{}); errors.As(err, &p) {
		return fail(pith.CodeUnavailable, ErrUnusable, err, "%s gave an answer about %s that cannot be used", endpoint, r.name)
	}
	return fail(pith.CodeUnavailable, ErrBusy, err, "%s cannot be reached: check the network, HF_ENDPOINT and HTTPS_PROXY; the same command goes on where this one ended", endpoint)
}

func explainStatus(s *statusError, r repository, endpoint string) error {
	page := r.page(endpoint)
	switch {
	case s.code == "GatedRepo":
		return fail(pith.CodeInvalid, ErrDenied, s, "%s is gated: accept its terms at %s, then set HF_TOKEN to a token of that account", r.name, page)
	case s.code == "RevisionNotFound":
		return fail(pith.CodeInvalid, ErrNotFound, s, "%s has no revision %s: name another as %s@REVISION", r.name, r.revision, r.name)
	case s.code == "EntryNotFound":
		return fail(pith.CodeInvalid, ErrNotFound, s, "%s lost a file that it lists: try again", r.name)
	case s.status == 401 && strings.Contains(s.message, "Invalid credentials"):
		return fail(pith.CodeInvalid, ErrDenied, s, "the hub does not accept HF_TOKEN: renew it or unset it")
	case s.status == 401 || s.code == "RepoNotFound" || s.status == 404:
		return fail(pith.CodeInvalid, ErrNotFound, s, "no repository %s can be seen: check the name, and set HF_TOKEN if it is private", r.name)
	case s.status == 403:
		return fail(pith.CodeInvalid, ErrDenied, s, "access to %s is refused: open %s with the account HF_TOKEN belongs to", r.name, page)
	case s.status == 429:
		return fail(pith.CodeUnavailable, ErrBusy, s, "the hub limits how often it may be asked: try again %s, or set HF_TOKEN for a higher limit", after(s.wait))
	}
	return fail(pith.CodeUnavailable, ErrBusy, s, "the hub has trouble: try again %s; the same command goes on where this one ended", after(s.wait))
}

func after(d time.Duration) string {
	if d <= 0 {
		return "later"
	}
	return "in " + d.Round(time.Second).String()
}

// diskError says what a full or unwritable disk needs.
func diskError(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fail(pith.CodeInternal, ErrDisk, err, "the disk of %s is full: free some space or set PITH_HOME to another disk; the same command goes on where this one ended", dir)
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EROFS):
		return fail(pith.CodeInternal, ErrDisk, err, "%s cannot be written: check its owner or set PITH_HOME", dir)
	case errors.Is(err, syscall.ELOOP):
		return fail(pith.CodeInternal, ErrDisk, err, "there is a symbolic link in %s where pith keeps its own files: remove it", dir)
	}
	return fail(pith.CodeInternal, ErrDisk, err, "%s cannot be used", dir)
}

// bare drops the address from an error of net/http: it may be signed.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// printable makes a server's words fit for a terminal.
func printable(s string) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

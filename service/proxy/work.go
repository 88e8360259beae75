package proxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/ledger"
)

// Why a text was not made shorter although it was to be.
const (
	reasonDeadline   = "deadline"
	reasonFailed     = "compressor_failed"
	reasonBreaker    = "breaker"
	reasonNotShorter = "saves_too_little"
)

// What a shortened text must save to be sent.
const (
	leastShare  = 0.08
	leastTokens = 64
)

// worker runs the compressor within bounds: so many at once, and no longer than the
// caller's time.
type worker struct {
	compressor Compressor
	slots      chan struct{}
	log        *slog.Logger
	metrics    *metrics
}

// verdict is what the compressor made of some texts.
type verdict struct {
	texts         []string // in the order of the contexts
	method        string
	before, after int
	reason        string // why there are none
	failed        bool   // the reason is a failure, and not a decision about the texts
	passing       bool   // see [pith.Result]
}

// run compresses. It returns when ctx ends, also if the compressor does not; the slot
// is given back only when that is through.
func (w *worker) run(ctx context.Context, req pith.Request) verdict {
	if ctx.Err() != nil {
		return verdict{reason: reasonDeadline, failed: true}
	}
	select {
	case w.slots <- struct{}{}:
	default:
		return verdict{reason: reasonBusy, failed: true}
	}
	done := make(chan verdict, 1)
	go func() {
		defer func() { <-w.slots }()
		done <- w.compress(ctx, req)
	}()
	select {
	case v := <-done:
		return v
	case <-ctx.Done():
	}
	select {
	case v := <-done: // it was through at the last moment
		return v
	default:
		return verdict{reason: reasonDeadline, failed: true}
	}
}

func (w *worker) compress(ctx context.Context, req pith.Request) (v verdict) {
	defer func() {
		if p := recover(); p != nil {
			w.metrics.panics.Inc()
			logPanic(ctx, w.log, p)
			v = verdict{reason: reasonFailed, failed: true}
		}
	}()
	res, err := w.compressor.Compress(ctx, req)
	switch {
	case err == nil:
		return judge(&req, &res)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), pith.CodeOf(err) == pith.CodeDeadline:
		return verdict{reason: reasonDeadline, failed: true}
	case pith.CodeOf(err) == pith.CodeUnavailable:
		return verdict{reason: reasonBusy, failed: true}
	case pith.CodeOf(err) == pith.CodeInvalid, pith.CodeOf(err) == pith.CodeTooLarge:
		return verdict{reason: reasonFailed} // it will say so each time
	}
	w.log.LogAttrs(ctx, slog.LevelWarn, "compressor", slog.String("code", string(pith.CodeOf(err))))
	return verdict{reason: reasonFailed, failed: true}
}

// logPanic tells the type of what was panicked with and no more, since that may hold a
// text, and the stack, whose frames show addresses.
func logPanic(ctx context.Context, log *slog.Logger, v any) {
	log.LogAttrs(ctx, slog.LevelError, "panic", slog.String("type", fmt.Sprintf("%T", v)),
		slog.String("stack", string(debug.Stack())))
}

// judge accepts a result only if it is sound and saves enough.
func judge(req *pith.Request, res *pith.Result) verdict {
	if len(res.Contexts) != len(req.Contexts) {
		return verdict{reason: reasonFailed, failed: true}
	}
	v := verdict{method: res.Method, passing: res.Passing}
	for i := range res.Contexts {
		c := &res.Contexts[i]
		text, tokens := string(c.Text), c.OutputTokens
		if !utf8.ValidString(text) || tokens > c.InputTokens {
			text, tokens = string(req.Contexts[i].Text), c.InputTokens
		}
		v.texts = append(v.texts, text)
		v.before += c.InputTokens
		v.after += tokens
	}
	if saved := v.before - v.after; saved < leastTokens || float64(saved) < leastShare*float64(v.before) {
		return verdict{reason: reasonNotShorter, passing: res.Passing}
	}
	return v
}

// entry is the verdict as the ledger keeps it. literals are what stands in the place
// of each block; nil leaves one as it is.
func (v *verdict) entry(literals [][]byte) ledger.Entry {
	if v.texts == nil {
		return ledger.Entry{Raw: v.failed, Reason: v.reason}
	}
	return ledger.Entry{Texts: literals, Method: v.method, Before: v.before, After: v.after}
}

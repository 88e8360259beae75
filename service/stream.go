package service

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// lines writes NDJSON: one value a line, each flushed at once. It is safe for
// concurrent use. The status goes out with the first line, so until then a
// failure can still be answered with one of its own.
type lines struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	begun   bool
	written int
	failed  int // lines that tell of a failure
	err     error
}

func newLines(w http.ResponseWriter) *lines { return &lines{w: w} }

// write sends one line. After a failure to write it sends nothing more.
func (l *lines) write(v any) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err
	}
	if !l.begun {
		l.begun = true
		h := l.w.Header()
		h.Set("Content-Type", typeNDJSON)
		h.Set("Cache-Control", "no-store")
		h.Set("X-Accel-Buffering", "no") // nginx would hold lines back
		l.w.WriteHeader(http.StatusOK)
	}
	err := encode(l.w, v)
	if err == nil {
		err = http.NewResponseController(l.w).Flush()
	}
	if err != nil {
		l.err = &pith.Error{Code: codeClientGone, Msg: "the client went away", Err: err}
	}
	return l.err
}

func (l *lines) result(v any, failed bool) error {
	err := l.write(v)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.written++
	if failed {
		l.failed++
	}
	return err
}

// fail ends the stream with an error, or returns it if there is no stream yet.
func (l *lines) fail(ctx context.Context, err error) error {
	l.mu.Lock()
	begun := l.begun
	l.mu.Unlock()
	if !begun {
		return err
	}
	e := classify(ctx, err)
	recordOf(ctx).code = e.Code
	return l.write(api.ErrorLine{Object: api.ObjectErrorLine, Error: *apiError(e)})
}

// streamCompression answers a compression with a line for each context.
func (s *Service) streamCompression(ctx context.Context, j *job) answer {
	return func(w http.ResponseWriter) error {
		start := time.Now()
		l := newLines(w)
		o, err := s.streamContexts(ctx, j, l)
		if err != nil {
			return l.fail(ctx, err)
		}
		o.took = time.Since(start)
		in, out := tokensOf(o.Contexts)
		rec := recordOf(ctx)
		rec.method, rec.outcome, rec.in, rec.out = o.Method, o.status(), in, out
		_ = l.write(api.SummaryLine{
			Object: api.ObjectSummary, ID: newID("cmp_"), Created: time.Now().Unix(),
			Status: api.SummaryLineStatus(o.status()), Method: o.Method, Version: o.Version, Models: o.Models,
			Tokenizer: &api.TokenizerUsed{Name: j.counter.Name(), Exact: j.counter.Exact()},
			Usage:     usage(in, out), Warnings: o.Warnings, Results: l.written, Timing: timing(o.took, o.Timing),
		})
		return nil
	}
}

// streamContexts compresses each context by itself, several at once, if none
// depends on another, and all together if they do.
func (s *Service) streamContexts(ctx context.Context, j *job, l *lines) (*outcome, error) {
	if !independent(&j.req) {
		o, err := s.run(ctx, j)
		if err != nil {
			return nil, err
		}
		for i := range o.Contexts {
			_ = l.result(lineOf(j, i, &o.Contexts[i]), false)
		}
		return o, nil
	}
	whole := &outcome{}
	whole.Contexts = make([]pith.ContextResult, len(j.req.Contexts))
	methods, versions := make([]string, len(j.req.Contexts)), make([]string, len(j.req.Contexts))
	var mu sync.Mutex
	err := s.each(ctx, len(j.req.Contexts), func(ctx context.Context, i int) error {
		one := *j
		one.req.Contexts = j.req.Contexts[i : i+1]
		o, err := s.run(ctx, &one)
		if err != nil {
			return err
		}
		mu.Lock()
		merge(whole, o, i)
		methods[i], versions[i] = o.Method, o.Version
		mu.Unlock()
		return l.result(lineOf(j, i, &o.Contexts[0]), false)
	})
	whole.Method, whole.Version = joined(methods, versions)
	return whole, err
}

// independent reports whether each context's result depends on it alone.
func independent(r *pith.Request) bool {
	o := &r.Options
	return len(r.Contexts) > 1 && r.Profile != pith.ProfileCompat && r.Question == "" && r.Instruction == "" && r.Budget.TargetTokens == 0 &&
		o.Scope != pith.ScopeGlobal && o.TopN == 0 && o.MinScore == 0
}

// merge adds what became of context i.
func merge(whole, one *outcome, i int) {
	whole.Contexts[i] = one.Contexts[0]
	whole.Timing.Queue += one.Timing.Queue
	whole.Timing.Model += one.Timing.Model
	whole.Models = union(whole.Models, one.Models)
	whole.Warnings = union(whole.Warnings, one.Warnings)
	if one.failure != nil {
		whole.failure = one.failure
	}
}

// joined names the methods that had a part, in the order of the contexts, and their
// versions. None counts only where there is no other.
func joined(methods, versions []string) (method, version string) {
	var ms, vs []string
	for i, m := range methods {
		if m != "" && m != "none" && !slices.Contains(ms, m) {
			ms, vs = append(ms, m), append(vs, versions[i])
		}
	}
	if ms == nil {
		return methods[0], versions[0]
	}
	return strings.Join(ms, "+"), strings.Join(vs, "+")
}

func lineOf(j *job, i int, c *pith.ContextResult) api.CompressResultLine {
	return api.CompressResultLine{Object: api.ObjectResultLine, Result: resultOf(j, i, c)}
}

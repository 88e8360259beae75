package service

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
)

// An outcome is a result and how it was come by.
type outcome struct {
	pith.Result
	failure *pith.Error // passed over; the result is the request's own texts
	took    time.Duration
}

// status is the X-Pith-Status of the outcome.
func (o *outcome) status() string {
	if o.failure != nil {
		return "error"
	}
	for i := range o.Contexts {
		if o.Contexts[i].Status != pith.StatusUnchanged {
			return "compressed"
		}
	}
	return "unchanged"
}

// run compresses, inside the job's deadline, and fails open if the job says so.
func (s *Service) run(ctx context.Context, j *job) (*outcome, error) {
	start := time.Now()
	inner, cancel := context.WithTimeoutCause(ctx, j.deadline, errDeadline)
	defer cancel()
	res, err := s.compress(inner, j.req)
	if err == nil {
		err = tidy(&j.req, &res)
	}
	if err == nil {
		s.metrics.result(&res)
		return &outcome{Result: res, took: time.Since(start)}, nil
	}

	e := classify(inner, err)
	s.metrics.failures.WithLabelValues(label(e.Code)).Inc()
	s.logFailure(ctx, j, e, err)
	if !j.pass || mendable(e.Code) || ctx.Err() != nil {
		return nil, e
	}
	out := &outcome{Result: s.unchanged(j, e), failure: e}
	s.metrics.result(&out.Result)
	out.took = time.Since(start)
	return out, nil
}

// compress calls the compressor and contains its panics.
func (s *Service) compress(ctx context.Context, req pith.Request) (res pith.Result, err error) {
	defer func() {
		if v := recover(); v != nil {
			s.logPanic(ctx, v)
			err = errPanic
		}
	}()
	return s.opts.Compressor.Compress(ctx, req)
}

// tidy refuses a result that does not fit its request, and takes back what made a
// text no better: longer, or no longer text.
func tidy(req *pith.Request, res *pith.Result) error {
	if len(res.Contexts) != len(req.Contexts) {
		return fmt.Errorf("compressor returned %d contexts for %d", len(res.Contexts), len(req.Contexts))
	}
	for i := range res.Contexts {
		out, in := &res.Contexts[i], &req.Contexts[i]
		switch {
		case out.Status == pith.StatusDropped:
			if in.Locked {
				return fmt.Errorf("compressor dropped locked context %d", i)
			}
		case in.Locked && out.Text != in.Text:
			return fmt.Errorf("compressor changed locked context %d", i)
		case out.Status == pith.StatusUnchanged && out.Text != in.Text:
			return fmt.Errorf("compressor changed context %d and called it unchanged", i)
		case out.OutputTokens > out.InputTokens || !utf8.ValidString(string(out.Text)):
			restore(out, in, req.Options.ReturnSpans)
		}
		out.ID = in.ID
	}
	return nil
}

func restore(out *pith.ContextResult, in *pith.Context, spans bool) {
	out.Text, out.Status, out.OutputTokens, out.Labels = in.Text, pith.StatusUnchanged, out.InputTokens, nil
	out.Spans = wholeSpan(in.Text, spans)
	out.Forms, out.Exact, out.Decode, out.Chunks = nil, false, nil, nil
	out.Warnings = append(out.Warnings, "compression did not make this text shorter; it is unchanged")
}

func wholeSpan(t pith.Text, wanted bool) []pith.Span {
	if !wanted || t == "" {
		return nil
	}
	return []pith.Span{{Start: 0, End: len(t)}}
}

// unchanged is the result of not compressing.
func (s *Service) unchanged(j *job, why *pith.Error) pith.Result {
	res := pith.Result{
		Method: "none", Version: s.opts.Version, Contexts: make([]pith.ContextResult, len(j.req.Contexts)),
		Warnings: []string{fmt.Sprintf("not compressed (%s): %s", why.Code, why.Msg)},
	}
	for i := range j.req.Contexts {
		c := &j.req.Contexts[i]
		n := j.counter.Count(string(c.Text))
		res.Contexts[i] = pith.ContextResult{
			ID: c.ID, Text: c.Text, Status: pith.StatusUnchanged, Method: "none", InputTokens: n, OutputTokens: n,
			Spans: wholeSpan(c.Text, j.req.Options.ReturnSpans),
		}
	}
	return res
}

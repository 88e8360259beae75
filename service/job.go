package service

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// A job is one compression as the service understands it: the request for the
// compressor, and what the service itself has to see to.
type job struct {
	req      pith.Request
	counter  Counter
	single   bool // came as input and not as contexts
	deadline time.Duration
	pass     bool // on_error: pass
	scores   bool
	unit     api.OffsetUnit
}

// newJob turns a validated request into a job. It reports what the contract
// cannot say: expressions that do not compile, unknown models, sizes in bytes and
// in tokens.
func (s *Service) newJob(ctx context.Context, r *api.CompressRequest) (*job, error) {
	j := &job{
		single:   r.Contexts == nil,
		deadline: time.Duration(r.DeadlineMs) * time.Millisecond,
		pass:     r.OnError != api.OnErrorFail,
		scores:   slices.Contains(r.Return, api.ReturnScores),
		unit:     r.OffsetUnit,
	}
	if j.deadline == 0 {
		j.deadline = 60 * time.Second
	}
	patterns, err := compilePatterns(r.Preserve.Patterns)
	if err != nil {
		return nil, err
	}
	j.req = requestOf(r, patterns)
	if rec := recordOf(ctx); s.opts.Memory != nil && r.Cache != api.CacheOff && !rec.stranger {
		j.req.Memory = s.opts.Memory(ctx, rec.tenant)
		if r.Cache == api.CacheRead {
			j.req.Memory = pith.ReadOnly{Memory: j.req.Memory}
		}
	}
	if j.counter, err = s.counter(r.Model, string(r.Tokenizer)); err != nil {
		return nil, err
	}
	if err := j.req.Validate(); err != nil {
		return nil, err
	}
	if j.scores && j.req.Profile == pith.ProfileCompat {
		return nil, pith.Invalid("/return", "the compat profile has no scores to return")
	}
	return j, s.checkTokens(ctx, j)
}

func requestOf(r *api.CompressRequest, patterns []*regexp.Regexp) pith.Request {
	req := pith.Request{
		Question:    pith.Text(r.Question),
		Instruction: pith.Text(r.Instruction),
		Method:      string(r.Method),
		Model:       r.CompressorModel,
		Profile:     pith.Profile(r.Profile),
		Budget:      pith.Budget{Rate: r.Rate, TargetTokens: r.TargetTokens, Threshold: r.Threshold},
		Options: pith.Options{
			Tokenizer:       r.Model + string(r.Tokenizer), // never both
			Scope:           pith.Scope(r.Scope),
			Strictness:      pith.Strictness(r.Budget),
			TopN:            r.TopN,
			MinScore:        r.MinScore,
			Preserve:        pith.Preserve{Classes: namesOf(r.Preserve.Classes), Literals: r.Preserve.Literals, Patterns: patterns},
			ForceTokens:     r.ForceTokens,
			ReserveDigits:   r.ReserveDigits,
			DropConsecutive: r.DropConsecutive,
			ReturnSpans:     slices.Contains(r.Return, api.ReturnSpans),
			ReturnLabels:    slices.Contains(r.Return, api.ReturnLabels),
			ReturnDecode:    slices.Contains(r.Return, api.ReturnDecode),
			ReturnChunks:    slices.Contains(r.Return, api.ReturnChunks),
			Lossless: pith.Lossless{Forms: namesOf(r.Lossless.Forms), LegendRows: r.Lossless.LegendRows,
				Warm: r.Lossless.Brief == api.BriefWarm, Inline: r.Lossless.Inline},
			Code: pith.CodeOptions{RankOnly: r.Code.RankOnly, Keep: r.Code.Keep, Marks: pith.Marks(r.Code.Marks)},
		},
	}
	if r.Contexts == nil {
		req.Contexts = []pith.Context{{Text: pith.Text(r.Input)}}
	}
	for _, c := range r.Contexts {
		req.Contexts = append(req.Contexts, pith.Context{
			ID: c.ID, Text: pith.Text(c.Text), Kind: pith.Kind(c.Kind), Language: c.Language, Method: string(c.Method), Locked: c.Locked,
			Budget: pith.Budget{Rate: c.Rate, TargetTokens: c.TargetTokens, Threshold: c.Threshold},
		})
	}
	return req
}

// namesOf keeps the difference between no list and an empty one.
func namesOf[S ~string](in []S) []string {
	if in == nil {
		return nil
	}
	out := make([]string, len(in))
	for i, c := range in {
		out[i] = string(c)
	}
	return out
}

func compilePatterns(in []string) ([]*regexp.Regexp, error) {
	var out []*regexp.Regexp
	for i, p := range in {
		at := fmt.Sprintf("/preserve/patterns/%d", i)
		if len(p) > pith.MaxPatternBytes {
			return nil, &pith.Error{Code: pith.CodeTooLarge, Param: at,
				Msg: fmt.Sprintf("a pattern may have at most %d bytes", pith.MaxPatternBytes)}
		}
		re, err := regexp.Compile(p)
		if err != nil {
			return nil, pith.Invalid(at, "the pattern is not a valid RE2 expression")
		}
		out = append(out, re)
	}
	return out, nil
}

// counter finds the counter of a model or a tokenizer, of which at most one is set.
func (s *Service) counter(model, tokenizer string) (Counter, error) {
	c, err := s.opts.Counter(model + tokenizer)
	switch {
	case err == nil:
		return c, nil
	case model != "":
		return nil, pith.Invalid("/model", "no such model; name its tokenizer instead")
	}
	return nil, pith.Invalid("/tokenizer", "no such tokenizer")
}

// An additiveCounter counts a text piece by piece, so that counting can stop.
type additiveCounter interface {
	Pieces(text string, yield func(piece string, tokens int) bool)
}

// checkTokens holds the job to the limit on tokens. No text has more tokens than
// bytes, so only large ones are counted, and no further than the limit.
func (s *Service) checkTokens(ctx context.Context, j *job) error {
	texts := make([]string, len(j.req.Contexts))
	for i := range j.req.Contexts {
		texts[i] = string(j.req.Contexts[i].Text)
	}
	at := "/contexts"
	if j.single {
		at = "/input"
	}
	return s.boundTokens(ctx, j.counter, texts, at)
}

func (s *Service) boundTokens(ctx context.Context, c Counter, texts []string, at string) error {
	limit, bytes := s.opts.Limits.MaxTokens, 0
	for _, t := range texts {
		bytes += len(t)
	}
	if bytes <= limit {
		return nil
	}
	total := 0
	for _, t := range texts {
		total += countUpTo(ctx, c, t, limit-total)
		if total > limit {
			return &pith.Error{Code: pith.CodeTooLarge, Param: at,
				Msg: fmt.Sprintf("a request may have at most %d tokens; split it", limit)}
		}
	}
	return ctx.Err()
}

// countUpTo counts the tokens of t, and stops when there are more than limit or
// ctx has ended.
func countUpTo(ctx context.Context, c Counter, t string, limit int) int {
	a, ok := c.(additiveCounter)
	if !ok {
		return c.Count(t)
	}
	n, pieces := 0, 0
	a.Pieces(t, func(_ string, tokens int) bool {
		n += tokens
		pieces++
		return n <= limit && (pieces%4096 != 0 || ctx.Err() == nil)
	})
	return n
}

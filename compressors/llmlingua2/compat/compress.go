package compat

import (
	"context"
	"errors"
	"strings"

	"github.com/pith-proxy/pith"
)

// run is the state of one call.
type run struct {
	c         *Compressor
	req       *Request
	swaps     *swaps
	merger    *merger
	aggregate func(*tally) prob // nil if token_to_word is unknown
	badWord   error             // why it is nil; raised at the first chunk, not before
	counts    map[string]int
	docs      []*doc
	origin    int
}

// doc is one context on its way.
type doc struct {
	chunks []*chunk
	kept   bool
	out    strings.Builder
	labels []Label
}

// Compress compresses the contexts of req as the reference's compress_prompt
// does. Invalid UTF-8 in contexts and force tokens is replaced by U+FFFD first,
// since a Python string has none. Where the reference raises,
// the error has a [ClassOf].
func (c *Compressor) Compress(ctx context.Context, req Request) (Result, error) {
	res, err := c.compress(ctx, &req)
	if err == nil {
		return res, nil
	}
	var classed *pith.Error
	switch {
	case errors.As(err, &classed):
		return Result{}, err
	case ctx.Err() != nil:
		return Result{}, &pith.Error{Op: "compat.Compress", Code: pith.CodeDeadline, Msg: "the deadline passed first",
			Err: context.Cause(ctx)}
	}
	return Result{}, &pith.Error{Op: "compat.Compress", Code: pith.CodeInternal, Err: err}
}

func (c *Compressor) compress(ctx context.Context, req *Request) (Result, error) {
	if len(req.ForceTokens) > maxForceTokens {
		return Result{}, raise(AssertionError, "/force_tokens", "at most 100 force_tokens")
	}
	r, err := c.newRun(req)
	if err != nil {
		return Result{}, err
	}
	rate, err := r.rate(ctx)
	if err != nil {
		return Result{}, err
	}
	reduce := 0.0
	if cut := 1 - rate; cut > 0 && req.UseTokenLevelFilter {
		reduce = cut
	}
	if reduce > 0 {
		err = r.selectWords(ctx, reduce)
	} else {
		err = r.passThrough()
	}
	if err != nil {
		return Result{}, err
	}
	return r.result()
}

func (c *Compressor) newRun(req *Request) (*run, error) {
	r := &run{c: c, req: req, counts: make(map[string]int)}
	force := make([]string, len(req.ForceTokens))
	for i, t := range req.ForceTokens {
		force[i] = strings.ToValidUTF8(t, "\uFFFD")
	}
	var err error
	if r.swaps, err = c.swaps(force); err != nil {
		return nil, err
	}
	r.merger = newMerger(c.rules, r.swaps, force, req.ForceReserveDigit)
	r.aggregate, r.badWord = aggregate(req.TokenToWord)
	ends := r.swaps.ends(req.ChunkEndTokens)
	r.swaps.room = roomFree
	for _, t := range req.Contexts {
		r.swaps.room += roomShare * len(t)
	}
	for _, t := range req.Contexts {
		text := strings.ToValidUTF8(string(t), "\uFFFD")
		r.origin += r.c.Counter.Count(text)
		hidden, err := r.swaps.hide(text)
		if err != nil {
			return nil, err
		}
		chunks, err := c.chunks(hidden, ends)
		if err != nil {
			return nil, err
		}
		r.docs = append(r.docs, &doc{chunks: chunks, kept: true})
	}
	return r, nil
}

// rate returns the fraction to keep of the words that the context stage leaves.
func (r *run) rate(ctx context.Context) (float64, error) {
	if r.req.UseContextLevelFilter && len(r.docs) != 1 {
		if err := r.wordsOf(ctx, r.chunks()); err != nil {
			return 0, err
		}
		return r.filter()
	}
	if r.req.TargetToken > 0 {
		return share(r.req.TargetToken, r.origin)
	}
	return r.req.Rate, nil
}

// chunks returns the chunks of the kept contexts, in order.
func (r *run) chunks() []*chunk {
	var all []*chunk
	for _, d := range r.docs {
		if d.kept {
			all = append(all, d.chunks...)
		}
	}
	return all
}

// wordsOf scores chunks and merges their pieces.
func (r *run) wordsOf(ctx context.Context, chunks []*chunk) error {
	if err := r.c.score(ctx, chunks); err != nil {
		return err
	}
	for _, ch := range chunks {
		if err := r.merge(ch); err != nil {
			return err
		}
	}
	return nil
}

// merge makes the words of a scored chunk, once.
func (r *run) merge(ch *chunk) (err error) {
	if ch.words, err = r.merger.merge(ch.pieces, ch.probs); err != nil {
		return err
	}
	return r.badWord
}

// selectWords drops words of every kept context. Chunks scored by the context
// stage are not scored again.
func (r *run) selectWords(ctx context.Context, reduce float64) error {
	var todo []*chunk
	for _, ch := range r.chunks() {
		if ch.pieces == nil {
			todo = append(todo, ch)
		}
	}
	if err := r.c.score(ctx, todo); err != nil {
		return err
	}
	s := &selector{reduce: reduce, aggregate: r.aggregate, force: r.merger.force, drop: r.req.DropConsecutive,
		count: r.count, seen: r.c.seen}
	for _, d := range r.docs {
		if !d.kept {
			continue
		}
		for _, ch := range d.chunks {
			if err := r.selectIn(s, d, ch); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) selectIn(s *selector, d *doc, ch *chunk) error {
	if ch.words == nil {
		if err := r.merge(ch); err != nil {
			return err
		}
	}
	keep, err := s.keep(ch.words)
	if err != nil {
		return err
	}
	var kept []string
	for i := range ch.words {
		if keep[i] {
			kept = append(kept, ch.words[i].text)
		}
	}
	d.out.WriteString(r.c.Vocabulary.dec.join(kept))
	if r.req.ReturnWordLabel {
		d.labels = append(d.labels, r.labels(ch.words, keep)...)
	}
	return nil
}

// count is the number of target tokens of a word or chunk, remembered for the call.
func (r *run) count(text string) int {
	n, ok := r.counts[text]
	if !ok {
		n = r.c.Counter.Count(text)
		r.counts[text] = n
	}
	return n
}

package service

import (
	"strings"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// compression writes an outcome as the contract has it.
func compression(j *job, o *outcome) api.Compression {
	c := api.Compression{
		ID: newID("cmp_"), Object: api.ObjectCompression, Created: time.Now().Unix(),
		Method: o.Method, Version: o.Version, Models: orEmpty(o.Models),
		Tokenizer: api.TokenizerUsed{Name: j.counter.Name(), Exact: j.counter.Exact()},
		Output:    output(o.Contexts),
		Results:   make([]api.CompressResult, len(o.Contexts)),
		Warnings:  orEmpty(o.Warnings),
		Timing:    timing(o.took, o.Timing),
		Cache:     api.CacheUse{Result: o.Cache.Result, SegmentHits: o.Cache.Hits, SegmentMisses: o.Cache.Misses},
	}
	for i := range o.Contexts {
		c.Results[i] = resultOf(j, i, &o.Contexts[i])
	}
	c.Usage = usage(tokensOf(o.Contexts))
	return c
}

func resultOf(j *job, i int, c *pith.ContextResult) api.CompressResult {
	r := api.CompressResult{
		Index: i, ID: c.ID, Text: string(c.Text),
		Status: api.CompressResultStatus(c.Status), Dropped: c.Status == pith.StatusDropped,
		Method: c.Method, InputTokens: c.InputTokens, OutputTokens: c.OutputTokens,
		Warnings: orEmpty(c.Warnings), Kind: c.Kind, Language: c.Language,
	}
	if j.scores {
		r.Score = c.Score
	}
	if c.Forms != nil {
		r.Forms, r.Exact = &c.Forms, &c.Exact
	}
	if c.Decode != nil {
		r.Decode = &api.Decode{Scheme: c.Decode.Scheme, Params: c.Decode.Params}
	}
	source := string(j.req.Contexts[i].Text)
	if j.req.Options.ReturnSpans && c.Forms == nil && (c.Spans != nil || c.Text == "") {
		spans := make([]api.Span, len(c.Spans))
		at := newRuler(source, j.unit)
		for k, s := range c.Spans {
			spans[k] = api.Span{at.offset(s.Start), at.offset(s.End)}
		}
		r.Spans = &spans
	}
	if j.req.Options.ReturnLabels && c.Forms == nil {
		labels := labelsOf(j, source, c.Labels)
		r.Labels = &labels
	}
	if j.req.Options.ReturnChunks && c.Chunks != nil {
		chunks := chunksOf(j, source, c.Chunks)
		r.Chunks = &chunks
	}
	return r
}

// chunksOf gives the parts of code the offsets of the caller's unit.
func chunksOf(j *job, source string, in []pith.Chunk) []api.Chunk {
	chunks := make([]api.Chunk, len(in))
	at := newRuler(source, j.unit)
	for k := range in {
		c := &in[k]
		chunks[k] = api.Chunk{Name: c.Name, Kind: c.Kind, Action: api.ChunkAction(c.Action), Start: at.offset(c.Start), End: at.offset(c.End),
			Lines: make([]api.Lines, len(c.Lines)), Tokens: c.Tokens, Score: c.Score}
		copy(chunks[k].Lines, c.Lines)
	}
	return chunks
}

// labelsOf gives labels the offsets of the caller's unit. Those of the compat
// profile are words without a place in the source.
func labelsOf(j *job, source string, in []pith.Label) []api.Label {
	labels := make([]api.Label, len(in))
	at := newRuler(source, j.unit)
	for k, l := range in {
		if j.req.Profile == pith.ProfileCompat {
			labels[k] = api.Label{W: string(l.Word), Keep: l.Keep}
			continue
		}
		start, end := at.offset(l.Start), at.offset(l.End)
		labels[k] = api.Label{W: source[l.Start:l.End], Start: &start, End: &end, Keep: l.Keep, P: &l.Prob, Forced: l.Forced}
	}
	return labels
}

// output joins the texts that were not dropped.
func output(cs []pith.ContextResult) string {
	kept := make([]string, 0, len(cs))
	for i := range cs {
		if cs[i].Status != pith.StatusDropped {
			kept = append(kept, string(cs[i].Text))
		}
	}
	return strings.Join(kept, "\n\n")
}

func tokensOf(cs []pith.ContextResult) (in, out int) {
	for i := range cs {
		in += cs[i].InputTokens
		out += cs[i].OutputTokens
	}
	return in, out
}

func usage(in, out int) api.Usage {
	u := api.Usage{InputTokens: in, OutputTokens: out, SavedTokens: in - out, KeptRatio: 1}
	if in > 0 {
		u.KeptRatio = float64(out) / float64(in)
	}
	return u
}

func timing(total time.Duration, t pith.Timing) api.Timing {
	return api.Timing{TotalMs: ms(total), QueueMs: ms(t.Queue), ModelMs: ms(t.Model)}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// orEmpty makes a list that JSON writes as one.
func orEmpty(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

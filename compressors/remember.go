package compressors

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"math"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
)

// Remembering is a Router that answers a request which its caller made before from the
// caller's memory, with the bytes of then.
type Remembering struct {
	*Router

	// Version names everything that results depend on beside the request.
	Version string
}

// Compress is [Router.Compress].
func (r Remembering) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	if req.Memory == nil {
		return r.Router.Compress(ctx, req)
	}
	key := req.Memory.Key("result", []byte(r.Version), fingerprint(&req))
	if value := req.Memory.Get(ctx, []pith.Key{key})[0]; value != nil {
		if res, err := decodeResult(value, &req); err == nil {
			res.Cache.Result = true
			return res, nil
		}
	}
	res, err := r.Router.Compress(ctx, req)
	if err == nil && !res.Passing {
		if value, ok := encodeResult(&res); ok {
			req.Memory.Put(key, value)
		}
	}
	return res, err
}

// longestResult bounds what is kept: it must not drive the analyses out, of which a few
// hundred make up a result.
const longestResult = 1 << 20

// fingerprint writes down all of a request that its result depends on. Not among it are
// the names of contexts, which come back as they came, unless they are names of files,
// which tell a language, the memory, and how much of a hurry it is.
func fingerprint(req *pith.Request) []byte {
	size := 256
	for i := range req.Contexts {
		size += len(req.Contexts[i].Text) + 64
	}
	w := writer(make([]byte, 0, size))
	w.text(string(req.Question), string(req.Instruction), req.Method, req.Model, string(req.Profile))
	w.budget(req.Budget)
	w.options(&req.Options)
	w.number(len(req.Contexts))
	for i := range req.Contexts {
		c := &req.Contexts[i]
		w.text(string(c.Text), string(c.Kind), c.FileName(), c.Language, c.Method)
		w.budget(c.Budget)
		w.flag(c.Locked)
	}
	return w
}

// writer appends fields, each with its length or of a fixed one, so that no two requests
// are written alike.
type writer []byte

func (w *writer) text(fields ...string) {
	for _, f := range fields {
		w.number(len(f))
		*w = append(*w, f...)
	}
}

// list keeps apart no list and an empty one.
func (w *writer) list(fields []string) {
	w.flag(fields == nil)
	w.number(len(fields))
	w.text(fields...)
}

func (w *writer) number(n int) { *w = binary.AppendVarint(*w, int64(n)) }

func (w *writer) real(x float64) { *w = binary.BigEndian.AppendUint64(*w, math.Float64bits(x)) }

func (w *writer) flag(on bool) {
	if on {
		*w = append(*w, 1)
	} else {
		*w = append(*w, 0)
	}
}

func (w *writer) budget(b pith.Budget) {
	w.real(b.Rate)
	w.number(b.TargetTokens)
	w.real(b.Threshold)
}

func (w *writer) options(o *pith.Options) {
	w.text(o.Tokenizer, string(o.Scope), string(o.Strictness))
	w.number(o.TopN)
	w.real(o.MinScore)
	w.list(o.Preserve.Classes)
	w.list(o.Preserve.Literals)
	w.number(len(o.Preserve.Patterns))
	for _, p := range o.Preserve.Patterns {
		w.text(p.String())
	}
	w.list(o.ForceTokens)
	w.list(o.Lossless.Forms)
	w.number(o.Lossless.LegendRows)
	w.list(o.Code.Keep)
	w.text(string(o.Code.Marks))
	for _, on := range []bool{o.ReserveDigits, o.DropConsecutive, o.ReturnSpans, o.ReturnLabels, o.ReturnDecode, o.ReturnChunks,
		o.Lossless.Warm, o.Lossless.Inline, o.Code.RankOnly} {
		w.flag(on)
	}
}

// stored is a result as a memory has it: this as JSON behind its length, then the texts.
type stored struct {
	Method   string          `json:"method"`
	Version  string          `json:"version"`
	Models   []string        `json:"models,omitempty"`
	Warnings []string        `json:"warnings,omitempty"`
	Contexts []storedContext `json:"contexts"`
}

type storedContext struct {
	Bytes    int          `json:"bytes"` // of the text
	Status   pith.Status  `json:"status"`
	Method   string       `json:"method"`
	In       int          `json:"in"`
	Out      int          `json:"out"`
	Score    *float64     `json:"score,omitempty"`
	Warnings []string     `json:"warnings,omitempty"`
	Spans    []pith.Span  `json:"spans,omitempty"`
	Labels   []pith.Label `json:"labels,omitempty"`
	Chunks   []pith.Chunk `json:"chunks,omitempty"`
	Kind     string       `json:"kind,omitempty"`
	Language string       `json:"language,omitempty"`
	Forms    []string     `json:"forms,omitempty"`
	Exact    bool         `json:"exact,omitempty"`
	Decode   *pith.Decode `json:"decode,omitempty"`
}

// encodeResult is false for what JSON cannot hold, or is too long.
func encodeResult(res *pith.Result) ([]byte, bool) {
	s := stored{Method: res.Method, Version: res.Version, Models: res.Models, Warnings: res.Warnings}
	size := 0
	for i := range res.Contexts {
		c := &res.Contexts[i]
		if size += len(c.Text) + 16*len(c.Spans) + 48*len(c.Labels) + chunksSize(c.Chunks) + decodeSize(c.Decode); size > longestResult {
			return nil, false
		}
		for _, l := range c.Labels {
			if !utf8.ValidString(string(l.Word)) {
				return nil, false
			}
		}
		for k := range c.Chunks {
			if !utf8.ValidString(c.Chunks[k].Name) {
				return nil, false
			}
		}
		s.Contexts = append(s.Contexts, storedContext{Bytes: len(c.Text), Status: c.Status, Method: c.Method, In: c.InputTokens,
			Out: c.OutputTokens, Score: c.Score, Warnings: c.Warnings, Spans: c.Spans, Labels: c.Labels, Chunks: c.Chunks,
			Kind: c.Kind, Language: c.Language, Forms: c.Forms, Exact: c.Exact, Decode: c.Decode})
	}
	head, err := json.Marshal(s)
	if err != nil {
		return nil, false
	}
	value := binary.AppendUvarint(make([]byte, 0, len(head)+size+8), uint64(len(head)))
	value = append(value, head...)
	for i := range res.Contexts {
		value = append(value, res.Contexts[i].Text...)
	}
	return value, true
}

func chunksSize(chunks []pith.Chunk) int {
	size := 0
	for i := range chunks {
		size += 128 + len(chunks[i].Name) + 16*len(chunks[i].Lines)
	}
	return size
}

func decodeSize(d *pith.Decode) int {
	if d == nil {
		return 0
	}
	return len(d.Params)
}

var errStored = errors.New("the value is no result of this request")

func decodeResult(value []byte, req *pith.Request) (pith.Result, error) {
	n, at := binary.Uvarint(value)
	if at <= 0 || n > uint64(len(value)-at) {
		return pith.Result{}, errStored
	}
	var s stored
	if json.Unmarshal(value[at:at+int(n)], &s) != nil || len(s.Contexts) != len(req.Contexts) {
		return pith.Result{}, errStored
	}
	texts := value[at+int(n):]
	res := pith.Result{Method: s.Method, Version: s.Version, Models: s.Models, Warnings: s.Warnings}
	for i, c := range s.Contexts {
		if c.Bytes < 0 || c.Bytes > len(texts) {
			return pith.Result{}, errStored
		}
		res.Contexts = append(res.Contexts, pith.ContextResult{ID: req.Contexts[i].ID, Text: pith.Text(texts[:c.Bytes]),
			Status: c.Status, Method: c.Method, InputTokens: c.In, OutputTokens: c.Out, Score: c.Score,
			Warnings: c.Warnings, Spans: c.Spans, Labels: c.Labels, Chunks: c.Chunks,
			Kind: c.Kind, Language: c.Language, Forms: c.Forms, Exact: c.Exact, Decode: c.Decode})
		texts = texts[c.Bytes:]
	}
	if len(texts) > 0 {
		return pith.Result{}, errStored
	}
	return res, nil
}

package lossless

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/metatoken"
	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/tokenize"
)

// Counter counts tokens.
type Counter = tokenize.Counter

// version changes whenever equal requests may get other bytes.
const version = "1"

// DefaultRows is the most definitions in one text unless the request says otherwise.
const DefaultRows = 8

// Options of a Compressor.
type Options struct {
	ID        string // "lossless", "structure", "metatoken"
	Structure bool   // the forms of package structure
	Dict      bool   // the dictionary of package metatoken

	// Least is the fewest tokens that must be saved; 0 is 32. A share of them must be, too.
	Least int

	// Counter returns the counter of a target model or tokenizer.
	Counter func(name string) (Counter, error)

	// Broken is told of a text that could not be restored, which is a bug; nil is
	// nobody. It gets the names of the forms and nothing of the text.
	Broken func(forms []string)
}

// Compressor is a lossless method. It is safe for concurrent use.
type Compressor struct {
	opts Options
}

// New returns the method that the options describe.
func New(o Options) *Compressor { return &Compressor{opts: o} }

// Info describes the method.
func (c *Compressor) Info() pith.CompressorInfo {
	return pith.CompressorInfo{ID: c.opts.ID, Kind: "lossless", Deterministic: true, Loaded: true, Version: version}
}

// Compress brings each context into a shorter form, by itself. It knows no budgets and
// no questions: nothing is lost, whatever is asked.
func (c *Compressor) Compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	if err := c.check(&req); err != nil {
		return pith.Result{}, err
	}
	counters, err := c.counters(req.Options.Tokenizer)
	if err != nil {
		return pith.Result{}, err
	}
	e := c.encoder(&req.Options.Lossless, req.Options.Preserve.Classes, counters)
	res := pith.Result{Method: c.opts.ID, Version: version}
	for i := range req.Contexts {
		if ctx.Err() != nil {
			return pith.Result{}, context.Cause(ctx)
		}
		res.Contexts = append(res.Contexts, c.one(e, &req.Contexts[i], &req.Options.Preserve, req.Options.ReturnDecode))
	}
	return res, nil
}

// check refuses what asks for something else than this method does. What only steers
// other methods, such as a question, may be there.
func (c *Compressor) check(req *pith.Request) error {
	if err := req.Validate(); err != nil {
		return err
	}
	o := &req.Options
	for _, m := range []struct {
		name string
		set  bool
	}{
		{"/profile", req.Profile == pith.ProfileCompat},
		{"/rate", req.Budget.Rate != 0 && req.Budget.Rate != 1},
		{"/target_tokens", req.Budget.TargetTokens != 0},
		{"/threshold", req.Budget.Threshold != 0},
		{"/top_n", o.TopN != 0},
		{"/min_score", o.MinScore != 0},
		{"/return", o.ReturnSpans || o.ReturnLabels},
	} {
		if m.set {
			return pith.Invalid(m.name, "method %s loses nothing, so %s has no meaning with it; leave it out", c.opts.ID, m.name[1:])
		}
	}
	for i := range req.Contexts {
		if b := req.Contexts[i].Budget; !b.IsZero() {
			return pith.Invalid(fmt.Sprintf("/contexts/%d/%s", i, b.Name()), "method %s loses nothing, so a budget has no meaning with it; leave it out", c.opts.ID)
		}
	}
	for _, name := range o.Lossless.Forms {
		if _, ok := formNamed(name); !ok {
			return pith.Invalid("/lossless/forms", "no such form; there are: %s", strings.Join(FormNames(), ", "))
		}
	}
	return nil
}

// counters are those that have to agree on a saving: for a model whose tokenizer is not
// known, two different ones.
func (c *Compressor) counters(name string) ([]Counter, error) {
	counter, err := c.opts.Counter(name)
	if err != nil {
		return nil, err
	}
	if counter.Exact() {
		return []Counter{counter}, nil
	}
	other, err := c.opts.Counter("cl100k_base")
	return []Counter{counter, other}, err
}

// rewritten are the forms that change what a class of preserve names, if a request names
// it. The default classes are about words.
var rewritten = map[string][]string{"json": {FormJSON}, "tables": {FormCSV, FormMarkdown, FormFrames, FormColumns}}

func (c *Compressor) encoder(o *pith.Lossless, preserve []string, counters []Counter) *encoder {
	e := &encoder{counters: counters, rows: o.LegendRows, allowed: func(form string) bool {
		for _, class := range preserve {
			if slices.Contains(rewritten[class], form) {
				return false
			}
		}
		switch {
		case form == FormDict:
			return c.opts.Dict && (o.Forms == nil || slices.Contains(o.Forms, form))
		case !c.opts.Structure:
			return false
		case o.Forms == nil:
			return !slices.Contains(onRequest, form)
		}
		return slices.Contains(o.Forms, form)
	}}
	switch {
	case e.rows == 0:
		e.rows = DefaultRows
	case e.rows < 0:
		e.rows = 0
	}
	if c.opts.Dict {
		var each []metatoken.Counter
		for _, counter := range counters {
			each = append(each, counter)
		}
		e.dict = func(text string, rows int, borders string) (structure.Encoded, bool) {
			return metatoken.EncodeDict(text, metatoken.DictOptions{Counters: each, Borders: borders, Rows: rows, ManyRows: o.LegendRows > 0, Warm: o.Warm, Inline: o.Inline})
		}
	}
	return e
}

// one is the result for one context.
func (c *Compressor) one(e *encoder, in *pith.Context, preserve *pith.Preserve, decode bool) pith.ContextResult {
	source := string(in.Text)
	tokens := e.count(source)
	out := pith.ContextResult{ID: in.ID, Text: in.Text, Status: pith.StatusUnchanged, Method: c.opts.ID,
		InputTokens: tokens, OutputTokens: tokens}
	if in.Locked || len(source) > MaxSource {
		return out
	}
	enc := e.encode(source)
	if len(enc.forms) == 0 || !c.pays(e, source, enc.text) || !keeps(preserve, source, enc.text) {
		return out
	}
	params := enc.params()
	if enc.exact && params == "" {
		return out
	}
	if enc.exact && !enc.restores(source) {
		if c.opts.Broken != nil {
			c.opts.Broken(enc.forms)
		}
		return out
	}
	out.Text, out.Status, out.OutputTokens, out.Forms = pith.Text(enc.text), pith.StatusCompressed, e.count(enc.text), enc.forms
	out.Exact = enc.exact
	if decode && enc.exact {
		out.Decode = &pith.Decode{Scheme: Scheme, Params: params}
	}
	if !enc.exact {
		out.Warnings = append(out.Warnings, "the text of a page was taken out of its HTML, which cannot be undone")
	}
	return out
}

// keeps reports whether all that no method may touch is still there: each literal, and
// each match of a pattern, as often as it was.
func keeps(p *pith.Preserve, in, out string) bool {
	for _, l := range p.Literals {
		if strings.Count(in, l) != strings.Count(out, l) {
			return false
		}
	}
	for _, re := range p.Patterns {
		if !slices.Equal(re.FindAllString(in, -1), re.FindAllString(out, -1)) {
			return false
		}
	}
	return true
}

// What a text must save to be changed: tokens, and a share of them, which is larger
// where the target's tokenizer is not known.
const (
	leastTokens   = 32
	leastShare    = 0.08 // less, and another pass could find more
	leastEstimate = 0.12
)

// pays reports whether out saves enough by every counter.
func (c *Compressor) pays(e *encoder, in, out string) bool {
	least := c.opts.Least
	if least == 0 {
		least = leastTokens
	}
	for i, counter := range e.counters {
		count := counter.Count
		if i == 0 {
			count = e.count
		}
		before := count(in)
		saved := before - count(out)
		share := leastShare
		if len(e.counters) > 1 {
			share = leastEstimate
		}
		if saved < least || float64(saved) < share*float64(before) {
			return false
		}
	}
	return true
}

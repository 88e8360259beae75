package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/compressors/lossless"
	"github.com/pith-proxy/pith/tokenize"
)

// bench has the methods that are compared.
type bench struct {
	counter   tokenize.Counter
	structure *lossless.Compressor
	whole     *lossless.Compressor
	dict      *lossless.Compressor
	total     totals
}

type totals struct{ raw, structure, whole, dict int }

func newBench(counter tokenize.Counter) *bench {
	make := func(o lossless.Options) *lossless.Compressor {
		o.Counter = tokenize.CounterFor
		return lossless.New(o)
	}
	return &bench{counter: counter,
		structure: make(lossless.Options{ID: "structure", Structure: true, Least: 8}),
		whole:     make(lossless.Options{ID: "lossless", Structure: true, Dict: true}),
		dict:      make(lossless.Options{ID: "metatoken", Dict: true})}
}

// source is a text with its name. Baselines are other ways to write it.
type source struct{ name, text string }

// apply compresses a text, restores it, and compares.
func (b *bench) apply(c *lossless.Compressor, text string) (pith.ContextResult, error) {
	req := pith.Request{Contexts: []pith.Context{{Text: pith.Text(text)}}}
	req.Options.Tokenizer, req.Options.ReturnDecode = b.counter.Name(), true
	res, err := c.Compress(context.Background(), req)
	if err != nil {
		return pith.ContextResult{}, err
	}
	r := res.Contexts[0]
	if r.Status == pith.StatusUnchanged {
		if string(r.Text) != text {
			return r, fmt.Errorf("%s changed a text and called it unchanged", c.Info().ID)
		}
		return r, nil
	}
	if r.Decode == nil {
		return r, fmt.Errorf("%s gave no decode", c.Info().ID)
	}
	back, err := lossless.Decode(string(r.Text), *r.Decode)
	if err != nil {
		return r, err
	}
	if back != text {
		return r, fmt.Errorf("%s restored another text", c.Info().ID)
	}
	return r, nil
}

// row measures a text by all methods and prints it, with the tokens of some baselines.
func (b *bench) row(s source, baselines ...int) error {
	raw := b.counter.Count(s.text)
	cells := []string{s.name, markdown.Count(raw)}
	for _, n := range baselines {
		if n < 0 {
			cells = append(cells, markdown.None)
		} else {
			cells = append(cells, saving(raw, n))
		}
	}
	var forms []string
	sums := []*int{&b.total.structure, &b.total.whole, &b.total.dict}
	for i, c := range []*lossless.Compressor{b.structure, b.whole, b.dict} {
		r, err := b.apply(c, s.text)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		cells = append(cells, saving(raw, r.OutputTokens))
		*sums[i] += r.OutputTokens
		if c == b.whole {
			forms = r.Forms
		}
	}
	b.total.raw += raw
	if forms == nil {
		forms = []string{"unchanged"}
	}
	markdown.Row(append(cells, strings.Join(forms, " "))...)
	return nil
}

// sum prints the line under a table and begins anew.
func (b *bench) sum(name string, baselines int) {
	cells := []string{"**" + name + "**", markdown.Count(b.total.raw)}
	for range baselines {
		cells = append(cells, "")
	}
	t := b.total
	markdown.Row(append(cells, saving(t.raw, t.structure), saving(t.raw, t.whole), saving(t.raw, t.dict), "")...)
	b.total = totals{}
}

// saving is what of the tokens is gone, in percent.
func saving(raw, out int) string {
	if raw == 0 {
		return markdown.None
	}
	return fmt.Sprintf("%.1f %%", 100*float64(raw-out)/float64(raw))
}

// kinds prints a table of texts without baselines.
func (b *bench) kinds(title string, sources []source) error {
	markdown.Heading(title, "text", "tokens", "structure", "lossless", "metatoken", "forms of lossless")
	for _, s := range sources {
		if err := b.row(s); err != nil {
			return err
		}
	}
	b.sum("all", 0)
	return nil
}

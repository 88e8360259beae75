package main

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"sync/atomic"

	"github.com/pith-proxy/pith/compressors/longcodezip"
	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/onnx/models"
	"github.com/pith-proxy/pith/tokenize"
)

// lexical is the name of the scorer that needs no model.
const lexical = "bm25"

// codeScorers are what source code can be ranked with, in order of preference: the model
// of models.code, unless that says bm25, and the scorer that stands in for it.
func (a *app) codeScorers() ([]longcodezip.Source, error) {
	words := longcodezip.NewLexical()
	plain := longcodezip.Source{Name: lexical, Digest: words.Name(), Lexical: true,
		Open: func(context.Context) (longcodezip.Scorer, error) { return words, nil }}
	name := a.config.Models.Code
	if name == lexical {
		return []longcodezip.Source{plain}, nil
	}
	files, err := models.Find(name, a.exeDir, a.config.Home)
	if err != nil {
		return nil, usageError{fmt.Errorf("models.code: %w", err)}
	}
	spec, err := onnx.ReadSpec(files)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", name, err)
	}
	if !spec.Causal() {
		return nil, usageError{fmt.Errorf("models.code: %s is no causal language model but of the family %q", name, spec.Family)}
	}
	model := longcodezip.Source{Name: name, Digest: spec.Digest + spec.State(files),
		Open: func(ctx context.Context) (longcodezip.Scorer, error) { return a.openCode(ctx, name, files) }}
	return []longcodezip.Source{model, plain}, nil
}

// scorerFailed passes on why a scorer did not open.
func (a *app) scorerFailed(name string, err error) {
	if a.unopened != nil {
		a.unopened(name, err)
	}
}

// newUnopened tells the log why a scorer of code did not open; another ranks code until it
// does.
func newUnopened(log *slog.Logger) func(scorer string, err error) {
	return func(scorer string, err error) {
		log.LogAttrs(context.Background(), slog.LevelWarn, "a scorer of code did not open",
			slog.String("scorer", scorer), slog.String("error", err.Error()))
	}
}

// openCode joins a causal language model and its tokenizer, as openModel does.
func (a *app) openCode(ctx context.Context, name string, files fs.FS) (longcodezip.Scorer, error) {
	if err := a.beginOpening(); err != nil {
		return nil, err
	}
	defer a.opening.Done()
	loaded, err := onnx.LoadCausal(ctx, files, a.engine, a.modelOptions())
	if err != nil {
		return nil, err
	}
	enc, err := tokenize.NewEncoder(loaded.TokenizerJSON())
	if err != nil {
		loaded.Close()
		return nil, fmt.Errorf("tokenizer of %s: %w", name, err)
	}
	lm, err := newLM(name, loaded, enc)
	if err != nil {
		enc.Close()
		loaded.Close()
		return nil, err
	}
	a.closeLater(func() { loaded.Close() })
	a.closeLater(enc.Close)
	return longcodezip.NewFused(lm), nil
}

// newLM shows a model to package longcodezip.
func newLM(name string, loaded *onnx.Causal, enc longcodezip.Encoder) (*longcodezip.LM, error) {
	o, err := lmOptions(name, loaded, enc)
	if err != nil {
		return nil, err
	}
	return longcodezip.NewLM(o)
}

func lmOptions(name string, loaded *onnx.Causal, enc longcodezip.Encoder) (longcodezip.LMOptions, error) {
	form, err := codeForm(loaded.Spec(), enc)
	return longcodezip.LMOptions{Name: name, Digest: loaded.Digest(), Numeric: loaded.Numeric(),
		Encoder: enc, Model: codeModel{loaded}, Form: form, Window: loaded.Window()}, err
}

// codeForm is with the model's own marks, if it has such.
func codeForm(spec *onnx.Spec, enc longcodezip.Encoder) (longcodezip.Form, error) {
	if s := spec.Special; s.File != nil && s.Query != nil {
		return longcodezip.MarkedForm(*s.File, *s.Query), nil
	}
	return longcodezip.PlainForm(spec.Special.Start, enc)
}

// codeModel lets a model of package onnx answer package longcodezip.
type codeModel struct{ model *onnx.Causal }

func (m codeModel) NLL(ctx context.Context, seqs []longcodezip.Sequence, each func(int, []float32)) (longcodezip.ModelStats, error) {
	tell, _ := ctx.Value(progressKey{}).(func(done, total int))
	var done atomic.Int64
	in := make([]onnx.CausalSequence, len(seqs))
	for i, s := range seqs {
		in[i] = onnx.CausalSequence(s)
	}
	stats, err := m.model.NLL(ctx, in, func(i int, nll []float32) {
		each(i, nll)
		if tell != nil {
			tell(int(done.Add(1)), len(seqs))
		}
	})
	return longcodezip.ModelStats{Queue: stats.Queue, Model: stats.Model}, err
}

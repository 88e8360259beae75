package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/measure"
	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/onnx/models"
	"github.com/pith-proxy/pith/tokenize"
)

// likelihood is the measure that needs a model.
const likelihood = "likelihood"

// measures returns those of the names, in the order of the names; without names all that
// need no model.
func (a *app) measures(ctx context.Context, names []string) ([]measure.Measure, error) {
	if len(names) == 0 {
		return measure.All(), nil
	}
	at := slices.Index(names, likelihood)
	rest := names
	if at >= 0 {
		rest = slices.Delete(slices.Clone(names), at, at+1)
	}
	out, err := measure.ByName(rest)
	if err != nil {
		return nil, usageError{fmt.Errorf("--measures: %w, and %s", err, likelihood)}
	}
	if at < 0 {
		return out, nil
	}
	m, err := a.likelihood(ctx)
	if err != nil {
		return nil, err
	}
	return append(out, m), nil
}

// modelNotes say which models serve, and which languages none does.
func (a *app) modelNotes(items []eval.Item) []string {
	var names []string
	spoken := map[string]bool{}
	for _, m := range a.models {
		names = append(names, m.name)
		for _, l := range m.spec.Languages {
			spoken[l] = true
		}
	}
	notes := []string{"Models: " + strings.Join(append(names, a.config.Models.Code), ", ") + "."}
	left := map[string]int{}
	for _, it := range items {
		if len(it.Language) == 2 && !spoken[it.Language] {
			left[it.Language]++
		}
	}
	for _, l := range slices.Sorted(maps.Keys(left)) {
		notes = append(notes, fmt.Sprintf("No model here reads the language %s: methods that need one leave its %d texts whole.", l, left[l]))
	}
	return notes
}

// likelihood opens the language model that ranks code, or pith-code where none does.
func (a *app) likelihood(ctx context.Context) (measure.Measure, error) {
	name := a.config.Models.Code
	if name == lexical {
		name = models.Code
	}
	files, err := models.Find(name, a.exeDir, a.config.Home)
	if err != nil {
		return nil, usageError{fmt.Errorf("models.code: %w", err)}
	}
	loaded, err := onnx.LoadCausal(ctx, files, a.engine, a.modelOptions())
	if err != nil {
		return nil, err
	}
	a.closeLater(func() { loaded.Close() })
	enc, err := tokenize.NewEncoder(loaded.TokenizerJSON())
	if err != nil {
		return nil, fmt.Errorf("tokenizer of %s: %w", name, err)
	}
	a.closeLater(enc.Close)
	o, err := lmOptions(name, loaded, enc)
	if err != nil {
		return nil, err
	}
	return measure.Likelihood(o)
}

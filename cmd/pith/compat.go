package main

import (
	"context"
	"fmt"
	"math"

	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
	"github.com/pith-proxy/pith/compressors/llmlingua2/compatmethod"
	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/tokenize"
)

// referenceWindow is how many positions the reference feeds any model.
const referenceWindow = 512

// compatSources are the models as the compat profile uses them.
func (a *app) compatSources() []compatmethod.Source {
	var out []compatmethod.Source
	for _, m := range a.models {
		out = append(out, compatmethod.Source{Name: m.name, Unfit: unfit(m.spec),
			Open: func(ctx context.Context) (*compatmethod.Model, error) { return a.openCompat(ctx, m) }})
	}
	return out
}

// unfit says why the reference could not run a model, "" if it could. It knows
// neither a prefix nor a window of another size.
func unfit(s *onnx.Spec) string {
	switch {
	case s.Arch != string(compat.BERT) && s.Arch != string(compat.XLMR):
		return "it declares no architecture that the reference knows"
	case len(s.Prefix.IDs) > 0:
		return "it wants a prefix that the reference does not know"
	case s.Window < referenceWindow:
		return fmt.Sprintf("it reads %d tokens and the reference feeds %d", s.Window, referenceWindow)
	case s.Graph.Inputs["attention_mask"] == nil:
		return "it has no attention mask"
	}
	return ""
}

func (a *app) openCompat(ctx context.Context, m *model) (*compatmethod.Model, error) {
	loaded, err := a.load(ctx, m)
	if err != nil {
		return nil, err
	}
	vocab, err := compat.ParseVocabulary(loaded.TokenizerJSON())
	if err != nil {
		return nil, err
	}
	file, err := compat.WithPlaceholders(loaded.TokenizerJSON())
	if err != nil {
		return nil, err
	}
	pieces, err := tokenize.NewPieceEncoder(file)
	if err != nil {
		return nil, fmt.Errorf("tokenizer of %s: %w", m.name, err)
	}
	a.closeLater(pieces.Close)
	return &compatmethod.Model{Name: m.name, Digest: loaded.Digest(), Family: compat.Family(m.spec.Arch),
		Vocabulary: vocab, Tokenizer: pieces, Scorer: keepScorer{loaded}, Rows: m.spec.Rows}, nil
}

// keepScorer lets a model of package onnx score for package compatmethod.
type keepScorer struct{ model *onnx.Model }

func (s keepScorer) KeepProbs(ctx context.Context, in []compat.Input) ([][]float32, compatmethod.Stats, error) {
	windows, masks, out := make([][]tokenize.ID, len(in)), make([][]int64, len(in)), make([][]float32, len(in))
	for i, x := range in {
		windows[i] = make([]tokenize.ID, len(x.IDs))
		for k, id := range x.IDs {
			windows[i][k] = tokenize.ID(id)
		}
		masks[i] = x.Mask
	}
	stats, err := s.model.RunMasked(ctx, windows, masks, func(i int, o onnx.Output) { out[i] = keepProbs(o.Logits) })
	return out, compatmethod.Stats{Queue: stats.Queue, Model: stats.Model}, err
}

// keepProbs is the second column of the softmax over pairs of logits.
func keepProbs(logits []float32) []float32 {
	p := make([]float32, len(logits)/2)
	for i := range p {
		p[i] = float32(1 / (1 + math.Exp(float64(logits[2*i])-float64(logits[2*i+1]))))
	}
	return p
}

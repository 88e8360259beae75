package onnx

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"time"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/pith-proxy/pith/tokenize"
)

// Causal is a loaded causal language model. It is safe for concurrent use; all runs share
// one copy of the weights.
//
// A run has one sequence, whatever the provider: a result depends on its sequence alone.
type Causal struct {
	core

	vocab int             // logits of a token; 0 if the graph gives likelihoods
	half  bool            // they are float16
	past  map[string]port // inputs for keys and values of earlier tokens, of which there are none

	mu    sync.Mutex
	spare []*logits // not in use; as many as ever ran at once
}

// CausalSequence is a list of ids and what is asked about it.
type CausalSequence struct {
	IDs   []tokenize.ID // special tokens included; at most [Causal.Window]
	Asked []int         // positions in IDs, each from 1 to len(IDs)-1
}

// LoadCausal is [Load] for causal language models.
func LoadCausal(ctx context.Context, files fs.FS, engine *Engine, o Options) (*Causal, error) {
	spec, err := ReadSpec(files)
	if err != nil {
		return nil, fmt.Errorf("load model: %w", err)
	}
	c := &Causal{core: core{spec: spec, engine: engine, opts: o}}
	if err := c.load(ctx, files); err != nil {
		c.Close()
		return nil, fmt.Errorf("load model %q: %w", spec.Name, err)
	}
	return c, nil
}

func (c *Causal) load(ctx context.Context, files fs.FS) error {
	if err := c.spec.checkCausal(); err != nil {
		return fmt.Errorf("%s: %w", specFile, err)
	}
	if err := c.open(ctx, files, c.check); err != nil {
		return err
	}
	n := min(c.Window(), 128)
	if n < minSequence {
		return fmt.Errorf("%d logits a token: not even %d tokens fit into the bound of %d bytes", c.vocab, minSequence, c.maxLogits())
	}
	seq := CausalSequence{IDs: make([]tokenize.ID, n), Asked: []int{1, n - 1}}
	return c.try(ctx, n, func(stop *ort.RunOptions) (time.Duration, error) {
		_, took, err := c.runOne(seq, stop)
		return took, err
	})
}

// Window is the most ids of one sequence: what the model can read, or fewer if the logits
// of so many would pass [Options.MaxLogits].
func (c *Causal) Window() int {
	n := c.spec.MaxSequence
	if c.vocab > 0 {
		n = int(min(int64(n), c.maxLogits()/int64(c.vocab*c.elemSize())))
	}
	return n
}

func (c *Causal) maxLogits() int64 {
	if c.opts.MaxLogits > 0 {
		return c.opts.MaxLogits
	}
	return 1 << 30
}

// NLL gives for each sequence, in the order of its Asked, the negative log-likelihoods
// -ln P(IDs[p] | IDs[:p]) in nats: finite and not negative. It calls each once for every
// sequence, in any order and from several goroutines at once; the numbers are the
// callee's. As with [Model.Run], each should be short and must not call NLL, after an
// error some sequences may have been given to it and others not, and it is never called
// after NLL has returned. Sequences start in their order.
//
// If ctx ends, what still runs is stopped. The error is a [pith.Error] with its class, or
// ctx's cause if that was a cancellation. Ids outside the vocabulary are an error of the
// request.
func (c *Causal) NLL(ctx context.Context, seqs []CausalSequence, each func(i int, nll []float32)) (Stats, error) {
	if err := c.checkSequences(seqs); err != nil {
		return Stats{}, err
	}
	size := func(i int) int { return len(seqs[i].IDs) }
	stats, err := c.schedule(ctx, len(seqs), size, func(i int, stop *ort.RunOptions) (time.Duration, error) {
		nll, took, err := c.runOne(seqs[i], stop)
		if err == nil {
			each(i, nll)
		}
		return took, err
	})
	stats.Windows = len(seqs)
	for _, s := range seqs {
		stats.Tokens += len(s.IDs)
	}
	return stats, err
}

func (c *Causal) checkSequences(seqs []CausalSequence) error {
	most := c.Window()
	for i, s := range seqs {
		if len(s.IDs) > most {
			return internal(fmt.Sprintf("sequence %d has %d ids; model %s takes at most %d", i, len(s.IDs), c.spec.Name, most), nil)
		}
		if len(s.Asked) == 0 {
			return internal(fmt.Sprintf("nothing is asked about sequence %d", i), nil)
		}
		for _, p := range s.Asked {
			if p < 1 || p >= len(s.IDs) {
				return internal(fmt.Sprintf("sequence %d has %d ids; position %d is not from 1 to %d", i, len(s.IDs), p, len(s.IDs)-1), nil)
			}
		}
	}
	return nil
}

// Close frees the model once no run uses it. Later runs fail with [ErrClosed].
func (c *Causal) Close() error {
	return c.shut(func() { c.spare = nil })
}

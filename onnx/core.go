package onnx

import (
	"context"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"
	"time"

	ort "github.com/yalue/onnxruntime_go"
)

// core is what models of all families have in common: files, a session and an engine.
type core struct {
	spec      *Spec
	engine    *Engine
	opts      Options
	tokenizer []byte
	digest    string
	session   *ort.DynamicAdvancedSession
	cost      float64 // nanoseconds a token, measured once; for fair sharing only

	use    sync.RWMutex // read-held by runs; closing waits for them
	closed bool
}

// Spec returns the model's description. It must not be changed.
func (c *core) Spec() *Spec { return c.spec }

// TokenizerJSON returns the model's tokenizer.json. It must not be changed.
func (c *core) TokenizerJSON() []byte { return c.tokenizer }

// Digest identifies weights and tokenizer, in hex: results of models with equal
// digests are equal on one machine.
func (c *core) Digest() string { return c.digest }

// Stats say what a run cost. The times are sums over windows.
type Stats struct {
	Windows int           // or sequences
	Tokens  int           // special tokens included, padding not
	Queue   time.Duration // waiting for a worker
	Model   time.Duration // inside the model
}

// open reads and checks the files and makes the session.
func (c *core) open(ctx context.Context, files fs.FS, check func(*Spec, *graphInfo) error) error {
	graph, err := openFile(files, c.spec.Graph.File.File)
	if err != nil {
		return err
	}
	defer graph.Close()
	info, err := inspect(graph, graph.size)
	if err != nil {
		return fmt.Errorf("read %s: %w", c.spec.Graph.File.File, err)
	}
	if err := check(c.spec, info); err != nil {
		return err
	}
	if err := checkData(files, info, graph.path != ""); err != nil {
		return err
	}
	if err := c.readTokenizer(files); err != nil {
		return err
	}
	if c.digest, err = digestFiles(ctx, files, c.spec, info, c.opts.Verify); err != nil {
		return err
	}
	return c.newSession(graph)
}

// schedule runs n units on the engine and waits for them. It leaves the counts of the
// stats to the caller.
func (c *core) schedule(ctx context.Context, n int, size func(i int) int,
	run func(i int, stop *ort.RunOptions) (time.Duration, error)) (Stats, error) {
	c.use.RLock()
	defer c.use.RUnlock()
	if c.closed {
		return Stats{}, ErrClosed
	}
	stop, err := ort.NewRunOptions()
	if err != nil {
		return Stats{}, internal("the model cannot be run", err)
	}
	defer stop.Destroy()

	var inside atomic.Int64
	idle, _ := ctx.Value(idleKey{}).(bool)
	j := &job{
		n:    n,
		idle: idle,
		cost: func(i int) float64 { return c.cost * float64(size(i)) },
		run: func(i int) error {
			d, err := run(i, stop)
			inside.Add(int64(d))
			if err != nil && ctx.Err() != nil {
				return ended(ctx)
			}
			return err
		},
	}
	err = c.engine.do(ctx, j, func() { stop.Terminate() })
	return Stats{Queue: j.queued, Model: time.Duration(inside.Load())}, err
}

// try runs the new model once, on so many tokens. It shows whether the outputs have the
// shapes that were promised, and what a token costs.
func (c *core) try(ctx context.Context, tokens int, run func(*ort.RunOptions) (time.Duration, error)) error {
	stop, err := ort.NewRunOptions()
	if err != nil {
		return err
	}
	defer stop.Destroy()
	stopped := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() { defer close(stopped); stop.Terminate() })
	took, err := run(stop)
	if !cancel() {
		<-stopped // Terminate may still hold stop
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("try the model: %w", err)
	}
	c.cost = max(1, float64(took)/float64(tokens))
	return nil
}

// shut frees the model once no run uses it, and once only; free frees what the family
// has beside the session.
func (c *core) shut(free func()) error {
	c.use.Lock()
	defer c.use.Unlock()
	if c.closed {
		return nil
	}
	c.closed = true
	free()
	if c.session == nil {
		return nil
	}
	return c.session.Destroy()
}

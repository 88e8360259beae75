package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"sync/atomic"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors"
	"github.com/pith-proxy/pith/compressors/llmlingua2"
	"github.com/pith-proxy/pith/compressors/llmlingua2/compatmethod"
	"github.com/pith-proxy/pith/compressors/longcodezip"
	"github.com/pith-proxy/pith/compressors/lossless"
	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/onnx/models"
	"github.com/pith-proxy/pith/tokenize"
)

// app is the program's parts, put together.
type app struct {
	config *Config
	exeDir string
	engine *onnx.Engine
	lingua *llmlingua2.Compressor
	code   *longcodezip.Compressor
	router *compressors.Router
	models []*model // that serve, in order of preference

	scorers []longcodezip.Source // of code, likewise
	counter counters

	// alarm is told of a text that a lossless method could not restore; nil is nobody. It
	// is set before there are requests.
	alarm func(method string, forms []string)

	// unopened is told why a scorer of code did not open, likewise.
	unopened func(scorer string, err error)

	mu      sync.Mutex
	opened  []func() // how to close the models opened so far
	closed  bool
	opening sync.WaitGroup // models
}

// counters finds the tokenizer that counts for a target model.
type counters func(name string) (tokenize.Counter, error)

func newApp(c *Config) (*app, error) { return newAppCounting(c, tokenize.CounterFor) }

func newAppCounting(c *Config, counter counters) (*app, error) {
	a := &app{config: c, exeDir: c.exeDir, counter: counter,
		engine: onnx.NewEngine(onnx.EngineOptions{Workers: c.Engine.Workers, MaxQueued: c.Engine.MaxQueued})}
	if err := a.openLibrary(); err != nil {
		return nil, err
	}
	var err error
	if a.models, err = a.find(); err != nil {
		return nil, err
	}
	o := llmlingua2.Options{Models: a.sources(), Window: c.Models.Window, MaxLater: c.Cache.LaterBytes, Counter: counter}
	if o.MaxLater > 0 {
		o.Idle = onnx.WhenIdle
	}
	a.lingua, err = llmlingua2.New(o)
	if err != nil {
		return nil, err
	}
	if a.scorers, err = a.codeScorers(); err != nil {
		return nil, err
	}
	a.code, err = longcodezip.New(longcodezip.Options{Scorers: a.scorers, Counter: counter,
		Prefilter: longcodezip.NewLexical(), Failed: a.scorerFailed})
	if err != nil {
		return nil, err
	}
	a.router = a.methods()
	return a, nil
}

// methods are all there are, and how one of them is chosen.
func (a *app) methods() *compressors.Router {
	lingua := compressors.Profiles{Method: a.lingua, Compat: compatmethod.New(compatmethod.Options{Models: a.compatSources()})}
	exact := func(o lossless.Options) *lossless.Compressor {
		o.Counter = a.counter
		o.Broken = func(forms []string) {
			if a.alarm != nil {
				a.alarm(o.ID, forms)
			}
		}
		return lossless.New(o)
	}
	auto := compressors.Auto{Words: lingua, Lossless: exact(lossless.Options{ID: "structure", Structure: true}), Code: a.code}
	return compressors.NewRouter(auto, lingua, a.code,
		exact(lossless.Options{ID: "lossless", Structure: true, Dict: true}),
		exact(lossless.Options{ID: "structure", Structure: true, Least: 8}),
		exact(lossless.Options{ID: "metatoken", Dict: true}),
		compressors.None{Counter: a.counter})
}

func (a *app) openLibrary() error {
	path := a.config.Engine.Library
	if path == "" {
		var err error
		if path, err = onnx.FindLibrary(a.exeDir, a.config.Home); err != nil {
			return err
		}
	}
	return onnx.Open(path)
}

// model is a model that serves. It is opened on first need, once for all that
// need it.
type model struct {
	name  string
	files fs.FS
	spec  *onnx.Spec
	state string // of files whose digests the description does not give

	mu     sync.Mutex
	loaded *onnx.Model
}

// find lists the models that serve. A model that is not there is an error,
// unless it is one of those that come with the program and is opened on need.
func (a *app) find() ([]*model, error) {
	var out []*model
	for _, name := range a.config.Models.Use {
		files, err := models.Find(name, a.exeDir, a.config.Home)
		if errors.Is(err, models.ErrNotFound) && name == models.Multi {
			continue // a lone binary: its languages stay unchanged, with a warning
		}
		if err != nil {
			return nil, usageError{fmt.Errorf("models.use: %w", err)}
		}
		spec, err := onnx.ReadSpec(files)
		if err != nil {
			return nil, fmt.Errorf("model %s: %w", name, err)
		}
		if spec.Causal() {
			return nil, usageError{fmt.Errorf("models.use: %s is a causal language model, which ranks source code: name it in models.code", name)}
		}
		out = append(out, &model{name: name, files: files, spec: spec, state: spec.State(files)})
	}
	return out, nil
}

// load returns the model, opened.
func (a *app) load(ctx context.Context, m *model) (*onnx.Model, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.loaded != nil {
		return m.loaded, nil
	}
	loaded, err := onnx.Load(ctx, m.files, a.engine, a.modelOptions())
	if err != nil {
		return nil, err
	}
	a.closeLater(func() { loaded.Close() })
	m.loaded = loaded
	return loaded, nil
}

// modelOptions say how models of all families run.
func (a *app) modelOptions() onnx.Options {
	return onnx.Options{Provider: a.config.Engine.Provider, ProviderOptions: a.config.Engine.ProviderOptions,
		MaxBatch: a.config.Engine.MaxBatch, Verify: a.config.Models.Verify}
}

// sources are the models as the service profile uses them.
func (a *app) sources() []llmlingua2.Source {
	var out []llmlingua2.Source
	for _, m := range a.models {
		out = append(out, llmlingua2.Source{Name: m.name, Languages: m.spec.Languages, Digest: m.spec.Digest,
			Open: func(ctx context.Context) (*llmlingua2.Model, error) { return a.openModel(ctx, m) }})
	}
	return out
}

// openModel joins a model and its tokenizer. It may still be at it when the request
// that wanted the model is over, but not when the app is closed.
func (a *app) openModel(ctx context.Context, m *model) (*llmlingua2.Model, error) {
	if err := a.beginOpening(); err != nil {
		return nil, err
	}
	defer a.opening.Done()
	loaded, err := a.load(ctx, m)
	if err != nil {
		return nil, err
	}
	enc, err := tokenize.NewEncoder(loaded.TokenizerJSON())
	if err != nil {
		return nil, fmt.Errorf("tokenizer of %s: %w", m.name, err)
	}
	a.closeLater(enc.Close)
	spec := loaded.Spec()
	return &llmlingua2.Model{
		Name: m.name, Digest: loaded.Digest(), Numeric: loaded.Numeric(), Encoder: enc, Scorer: scorer{loaded},
		Languages: spec.Languages, Window: spec.Window,
		Start: spec.Special.Start, End: spec.Special.End,
		Prefix: spec.Prefix.IDs, QuestionPrefix: spec.Prefix.QuestionIDs,
		Dim: spec.Embed.Size, CosineFloor: spec.Embed.CosineFloor,
	}, nil
}

// beginOpening counts in the opening of a model, unless the app is closed.
func (a *app) beginOpening() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return errors.New("the program is about to end")
	}
	a.opening.Add(1)
	return nil
}

func (a *app) closeLater(shut func()) {
	a.mu.Lock()
	a.opened = append(a.opened, shut)
	a.mu.Unlock()
}

// Close waits for what runs and frees the models.
func (a *app) Close() {
	a.mu.Lock()
	a.closed = true
	a.mu.Unlock()
	a.lingua.Close()
	a.code.Close()
	a.opening.Wait()
	a.engine.Close()
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, shut := range a.opened {
		shut()
	}
	a.opened = nil
}

// warm opens the models that are to be ready at start, and the default counter,
// which reads its vocabulary on first use.
func (a *app) warm(ctx context.Context) error {
	if counter, err := tokenize.CounterFor(""); err == nil {
		counter.Count("warm up")
	}
	for _, name := range a.config.Models.Preload {
		if err := a.lingua.Warm(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// version names all that results depend on beside the request.
func (a *app) version() string {
	v := onnx.Numerics(onnx.Options{Provider: a.config.Engine.Provider, MaxBatch: a.config.Engine.MaxBatch,
		ProviderOptions: a.config.Engine.ProviderOptions})
	v += " " + compatmethod.Revision
	for _, m := range a.models {
		v += " " + m.state
	}
	for _, s := range a.scorers {
		v += " " + s.Name + "=" + s.Digest
	}
	for _, info := range a.router.Info() {
		v += " " + info.ID + "=" + info.Version
	}
	return fmt.Sprintf("%s window=%d", v, a.config.Models.Window)
}

func (a *app) compress(ctx context.Context, req pith.Request) (pith.Result, error) {
	return a.router.Compress(ctx, req)
}

// scorer lets a model of package onnx score for package llmlingua2.
type scorer struct{ model *onnx.Model }

func (s scorer) Score(ctx context.Context, windows [][]tokenize.ID, each func(int, llmlingua2.Output)) (llmlingua2.Stats, error) {
	tell, _ := ctx.Value(progressKey{}).(func(done, total int))
	var done atomic.Int64
	stats, err := s.model.Run(ctx, windows, func(i int, out onnx.Output) {
		each(i, llmlingua2.Output{Logits: out.Logits, Vectors: out.Vectors})
		if tell != nil {
			tell(int(done.Add(1)), len(windows))
		}
	})
	return llmlingua2.Stats{Queue: stats.Queue, Model: stats.Model}, err
}

// progressKey is the context key of a func(done, total int) that is told how
// many windows are through the model, from any goroutine.
type progressKey struct{}

package llmlingua2

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/segment"
	"github.com/pith-proxy/pith/tokenize"
)

// ID is the name of the method in requests.
const ID = "llmlingua2"

// revision changes whenever equal requests may give other bytes for a reason
// that no model's digest shows.
const revision = "2"

// DefaultRate is spent when a request sets no budget.
const DefaultRate = 0.5

// Source is a model that is opened on first need.
type Source struct {
	Name      string
	Languages []string // ISO 639-1
	Digest    string   // of everything that its results depend on

	// Open opens the model. Its context has the values of the request's that wanted it,
	// and no end: others may wait for the model when that request is over.
	Open func(context.Context) (*Model, error)
}

// Options of a compressor.
type Options struct {
	// Models, in order of preference: a text goes to the first that has its
	// language.
	Models []Source

	// Counter returns the counter of a target model or tokenizer.
	// Default: tokenize.CounterFor.
	Counter func(name string) (tokenize.Counter, error)

	// Window bounds the tokens of one model input, special tokens included.
	// Default: the model's own.
	Window int

	// Idle marks the context of work that nobody waits for, so that a scorer lets
	// all else go first. With it, what a request had no time for is read later, for
	// the memory that it brought; nil leaves that undone.
	Idle func(context.Context) context.Context

	// MaxLater is the most bytes of text that wait to be read later; 0 is 1 MiB.
	MaxLater int
}

// Compressor is safe for concurrent use.
type Compressor struct {
	models  []*lazyModel
	counter func(string) (tokenize.Counter, error)
	window  int
	flights flights
	later   later
}

// New returns a compressor that opens no model yet.
func New(o Options) (*Compressor, error) {
	c := &Compressor{counter: o.Counter, window: o.Window, later: later{idle: o.Idle, most: o.MaxLater}}
	c.flights.later = &c.later
	if c.counter == nil {
		c.counter = tokenize.CounterFor
	}
	if c.later.most == 0 {
		c.later.most = 1 << 20
	}
	for _, s := range o.Models {
		if s.Name == "" || s.Open == nil {
			return nil, errors.New("llmlingua2: a model source needs a name and a way to open it")
		}
		c.models = append(c.models, &lazyModel{Source: s})
	}
	if len(c.models) == 0 {
		return nil, errors.New("llmlingua2: no models")
	}
	return c, nil
}

// Close ends what is being read, also for requests that still wait for it, and returns
// when that is through. The models are their owners' to close.
func (c *Compressor) Close() {
	c.later.close()
	c.flights.close()
}

// Warm opens a model and runs it once, so that the first request need not wait.
func (c *Compressor) Warm(ctx context.Context, name string) error {
	lm, err := c.named(name)
	if err != nil {
		return err
	}
	m, err := lm.open(ctx, c.window)
	if err != nil {
		return err
	}
	_, err = m.readUnpaced(ctx, []*reading{{model: m, text: "Warm up."}}, func(int, []byte) {})
	return err
}

// Info describes the method to clients.
func (c *Compressor) Info() pith.CompressorInfo {
	info := pith.CompressorInfo{ID: ID, Kind: "token", QuestionAware: true, Deterministic: true,
		NeedsModel: true, Version: c.version()}
	for _, m := range c.models {
		info.Models = append(info.Models, m.Name)
		info.Loaded = info.Loaded || m.opened() != nil
		for _, l := range m.Languages {
			if !slices.Contains(info.Languages, l) {
				info.Languages = append(info.Languages, l)
			}
		}
	}
	return info
}

// version names the revision, the splitter and the models.
func (c *Compressor) version() string {
	v := []string{revision + "." + segment.Revision}
	for _, m := range c.models {
		v = append(v, m.Name+"@"+m.Digest[:min(12, len(m.Digest))])
	}
	return strings.Join(v, "+")
}

// named returns the model that a caller asks for by name.
func (c *Compressor) named(name string) (*lazyModel, error) {
	var names []string
	for _, m := range c.models {
		if m.Name == name {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return nil, pith.Invalid("/compressor_model", "no such model; there are: %s", strings.Join(names, ", "))
}

// forLanguage returns the model for a language, nil if none was measured on it.
func (c *Compressor) forLanguage(code string) *lazyModel {
	for _, m := range c.models {
		if slices.Contains(m.Languages, code) {
			return m
		}
	}
	return nil
}

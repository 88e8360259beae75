package longcodezip

import (
	"errors"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// ID is the name of the method in requests.
const ID = "longcodezip"

// revision changes whenever equal requests with equal gains may give other bytes.
const revision = "1"

// DefaultRate is spent when a request sets no budget.
const DefaultRate = 0.5

// Compressor is safe for concurrent use.
type Compressor struct {
	opts    Options
	scorers []*lazyScorer
}

// New returns a compressor that opens no scorer yet.
func New(o Options) (*Compressor, error) {
	c := &Compressor{opts: o.withDefaults()}
	for _, s := range o.Scorers {
		if s.Name == "" || s.Open == nil {
			return nil, errors.New("longcodezip: a scorer needs a name and a way to open it")
		}
		c.scorers = append(c.scorers, &lazyScorer{Source: s, failed: o.Failed})
	}
	if len(c.scorers) == 0 {
		return nil, errors.New("longcodezip: no scorers")
	}
	return c, nil
}

// Close is there for symmetry with other methods: the scorers are their owners' to close.
func (c *Compressor) Close() {}

// Info describes the method to clients.
func (c *Compressor) Info() pith.CompressorInfo {
	info := pith.CompressorInfo{ID: ID, Kind: "code", QuestionAware: true, Deterministic: true, Version: c.version(),
		NeedsModel: c.lexical() == nil}
	for _, l := range codetree.Languages() {
		info.Languages = append(info.Languages, l.Name)
	}
	for _, s := range c.scorers {
		info.Models = append(info.Models, s.Name)
		info.Loaded = info.Loaded || s.Lexical || s.opened() != nil
	}
	return info
}

// version names the revision and the scorers.
func (c *Compressor) version() string {
	v := []string{revision}
	for _, s := range c.scorers {
		name := s.Name
		if s.Digest != "" {
			name += "@" + s.Digest[:min(12, len(s.Digest))]
		}
		v = append(v, name)
	}
	return strings.Join(v, "+")
}

// named returns the scorer that a caller asks for by name, or the first.
func (c *Compressor) named(name string) (*lazyScorer, error) {
	if name == "" {
		return c.scorers[0], nil
	}
	var names []string
	for _, s := range c.scorers {
		if s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return nil, pith.Invalid("/compressor_model", "no such scorer; there are: %s", strings.Join(names, ", "))
}

// lexical returns the scorer that needs no model; nil if there is none.
func (c *Compressor) lexical() *lazyScorer {
	for _, s := range c.scorers {
		if s.Lexical {
			return s
		}
	}
	return nil
}

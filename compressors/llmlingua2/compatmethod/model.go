package compatmethod

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

// Source is a model that is opened on first need.
type Source struct {
	Name string

	// Unfit says why the model has no compat profile, "" if it has one.
	Unfit string

	Open func(context.Context) (*Model, error)
}

// Model is a token classifier as the reference sees it.
type Model struct {
	Name   string
	Digest string // of weights and tokenizer

	Family     compat.Family
	Vocabulary *compat.Vocabulary
	Tokenizer  compat.Tokenizer
	Scorer     Scorer

	// Rows is how many ids the model's embedding has; 0 if that is not known. The
	// unknown id is fed in place of those beyond, which are placeholders of force
	// tokens: the reference would give them rows of random numbers.
	Rows int
}

// A Scorer runs the classifier. Implementations are safe for concurrent use.
type Scorer interface {
	// KeepProbs is that of [compat.Scorer], and says what it cost.
	KeepProbs(ctx context.Context, in []compat.Input) ([][]float32, Stats, error)
}

// Stats says where a scorer spent its time, summed over inputs.
type Stats struct{ Queue, Model time.Duration }

var unknown = map[compat.Family]string{compat.BERT: "[UNK]", compat.XLMR: "<unk>"}

func (m *Model) check() error {
	if m.Vocabulary == nil || m.Tokenizer == nil || m.Scorer == nil {
		return errors.New("vocabulary, tokenizer and scorer are all required")
	}
	if _, ok := m.Vocabulary.ID(unknown[m.Family]); !ok {
		return fmt.Errorf("no unknown piece %q in the vocabulary of family %q", unknown[m.Family], m.Family)
	}
	return nil
}

// rows returns the number of ids that may be fed. A model that does not say has
// none for placeholders.
func (m *Model) rows() int64 {
	if first, ok := m.Vocabulary.ID("[NEW0]"); ok && m.Rows == 0 {
		return first
	}
	return int64(m.Rows)
}

// lazyModel opens its source once; a failure is tried again by the next request.
type lazyModel struct {
	Source
	mu    sync.Mutex
	model *Model
}

func (l *lazyModel) open(ctx context.Context) (*Model, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.model != nil {
		return l.model, nil
	}
	m, err := l.Open(ctx)
	if err == nil {
		err = m.check()
	}
	if err != nil {
		return nil, fmt.Errorf("open model %s: %w", l.Name, err)
	}
	l.model = m
	return m, nil
}

// choose returns the model that a caller names, or the first that is fit.
func (m *Method) choose(name string) (*lazyModel, error) {
	var fit []string
	var named, first *lazyModel
	for _, l := range m.models {
		if l.Name == name {
			named = l
		}
		if l.Unfit != "" {
			continue
		}
		fit = append(fit, l.Name)
		if first == nil {
			first = l
		}
	}
	switch {
	case first == nil:
		return nil, pith.Invalid("/profile", "none of the models here has a compat profile")
	case name == "":
		return first, nil
	case named == nil:
		return nil, pith.Invalid("/compressor_model", "no such model; those with a compat profile are: %s", strings.Join(fit, ", "))
	case named.Unfit != "":
		return nil, pith.Invalid("/compressor_model", "model %s has no compat profile, because %s; those with one are: %s",
			name, named.Unfit, strings.Join(fit, ", "))
	}
	return named, nil
}

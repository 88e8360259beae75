package longcodezip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pith-proxy/pith/tokenize"
)

// A Model is a causal language model. Implementations are safe for concurrent use, and
// what they say of a sequence depends on that sequence alone.
type Model interface {
	// NLL calls each once for every sequence, from any goroutine, with the negative
	// log-likelihoods in nats, finite and at least 0, of the ids at its asked positions
	// given the ids in front of each. On an error, or if ctx ends first, it returns that
	// and makes no further calls.
	NLL(ctx context.Context, seqs []Sequence, each func(i int, nll []float32)) (ModelStats, error)
}

// Sequence is a model's input and what is asked about it.
type Sequence struct {
	IDs   []tokenize.ID
	Asked []int // positions in IDs, each from 1 to len(IDs)-1
}

// ModelStats says where a model spent its time, summed over sequences.
type ModelStats struct{ Queue, Model time.Duration }

// Encoder is a model's own tokenizer; see [tokenize.Encoder].
type Encoder interface {
	Encode(text string) ([]tokenize.Token, error)
}

// Form is how a model is shown chunks and queries. The parts are tokenised one by one and
// joined as ids: positions are exact, and no text can pass for a special token.
type Form struct {
	Chunk []tokenize.ID // in front of a chunk
	Query []tokenize.ID // between a chunk and a query
	Alone []tokenize.ID // in front of a query without a chunk

	// Trim says that white space at the end of a chunk goes.
	Trim bool
}

// MarkedForm is that of a model that was trained with marks in front of chunk and query.
func MarkedForm(file, query tokenize.ID) Form {
	return Form{Chunk: []tokenize.ID{file}, Query: []tokenize.ID{query}, Alone: []tokenize.ID{file, query}}
}

// PlainForm is that of any other language model: the chunk, an empty line, the query.
// Every sequence begins with the id of its start, or of the end of a text where a
// vocabulary has no start, so that the first token of a query counts, too.
func PlainForm(start tokenize.ID, e Encoder) (Form, error) {
	gap, err := e.Encode("\n\n")
	if err != nil {
		return Form{}, fmt.Errorf("tokenise an empty line: %w", err)
	}
	begin := []tokenize.ID{start}
	return Form{Chunk: begin, Query: idsOf(gap), Alone: begin, Trim: true}, nil
}

// LMOptions describe a language model. All but MaxQuery are wanted.
type LMOptions struct {
	Name    string
	Digest  string // of weights and tokenizer
	Numeric string // how its numbers come about; where it differs, they may
	Encoder Encoder
	Model   Model
	Form    Form

	// Window is the most ids of one sequence.
	Window int

	// MaxQuery is how many tokens of a query are read, the first and the last ones;
	// default 256.
	MaxQuery int
}

// LM is the [Scorer] and [LineReader] that asks a causal language model. A gain is the
// paper's approximated mutual information in the domain of logarithms, which ranks alike:
// mean nll of the query minus its mean nll behind the chunk, over the same tokens. Blank
// lines around a chunk are not read.
type LM struct{ LMOptions }

// leastChunk is how many tokens of a chunk a window must have room for beside a query.
const leastChunk = 64

// NewLM checks the options.
func NewLM(o LMOptions) (*LM, error) {
	orInt(&o.MaxQuery, 256)
	switch {
	case o.Name == "":
		return nil, errors.New("language model has no name")
	case o.Encoder == nil || o.Model == nil:
		return nil, fmt.Errorf("language model %s: no encoder or no model", o.Name)
	case len(o.Form.Chunk) == 0 || len(o.Form.Alone) == 0:
		return nil, fmt.Errorf("language model %s: its form begins with nothing", o.Name)
	}
	lm := &LM{o}
	if lm.room(o.MaxQuery) < leastChunk || len(o.Form.Alone)+o.MaxQuery > o.Window {
		return nil, fmt.Errorf("language model %s: a window of %d tokens leaves no room for a chunk", o.Name, o.Window)
	}
	return lm, nil
}

// Name implements [Scorer].
func (m *LM) Name() string {
	f := m.Form
	return fmt.Sprintf("lm-1 %s %.16s %s window=%d query=%d form=%v%v%v%t",
		m.LMOptions.Name, m.Digest, m.Numeric, m.Window, m.MaxQuery, f.Chunk, f.Query, f.Alone, f.Trim)
}

// room is how many tokens of a chunk there is room for beside a query of n.
func (m *LM) room(n int) int { return m.Window - len(m.Form.Chunk) - len(m.Form.Query) - n }

// Gains implements [Scorer]. Of a chunk that the window has no room for beside the query
// the first and the last tokens are read; the query is always read.
func (m *LM) Gains(ctx context.Context, query string, chunks []string) ([]float64, Usage, error) {
	q, err := m.query(query)
	if err != nil {
		return nil, Usage{}, err
	}
	gains := make([]float64, len(chunks))
	if len(q) == 0 || len(chunks) == 0 {
		return gains, Usage{}, nil
	}
	var usage Usage
	seqs := []Sequence{join(q, m.Form.Alone)}
	for i, text := range chunks {
		if err := ctx.Err(); err != nil {
			return nil, usage, context.Cause(ctx)
		}
		ids, cut, err := m.chunk(text, m.room(len(q)))
		if err != nil {
			return nil, usage, err
		}
		if cut {
			usage.Truncated++
			usage.Cut = append(usage.Cut, i)
		}
		seqs = append(seqs, join(q, m.Form.Chunk, ids, m.Form.Query))
	}
	means := make([]float64, len(seqs))
	err = m.run(ctx, &usage, seqs, func(i int, nll []float32) { means[i] = meanNLL(nll) })
	if err != nil {
		return nil, usage, err
	}
	for i := range gains {
		gains[i] = means[0] - means[i+1]
	}
	return gains, usage, nil
}

// query returns the ids of a query.
func (m *LM) query(text string) ([]tokenize.ID, error) {
	tokens, err := m.encode(clip(strings.TrimSpace(text), m.MaxQuery))
	if err != nil {
		return nil, err
	}
	ids, _ := headAndTail(idsOf(tokens), m.MaxQuery)
	return ids, nil
}

// chunk returns the ids of a chunk, at most so many, and whether some were left out.
func (m *LM) chunk(text string, most int) (ids []tokenize.ID, cut bool, err error) {
	text, _ = withoutBlankEnds(text)
	if m.Form.Trim {
		text = trimRight(text)
	}
	part := clip(text, most)
	tokens, err := m.encode(part)
	if err != nil {
		return nil, false, err
	}
	ids, cut = headAndTail(idsOf(tokens), most)
	return ids, cut || len(part) < len(text), nil
}

func (m *LM) encode(text string) ([]tokenize.Token, error) {
	tokens, err := m.Encoder.Encode(text)
	if err != nil {
		return nil, fmt.Errorf("tokenise for %s: %w", m.LMOptions.Name, err)
	}
	return tokens, nil
}

// run has the model read the sequences, the longest first: the cores are then done at
// about the same time.
func (m *LM) run(ctx context.Context, usage *Usage, seqs []Sequence, each func(i int, nll []float32)) error {
	order := make([]int, len(seqs))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return len(seqs[b].IDs) - len(seqs[a].IDs) })
	sorted := make([]Sequence, len(seqs))
	answered := make([]bool, len(seqs))
	for k, i := range order {
		sorted[k] = seqs[i]
	}
	stats, err := m.Model.NLL(ctx, sorted, func(k int, nll []float32) {
		answered[k] = len(nll) == len(sorted[k].Asked)
		if answered[k] {
			each(order[k], nll)
		}
	})
	usage.Queue += stats.Queue
	usage.Model += stats.Model
	if err != nil {
		return err
	}
	if slices.Contains(answered, false) {
		return fmt.Errorf("language model %s left a sequence out", m.LMOptions.Name)
	}
	for _, s := range seqs {
		usage.Sequences++
		usage.Tokens += len(s.IDs)
	}
	return nil
}

// join puts the parts in front of the ids that are asked about.
func join(about []tokenize.ID, front ...[]tokenize.ID) Sequence {
	var s Sequence
	s.IDs = slices.Concat(append(front, about)...)
	s.Asked = positions(len(s.IDs)-len(about), len(s.IDs))
	return s
}

func positions(from, to int) []int {
	out := make([]int, 0, to-from)
	for p := from; p < to; p++ {
		out = append(out, p)
	}
	return out
}

func meanNLL(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return sum / float64(len(x))
}

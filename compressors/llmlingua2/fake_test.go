package llmlingua2

import (
	"context"
	"hash/fnv"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// fakeEncoder cuts words into pieces of at most four runes; the id of a piece is
// a hash of it, and an emoji is unknown.
type fakeEncoder struct{}

const fakeUnknown, fakeStart, fakeEnd = 1, 2, 3

func (fakeEncoder) Unknown() (tokenize.ID, bool) { return fakeUnknown, true }

func (fakeEncoder) Encode(text string) ([]tokenize.Token, error) {
	var tokens []tokenize.Token
	start, runes := 0, 0
	cut := func(end int) {
		if start < end {
			tokens = append(tokens, tokenize.Token{ID: fakeID(text[start:end]), Start: start, End: end})
		}
		start, runes = end, 0
	}
	for i, r := range text {
		_, size := utf8.DecodeRuneInString(text[i:])
		if unicode.IsSpace(r) {
			cut(i)
			start = i + size
			continue
		}
		if runes == 4 {
			cut(i)
		}
		runes++
	}
	cut(len(text))
	return tokens, nil
}

func fakeID(piece string) tokenize.ID {
	if strings.ContainsFunc(piece, func(r rune) bool { return r >= 0x1F300 }) {
		return fakeUnknown
	}
	h := fnv.New32a()
	h.Write([]byte(piece))
	return 16 + h.Sum32()%(1<<20)
}

const fakeDim = 8

// fakeScorer derives a token's outputs from its id, and runs windows at once.
type fakeScorer struct {
	mu      sync.Mutex
	windows int
	longest int
	err     error
}

func (f *fakeScorer) Score(ctx context.Context, windows [][]tokenize.ID, each func(int, Output)) (Stats, error) {
	f.mu.Lock()
	f.windows += len(windows)
	for _, w := range windows {
		f.longest = max(f.longest, len(w))
	}
	err := f.err
	f.mu.Unlock()
	if err != nil {
		return Stats{}, err
	}
	if err := ctx.Err(); err != nil {
		return Stats{}, err
	}
	var wg sync.WaitGroup
	for i, w := range windows {
		wg.Go(func() { each(i, fakeOutput(w)) })
	}
	wg.Wait()
	return Stats{}, nil
}

func fakeOutput(window []tokenize.ID) Output {
	out := Output{Logits: make([]float32, 2*len(window)), Vectors: make([]float32, fakeDim*len(window))}
	for i, id := range window {
		out.Logits[2*i+1] = float32(id%800)/100 - 4
		for d := range fakeDim {
			out.Vectors[i*fakeDim+d] = float32(id>>(2*d)%7) - 3
		}
	}
	return out
}

func fakeModel(name string, window int) *Model {
	return &Model{Name: name, Digest: "0123456789abcdef", Encoder: fakeEncoder{}, Scorer: &fakeScorer{},
		Languages: []string{"en", "zh"}, Window: window, Start: fakeStart, End: fakeEnd, Dim: fakeDim}
}

// newFake returns a compressor over a fake model with small windows.
func newFake(t testing.TB) (*Compressor, *fakeScorer) {
	t.Helper()
	m := fakeModel("fake", 64)
	c, err := New(Options{Models: []Source{{Name: m.Name, Languages: m.Languages,
		Open: func(context.Context) (*Model, error) { return m, nil }}}})
	if err != nil {
		t.Fatal(err)
	}
	return c, m.Scorer.(*fakeScorer)
}

func compress(t testing.TB, c *Compressor, req pith.Request) pith.Result {
	t.Helper()
	req.Options.ReturnSpans, req.Options.ReturnLabels = true, true
	res, err := c.Compress(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func english(texts ...string) []pith.Context {
	var cs []pith.Context
	for _, t := range texts {
		cs = append(cs, pith.Context{Text: pith.Text(t), Language: "en"})
	}
	return cs
}

const prose = `The committee met on 14 March 2023 and, after a very long discussion, decided not to renew
the contract with Acme Corp. The main reason was cost: 1,250 euros per month. Nobody spoke about the weather.

Later that day the chair wrote to office@acme.example, with a copy of ` + "`renewal.go`" + ` attached.
She asked whether the price could come down; the answer, a week later, was that it could not.
- first point of the list
- second point, a little longer than the first
The members then went home. It had rained since the morning, and the streets were wet and empty.
`

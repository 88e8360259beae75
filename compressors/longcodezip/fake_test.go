package longcodezip

import (
	"context"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// fakeScorer is a scorer of function fields; nil ones do something plain that depends on
// the chunk alone.
type fakeScorer struct {
	gains func(ctx context.Context, query string, chunks []string) ([]float64, Usage, error)
	lines func(ctx context.Context, chunks []string) ([][]float64, Usage, error)

	mu    sync.Mutex
	calls int
	read  []string // chunks of all calls of Gains, in order
	lined []string // of LineNLL
}

func (f *fakeScorer) Name() string { return "fake" }

func (f *fakeScorer) Gains(ctx context.Context, query string, chunks []string) ([]float64, Usage, error) {
	f.mu.Lock()
	f.calls++
	f.read = append(f.read, chunks...)
	f.mu.Unlock()
	if f.gains != nil {
		return f.gains(ctx, query, chunks)
	}
	out := make([]float64, len(chunks))
	for i, c := range chunks {
		out[i] = overlap(query, c)
	}
	return out, Usage{Sequences: len(chunks)}, ctx.Err()
}

func (f *fakeScorer) LineNLL(ctx context.Context, chunks []string) ([][]float64, Usage, error) {
	f.mu.Lock()
	f.calls++
	f.lined = append(f.lined, chunks...)
	f.mu.Unlock()
	if f.lines != nil {
		return f.lines(ctx, chunks)
	}
	out := make([][]float64, len(chunks))
	for i, c := range chunks {
		for _, line := range strings.Split(c, "\n") {
			x := math.NaN()
			if strings.TrimSpace(line) != "" {
				x = 4 * chance(line)
			}
			out[i] = append(out[i], x)
		}
	}
	return out, Usage{Sequences: len(chunks)}, ctx.Err()
}

// overlap is the words of the query that a chunk has, and a little chance.
func overlap(query, chunk string) float64 {
	gain := chance(chunk) - 0.5
	for _, w := range strings.Fields(query) {
		if strings.Contains(chunk, w) {
			gain++
		}
	}
	return gain
}

// chance is a number in [0, 1) that depends on a text alone.
func chance(text string) float64 {
	h := fnv.New64a()
	h.Write([]byte(text))
	return float64(h.Sum64()>>11) / (1 << 53)
}

// source returns a source of the scorer by the name "fake".
func (f *fakeScorer) source() Source {
	return Source{Name: "fake", Open: func(context.Context) (Scorer, error) { return f, nil }}
}

func lexicalSource() Source {
	return Source{Name: "bm25", Lexical: true, Open: func(context.Context) (Scorer, error) { return NewLexical(), nil }}
}

func newFake(t testing.TB, f *fakeScorer, change ...func(*Options)) *Compressor {
	t.Helper()
	o := Options{Scorers: []Source{f.source(), lexicalSource()}}
	for _, c := range change {
		c(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// compressed is one request that must succeed.
func compressed(t testing.TB, c *Compressor, req pith.Request) pith.Result {
	t.Helper()
	res, err := c.Compress(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// counted is the tokens of a text.
func counted(t testing.TB, text string) int {
	t.Helper()
	counter, err := tokenize.CounterFor("")
	if err != nil {
		t.Fatal(err)
	}
	return counter.Count(text)
}

// fakeMemory is a map. Its spoil, if set, garbles what it gives.
type fakeMemory struct {
	m     map[pith.Key][]byte
	spoil func([]byte) []byte
}

func newMemory() *fakeMemory { return &fakeMemory{m: map[pith.Key][]byte{}} }

func (f *fakeMemory) Key(kind string, fields ...[]byte) (k pith.Key) {
	h := fnv.New128a()
	for _, b := range append([][]byte{[]byte(kind)}, fields...) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	copy(k[:], h.Sum(nil))
	return k
}

func (f *fakeMemory) Get(_ context.Context, keys []pith.Key) [][]byte {
	out := make([][]byte, len(keys))
	for i, k := range keys {
		out[i] = f.m[k]
		if f.spoil != nil && out[i] != nil {
			out[i] = f.spoil(slices.Clone(out[i]))
		}
	}
	return out
}

func (f *fakeMemory) Put(k pith.Key, v []byte) { f.m[k] = v }

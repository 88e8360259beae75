package llmlingua2

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/segment"
	"github.com/pith-proxy/pith/tokenize"
)

// fakeMemory is a map. Its spoil, if set, garbles what it gives.
type fakeMemory struct {
	mu    sync.Mutex
	m     map[pith.Key][]byte
	gets  int
	spoil func([]byte) []byte
}

func newMemory() *fakeMemory { return &fakeMemory{m: map[pith.Key][]byte{}} }

func (f *fakeMemory) Key(kind string, fields ...[]byte) pith.Key {
	h := sha256.New()
	for _, b := range append([][]byte{[]byte(kind)}, fields...) {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(b))))
		h.Write(b)
	}
	return pith.Key(h.Sum(nil)[:20])
}

func (f *fakeMemory) Get(_ context.Context, keys []pith.Key) [][]byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gets++
	out := make([][]byte, len(keys))
	for i, k := range keys {
		out[i] = f.m[k]
		if f.spoil != nil && out[i] != nil {
			out[i] = f.spoil(slices.Clone(out[i]))
		}
	}
	return out
}

func (f *fakeMemory) Put(k pith.Key, v []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.m[k] = v
}

// report is a long text of many different sentences.
func report(seed uint64, size int) string {
	r := rand.New(rand.NewPCG(seed, 0))
	words := strings.Fields(prose)
	var b strings.Builder
	for b.Len() < size {
		for range 4 + r.IntN(12) {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "number %d.", r.IntN(1000))
		b.WriteString([]string{" ", "\n", "\n\n"}[r.IntN(3)])
	}
	return b.String()
}

// texts strips from a result what need not be equal.
func texts(res pith.Result) pith.Result {
	res.Timing, res.Cache = pith.Timing{}, pith.CacheStats{}
	return res
}

// Whatever is in the memory, a result is the same.
func TestMemoryChangesNothing(t *testing.T) {
	c, _ := newFake(t)
	warm, rotten := newMemory(), newMemory()
	r := rand.New(rand.NewPCG(1, 2))
	rotten.spoil = func(v []byte) []byte {
		switch r.IntN(4) {
		case 0:
			return v[:r.IntN(len(v))]
		case 1:
			return append(v, 0)
		case 2:
			return []byte{}
		}
		v[0]++
		return v
	}
	for seed := range uint64(18) {
		req := pith.Request{Budget: []pith.Budget{{Rate: .4}, {Threshold: .5}, {TargetTokens: 300}}[seed%3],
			Options: pith.Options{Strictness: pith.Soft}}
		for i := range 1 + r.IntN(3) {
			cx := pith.Context{Text: pith.Text(report(seed%7*10+uint64(i), 200+r.IntN(5000))), Language: []string{"en", "zh"}[i%2]}
			req.Contexts = append(req.Contexts, cx)
		}
		if seed%2 == 0 {
			req.Question = "What was the price of the contract?"
		}
		want := texts(compress(t, c, req))
		for name, m := range map[string]pith.Memory{"cold": newMemory(), "warm": warm, "warm again": warm, "rotten": rotten, "rotten again": rotten} {
			req.Memory = m
			if got := texts(compress(t, c, req)); !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d, %s: the result is another\n%q\n%q", seed, name, got.Contexts[0].Text, want.Contexts[0].Text)
			}
		}
	}
}

// One reading serves all questions, rates and places.
func TestOneReadingServesAll(t *testing.T) {
	c, scorer := newFake(t)
	m := newMemory()
	text := report(3, 40_000)
	first := compress(t, c, pith.Request{Memory: m, Contexts: english(text), Budget: pith.Budget{Rate: .5}})
	if first.Cache.Hits != 0 || first.Cache.Misses < 20 {
		t.Fatalf("first: %+v", first.Cache)
	}
	scorer.windows = 0
	for i := range 20 {
		question := pith.Text(fmt.Sprintf("What was number %d?", i))
		res := compress(t, c, pith.Request{Memory: m, Contexts: english("A short one in front.", text), Question: question, Budget: pith.Budget{Rate: .1 + float64(i)/30}})
		if res.Cache.Misses > 1 || res.Cache.Hits < first.Cache.Misses {
			t.Errorf("question %d: %+v", i, res.Cache)
		}
	}
	if scorer.windows != 21 { // the questions, and the short text once
		t.Errorf("the model ran over %d windows", scorer.windows)
	}
	at := strings.Index(text[20_000:], "number") + 20_000
	edited := text[:at] + "surprisingly " + text[at:]
	res := compress(t, c, pith.Request{Memory: m, Contexts: english(edited), Budget: pith.Budget{Rate: .5}})
	if res.Cache.Misses < 1 || res.Cache.Misses > 3 {
		t.Errorf("after one word was put in: %+v", res.Cache)
	}
}

// What a model says of a segment is the same wherever the segment stands.
func TestAnalysisIsPure(t *testing.T) {
	c, _ := newFake(t)
	m, err := c.models[0].open(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	read := func(texts ...string) []string {
		var all []*reading
		for _, s := range texts {
			all = append(all, &reading{model: m, text: s})
		}
		out := make([]string, len(texts))
		var mu sync.Mutex
		if _, err := m.readAll(context.Background(), all, func(i int, v []byte) {
			mu.Lock()
			defer mu.Unlock()
			out[i] = string(v)
		}); err != nil {
			t.Fatal(err)
		}
		return out
	}
	segment := report(1, 1500)
	want := read(segment)[0]
	for n := range 16 {
		mates := []string{segment}
		for i := range n {
			mates = append(mates, report(uint64(100+i), 100+700*i))
		}
		slices.Reverse(mates)
		if got := read(mates...)[n]; got != want {
			t.Fatalf("beside %d others the analysis is another", n)
		}
	}
}

// gated is a scorer that waits before it answers.
type gated struct {
	fakeScorer
	gate  chan struct{}
	calls atomic.Int64
	panic bool
}

func (g *gated) Score(ctx context.Context, windows [][]tokenize.ID, each func(int, Output)) (Stats, error) {
	g.calls.Add(1)
	for i, w := range windows {
		select {
		case <-g.gate:
		case <-ctx.Done():
			return Stats{}, ctx.Err()
		}
		if g.panic {
			panic("scorer")
		}
		each(i, fakeOutput(w))
	}
	return Stats{}, nil
}

func newGated(o Options) (*Compressor, *gated) {
	m := fakeModel("fake", 64)
	g := &gated{gate: make(chan struct{})}
	m.Scorer = g
	o.Models = []Source{{Name: m.Name, Languages: m.Languages, Open: func(context.Context) (*Model, error) { return m, nil }}}
	c, _ := New(o)
	return c, g
}

// However many ask for a text at once, a model reads it once, also when those who asked
// first give up.
func TestStampede(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newGated(Options{})
		m := newMemory()
		text := "The chair wrote to the office. The members went home, since it rained."
		req := pith.Request{Memory: m, Contexts: english(text), Budget: pith.Budget{Rate: .5}}
		impatient, giveUp := context.WithCancel(context.Background())
		var done, gone atomic.Int64
		for i := range 500 {
			ctx := context.Background()
			if i%10 == 0 {
				ctx = impatient
			}
			go func() {
				_, err := c.Compress(ctx, req)
				switch {
				case err == nil:
					done.Add(1)
				case errors.Is(err, context.Canceled):
					gone.Add(1)
				default:
					t.Error(err)
				}
			}()
			if i == 0 {
				synctest.Wait() // the first is one that gives up
			}
		}
		synctest.Wait()
		giveUp()
		synctest.Wait()
		if gone.Load() != 50 || done.Load() != 0 {
			t.Fatalf("%d gave up, %d done", gone.Load(), done.Load())
		}
		close(g.gate)
		synctest.Wait()
		if n := g.calls.Load(); done.Load() != 450 || n != 1 {
			t.Errorf("%d done, the model was run %d times", done.Load(), n)
		}
		c.Close()
	})
}

// Nobody waits: the reading ends. The next request finds what was read before.
func TestAbandonedReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newGated(Options{})
		m := newMemory()
		req := pith.Request{Memory: m, Contexts: english(report(5, 4000)), Budget: pith.Budget{Rate: .5}}
		ctx, cancel := context.WithCancel(context.Background())
		go func() {
			if _, err := c.Compress(ctx, req); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
		}()
		for range 12 {
			g.gate <- struct{}{}
		}
		synctest.Wait()
		cancel()
		synctest.Wait()
		c.flights.mu.Lock()
		if n := len(c.flights.open); n != 0 {
			t.Errorf("%d flights are open", n)
		}
		c.flights.mu.Unlock()
		close(g.gate)
		res, err := c.Compress(context.Background(), req)
		if err != nil || res.Cache.Hits == 0 || res.Cache.Misses == 0 {
			t.Errorf("%+v, %v", res.Cache, err)
		}
		c.Close()
	})
}

// What there was no time for is read when nobody asks, and no sooner.
func TestLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		type idle struct{}
		c, g := newGated(Options{MaxLater: 24_000, Idle: func(ctx context.Context) context.Context { return context.WithValue(ctx, idle{}, 1) }})
		m := newMemory()
		req := pith.Request{Memory: m, Hasty: true, Contexts: english(report(6, 4000)), Budget: pith.Budget{Rate: .5}}
		opened, err := c.models[0].open(context.Background(), 0)
		if err != nil {
			t.Fatal(err)
		}
		opened.pace.took(10_000, 10*time.Second)
		opened.pace.probed = time.Now().Add(time.Hour)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		start := time.Now()
		if _, err := c.Compress(ctx, req); pith.CodeOf(err) != pith.CodeDeadline || time.Since(start) > 0 {
			t.Fatalf("after %v: %v", time.Since(start), err)
		}
		more := req
		more.Contexts = english(report(7, 20_000))
		if _, err := c.Compress(ctx, more); pith.CodeOf(err) != pith.CodeDeadline {
			t.Fatal(err)
		}
		if _, err := c.Compress(ctx, more); pith.CodeOf(err) != pith.CodeDeadline {
			t.Fatal(err)
		}
		more.Memory = pith.ReadOnly{Memory: m}
		if _, err := c.Compress(ctx, more); pith.CodeOf(err) != pith.CodeDeadline {
			t.Fatal(err)
		}
		c.later.mu.Lock()
		if n := c.later.bytes; n < 8000 || n > 12_000 { // the first text, and a quarter of what there is room for
			t.Errorf("%d bytes wait", n)
		}
		c.later.mu.Unlock()
		close(g.gate)
		synctest.Wait()
		if c.later.worker != nil || c.later.bytes != 0 {
			t.Error("the worker is still there")
		}
		res, err := c.Compress(ctx, req)
		if err != nil || res.Cache.Misses != 0 {
			t.Errorf("%+v, %v", res.Cache, err)
		}
		c.Close()
		if _, err := c.Compress(ctx, more); err == nil || c.later.worker != nil {
			t.Errorf("after the end: %v", err)
		}
	})
}

// A scorer that panics ends the requests that wait, and nothing else.
func TestPanicInAFlight(t *testing.T) {
	c, g := newGated(Options{})
	g.panic = true
	close(g.gate)
	req := pith.Request{Memory: newMemory(), Contexts: english(prose), Budget: pith.Budget{Rate: .5}}
	if _, err := c.Compress(context.Background(), req); pith.CodeOf(err) != pith.CodeCompression || strings.Contains(err.Error(), "scorer\"") {
		t.Errorf("got %v", err)
	}
	g.panic = false
	if _, err := c.Compress(context.Background(), req); err != nil {
		t.Error(err)
	}
	c.Close()
}

// Short segments are joined, and all others end where they did.
func TestSegmentEnds(t *testing.T) {
	tiny := strings.Repeat("a b\n```\nc\n```\n", 200)
	long := report(9, 3000)
	for name, text := range map[string]string{"tiny": tiny, "long": long, "mixed": long + tiny + long, "empty": "", "one": "word"} {
		var got []int
		if got = segmentEnds(text); text == "" {
			if len(got) != 0 {
				t.Errorf("%s: %v", name, got)
			}
			continue
		}
		if got[len(got)-1] != len(text) || !slices.IsSorted(got) {
			t.Errorf("%s: %v for %d bytes", name, got, len(text))
		}
		if most := len(text)/300 + 4; len(got) > most {
			t.Errorf("%s: %d segments of %d bytes", name, len(got), len(text))
		}
	}
	if got, want := segmentEnds(long), segment.Ends(long); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

package onnx

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// causalSpec describes testdata/causal.onnx, nllSpec nll.onnx.
func causalSpec() *Spec {
	two, past := []any{"batch", "sequence"}, []any{"batch", 2, "past", 4}
	return &Spec{
		Name: "tiny", Version: "1", Family: FamilyCausal, MaxSequence: 64,
		Graph: Graph{Opset: 18,
			Inputs: map[string][]any{inputIDs: two, attentionMask: two, positionIDs: two, useCacheBranch: {1},
				"past_key_values.0.key": past, "past_key_values.0.value": past,
				"past_key_values.1.key": past, "past_key_values.1.value": past},
			Outputs: map[string][]any{outLogits: {"batch", "sequence", 32}, "present.0.key": past},
		},
	}
}

func plainSpec() *Spec {
	s := causalSpec()
	two := []any{"batch", "sequence"}
	s.Graph.Inputs = map[string][]any{inputIDs: two, attentionMask: two}
	s.Graph.Outputs = map[string][]any{outLogits: {"batch", "sequence", "vocabulary"}}
	s.Rows = 32
	return s
}

func nllSpec() *Spec {
	s := causalSpec()
	s.Family = FamilyCausalNLL
	s.Graph.Inputs = map[string][]any{inputIDs: {1, "sequence"}, asked: {"asked"}}
	s.Graph.Outputs = map[string][]any{outNLL: {"asked"}}
	return s
}

func loadCausal(t testing.TB, spec *Spec, graph string, eng *Engine, o Options) *Causal {
	t.Helper()
	c, err := LoadCausal(t.Context(), folder(t, spec, graph), eng, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// nllAll returns the likelihoods of every sequence, in their order.
func nllAll(t testing.TB, c *Causal, seqs []CausalSequence) [][]float32 {
	t.Helper()
	out := make([][]float32, len(seqs))
	var mu sync.Mutex
	stats, err := c.NLL(t.Context(), seqs, func(i int, nll []float32) {
		mu.Lock()
		defer mu.Unlock()
		if out[i] != nil {
			t.Errorf("each was called twice for sequence %d", i)
		}
		out[i] = nll
	})
	if err != nil {
		t.Fatal(err)
	}
	tokens := 0
	for i, s := range seqs {
		tokens += len(s.IDs)
		if len(out[i]) != len(s.Asked) {
			t.Fatalf("sequence %d: %d numbers for %d positions", i, len(out[i]), len(s.Asked))
		}
	}
	if stats.Windows != len(seqs) || stats.Tokens != tokens || len(seqs) > 0 && stats.Model <= 0 {
		t.Errorf("stats %+v, want %d sequences of %d tokens", stats, len(seqs), tokens)
	}
	return out
}

// every asks for all positions.
func every(ids []tokenize.ID) CausalSequence {
	s := CausalSequence{IDs: ids}
	for p := 1; p < len(ids); p++ {
		s.Asked = append(s.Asked, p)
	}
	return s
}

// near reports whether two lists are equal but for so much.
func near(a []float32, b []float64, tolerance float64) bool {
	return slices.EqualFunc(a, b, func(x float32, y float64) bool { return math.Abs(float64(x)-y) <= tolerance })
}

// Graphs of all kinds give what testdata/causal.py computed without a runtime.
func TestCausalAgreesWithNumpy(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("testdata", "causal.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		IDs              []tokenize.ID
		Plain, Positions []float64
	}
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		graph     string
		spec      *Spec
		positions bool
		tolerance float64
	}{
		{"causal", causalSpec(), true, 1e-4},
		{"causal-half", causalSpec(), true, 0.03}, // logits of some 10 have steps of 1/128
		{"causal-plain", plainSpec(), false, 1e-4},
		{"nll", nllSpec(), false, 1e-4},
	} {
		t.Run(tt.graph, func(t *testing.T) {
			c := loadCausal(t, tt.spec, tt.graph, testEngine, Options{})
			var seqs []CausalSequence
			for _, k := range cases {
				seqs = append(seqs, every(k.IDs))
			}
			for i, got := range nllAll(t, c, seqs) {
				want := cases[i].Plain
				if tt.positions {
					want = cases[i].Positions
				}
				if !near(got, want, tt.tolerance) {
					t.Errorf("case %d: got %v, want %v", i, got, want)
				}
			}
		})
	}
}

// randomSequences returns sequences of ids below 30 that ask about some positions, in
// any order and some of them twice.
func randomSequences(n int) []CausalSequence {
	rnd := rand.New(rand.NewPCG(3, 4))
	var out []CausalSequence
	for _, ids := range randomWindows(n, 63) {
		s := CausalSequence{IDs: append(ids, 7)}
		if len(s.IDs) > 1 {
			for range 1 + rnd.IntN(9) {
				s.Asked = append(s.Asked, 1+rnd.IntN(len(s.IDs)-1))
			}
			out = append(out, s)
		}
	}
	return out
}

// What is asked of a sequence does not change the answers, and a sequence's answers are
// the same bit by bit whoever it is run with.
func TestAnswersDependOnTheSequenceAlone(t *testing.T) {
	for graph, spec := range map[string]*Spec{"causal": causalSpec(), "nll": nllSpec()} {
		c := loadCausal(t, spec, graph, testEngine, Options{})
		seqs := randomSequences(40)
		got := nllAll(t, c, seqs)
		again := nllAll(t, c, slices.Repeat(seqs, 2))
		for i, s := range seqs {
			all := nllAll(t, c, []CausalSequence{every(s.IDs)})[0]
			for k, p := range s.Asked {
				if got[i][k] != all[p-1] {
					t.Fatalf("%s: sequence %d, position %d: %v among others, %v alone", graph, i, p, got[i][k], all[p-1])
				}
			}
			if !slices.Equal(again[i], got[i]) || !slices.Equal(again[len(seqs)+i], got[i]) {
				t.Fatalf("%s: sequence %d: %v, then %v", graph, i, got[i], again[i])
			}
		}
		// A token is judged by those in front of it only.
		long := every(seqs[0].IDs)
		short := every(long.IDs[:len(long.IDs)-1])
		if a, b := nllAll(t, c, []CausalSequence{long})[0], nllAll(t, c, []CausalSequence{short})[0]; !near(b, doubles(a[:len(b)]), 1e-5) {
			t.Errorf("%s: later tokens are seen: %v, %v", graph, a, b)
		}
	}
}

func doubles(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

func TestSequencesOutOfRange(t *testing.T) {
	c := loadCausal(t, nllSpec(), "nll", testEngine, Options{})
	for name, s := range map[string]CausalSequence{
		"too_long":            {make([]tokenize.ID, 65), []int{1}},
		"nothing_asked":       {make([]tokenize.ID, 9), nil},
		"the_first_token":     {make([]tokenize.ID, 9), []int{1, 0}},
		"behind_the_end":      {make([]tokenize.ID, 9), []int{9}},
		"negative":            {make([]tokenize.ID, 9), []int{-1}},
		"one_token":           {make([]tokenize.ID, 1), []int{1}},
		"empty":               {nil, []int{0}},
		"unknown_id":          {[]tokenize.ID{1, 1 << 31, 2}, []int{1, 2}},
		"unknown_id_in_front": {[]tokenize.ID{32, 1}, []int{1}},
	} {
		_, err := c.NLL(t.Context(), []CausalSequence{{[]tokenize.ID{1, 2}, []int{1}}, s}, func(i int, _ []float32) {
			if i == 1 {
				t.Errorf("%s: an answer", name)
			}
		})
		if pith.CodeOf(err) != pith.CodeInternal {
			t.Errorf("%s: got %v", name, err)
		}
	}
	nllAll(t, c, []CausalSequence{every(make([]tokenize.ID, 64)), every([]tokenize.ID{1, 2})})
	if stats, err := c.NLL(t.Context(), nil, nil); err != nil || stats != (Stats{}) {
		t.Errorf("no sequences: got %v, %v", stats, err)
	}
}

// A result that is no number is an error and never a zero; the model goes on after it.
func TestLikelihoodsAreNumbers(t *testing.T) {
	for graph, spec := range map[string]*Spec{"causal": causalSpec(), "causal-half": causalSpec(), "nll": nllSpec()} {
		c := loadCausal(t, spec, graph, testEngine, Options{})
		_, err := c.NLL(t.Context(), []CausalSequence{every([]tokenize.ID{1, 31, 2})}, func(int, []float32) { t.Error("an answer") })
		if pith.CodeOf(err) != pith.CodeCompression {
			t.Errorf("%s: got %v", graph, err)
		}
		nllAll(t, c, randomSequences(5))
	}
	// The vocabulary of the logits may end before that of the table.
	c := loadCausal(t, causalSpec(), "causal", testEngine, Options{})
	l := logits{vocab: 2, full: []float32{0, 0, 0, 0}}
	nll := make([]float32, 1)
	l.read(CausalSequence{IDs: []tokenize.ID{0, 2}, Asked: []int{1}}, nll)
	if !math.IsNaN(float64(nll[0])) {
		t.Errorf("a token without a logit has the likelihood %v", nll[0])
	}
	_, err := c.NLL(t.Context(), []CausalSequence{every([]tokenize.ID{1, 2, 3})}, func(int, []float32) { panic("the caller's") })
	if pith.CodeOf(err) != pith.CodeInternal {
		t.Errorf("a panic: got %v", err)
	}
}

// The bound on logits bounds the sequences; the memory stays and does not grow.
func TestLogitsAreBounded(t *testing.T) {
	const row = 4 * 32
	c := loadCausal(t, causalSpec(), "causal", testEngine, Options{MaxLogits: 20*row + row/2})
	if got := c.Window(); got != 20 {
		t.Fatalf("window %d, want 20", got)
	}
	nllAll(t, c, slices.Repeat([]CausalSequence{every(make([]tokenize.ID, 20))}, 50))
	if _, err := c.NLL(t.Context(), []CausalSequence{every(make([]tokenize.ID, 21))}, nil); err == nil || !contains(err.Error(), "at most 20") {
		t.Errorf("got %v", err)
	}
	if len(c.spare) > testEngine.workers {
		t.Errorf("%d buffers for %d workers", len(c.spare), testEngine.workers)
	}
	for _, l := range c.spare {
		if 4*len(l.full) > 20*row {
			t.Errorf("%d bytes of logits kept", 4*len(l.full))
		}
	}
	if got := loadCausal(t, causalSpec(), "causal-half", testEngine, Options{MaxLogits: 20 * row}).Window(); got != 40 {
		t.Errorf("float16: window %d, want 40", got)
	}
	if got := loadCausal(t, nllSpec(), "nll", testEngine, Options{MaxLogits: 1}).Window(); got != 64 {
		t.Errorf("no logits: window %d, want 64", got)
	}
	_, err := LoadCausal(t.Context(), folder(t, causalSpec(), "causal"), testEngine, Options{MaxLogits: 15 * row})
	if err == nil || !contains(err.Error(), "not even 16 tokens") {
		t.Errorf("got %v", err)
	}
}

func TestCausalLoadErrors(t *testing.T) {
	with := func(s *Spec, edit func(*Spec)) *Spec { edit(s); return s }
	for _, tt := range []struct {
		name  string
		spec  *Spec
		graph string
		want  string
	}{
		{"classifier", tinySpec(), "tiny", `family is "token-classifier"`},
		{"sequence_below", with(nllSpec(), func(s *Spec) { s.MaxSequence = 15 }), "nll", "max_sequence is 15"},
		{"sequence_above", with(nllSpec(), func(s *Spec) { s.MaxSequence = maxWindow + 1 }), "nll", "max_sequence is 65537"},
		{"no_ids", with(nllSpec(), func(s *Spec) { delete(s.Graph.Inputs, inputIDs) }), "nll", `lacks "input_ids"`},
		{"no_positions", with(nllSpec(), func(s *Spec) { delete(s.Graph.Inputs, asked) }), "nll", `lacks "positions"`},
		{"no_nll", with(nllSpec(), func(s *Spec) { delete(s.Graph.Outputs, outNLL) }), "nll", `lacks "nll"`},
		{"no_logits", with(causalSpec(), func(s *Spec) { delete(s.Graph.Outputs, outLogits) }), "causal", `lacks "logits"`},
		{"flat_logits", with(plainSpec(), func(s *Spec) { s.Graph.Outputs[outLogits] = []any{"b", "s"} }), "causal-flat", `"logits" has 2 dimensions`},
		{"flat_logits_in_the_graph", plainSpec(), "causal-flat", `"logits" has 2 dimensions`},
		{"positions_of_the_other_family", with(plainSpec(), func(s *Spec) { s.Graph.Inputs[asked] = []any{"x"} }), "causal-plain", `has "positions"`},
		{"strange_input", with(causalSpec(), func(s *Spec) { s.Graph.Inputs["encoder_hidden_states"] = []any{1, 2, 3} }), "causal", `"encoder_hidden_states"`},
		{"flat_past", with(causalSpec(), func(s *Spec) { s.Graph.Inputs["past_key_values.0.key"] = []any{1} }), "causal", "has 1 dimensions; it must have 4"},
		{"fixed_past", causalSpec(), "causal-past", "a free length"},
		{"unnamed_past", with(causalSpec(), func(s *Spec) { delete(s.Graph.Inputs, "past_key_values.1.key") }), "causal", `wants an input "past_key_values.1.key"`},
		{"unnamed_positions", plainSpec(), "nll", `wants an input "positions"`},
		{"other_vocabulary", with(plainSpec(), func(s *Spec) { s.Rows = 33 }), "causal-plain", "try the model"},
		{"no_vocabulary", with(plainSpec(), func(s *Spec) { s.Rows = 0 }), "causal-plain", `give it as "vocabulary"`},
		{"other_opset", with(nllSpec(), func(s *Spec) { s.Graph.Opset = 17 }), "nll", "uses opset 18"},
		{"wrong_digest", with(nllSpec(), func(s *Spec) { s.Graph.SHA256 = strings.Repeat("0", 64) }), "nll", "wrong digest"},
		{"input_of_a_classifier", with(plainSpec(), func(s *Spec) { s.Graph.Inputs[tokenTypeIDs] = []any{"b", "s"} }), "causal-plain", `has "token_type_ids"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := LoadCausal(t.Context(), folder(t, tt.spec, tt.graph), testEngine, Options{Verify: true})
			if err == nil {
				c.Close()
				t.Fatalf("loaded; want an error with %q", tt.want)
			}
			t.Log(err)
			if !contains(err.Error(), tt.want) {
				t.Errorf("error lacks %q", tt.want)
			}
		})
	}
	if _, err := LoadCausal(t.Context(), fstest.MapFS{}, testEngine, Options{}); err == nil {
		t.Error("loaded an empty folder")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := LoadCausal(ctx, folder(t, nllSpec(), "nll"), testEngine, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if _, err := Load(t.Context(), folder(t, nllSpec(), "nll"), testEngine, Options{}); err == nil || !contains(err.Error(), "token classifier") {
		t.Errorf("loaded as a token classifier: %v", err)
	}
}

// The endless model ends only if the C call is stopped.
func TestCancelStopsACausalModel(t *testing.T) {
	c := loadCausal(t, nllSpec(), "nll-endless", testEngine, Options{})
	endless := slices.Repeat([]CausalSequence{every([]tokenize.ID{1, 30, 2})}, 5)
	why := errors.New("the client left")
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		for testEngine.State().Running < min(2, testEngine.workers) {
			time.Sleep(time.Millisecond)
		}
		cancel(why)
	}()
	if _, err := c.NLL(ctx, endless, func(int, []float32) { t.Error("each was called") }); !errors.Is(err, why) {
		t.Errorf("got %v, want %v", err, why)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	if _, err := c.NLL(ctx, endless, func(int, []float32) {}); pith.CodeOf(err) != pith.CodeDeadline {
		t.Errorf("got %v, want %s", err, pith.CodeDeadline)
	}
	nllAll(t, c, []CausalSequence{every([]tokenize.ID{1, 4, 2})})
}

// Closing waits for what runs; later runs are refused.
func TestClosedCausalModel(t *testing.T) {
	c := loadCausal(t, causalSpec(), "causal", testEngine, Options{})
	started, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		var once sync.Once
		_, err := c.NLL(context.Background(), randomSequences(50), func(int, []float32) { once.Do(func() { close(started) }) })
		ended <- err
	}()
	<-started
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("the run that Close waited for: %v", err)
	}
	if _, err := c.NLL(t.Context(), []CausalSequence{every([]tokenize.ID{1, 2})}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("got %v, want ErrClosed", err)
	}
	if err := c.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestConcurrentNLL(t *testing.T) {
	c := loadCausal(t, causalSpec(), "causal", testEngine, Options{})
	seqs := randomSequences(40)
	want := nllAll(t, c, seqs)
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for i, got := range nllAll(t, c, seqs) {
				if !slices.Equal(got, want[i]) {
					t.Errorf("sequence %d differs under load", i)
				}
			}
		})
	}
	all.Wait()
}

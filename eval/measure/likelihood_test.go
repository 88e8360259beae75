package measure

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith/compressors/longcodezip"
	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/onnx/models"
	"github.com/pith-proxy/pith/tokenize"
)

// unigram is a language model that expects what it has read: a token's probability is
// (how often it came before + 1) ÷ (tokens before + 100). Words are its tokens.
type unigram struct {
	mu    sync.Mutex
	ids   map[string]tokenize.ID
	words []string // by id
	calls int
	texts []string   // that it made tokens of
	reads [][]string // what it was shown, as words; the last is asked about

	answer func(nll []float32) []float32 // nil says what was found
	fail   error
}

const (
	fileMark, queryMark = 0, 1
	fakeWindow          = 300
	fakeQuery           = 6
)

func newUnigram() *unigram {
	return &unigram{ids: map[string]tokenize.ID{}, words: []string{"<file>", "<query>"}}
}

func (u *unigram) options() longcodezip.LMOptions {
	return longcodezip.LMOptions{Name: "unigram", Encoder: u, Model: u, Window: fakeWindow, MaxQuery: fakeQuery,
		Form: longcodezip.MarkedForm(fileMark, queryMark)}
}

func (u *unigram) Encode(text string) ([]tokenize.Token, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.texts = append(u.texts, text)
	if strings.Contains(text, "unspeakable") {
		return nil, errors.New("no such token")
	}
	var out []tokenize.Token
	for w := range strings.FieldsSeq(text) {
		id, ok := u.ids[w]
		if !ok {
			id = tokenize.ID(len(u.words))
			u.ids[w], u.words = id, append(u.words, w)
		}
		out = append(out, tokenize.Token{ID: id})
	}
	return out, nil
}

func (u *unigram) NLL(_ context.Context, seqs []longcodezip.Sequence, each func(int, []float32)) (longcodezip.ModelStats, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.calls++
	for i, s := range seqs {
		if len(s.IDs) > fakeWindow || len(s.Asked) == 0 || s.Asked[0] < 1 || s.Asked[len(s.Asked)-1] != len(s.IDs)-1 {
			return longcodezip.ModelStats{}, fmt.Errorf("sequence of %d with %v asked", len(s.IDs), s.Asked)
		}
		var shown []string
		for _, id := range s.IDs {
			shown = append(shown, u.words[id])
		}
		u.reads = append(u.reads, shown)
		var nll []float32
		for _, p := range s.Asked {
			n := 1
			for _, id := range s.IDs[:p] {
				if id == s.IDs[p] {
					n++
				}
			}
			nll = append(nll, float32(-math.Log(float64(n)/float64(p+100))))
		}
		if u.answer != nil {
			nll = u.answer(nll)
		}
		if u.fail == nil && nll != nil {
			each(i, nll)
		}
	}
	return longcodezip.ModelStats{}, u.fail
}

func mustLikelihood(t testing.TB, u *unigram) Measure {
	t.Helper()
	m, err := Likelihood(u.options())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// filler is n words that nothing asks for.
func filler(n int) string { return strings.TrimSpace(strings.Repeat("x ", n)) }

// room is how many tokens of a text there is room for in front of a question and an answer
// of one token each.
const room = fakeWindow - 2 - 2

func TestLikelihood(t *testing.T) {
	qa := eval.Item{Language: "en", Question: "q", Answers: []string{"gold"}}
	two := eval.Item{Question: "q", Answers: []string{"gold ring", "silver"}}
	code := eval.Item{Language: "code", Answers: []string{"gold"}}
	p := func(n, before int) float64 { return math.Log(float64(n) / float64(before+100)) }
	for _, tt := range []struct {
		name string
		item eval.Item
		kept string
		want float64
	}{
		{"with_the_answer", qa, "a gold b", p(2, 6) - p(1, 3)},
		{"without_it", qa, "a b c", p(1, 6) - p(1, 3)},
		{"often", qa, "gold gold gold", p(4, 6) - p(1, 3)},
		{"nothing_kept", qa, "", 0},
		{"blank", qa, " \n\t", 0},
		{"a_token_of_two", two, "gold", (p(2, 4) + p(1, 5) - p(1, 3) - p(1, 4)) / 2},
		{"another_answer_does_not_count", two, "silver", (p(1, 4) + p(1, 5) - p(1, 3) - p(1, 4)) / 2},
		{"no_question", eval.Item{Answers: []string{"gold"}}, "gold", p(2, 3) - p(1, 2)},
		{"white_space_at_the_ends", eval.Item{Question: " q\n\n", Answers: []string{"\n gold "}}, "gold \n\n", p(2, 4) - p(1, 3)},
		{"a_window_is_full", qa, filler(room-1) + " gold", p(2, room+3) - p(1, 3)},
		{"the_best_window", qa, filler(room) + " gold", p(2, 4) - p(1, 3)},
		{"the_best_window_is_the_first", qa, "gold " + filler(2*room-1), p(2, room+3) - p(1, 3)},
		{"the_last_window_that_is_read", qa, filler(63*room) + " gold" + strings.Repeat(" x", room), p(2, room+3) - p(1, 3)},
		{"too_far_back_in_a_long_text", qa, filler(64*room) + " gold", p(1, room+3) - p(1, 3)},
		{"code_goes_on", code, "a gold", p(2, 3) - p(1, 1)},
		{"code_with_a_question_goes_on_behind_it", eval.Item{Language: "code", Question: "gold", Answers: []string{"gold"}}, "a", p(2, 3) - p(2, 2)},
		{"code_reads_the_end", code, filler(2*room) + " gold", p(2, room+2) - p(1, 1)},
		{"code_reads_no_further_back", code, "gold " + filler(room+1), p(1, room+2) - p(1, 1)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok, err := mustLikelihood(t, newUnigram()).Of(t.Context(), tt.item, eval.Kept{Text: tt.kept})
			if err != nil || !ok || math.Abs(got-tt.want) > 1e-6 {
				t.Errorf("got %.6f, %v, %v, want %.6f", got, ok, err, tt.want)
			}
		})
	}
}

func TestLikelihoodApplies(t *testing.T) {
	m := mustLikelihood(t, newUnigram())
	for _, tt := range []struct {
		name string
		item eval.Item
		want bool
	}{
		{"english", eval.Item{Language: "en", Answers: []string{"a"}}, true},
		{"code", eval.Item{Language: "code", Answers: []string{"a"}}, true},
		{"unknown", eval.Item{Answers: []string{"a"}}, true},
		{"chinese", eval.Item{Language: "zh", Answers: []string{"a"}}, false},
		{"no_answer", eval.Item{}, false},
		{"first_answer_is_blank", eval.Item{Answers: []string{" \n", "a"}}, false},
		{"first_answer_of_code_is_blank", eval.Item{Language: "code", Answers: []string{" \n", "a"}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, kept := range []string{"", "a b c"} { // what was kept has no say in it
				if _, ok, err := m.Of(t.Context(), tt.item, eval.Kept{Text: kept}); ok != tt.want || err != nil {
					t.Errorf("kept %q: applies %v, %v", kept, ok, err)
				}
			}
			if _, ok, err := m.Of(t.Context(), tt.item, eval.Kept{Refused: true}); ok || err != nil {
				t.Errorf("a refusal: applies %v, %v", ok, err)
			}
		})
	}
	if m.Name() != "likelihood" || !strings.Contains(m.About(), "unigram") {
		t.Errorf("%s: %s", m.Name(), m.About())
	}
}

// numbered is n different words.
func numbered(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprint(prefix, i)
	}
	return out
}

// Of long questions the ends are read, of long answers the beginning.
func TestLikelihoodShows(t *testing.T) {
	u := newUnigram()
	q, a := numbered("q", fakeQuery+3), numbered("a", likelihoodAnswer+5)
	item := eval.Item{Question: strings.Join(q, " "), Answers: []string{strings.Join(a, " ")}}
	if _, ok, err := mustLikelihood(t, u).Of(t.Context(), item, eval.Kept{Text: "one two"}); !ok || err != nil {
		t.Fatal(ok, err)
	}
	asked := slices.Concat(q[:3], q[6:], a[:likelihoodAnswer])
	want := [][]string{slices.Concat([]string{"<file>", "<query>"}, asked), slices.Concat([]string{"<file>", "one", "two", "<query>"}, asked)}
	if fmt.Sprint(u.reads) != fmt.Sprint(want) {
		t.Errorf("read %v\nwant %v", u.reads, want)
	}
}

// Answers are trimmed, but a line of code is not without what it is indented by; all else
// ends in a newline, unless the form brings one.
func TestLikelihoodTokenises(t *testing.T) {
	for _, tt := range []struct {
		name, language string
		trim           bool
		want           []string
	}{
		{"prose", "en", false, []string{"x = 1", "\tq\n", "\tkept\n"}},
		{"prose_trimmed", "en", true, []string{"x = 1", "\tq\n", "\tkept"}},
		{"code", "code", false, []string{"\tx = 1", "\tq\n", "\tkept\n"}},
		{"code_trimmed", "code", true, []string{"\tx = 1", "\tq\n", "\tkept\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := newUnigram()
			o := u.options()
			o.Form.Trim = tt.trim
			m, err := Likelihood(o)
			if err != nil {
				t.Fatal(err)
			}
			item := eval.Item{Language: tt.language, Question: "\tq", Answers: []string{"\n\tx = 1 \n"}}
			if _, _, err := m.Of(t.Context(), item, eval.Kept{Text: "\tkept\n\n"}); err != nil || !slices.Equal(u.texts, tt.want) {
				t.Errorf("%q, %v, want %q", u.texts, err, tt.want)
			}
		})
	}
}

func TestIndented(t *testing.T) {
	for in, want := range map[string]string{"    return x\n": "    return x", "\n\tx = 1\n\ty = 2 \n": "\tx = 1\n\ty = 2", " \n": "", "": ""} {
		if got := indented(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

// What the model has read once it does not read again, whichever arm brings it.
func TestLikelihoodRemembers(t *testing.T) {
	u := newUnigram()
	m := mustLikelihood(t, u)
	one := eval.Item{Question: "q", Answers: []string{"gold"}}
	other := eval.Item{Question: "why", Answers: []string{"gold"}}
	for _, step := range []struct {
		item  eval.Item
		kept  string
		calls int
	}{{one, "a", 2}, {one, "a", 2}, {one, "b", 3}, {other, "a", 5}, {one, "", 5}, {other, "a\n", 5}} {
		first, _, err := m.Of(t.Context(), step.item, eval.Kept{Text: step.kept})
		if err != nil {
			t.Fatal(err)
		}
		again, _, err := m.Of(t.Context(), step.item, eval.Kept{Text: step.kept})
		if err != nil || again != first || u.calls != step.calls {
			t.Errorf("%s, %q: %v and then %v, %v, after %d calls, want %d", step.item.Question, step.kept, first, again, err, u.calls, step.calls)
		}
	}
}

func TestLikelihoodForgetsTheOldest(t *testing.T) {
	var m lmMemo
	key := func(i int) lmKey { return lmKey{byte(i), byte(i >> 8), byte(i >> 16)} }
	for i := range lmMemoSize + 2 {
		m.put(key(i), float64(i))
		m.put(key(i), -1) // it is there
	}
	for i := range lmMemoSize + 2 {
		v, ok := m.get(key(i))
		if ok != (i >= 2) || ok && v != float64(i) {
			t.Fatalf("%d of %d: %v, %v", i, lmMemoSize+2, v, ok)
		}
	}
	if len(m.value) != lmMemoSize {
		t.Errorf("%d values", len(m.value))
	}
}

func TestDigestOf(t *testing.T) {
	seq := func(asked int, ids ...tokenize.ID) longcodezip.Sequence {
		return longcodezip.Sequence{IDs: ids, Asked: make([]int, asked)}
	}
	seen := map[lmKey]int{}
	for i, seqs := range [][]longcodezip.Sequence{
		{seq(1, 1, 2, 3)}, {seq(2, 1, 2, 3)}, {seq(1, 1, 2)}, {seq(1, 1, 2), seq(1, 3)}, {seq(1, 1), seq(1, 2, 3)},
		{seq(1, 1, 1, 5)}, {seq(1, 1), seq(1, 5)}, {seq(1, 300, 2)}, {seq(1, 44, 2, 2)}, {},
	} {
		key := digestOf(seqs)
		if other, ok := seen[key]; ok {
			t.Errorf("%d is as %d", i, other)
		}
		seen[key] = i
	}
}

func TestLikelihoodErrors(t *testing.T) {
	lost := errors.New("the model is gone")
	for _, tt := range []struct {
		name   string
		change func(*unigram)
		item   eval.Item
		kept   string
		want   string
	}{
		{"model", func(u *unigram) { u.fail = lost }, eval.Item{Answers: []string{"a"}}, "k", "the model is gone"},
		{"left_out", func(u *unigram) { u.answer = func([]float32) []float32 { return nil } }, eval.Item{Answers: []string{"a"}}, "k", "left a sequence out"},
		{"too_few", func(u *unigram) { u.answer = func(x []float32) []float32 { return x[1:] } }, eval.Item{Answers: []string{"a b"}}, "k", "left a sequence out"},
		{"answer", func(*unigram) {}, eval.Item{Answers: []string{"unspeakable"}}, "k", "tokenise for unigram"},
		{"question", func(*unigram) {}, eval.Item{Question: "unspeakable", Answers: []string{"a"}}, "k", "tokenise for unigram"},
		{"text", func(*unigram) {}, eval.Item{Answers: []string{"a"}}, "unspeakable", "tokenise for unigram"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			u := newUnigram()
			tt.change(u)
			m := mustLikelihood(t, u)
			for range 2 { // what went wrong is not remembered as a value
				v, ok, err := m.Of(t.Context(), tt.item, eval.Kept{Text: tt.kept})
				if err == nil || ok || v != 0 || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "unspeakable") {
					t.Errorf("got %v, %v, error %v, want %q", v, ok, err, tt.want)
				}
			}
		})
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(lost)
	if _, _, err := mustLikelihood(t, newUnigram()).Of(ctx, eval.Item{}, eval.Kept{}); !errors.Is(err, lost) {
		t.Errorf("after ctx ended: %v", err)
	}
}

func TestLikelihoodOptions(t *testing.T) {
	u := newUnigram()
	for _, tt := range []struct {
		name   string
		change func(*longcodezip.LMOptions)
		want   string
	}{
		{"no_encoder", func(o *longcodezip.LMOptions) { o.Encoder = nil }, "no encoder"},
		{"no_model", func(o *longcodezip.LMOptions) { o.Model = nil }, "no model"},
		{"no_form", func(o *longcodezip.LMOptions) { o.Form = longcodezip.Form{} }, "begins with nothing"},
		{"small_window", func(o *longcodezip.LMOptions) { o.Window = 2 + fakeQuery + likelihoodAnswer + likelihoodLeast - 1 }, "leaves no room"},
		{"question_by_default", func(o *longcodezip.LMOptions) { o.MaxQuery = 0 }, "leaves no room"},
		{"just_enough", func(o *longcodezip.LMOptions) { o.Window = 2 + fakeQuery + likelihoodAnswer + likelihoodLeast }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := u.options()
			tt.change(&o)
			_, err := Likelihood(o)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLikelihoodConcurrently(t *testing.T) {
	m := mustLikelihood(t, newUnigram())
	want, _, err := m.Of(t.Context(), eval.Item{Answers: []string{"gold"}}, eval.Kept{Text: "gold"})
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for _, text := range []string{"gold", fmt.Sprint("other", i), "same"} {
				got, ok, err := m.Of(t.Context(), eval.Item{Answers: []string{"gold"}}, eval.Kept{Text: text})
				if err != nil || !ok || text == "gold" && got != want {
					t.Errorf("%s: %v, %v, %v", text, got, ok, err)
				}
			}
		})
	}
	wg.Wait()
}

// causal lets the model in the program answer package longcodezip.
type causal struct{ model *onnx.Causal }

func (c causal) NLL(ctx context.Context, seqs []longcodezip.Sequence, each func(int, []float32)) (longcodezip.ModelStats, error) {
	in := make([]onnx.CausalSequence, len(seqs))
	for i, s := range seqs {
		in[i] = onnx.CausalSequence(s)
	}
	stats, err := c.model.NLL(ctx, in, each)
	return longcodezip.ModelStats{Queue: stats.Queue, Model: stats.Model}, err
}

// pithCode opens the model that comes with the program.
func pithCode(t *testing.T) longcodezip.LMOptions {
	lib := os.Getenv(onnx.LibraryEnv)
	if lib == "" {
		t.Skip("no libonnxruntime: set " + onnx.LibraryEnv)
	}
	if err := onnx.Open(lib); err != nil {
		t.Fatal(err)
	}
	files, err := models.Find(models.Code, "", "")
	if err != nil {
		t.Fatal(err)
	}
	engine := onnx.NewEngine(onnx.EngineOptions{})
	t.Cleanup(engine.Close)
	model, err := onnx.LoadCausal(t.Context(), files, engine, onnx.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = model.Close() })
	enc, err := tokenize.NewEncoder(model.TokenizerJSON())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(enc.Close)
	special := model.Spec().Special
	return longcodezip.LMOptions{Name: models.Code, Encoder: enc, Model: causal{model}, Window: model.Window(),
		Form: longcodezip.MarkedForm(*special.File, *special.Query)}
}

// The text that has the answer helps the model more than one about something else.
func TestLikelihoodOfPithCode(t *testing.T) {
	m, err := Likelihood(pithCode(t))
	if err != nil {
		t.Fatal(err)
	}
	items := []eval.Item{
		{Language: "en", Question: "Which port does the server listen on?", Answers: []string{"port 8417"},
			Context: "The server reads its configuration from a file. By default it listens on port 8417, and on the loopback address only. A second listener serves metrics."},
		{Language: "en", Question: "Who wrote the first version of the parser?", Answers: []string{"Ingrid Solheim"},
			Context: "The first version of the parser was written by Ingrid Solheim in 2011. It was replaced when the grammar changed, but its tests are still there."},
		{Language: "en", Question: "What does the flag --quiet-start do?", Answers: []string{"it suppresses the banner"},
			Context: "Flags come before commands. With --quiet-start it suppresses the banner and writes no line to the log before the first request."},
		{Language: "en", Question: "Where are the snapshots kept?", Answers: []string{"in /srv/moraine/snapshots"},
			Context: "Snapshots are taken every night. They are kept in /srv/moraine/snapshots for ninety days, and then they are deleted by the janitor."},
		{Language: "code", Answers: []string{"\treturn tundraWidth * tundraHeight"},
			Context: "package tundra\n\nfunc perimeter(tundraWidth, tundraHeight int) int {\n\treturn 2 * (tundraWidth + tundraHeight)\n}\n\nfunc area(tundraWidth, tundraHeight int) int {\n"},
		{Language: "code", Answers: []string{"    self.ledger.append(entry)"},
			Context: "class Book:\n    def __init__(self):\n        self.ledger = []\n\n    def add(self, entry):\n        self.check(entry)\n"},
	}
	sum := 0.0
	for i, item := range items {
		var v [2]float64
		for k, text := range []string{item.Context, items[(i+1)%len(items)].Context} {
			var ok bool
			if v[k], ok, err = m.Of(t.Context(), item, eval.Kept{Text: text}); err != nil || !ok {
				t.Fatal(ok, err)
			}
		}
		t.Logf("%s: %.2f nats a token with its own text, %.2f with another", item.Answers[0], v[0], v[1])
		sum += v[0] - v[1]
	}
	if mean := sum / float64(len(items)); mean < 0.5 {
		t.Errorf("its own text is worth %.2f nats a token more in the mean", mean)
	}
}

package compatmethod

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

// vocabulary is that of a BERT whose words are a to j, one token each.
var vocabulary = []string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j"}

// words splits at spaces. What the vocabulary lacks is unknown.
type words struct{}

func (words) Pieces(text string) ([]string, error) {
	var out []string
	for _, w := range strings.Fields(text) {
		switch {
		case slices.Contains(vocabulary, w) || strings.HasPrefix(w, "[NEW"):
			out = append(out, w)
		case w == "two": // two pieces
			out = append(out, "a", "b")
		default:
			out = append(out, "[UNK]")
		}
	}
	return out, nil
}

// rising believes more in later words of the alphabet, and notes what it is fed.
type rising struct {
	fed [][]int64
	err error
}

func (r *rising) KeepProbs(_ context.Context, in []compat.Input) ([][]float32, Stats, error) {
	var out [][]float32
	for _, x := range in {
		r.fed = append(r.fed, x.IDs)
		p := make([]float32, len(x.IDs))
		for i, id := range x.IDs {
			p[i] = float32(id) / 200
		}
		out = append(out, p)
	}
	return out, Stats{Queue: 1, Model: 2}, r.err
}

// fixture is a method with one fit model between two that are not.
type fixture struct {
	*Method
	scorer *rising
	rows   int
	opened int
	fail   error // of opening
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	vocab := map[string]int{}
	for i, p := range vocabulary {
		vocab[p] = i
	}
	file, err := json.Marshal(map[string]any{
		"model":   map[string]any{"type": "WordPiece", "vocab": vocab},
		"decoder": map[string]any{"type": "WordPiece", "prefix": "##", "cleanup": true},
	})
	if err != nil {
		t.Fatal(err)
	}
	v, err := compat.ParseVocabulary(file)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{scorer: &rising{}}
	open := func(context.Context) (*Model, error) {
		f.opened++
		return &Model{Name: "tiny", Digest: "0123456789abcdef", Family: compat.BERT, Vocabulary: v,
			Tokenizer: words{}, Scorer: f.scorer, Rows: f.rows}, f.fail
	}
	f.Method = New(Options{Models: []Source{
		{Name: "other", Unfit: "it is another kind"}, {Name: "tiny", Open: open}, {Name: "second", Open: open},
	}})
	return f
}

func request(texts ...string) pith.Request {
	r := pith.Request{Profile: pith.ProfileCompat}
	for _, t := range texts {
		r.Contexts = append(r.Contexts, pith.Context{Text: pith.Text(t)})
	}
	return r
}

func TestCompress(t *testing.T) {
	f := newFixture(t)
	req := request("a j b i c h d g e f")
	req.Contexts[0].ID = "x"
	req.Options.ReturnLabels = true
	res, err := f.Compress(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	c := res.Contexts[0]
	if c.Text != "j i h g f" || c.Status != pith.StatusCompressed || c.InputTokens != 10 || c.OutputTokens != 5 || c.ID != "x" {
		t.Errorf("got %q %+v", string(c.Text), c)
	}
	if len(c.Labels) != 10 || c.Labels[0] != (pith.Label{Word: "a"}) || c.Labels[1] != (pith.Label{Word: "j", Keep: true}) {
		t.Errorf("labels %+v", c.Labels)
	}
	if res.Method != "llmlingua2" || res.Version != "compat-1+tiny@0123456789ab" || res.Models[0] != "tiny" ||
		res.Timing != (pith.Timing{Queue: 1, Model: 2}) {
		t.Errorf("result %+v", res)
	}
	if _, err := f.Compress(context.Background(), request("a b")); err != nil || f.opened != 1 {
		t.Errorf("opened %d times, %v", f.opened, err)
	}
}

// Locked contexts are no part of the call: neither read nor counted for its budget.
func TestLockedContexts(t *testing.T) {
	f := newFixture(t)
	req := request("a  locked\ttext", "a j b i c h d g e f", "j j j j")
	req.Contexts[0].Locked, req.Contexts[2].Locked = true, true
	res, err := f.Compress(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if got := res.Contexts[1].Text; got != "j i h g f" || len(f.scorer.fed) != 1 {
		t.Errorf("got %q after %d inputs", string(got), len(f.scorer.fed))
	}
	for _, i := range []int{0, 2} {
		if c := res.Contexts[i]; c.Text != req.Contexts[i].Text || c.Status != pith.StatusUnchanged {
			t.Errorf("context %d: %+v", i, c)
		}
	}
	req.Contexts[1].Locked = true
	if res, err = f.Compress(context.Background(), req); err != nil || res.Contexts[1].Text != req.Contexts[1].Text {
		t.Errorf("all locked: %+v, %v", res, err)
	}
}

// With two contexts or more the weaker ones go whole.
func TestContextFilter(t *testing.T) {
	f := newFixture(t)
	req := request("j i h g", "a b c d")
	req.Options.ReturnLabels = true
	res, err := f.Compress(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	if c := res.Contexts[1]; c.Status != pith.StatusDropped || c.Text != "" || c.OutputTokens != 0 || len(c.Labels) != 4 || c.Labels[3].Keep {
		t.Errorf("dropped: %+v", c)
	}
	if c := res.Contexts[0]; c.Status != pith.StatusCompressed || c.Text == "" {
		t.Errorf("kept: %+v", c)
	}
}

// A longer text is worth nothing: rate 1 spells unknown words "[UNK]".
func TestLongerTextStaysAsItWas(t *testing.T) {
	f := newFixture(t)
	req := request("x x x x")
	req.Budget.Rate, req.Options.ReturnLabels = 1, true
	res, err := f.Compress(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	c := res.Contexts[0]
	if c.Text != "x x x x" || c.Status != pith.StatusUnchanged || c.OutputTokens != c.InputTokens || len(c.Warnings) != 1 || c.Labels != nil {
		t.Errorf("got %+v", c)
	}
}

// Ids without a row are fed as unknown; the words they stand for are kept all the same.
func TestPlaceholdersWithoutRows(t *testing.T) {
	for _, tt := range []struct{ rows, want int }{{0, 1}, {len(vocabulary), 1}, {len(vocabulary) + 100, len(vocabulary)}} {
		f := newFixture(t)
		f.rows = tt.rows
		req := request("a j b two i c h")
		req.Options.ForceTokens = []string{"two"}
		res, err := f.Compress(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		if got := f.scorer.fed[0][4]; got != int64(tt.want) {
			t.Errorf("%d rows: fed id %d, want %d", tt.rows, got, tt.want)
		}
		if got := res.Contexts[0].Text; got != "j two i" {
			t.Errorf("%d rows: got %q", tt.rows, string(got))
		}
	}
}

func TestModels(t *testing.T) {
	f := newFixture(t)
	for name, tt := range map[string]struct{ model, want string }{
		"unfit":   {"other", "it is another kind; those with one are: tiny, second"},
		"unknown": {"none", "no such model; those with a compat profile are: tiny, second"},
	} {
		req := request("a b")
		req.Model = tt.model
		_, err := f.Compress(context.Background(), req)
		var e *pith.Error
		if !errors.As(err, &e) || e.Code != pith.CodeInvalid || e.Param != "/compressor_model" || !strings.Contains(e.Msg, tt.want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	m := New(Options{Models: []Source{{Name: "other", Unfit: "it is another kind"}}})
	_, err := m.Compress(context.Background(), request("a"))
	var e *pith.Error
	if !errors.As(err, &e) || e.Param != "/profile" {
		t.Errorf("no fit model: got %v", err)
	}
	f.fail = errors.New("no disk")
	if _, err = f.Compress(context.Background(), request("a b")); pith.CodeOf(err) != pith.CodeCompression {
		t.Errorf("cannot be opened: got %v", err)
	}
	f.fail = nil // is tried again
	if _, err = f.Compress(context.Background(), request("a b")); err != nil {
		t.Errorf("can be opened again: got %v", err)
	}
}

func TestErrors(t *testing.T) {
	over, cancel := context.WithCancel(context.Background())
	cancel()
	busy := &pith.Error{Code: pith.CodeUnavailable, Msg: "busy"}
	tests := []struct {
		name  string
		ctx   context.Context
		req   pith.Request
		err   error // of the scorer
		code  pith.Code
		param string
		msg   string
	}{
		{"no_words", nil, request("x x"), nil, pith.CodeCompression, "", "the reference raises IndexError"},
		{"nothing_to_rate", nil, request("a", ""), nil, pith.CodeCompression, "", "the reference raises ZeroDivisionError"},
		{"rate", nil, pith.Request{Contexts: request("a b").Contexts, Budget: pith.Budget{Rate: 1e-18}}, nil,
			pith.CodeInvalid, "/rate", "the reference raises ValueError"},
		{"too_large", nil, request(strings.Repeat("a ", MaxText/2), "a"), nil, pith.CodeTooLarge, "/contexts", "1048577"},
		{"busy", nil, request("a b"), busy, pith.CodeUnavailable, "", "busy"},
		{"broken", nil, request("a b"), errors.New("broken"), pith.CodeInternal, "", ""},
		{"over", over, request("a b"), nil, pith.CodeInternal, "", ""},
		{"invalid", nil, pith.Request{Profile: pith.ProfileCompat, Contexts: request("a").Contexts, Question: "q"}, nil, pith.CodeInvalid, "/question", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			f.scorer.err = tt.err
			ctx := tt.ctx
			if ctx == nil {
				ctx = context.Background()
			}
			_, err := f.Compress(ctx, tt.req)
			if pith.CodeOf(err) != tt.code {
				t.Fatalf("got %v of class %s, want %s", err, pith.CodeOf(err), tt.code)
			}
			if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
				t.Errorf("got %v, want %v", err, ctx.Err())
			}
			var e *pith.Error
			if errors.As(err, &e) && (e.Param != tt.param || !strings.Contains(e.Msg, tt.msg)) {
				t.Errorf("got %q at %q, want %q at %q", e.Msg, e.Param, tt.msg, tt.param)
			}
		})
	}
}

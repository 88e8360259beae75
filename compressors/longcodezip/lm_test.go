package longcodezip

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pith-proxy/pith/tokenize"
)

// letters is an encoder with a token for each byte.
type letters struct{ err error }

func (e letters) Encode(text string) ([]tokenize.Token, error) {
	var out []tokenize.Token
	for i := range len(text) {
		out = append(out, tokenize.Token{ID: 100 + tokenize.ID(text[i]), Start: i, End: i + 1})
	}
	return out, e.err
}

// oracle is a model whose likelihoods are a hash of the ids up to the one that is asked
// about. It keeps the sequences.
type oracle struct {
	mu   sync.Mutex
	seen []Sequence
	skip bool
	err  error
}

func likelihood(ids []tokenize.ID) float32 {
	h := fnv.New32a()
	for _, id := range ids {
		h.Write([]byte{byte(id), byte(id >> 8)})
	}
	return float32(h.Sum32()%1000) / 100
}

func (o *oracle) NLL(_ context.Context, seqs []Sequence, each func(int, []float32)) (ModelStats, error) {
	var all sync.WaitGroup
	for i, s := range seqs {
		if o.skip && i == len(seqs)-1 {
			break
		}
		all.Go(func() {
			var nll []float32
			for _, p := range s.Asked {
				if p < 1 || p >= len(s.IDs) {
					panic("position out of range")
				}
				nll = append(nll, likelihood(s.IDs[:p+1]))
			}
			each(i, nll)
		})
	}
	all.Wait()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, seqs...)
	return ModelStats{Queue: time.Second, Model: time.Minute}, o.err
}

func newLM(t testing.TB, edit func(*LMOptions)) (*LM, *oracle) {
	t.Helper()
	model := &oracle{}
	o := LMOptions{Name: "toy", Digest: "d", Numeric: "n", Encoder: letters{}, Model: model,
		Form: MarkedForm(1, 2), Window: 400, MaxQuery: 20}
	if edit != nil {
		edit(&o)
	}
	lm, err := NewLM(o)
	if err != nil {
		t.Fatal(err)
	}
	return lm, model
}

func codeEncoder(t testing.TB) *tokenize.Encoder {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "onnx", "models", "pith-code", "tokenizer.json"))
	if err != nil {
		t.Fatal(err)
	}
	enc, err := tokenize.NewEncoder(data)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(enc.Close)
	return enc
}

func toy(text string) (ids []tokenize.ID) {
	tokens, _ := letters{}.Encode(text)
	return idsOf(tokens)
}

// The built-in model is fed as it was trained: the very ids of its reference results,
// where what looks like a special token is text.
func TestIDsOfTheReference(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "onnx", "models", "pith-code", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Cases []struct {
			Chunk     string
			Query     string
			IDs       []tokenize.ID `json:"input_ids"`
			Positions []int
		}
	}
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	if len(v.Cases) == 0 {
		t.Fatal("no cases")
	}
	lm, model := newLM(t, func(o *LMOptions) { o.Encoder, o.Window = codeEncoder(t), 2048 })
	for i, c := range v.Cases {
		model.seen = nil
		if _, _, err := lm.LineNLL(t.Context(), []string{c.Chunk}); err != nil {
			t.Fatal(err)
		}
		end := len(c.IDs)
		if c.Query != "" {
			end = slices.Index(c.IDs, 2)
		}
		if s := model.seen[0]; !slices.Equal(s.IDs, c.IDs[:end]) || !slices.Equal(s.Asked, c.Positions[:end-1]) {
			t.Errorf("case %d: lines: got %v, want %v", i, s, c.IDs[:end])
		}
		if c.Query == "" {
			continue
		}
		model.seen = nil
		if _, _, err := lm.Gains(t.Context(), c.Query, []string{c.Chunk}); err != nil {
			t.Fatal(err)
		}
		if s := model.seen[0]; !slices.Equal(s.IDs, c.IDs) || !slices.Equal(s.Asked, c.Positions[end-1:]) {
			t.Errorf("case %d: gains: got %v, want %v", i, s, c.IDs)
		}
		want := append([]tokenize.ID{1, 2}, c.IDs[end+1:]...)
		if s := model.seen[1]; !slices.Equal(s.IDs, want) || s.Asked[0] != 2 || len(s.Asked) != len(want)-2 {
			t.Errorf("case %d: the query alone: got %v, want %v", i, s, want)
		}
	}
}

// What each form makes of chunks with white space around them.
func TestForms(t *testing.T) {
	plain, err := PlainForm(9, letters{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, chunk  string
		form         Form
		want, wantEx string // as text; bytes below 10 are special ids
	}{
		{"marked", "a\n", MarkedForm(1, 2), "\x01a\n\x02q r", "\x01\x02q r"},
		{"marked_no_newline", "a", MarkedForm(1, 2), "\x01a\x02q r", "\x01\x02q r"},
		{"marked_blank_lines_around", "\n \n\t\n  a\n\n b \n\n\n", MarkedForm(1, 2), "\x01  a\n\n b \n\x02q r", "\x01\x02q r"},
		{"marked_crlf", "\r\na\r\n\r\n", MarkedForm(1, 2), "\x01a\r\n\x02q r", "\x01\x02q r"},
		{"plain", "a\n", plain, "\x09a\n\nq r", "\x09q r"},
		{"plain_trims", "\n  a \n\n", plain, "\x09  a\n\nq r", "\x09q r"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lm, model := newLM(t, func(o *LMOptions) { o.Form = tt.form })
			if _, _, err := lm.Gains(t.Context(), " q r\n", []string{tt.chunk}); err != nil {
				t.Fatal(err)
			}
			for k, want := range []string{tt.want, tt.wantEx} {
				s := model.seen[k]
				if got := spell(s.IDs); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				if got := want[s.Asked[0]:]; got != "q r" || len(s.Asked) != 3 {
					t.Errorf("asked about %q", got)
				}
			}
		})
	}
	if _, err := PlainForm(9, letters{errors.New("broken")}); err == nil {
		t.Error("no error of the tokenizer")
	}
}

func spell(ids []tokenize.ID) string {
	var b []byte
	for _, id := range ids {
		if id >= 100 {
			id -= 100
		}
		b = append(b, byte(id))
	}
	return string(b)
}

// nllOf is what the oracle says of the last n ids, on average.
func nllOf(ids []tokenize.ID, n int) float64 {
	sum := 0.0
	for p := len(ids) - n; p < len(ids); p++ {
		sum += float64(likelihood(ids[:p+1]))
	}
	return sum / float64(n)
}

// A gain is the difference of two means over the query's tokens, and depends on the chunk
// and the query alone: not on the other chunks, nor on their order or number.
func TestGains(t *testing.T) {
	lm, _ := newLM(t, nil)
	rnd := rand.New(rand.NewPCG(1, 2))
	var chunks []string
	for range 60 {
		chunks = append(chunks, strings.Repeat("ab(c)\n", 1+rnd.IntN(40))+string(rune('a'+rnd.IntN(26))))
	}
	const query = "what is it"
	got, usage, err := lm.Gains(t.Context(), query, chunks)
	if err != nil {
		t.Fatal(err)
	}
	q := toy(query)
	alone := nllOf(append([]tokenize.ID{1, 2}, q...), len(q))
	tokens := 2 + len(q)
	for i, c := range chunks {
		ids := slices.Concat([]tokenize.ID{1}, toy(c), []tokenize.ID{2}, q)
		if want := alone - nllOf(ids, len(q)); math.Abs(got[i]-want) > 1e-9 {
			t.Fatalf("chunk %d: got %v, want %v", i, got[i], want)
		}
		tokens += len(ids)
		if one, _, err := lm.Gains(t.Context(), query, chunks[i:i+1]); err != nil || one[0] != got[i] {
			t.Fatalf("chunk %d alone: got %v, %v; among others %v", i, one, err, got[i])
		}
	}
	if want := (Usage{Sequences: 61, Tokens: tokens, Queue: time.Second, Model: time.Minute}); !reflect.DeepEqual(usage, want) {
		t.Errorf("usage %+v, want %+v", usage, want)
	}
	order := rnd.Perm(len(chunks))
	mixed := make([]string, len(chunks))
	for k, i := range order {
		mixed[k] = chunks[i]
	}
	again, _, err := lm.Gains(t.Context(), query, mixed)
	if err != nil {
		t.Fatal(err)
	}
	for k, i := range order {
		if again[k] != got[i] {
			t.Fatalf("chunk %d: %v in another order, was %v", i, again[k], got[i])
		}
	}
}

// A chunk that does not fit loses its middle; the query loses nothing to it, and its own
// middle where it is too long itself.
func TestWhatDoesNotFit(t *testing.T) {
	lm, model := newLM(t, func(o *LMOptions) { o.Window = 100 })
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "%05d", i)
	}
	long := b.String()
	for _, tt := range []struct {
		name, query, chunk, want string
		cut                      int
	}{
		{"just_fits", "abcdefgh", long[4955:5045], "\x01" + long[4955:5045] + "\x02abcdefgh", 0},
		{"one_too_many", "abcdefgh", long[4954:5045], "\x01" + long[4954:4999] + long[5000:5045] + "\x02abcdefgh", 1},
		{"much_too_long", "abcdefgh", long, "\x01" + ends(long, 45, 45) + "\x02abcdefgh", 1},
		{"odd_room", "abcdefghi", long, "\x01" + ends(long, 45, 44) + "\x02abcdefghi", 1},
		{"so_long_that_it_is_clipped", "abcdefgh", strings.Repeat("h", 1<<20) + strings.Repeat("é", 1<<20), "\x01" + strings.Repeat("h", 45) + strings.Repeat("é", 23)[1:] + "\x02abcdefgh", 1},
		{"query_just_fits", long[4990:5010], "a", "\x01a\x02" + long[4990:5010], 0},
		{"query_too_long", long, "a", "\x01a\x02" + ends(long, 10, 10), 0},
		{"both", long, long, "\x01" + ends(long, 39, 39) + "\x02" + ends(long, 10, 10), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			model.seen = nil
			_, usage, err := lm.Gains(t.Context(), tt.query, []string{tt.chunk, "b"})
			if err != nil || usage.Truncated != tt.cut || len(usage.Cut) != tt.cut || slices.Contains(usage.Cut, 1) {
				t.Errorf("%d truncated, want %d; %v", usage.Truncated, tt.cut, err)
			}
			if got := spell(model.seen[0].IDs); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if n := min(len(tt.query), 20); len(model.seen[0].Asked) != n {
				t.Errorf("asked about %d tokens, want %d", len(model.seen[0].Asked), n)
			}
		})
	}
}

func ends(s string, head, tail int) string { return s[:head] + s[len(s)-tail:] }

// coarse is an encoder with a token for every thousand bytes, which it counts.
type coarse struct{ bytes *int }

func (e coarse) Encode(text string) ([]tokenize.Token, error) {
	*e.bytes = max(*e.bytes, len(text))
	var out []tokenize.Token
	for at := 0; at < len(text); at += 1000 {
		out = append(out, tokenize.Token{ID: 100, Start: at, End: min(at+1000, len(text))})
	}
	return out, nil
}

// Nobody tokenises what will not be read, and what was not tokenised counts as cut.
func TestVeryLongChunksAreClipped(t *testing.T) {
	seen := 0
	lm, _ := newLM(t, func(o *LMOptions) { o.Encoder = coarse{&seen} })
	_, usage, err := lm.Gains(t.Context(), "q", []string{strings.Repeat("x", 5<<20)})
	if err != nil || usage.Truncated != 1 || seen > 128*400 || seen < 64*400 {
		t.Errorf("%d bytes tokenised, %+v, %v", seen, usage, err)
	}
}

// What tells nothing costs nothing or gains nothing, and is no error.
func TestNothingToAsk(t *testing.T) {
	lm, model := newLM(t, nil)
	for _, tt := range []struct {
		query  string
		chunks []string
	}{{"", []string{"a"}}, {" \n", []string{"a", "b"}}, {"q", nil}} {
		gains, usage, err := lm.Gains(t.Context(), tt.query, tt.chunks)
		if err != nil || !reflect.DeepEqual(usage, Usage{}) || len(gains) != len(tt.chunks) || len(model.seen) > 0 {
			t.Errorf("%q: got %v, %+v, %v", tt.query, gains, usage, err)
		}
	}
	if gains, _, err := lm.Gains(t.Context(), "q", []string{" \n\t\n", ""}); err != nil || gains[0] != 0 || gains[1] != 0 {
		t.Errorf("blank chunks: got %v, %v", gains, err)
	}
	if lines, usage, err := lm.LineNLL(t.Context(), nil); err != nil || len(lines) != 0 || usage.Sequences != 0 {
		t.Errorf("no chunks: got %v, %+v, %v", lines, usage, err)
	}
}

func TestLMErrors(t *testing.T) {
	broken := errors.New("broken")
	both := func(t *testing.T, lm *LM, ctx context.Context, want string) {
		t.Helper()
		_, _, err := lm.Gains(ctx, "q", []string{"a", "b"})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("gains: got %v, want %q", err, want)
		}
		_, _, err = lm.LineNLL(ctx, []string{"a", "b"})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("lines: got %v, want %q", err, want)
		}
	}
	lm, _ := newLM(t, func(o *LMOptions) { o.Encoder = letters{broken} })
	both(t, lm, t.Context(), "broken")
	lm, model := newLM(t, nil)
	model.err = broken
	both(t, lm, t.Context(), "broken")
	lm, model = newLM(t, nil)
	model.skip = true
	both(t, lm, t.Context(), "left a sequence out")
	lm, _ = newLM(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	both(t, lm, ctx, "canceled")
}

func TestNewLM(t *testing.T) {
	for name, edit := range map[string]func(*LMOptions){
		"no_name":    func(o *LMOptions) { o.Name = "" },
		"no_model":   func(o *LMOptions) { o.Model = nil },
		"no_encoder": func(o *LMOptions) { o.Encoder = nil },
		"no_form":    func(o *LMOptions) { o.Form = Form{} },
		"no_start":   func(o *LMOptions) { o.Form.Alone = nil },
		"no_window":  func(o *LMOptions) { o.Window = 0 },
		"no_room":    func(o *LMOptions) { o.Window = 64 + 20 + 1 },
		"no_room_2":  func(o *LMOptions) { o.MaxQuery = 0; o.Window = 300 },
	} {
		o := LMOptions{Name: "toy", Encoder: letters{}, Model: &oracle{}, Form: MarkedForm(1, 2), Window: 400, MaxQuery: 20}
		edit(&o)
		if _, err := NewLM(o); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	newLM(t, func(o *LMOptions) { o.Window = 64 + 20 + 2 })
	// The name says all that results depend on.
	names := map[string]string{}
	for what, edit := range map[string]func(*LMOptions){
		"nothing": nil, "name": func(o *LMOptions) { o.Name = "other" }, "digest": func(o *LMOptions) { o.Digest = "e" },
		"numeric": func(o *LMOptions) { o.Numeric = "m" }, "window": func(o *LMOptions) { o.Window = 401 },
		"query": func(o *LMOptions) { o.MaxQuery = 21 }, "form": func(o *LMOptions) { o.Form = MarkedForm(1, 3) },
		"trim": func(o *LMOptions) { o.Form.Trim = true },
	} {
		lm, _ := newLM(t, edit)
		if other, twice := names[lm.Name()]; twice {
			t.Errorf("%s and %s: both %q", what, other, lm.Name())
		}
		names[lm.Name()] = what
	}
}

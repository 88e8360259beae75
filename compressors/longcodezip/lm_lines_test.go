package longcodezip

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/tokenize"
)

func lineNLL(t testing.TB, lm *LM, chunks ...string) [][]float64 {
	t.Helper()
	lines, _, err := lm.LineNLL(t.Context(), chunks)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func sameLines(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool {
		return math.Abs(x-y) < 1e-9 || math.IsNaN(x) && math.IsNaN(y)
	})
}

// One run of a chunk gives what a run for each line gives, the lines above it in front.
func TestLinesInOneRun(t *testing.T) {
	lm, _ := newLM(t, nil)
	for _, chunk := range []string{
		"", "a", "a\n", "a\nb", "def f(x):\n    return x\n", "\n\n  \nfirst\n\n\n  last", "a\r\n\r\nb\r\n",
		"\n", " \n\t\n", "x\n" + strings.Repeat(" ", 50) + "\ny\n\n\n", "é\n世界\n",
	} {
		var want []float64
		context, begun := "", false
		for line := range strings.Lines(chunk) {
			value := math.NaN()
			if bare := strings.TrimRight(line, "\r\n"); strings.TrimSpace(bare) != "" {
				begun = true
				value = nllOf(append([]tokenize.ID{1}, toy(context+bare)...), len(bare))
			}
			want = append(want, value)
			if begun {
				context += line
			}
		}
		if got := lineNLL(t, lm, chunk)[0]; !sameLines(got, want) {
			t.Errorf("%q: got %v, want %v", chunk, got, want)
		}
	}
}

// pieces is an encoder whose tokens are given.
type pieces []string

func (p pieces) Encode(string) ([]tokenize.Token, error) {
	var out []tokenize.Token
	at := 0
	for i, s := range p {
		out = append(out, tokenize.Token{ID: tokenize.ID(i), Start: at, End: at + len(s)})
		at += len(s)
	}
	return out, nil
}

// Which tokens make up a line where they lie across newlines: each line's value is the
// mean of those that are named.
func TestTokensOfLines(t *testing.T) {
	for _, tt := range []struct {
		name   string
		pieces pieces
		lines  [][]int
	}{
		{"indentation_after_newline", pieces{"if x:", "\n    ", "return", " x", "\n"}, [][]int{{0}, {1, 2, 3}}},
		{"newline_after_text", pieces{"f(", ");\n", "  g", "();\n"}, [][]int{{0, 1}, {2, 3}}},
		{"newlines_only", pieces{"a", "\n\n", "b", "\n"}, [][]int{{0}, {}, {2}}},
		{"newlines_and_indentation", pieces{"a", "\n\n  ", "b"}, [][]int{{0}, {}, {1, 2}}},
		{"blank_line_with_space", pieces{"a", "\n  ", "\n", "b"}, [][]int{{0}, {}, {3}}},
		{"carriage_returns", pieces{"a", "\r", "\n\t", "b", "\r\n"}, [][]int{{0}, {2, 3}}},
		{"token_over_two_lines", pieces{"a", ")\n}", "\n"}, [][]int{{0}, {1}}},
		{"line_without_a_token_of_its_own", pieces{"a\nb"}, [][]int{{}, {0}}},
		{"parts_of_a_character", pieces{"\xe4\xb8\x96", "\n", "x"}, [][]int{{0}, {2}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			lm, model := newLM(t, func(o *LMOptions) { o.Encoder = tt.pieces })
			got := lineNLL(t, lm, strings.Join(tt.pieces, ""))[0]
			ids := model.seen[0].IDs
			var want []float64
			for _, tokens := range tt.lines {
				sum := 0.0
				for _, k := range tokens {
					sum += float64(likelihood(ids[:k+2]))
				}
				want = append(want, sum/float64(len(tokens)))
			}
			if !sameLines(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

// A chunk that is longer than the window is read whole, in windows that overlap: each
// token is asked about once, and has a quarter of a window in front of it or all there is.
func TestWindowsOfALongChunk(t *testing.T) {
	lm, model := newLM(t, func(o *LMOptions) { o.Window, o.MaxQuery = 101, 4 })
	for _, n := range []int{1, 99, 100, 101, 174, 175, 176, 250, 251, 1000} {
		model.seen = nil
		chunk := strings.Repeat("abc de\n", 200)[:n-1] + "z"
		_, usage, err := lm.LineNLL(t.Context(), []string{chunk})
		if err != nil || usage.Truncated != 0 {
			t.Fatalf("%d: %+v, %v", n, usage, err)
		}
		if n <= 100 && usage.Sequences != 1 {
			t.Errorf("%d tokens in %d windows", n, usage.Sequences)
		}
		slices.SortStableFunc(model.seen, func(a, b Sequence) int { return len(b.IDs) - len(a.IDs) })
		all, next := toy(chunk), 0
		for k, s := range model.seen {
			if len(s.IDs) > 101 || s.IDs[0] != 1 {
				t.Fatalf("%d: a window of %d ids", n, len(s.IDs))
			}
			from := next - (s.Asked[0] - 1)
			if from < 0 || !slices.Equal(s.IDs[1:], all[from:from+len(s.IDs)-1]) {
				t.Fatalf("%d: window %d does not go on at token %d", n, k, next)
			}
			if k > 0 && s.Asked[0] < 26 {
				t.Errorf("%d: window %d asks about its token %d", n, k, s.Asked[0])
			}
			if s.Asked[len(s.Asked)-1] != len(s.IDs)-1 || s.Asked[len(s.Asked)-1]-s.Asked[0] != len(s.Asked)-1 {
				t.Errorf("%d: window %d does not ask to its end", n, k)
			}
			next += len(s.Asked)
		}
		if next != n {
			t.Errorf("%d: asked about %d tokens", n, next)
		}
	}
}

// Lines depend on their chunk alone.
func TestLinesDependOnTheChunkAlone(t *testing.T) {
	lm, _ := newLM(t, func(o *LMOptions) { o.Encoder = codeEncoder(t) })
	chunks := []string{"def f():\n    pass\n", strings.Repeat("x = y + 1\n\n", 300), "", "a", "func g() {\n\treturn\n}\n"}
	all := lineNLL(t, lm, chunks...)
	for i, c := range chunks {
		if got := lineNLL(t, lm, c)[0]; !sameLines(got, all[i]) {
			t.Errorf("chunk %d: %v alone, %v among others", i, got, all[i])
		}
	}
}

// Whatever the text, there is a value for each line, not for blank ones, and gains are
// numbers.
func FuzzLM(f *testing.F) {
	f.Add("a\n\n  b\r\nc", "q")
	f.Add("\xff\n\x00\n<|file|>", "<|query|>")
	f.Add(strings.Repeat("\n \t", 100)+"é", "\xe4\xb8")
	code, _ := newLM(f, func(o *LMOptions) { o.Encoder, o.Window = codeEncoder(f), 90 })
	toys, _ := newLM(f, func(o *LMOptions) { o.Window = 90 })
	f.Fuzz(func(t *testing.T, chunk, query string) {
		for _, lm := range []*LM{code, toys} {
			lines := lineNLL(t, lm, chunk)[0]
			i := 0
			for line := range strings.Lines(chunk) {
				blank := strings.TrimSpace(line) == ""
				if blank && !math.IsNaN(lines[i]) || lm == toys && !blank && math.IsNaN(lines[i]) {
					t.Fatalf("line %d of %q is %v", i, chunk, lines[i])
				}
				i++
			}
			if i != len(lines) {
				t.Fatalf("%d values for %d lines", len(lines), i)
			}
			gains, _, err := lm.Gains(t.Context(), query, []string{chunk})
			if err != nil || len(gains) != 1 || math.IsNaN(gains[0]) {
				t.Fatalf("gains %v, %v", gains, err)
			}
		}
	})
}

package reference

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

var inf = math.Inf(1)

func TestSplitLines(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"every_other_blank_line_is_a_space", "a\n\nb\n\n\nc\n   \nd\n", []string{"a", " ", "b", " ", "", "c", "   ", "d", ""}},
		{"leading_blank_lines", "\n\ndef f(a):", []string{"", " ", "def f(a):"}},
		{"four_newlines", "a\n\n\n\nb", []string{"a", " ", "", " ", "b"}},
		{"the_mark_itself", "a\n__EMPTY_LINE__\n b", []string{"a", " ", " b"}},
		{"empty", "", []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := splitLines(c.text); !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestBits(t *testing.T) {
	for _, c := range []struct {
		name  string
		bos   bool
		lines []string
		zero  []int // lines of 0 bits
		inf   []int // lines of infinitely many
	}{
		{"stand_in_of_one_token_has_no_place", false, []string{"", " ", "def f(a):", "    return a"}, []int{0}, []int{1}},
		{"unless_a_token_leads", true, []string{"", " ", "def f(a):", "    return a"}, []int{0}, nil},
		{"empty_lines", false, []string{"def f(a):", "", "x"}, []int{1}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := newReader(toy{c.bos}, 0).bits(context.Background(), c.lines)
			if err != nil {
				t.Fatal(err)
			}
			for i, b := range got {
				if (b == 0) != slices.Contains(c.zero, i) || math.IsInf(b, 1) != slices.Contains(c.inf, i) {
					t.Errorf("line %d: %v bits", i, b)
				}
			}
		})
	}
}

func TestSpikes(t *testing.T) {
	rules := []SpikeRule{Std, RobustStd, IQR, MAD}
	for _, c := range []struct {
		name   string
		bits   []float64
		spikes [4][]int
		least  [4]float64
	}{
		{"peaks", []float64{3, 1, 1, 4, 1, 1, 5, 1, 1, 1},
			[4][]int{{3, 6}, {3, 6}, {3, 6}, {3, 6}}, [4]float64{2.18914, 1, 2.8, 1}},
		{"zeros_do_not_count", []float64{9, 2, 2, 6, 2, 2, 0, 7, 2, 2},
			[4][]int{{7}, {3, 5, 7}, {7}, {3, 5, 7}}, [4]float64{4.30083, 2, 6.8, 2}},
		{"infinite_neighbour", []float64{1, inf, 1, 5, 1, 1},
			[4][]int{{3}, {3}, {3}, {3}}, [4]float64{2.12, 1, 1, 1}},
		{"plateau", []float64{5, 1, 1, 5, 5, 1, 1},
			[4][]int{{3, 4}, {3, 4}, nil, {3, 4}}, [4]float64{3.11018, 1, 5.8, 1}},
		{"flat", []float64{2, 2, 2, 2}, [4][]int{}, [4]float64{2, 2, 2, 2}},
		{"few_values", []float64{0, 3, 0, 4, 0}, [4][]int{{1, 3}, {1, 3}, {1, 3}, {1, 3}}, [4]float64{0.5, 0.5, 0.5, 0.5}},
		{"ends_are_none", []float64{9, 1, 1, 9}, [4][]int{}, [4]float64{5.8, 5 + 0.2*1.4826*4, 10.6, 5.8}},
	} {
		for i, rule := range rules {
			t.Run(c.name+"/"+string(rule), func(t *testing.T) {
				least := threshold(c.bits, rule, 0.2)
				if math.Abs(least-c.least[i]) > 1e-5 {
					t.Errorf("threshold %v, want %v", least, c.least[i])
				}
				if got := spikes(c.bits, least); !slices.Equal(got, c.spikes[i]) {
					t.Errorf("spikes %v, want %v", got, c.spikes[i])
				}
			})
		}
	}
}

// work is a function of 14 lines, and the empty piece behind its last newline.
const work = "def work(a, b):\n    x = a + b\n    y = a - b\n\n    for i in range(3):\n        x += i\n        y -= i\n" +
	"    if x > y:\n        log(x)\n        log(y)\n    z = x * y\n    send(z)\n    close()\n    return z\n"

func workBlocks(t *testing.T) []string {
	t.Helper()
	bits := []float64{9, 2, 6, 0, 2, 2, 7, 2, 2, 8, 2, 7, 2, 2, 1}
	at := spikes(bits, threshold(bits, Std, 0.2))
	if want := []int{2, 6, 9, 11}; !slices.Equal(at, want) {
		t.Fatalf("spikes %v, want %v", at, want)
	}
	return blocks(splitLines(work), at)
}

func TestBlocks(t *testing.T) {
	got := workBlocks(t)
	for i, want := range []int{3, 4, 3, 2, 3} {
		if n := lineCount(got[i]); n != want {
			t.Errorf("block %d has %d lines, want %d", i, n, want)
		}
	}
	if p := preserved(got, "#"); !slices.Equal(p, []int{0}) {
		t.Errorf("preserved %v, want the signature's block only", p)
	}
}

func TestPreserved(t *testing.T) {
	for _, c := range []struct {
		name, block, marker string
		want                bool
	}{
		{"definition", "def f():", "#", true},
		{"part_of_a_word", "  undef x", "#", true},
		{"return_first", "\n  \n  return x", "#", true},
		{"bare_return", "return", "#", false},
		{"return_deeper", "x = 1\nreturn x", "#", false},
		{"comment", "   # why", "#", true},
		{"other_comment", "// why", "#", false},
		{"rust_attribute", "#[inline]", "#", true},
		{"python_white_space", "\x1c\nfunc x", "//", true},
		{"blank", " \n\t", "//", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := preserved([]string{c.block}, c.marker) != nil; got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestMarker(t *testing.T) {
	for language, want := range map[string]string{"python": "#", "TypeScript": "#", "rust": "#", "go": "//", "ruby": "//", "shell": "//", "": "//"} {
		if got := marker(language); got != want {
			t.Errorf("%s: got %s, want %s", language, got, want)
		}
	}
}

func TestJoinBlocks(t *testing.T) {
	b := workBlocks(t)
	values := []float64{1, 6, -1, 4, 2} // of PPL(q) 10 and PPL(q|block) 9, 4, 11, 6, 8
	chosen, _ := knapsack([]int{5, 5, 5, 5, 5}, values, 100, []int{0})
	if want := []int{0, 1, 3, 4}; !slices.Equal(chosen, want) {
		t.Fatalf("chosen %v, want %v", chosen, want)
	}
	want := strings.Join([]string{b[0], b[1], "    # ... ", b[3], b[4]}, "\n\n")
	if got := joinBlocks(b, chosen, "#"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !strings.HasPrefix(b[1], " \n") {
		t.Errorf("block 1 is %q", b[1])
	}
	for _, c := range []struct {
		name   string
		blocks []string
		chosen []int
		want   string
	}{
		{"none_before_the_first", []string{"a", "b", "c"}, []int{1, 2}, "b\n\nc"},
		{"one_behind_the_last", []string{"a", "b", "c"}, []int{0}, "a\n\n# ... "},
		{"nothing", []string{"a", "b"}, nil, ""},
		{"block_that_reads_like_one", []string{"a", "# ... ", "b", "c"}, []int{1, 3}, "# ... \n\nc"},
		{"first_indent_counts", []string{"a", "\n  b\n", "    c"}, []int{0, 2}, "a\n\n  # ... \n\n    c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := joinBlocks(c.blocks, c.chosen, "#"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestCoarse(t *testing.T) {
	lengths, scores := []int{100, 50, 400, 80, 30}, []float64{5, 9, 7, 1, 3}
	for _, c := range []struct {
		name    string
		lengths []int
		scores  []float64
		budget  int
		want    []int
	}{
		{"passes_the_budget", lengths, scores, 200, []int{1, 2}},
		{"exact_fit_takes_one_more", lengths, scores, 50, []int{1, 2}},
		{"ties_go_to_the_earlier", lengths, []float64{5, 5, 5, 5, 5}, 120, []int{0, 1}},
		{"best_is_always_taken", lengths, scores, -100, []int{1}},
		{"all", lengths, scores, 661, []int{0, 1, 2, 3, 4}},
		{"infinite_scores", lengths, []float64{-inf, inf, 0, inf, 1}, 60, []int{1, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := coarse(rank(c.scores), c.lengths, c.budget); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestAllocate(t *testing.T) {
	lines, scores := []int{3, 20, 40, 10}, []float64{1, 10, 30, 20}
	for _, c := range []struct {
		name        string
		scores      []float64
		ratio, beta float64
		minLines    int
		want        []float64
	}{
		{"rescaled", scores, 0.5, 0.5, 5, []float64{1, 0.20625, 0.61875, 0.4125}},
		{"beta_zero", scores, 0.5, 0, 5, []float64{1, 33. / 70, 33. / 70, 33. / 70}},
		{"excess_is_lost", scores, 0.9, 1, 5, []float64{1, 0, 1, 1}},
		{"too_little_keeps_everything", scores, 0.04, 0.5, 5, []float64{1, 1, 1, 1}},
		{"too_much", scores, 1.2, 0.5, 5, []float64{1, 1, 1, 1}},
		{"negative", scores, -1, 0.5, 5, []float64{1, 1, 1, 1}},
		{"equal_scores", []float64{1, 7, 7, 7}, 0.5, 0.5, 5, []float64{1, 33. / 70, 33. / 70, 33. / 70}},
		{"infinite_scores", []float64{1, inf, -inf, inf}, 0.5, 0.5, 5, []float64{1, 33. / 70, 33. / 70, 33. / 70}},
		{"one_not_finite", []float64{1, -inf, 10, 30}, 0.5, 0.5, 5, []float64{1, 33. / 90, 33. / 90, 1}},
		{"one_infinite_is_the_least", []float64{1, inf, 10, 30}, 0.5, 0.5, 5, []float64{1, 33. / 90, 33. / 90, 1}},
		{"all_small", scores, 0.5, 0.5, 50, []float64{1, 1, 1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := allocate(lines, c.scores, c.ratio, c.beta, c.minLines)
			for i := range got {
				if math.Abs(got[i]-c.want[i]) > 1e-9 {
					t.Fatalf("got %v, want %v", got, c.want)
				}
			}
		})
	}
}

func TestKnapsack(t *testing.T) {
	weights := []int{3, 4, 5, 6, 2}
	for _, c := range []struct {
		name      string
		values    []float64
		target    int
		preserved []int
		want      []int
	}{
		{"room_for_two", []float64{0, 4, 5, 7, 1}, 14, []int{0}, []int{0, 2, 3}},
		{"a_token_less", []float64{0, 4, 5, 7, 1}, 13, []int{0}, []int{0, 1, 3}},
		{"no_room", []float64{0, 4, 5, 7, 1}, 3, []int{0}, []int{0}},
		{"preserved_passes_the_target", []float64{0, 4, 5, 7, 1}, 2, []int{0}, []int{0}},
		{"worthless_blocks", []float64{0, -1, 0, -inf, 2}, 50, []int{0}, []int{0, 4}},
		{"nothing_preserved", []float64{1, 4, 4, 4, 1}, 9, nil, []int{1, 2}},
		{"not_a_number_is_0", []float64{math.NaN(), inf, 1, 1, 1}, 50, nil, []int{2, 3, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := knapsack(weights, c.values, c.target, c.preserved); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

// Past the size of the table what fits is taken, worth nothing too.
func TestKnapsackBeyondExact(t *testing.T) {
	for _, c := range []struct {
		name    string
		weights []int
		values  []float64
		target  int
		want    []int
	}{
		{"takes_losses", []int{900, 900, 900, 100}, []float64{1, -1, -2, 3}, 2001, []int{0, 1, 3}},
		{"exact_fit", []int{2000, 101, 1}, []float64{3000, 100, 0.5}, 2101, []int{0, 1}},
		{"skips_what_does_not_fit", []int{2100, 2000, 5}, []float64{3000, 10, 0}, 2010, []int{1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := knapsack(c.weights, c.values, c.target, nil); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestJoinLines(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		kept  []bool
		want  string
	}{
		{"first_line_with_text_decides", []string{" ", "\ta", "b", "c"}, []bool{false, true, false, true}, "\ta\n\t// ... \nc"},
		{"gaps", []string{"a", "b", "  c", "d"}, []bool{true, false, true, false}, "a\n// ... \n  c\n// ... "},
		{"blank", []string{"", " "}, []bool{false, true}, " "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := joinLines(c.lines, c.kept, "//"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestPerplexityIsOfSinglePrecision(t *testing.T) {
	if got := perplexity32([]float64{88}, 0); math.IsInf(got, 1) {
		t.Errorf("exp(88) is %v", got)
	}
	if got := perplexity32([]float64{90}, 0); !math.IsInf(got, 1) {
		t.Errorf("exp(90) is %v, want +Inf", got)
	}
}

// Up to twelve blocks the table finds the greatest value there is, within the target.
func TestKnapsackIsExact(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n, target := 1+r.IntN(12), r.IntN(60)
		weights, values := make([]int, n), make([]float64, n)
		for i := range n {
			weights[i], values[i] = 1+r.IntN(19), math.Round(r.NormFloat64()*8)
		}
		_, s := knapsack(weights, values, target, nil)
		best := 0.0
		for set := range 1 << n {
			w, v := 0, 0.0
			for i := range n {
				if set>>i&1 == 1 {
					w, v = w+weights[i], v+values[i]
				}
			}
			if w <= target {
				best = max(best, v)
			}
		}
		if s.TotalValue != best || s.TotalWeight > target {
			t.Fatalf("weights %v, values %v, target %d: %+v, best %v", weights, values, target, s, best)
		}
	}
}

func TestJoinChunks(t *testing.T) {
	parts := []string{"import os", "\n\ndef a():\n    return 1", "\n\ndef b():\n    return 2", "\n\ndef c():\n    return 3\n"}
	for _, c := range []struct {
		name string
		drop []int
		want string
	}{
		{"two_marks_become_one", []int{0, 1}, "# ... \n\n\n\n\ndef b():\n    return 2\n\n\n\ndef c():\n    return 3\n"},
		{"ends", []int{0, 3}, "# ... \n\n\n\ndef a():\n    return 1\n\n\n\ndef b():\n    return 2\n\n# ... "},
	} {
		t.Run(c.name, func(t *testing.T) {
			texts := slices.Clone(parts)
			for _, i := range c.drop {
				texts[i] = "# ... "
			}
			if got := joinChunks(texts, "#"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestPrompt(t *testing.T) {
	if got, want := rankedPrompt("c", " q ", ""), "\n\nc\n\n q \n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := rankedPrompt("c", "q", "i"), "i\n\nc\n\nq\ni"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := finePrompt("\nc\n", " q ", " \n"), "\nc\n\n\nq"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOverlongChunkHasThePerplexity1(t *testing.T) {
	r := newReader(toy{}, 20)
	got, err := r.given(context.Background(), strings.Repeat("abc ", 30), "what?", 1)
	if got != 1 || err != nil {
		t.Errorf("got %v, %v, want 1", got, err)
	}
}

func TestQueryOfOneToken(t *testing.T) {
	for bos, want := range map[bool]bool{false: true, true: false} {
		if got, _ := newReader(toy{bos}, 20).of(context.Background(), "why"); (got == 1) != want {
			t.Errorf("leading token %v: perplexity %v", bos, got)
		}
	}
}

func TestRaises(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Request)
		fits   bool
	}{
		{"fits", func(r *Request) { r.TargetToken = 1000 }, true},
		{"rate_1", func(r *Request) { r.Rate = 1 }, true},
		{"no_chunks", func(r *Request) { r.Chunks = nil }, true},
		{"nothing", func(r *Request) { r.Chunks = []string{""} }, true},
		{"method", func(r *Request) {
			r.Method, r.MinLines, r.FineRatio, r.Rate = "x", 0, new(float64), 0.9
			*r.FineRatio = 0.5
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := Defaults(work, work)
			req.Query = "why?"
			c.change(&req)
			comp := Compressor{Ranker: toy{}}
			_, err := comp.Compress(context.Background(), req)
			var e *Error
			if !errors.As(err, &e) || e.Class != ValueError || e.Fits != c.fits || ClassOf(err) != ValueError {
				t.Errorf("got %v", err)
			}
		})
	}
}

// broken is a model that gives what it should not.
type broken struct {
	toy
	nll func([]float64) ([]float64, error)
}

func (b broken) NLL(ctx context.Context, ids []tokenize.ID) ([]float64, error) {
	out, _ := b.toy.NLL(ctx, ids)
	return b.nll(out)
}

func TestBrokenModel(t *testing.T) {
	boom := errors.New("boom")
	for _, c := range []struct {
		name string
		nll  func([]float64) ([]float64, error)
	}{
		{"not_a_number", func(v []float64) ([]float64, error) { v[0] = math.NaN(); return v, nil }},
		{"all_infinite", func(v []float64) ([]float64, error) {
			for i := range v {
				v[i] = inf
			}
			return v, nil
		}},
		{"too_few", func(v []float64) ([]float64, error) { return v[1:], nil }},
		{"error", func([]float64) ([]float64, error) { return nil, boom }},
	} {
		t.Run(c.name, func(t *testing.T) {
			req := Defaults(work, work)
			req.Query = "why is it so?"
			comp := Compressor{Ranker: broken{toy{}, c.nll}}
			res, err := comp.Compress(context.Background(), req)
			if err == nil || res != nil || (c.name == "error") != errors.Is(err, boom) {
				t.Errorf("got %v, %v", res, err)
			}
		})
	}
}

// deaf finds all texts of up to most tokens impossible.
type deaf struct {
	toy
	most int
}

func (d deaf) NLL(ctx context.Context, ids []tokenize.ID) ([]float64, error) {
	out, err := d.toy.NLL(ctx, ids)
	if len(ids) <= d.most {
		for i := range out {
			out[i] = inf
		}
	}
	return out, err
}

func TestInfinitePerplexities(t *testing.T) {
	blocks := []string{"a = b", strings.Repeat("a = b\n", 30), " "}
	for _, c := range []struct {
		name, query string
		most        int
		want        [3]float64 // NaN for any finite number but 0
	}{
		{"of_the_query", "why", 1, [3]float64{math.NaN(), math.NaN(), -inf}},
		{"of_the_query_alone", "why is it so?", 12, [3]float64{0, 0, 0}},
		{"after_a_block", strings.Repeat("why? ", 20), 0, [3]float64{math.NaN(), math.NaN(), -inf}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := newReader(deaf{toy{}, c.most}, 0).conditional(context.Background(), c.query, blocks)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				if ok := got[i] == want || math.IsNaN(want) && finite(got[i]) && got[i] != 0; !ok {
					t.Errorf("value %d is %v, want %v", i, got[i], want)
				}
			}
		})
	}
}

func TestUnknownSpikeRule(t *testing.T) {
	req := Defaults(work)
	req.SpikeRule = "x"
	if _, err := (&Compressor{Ranker: toy{}}).Compress(context.Background(), req); pith.CodeOf(err) != pith.CodeInvalid {
		t.Errorf("got %v", err)
	}
}

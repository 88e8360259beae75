package longcodezip

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
	"github.com/pith-proxy/pith/tokenize"
)

// The rows are of the specification's golden case G9: peaks over mean plus a fifth of the
// standard deviation.
func TestSpikes(t *testing.T) {
	inf := math.Inf(1)
	for _, tt := range []struct {
		name      string
		values    []float64
		threshold float64
		want      []int
	}{
		{"two_peaks", []float64{3, 1, 1, 4, 1, 1, 5, 1, 1, 1}, 2.18914, []int{3, 6}},
		{"one_is_high_enough", []float64{9, 2, 2, 6, 2, 2, 0, 7, 2, 2}, 4.30083, []int{7}},
		{"infinity_is_passed_over", []float64{1, inf, 1, 5, 1, 1}, 2.12, []int{3}},
		{"plateau", []float64{5, 1, 1, 5, 5, 1, 1}, 3.11018, []int{3, 4}},
		{"flat", []float64{2, 2, 2, 2}, 2, nil},
		{"neighbours_are_beyond_blanks", []float64{1, math.NaN(), 5, math.NaN(), 1}, 4, []int{2}},
		{"on_the_way_up_is_none", []float64{1, 5, 9, 1}, 3, []int{2}},
		{"ends_are_none", []float64{9, 1, 9}, 1, nil},
		{"empty", nil, 1, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := spikes(tt.values, tt.threshold); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

const work = `def work(a, b):
    x = a + b
    y = a - b

    for i in range(3):
        x += i
        y -= i
    if x > y:
        log(x)
        log(y)
    z = x * y
    send(z)
    close()
    return z
`

// parsed is a file as a run has it.
func parsed(t testing.TB, source, language string) *file {
	t.Helper()
	counter, err := tokenize.CounterFor("")
	if err != nil {
		t.Fatal(err)
	}
	o := Options{}.withDefaults()
	r := &run{opts: &o, req: &pith.Request{}, counter: counter}
	cr := &contextRun{Context: pith.Context{Language: language}, text: source, prices: newPrices(source, counter)}
	if err := r.parse(context.Background(), cr); err != nil {
		t.Fatal(err)
	}
	return cr.files[0]
}

// Golden case G10: lines that surprise begin a block, moved to the nearest statement.
func TestSegment(t *testing.T) {
	nan := math.NaN()
	nll := []float64{9, 2, 6, nan, 2, 2, 7, 2, 2, 8, 2, 7, 2, 2}
	if s := sigma(nll); math.Abs(s-2.7022) > 1e-4 {
		t.Errorf("sigma %v", s)
	}
	if got := spikes(nll, sigma(nll)); !slices.Equal(got, []int{2, 6, 9, 11}) {
		t.Errorf("spikes %v", got)
	}
	for _, tt := range []struct {
		name string
		nll  []float64
		want string
	}{
		{"spikes", nll, "1 | 2-6 | 7-9 | 10 | 11-13"},
		{"too_few_blocks", []float64{1, 1, 1, nan, 1, 1, 1, 1, 1, 1, 9, 1, 1, 1}, "1 | 2 | 3-6 | 7-9 | 10 | 11 | 12 | 13"},
		{"nothing_known", nil, "1 | 2 | 3-6 | 7-9 | 10 | 11 | 12 | 13"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := parsed(t, work, "python")
			l := f.leaves[0]
			l.segment(tt.nll, 1)
			if got := blockLines(l); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestNearest(t *testing.T) {
	for _, tt := range []struct{ x, want int }{{0, 0}, {3, 0}, {4, 1}, {6, 1}, {7, 2}, {99, 2}} {
		if got := nearest([]int{2, 4, 8}, tt.x); got != tt.want {
			t.Errorf("%d: got %d, want %d", tt.x, got, tt.want)
		}
	}
}

// blockLines writes down the first and last line of each block.
func blockLines(l *leaf) string {
	var out []string
	for _, b := range l.blocks {
		first, last := b.items[0], b.items[len(b.items)-1]
		lo, hi := l.file.prices.line(first.start), l.file.prices.line(last.end-1)
		s := fmt.Sprintf("%d-%d", lo, hi)
		if lo == hi {
			s = fmt.Sprint(lo)
		}
		out = append(out, s)
	}
	return strings.Join(out, " | ")
}

// Golden case G12.
func TestWalk(t *testing.T) {
	lengths := []int{100, 50, 400, 80, 30}
	order := []int{2, 1, 0, 4, 3} // by the scores 5 9 7 1 3, but for the first two
	for _, tt := range []struct {
		name   string
		order  []int
		budget int
		want   []int
	}{
		{"skips_what_does_not_fit", []int{1, 2, 0, 4, 3}, 200, []int{1, 0, 4}},
		{"exact_fit", order, 50, []int{1}},
		{"everything", order, 660, []int{2, 1, 0, 4, 3}},
		{"nothing", order, 29, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []int
			price := func(i int) int { return lengths[tt.order[i]] }
			walk(len(lengths), tt.budget, price, func(i int) int {
				got = append(got, tt.order[i])
				return price(i)
			})
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	var small []int
	walk(40, 100, func(i int) int { return 1 + i%2*1000 }, func(i int) int { small = append(small, i); return 1 })
	if len(small) != 20 {
		t.Errorf("took %v", small)
	}
	tries := 0
	walk(100, 1, func(int) int { tries++; return 2 }, nil)
	if tries != maxSkips {
		t.Errorf("%d tries", tries)
	}
}

// Golden case G13, and what happens at the borders.
func TestRatios(t *testing.T) {
	for _, tt := range []struct {
		name   string
		a      allocation
		budget int
		want   []float64
	}{
		{"water_filling", allocation{tokens: []int{20, 40, 10}, floors: []int{0, 0, 0}, gains: []float64{0, 1, 0.5}, beta: 1}, 62, []float64{0.6, 1, 1}},
		{"no_clamping", allocation{tokens: []int{20, 40, 10}, floors: []int{0, 0, 0}, gains: []float64{10, 30, 20}, beta: 0.5}, 33, scaled([]float64{0.235714, 0.707143, 0.471429}, 33/37.7143)},
		{"beta_0", allocation{tokens: []int{20, 40, 10}, floors: []int{0, 0, 0}, gains: []float64{10, 30, 20}}, 33, []float64{0.471429, 0.471429, 0.471429}},
		{"equal_gains", allocation{tokens: []int{10, 30}, floors: []int{0, 0}, gains: []float64{4, 4}, beta: 1}, 20, []float64{0.5, 0.5}},
		{"floor", allocation{tokens: []int{20, 20}, floors: []int{8, 8}, gains: []float64{0, 1}, beta: 1}, 20, []float64{0.4, 0.6}},
		{"nothing_left", allocation{tokens: []int{20, 20}, floors: []int{2, 4}, gains: []float64{0, 1}, beta: 1}, 0, []float64{0.1, 0.2}},
		{"more_than_enough", allocation{tokens: []int{20, 20}, floors: []int{2, 4}, gains: []float64{0, 1}, beta: 1}, 90, []float64{1, 1}},
		{"one", allocation{tokens: []int{40}, floors: []int{4}, gains: []float64{3}, beta: 1}, 10, []float64{0.25}},
		{"unread_is_lowest", allocation{tokens: []int{20, 20, 20}, floors: []int{0, 0, 0}, gains: []float64{math.Inf(-1), 0, 1}, beta: 0.5}, 30, []float64{0.3, 0.3, 0.9}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.a.ratios(tt.budget)
			for i := range got {
				if math.Abs(got[i]-tt.want[i]) > 1e-5 {
					t.Fatalf("got %v, want %v", got, tt.want)
				}
			}
		})
	}
}

func scaled(xs []float64, by float64) []float64 {
	for i := range xs {
		xs[i] *= by
	}
	return xs
}

// Ratios are within bounds, and spend the budget where floors and sizes let them.
func TestRatiosSpendTheBudget(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		n := 1 + rng.IntN(8)
		a := allocation{beta: rng.Float64()}
		total, floors := 0, 0
		for range n {
			tokens := 1 + rng.IntN(300)
			floor := rng.IntN(tokens/3 + 1)
			total, floors = total+tokens, floors+floor
			a.tokens, a.floors = append(a.tokens, tokens), append(a.floors, floor)
			a.gains = append(a.gains, rng.NormFloat64())
		}
		budget := floors + rng.IntN(total-floors+1)
		spent := 0.0
		for i, x := range a.ratios(budget) {
			if x < 0 || x > 1+1e-9 || x*float64(a.tokens[i]) < float64(a.floors[i])-1e-6 {
				t.Fatalf("%+v in %d: ratio %v of %d", a, budget, x, i)
			}
			spent += x * float64(a.tokens[i])
		}
		if math.Abs(spent-float64(budget)) > 1e-3 {
			t.Fatalf("%+v: spent %v of %d", a, spent, budget)
		}
	}
}

func TestGlob(t *testing.T) {
	for _, tt := range []struct {
		name, path, file string
		want             bool
	}{
		{"Box.size", "Box.size", "", true},
		{"size", "Box.size", "", true},
		{"ize", "Box.size", "", false},
		{"Box", "Box.size", "", false},
		{"Box.*", "Box.size", "", true},
		{"*", "Box.size", "", true},
		{"new", "P::new", "", true},
		{"P::n*w", "P::new", "", true},
		{"*.py:Box.size", "Box.size", "src/a.py", true},
		{"b.py:Box.size", "Box.size", "src/a.py", false},
		{"s*z*e", "Box.size", "", true},
		{"s*z*ee", "Box.size", "", false},
		{"", "Box", "", false},
	} {
		if got := named([]string{tt.name}, tt.path, tt.file); got != tt.want {
			t.Errorf("%q for %q: %t", tt.name, tt.path, got)
		}
	}
}

// Prices of parts add up to the count of the whole, with a counter of pieces and with one
// that only counts.
func TestPrices(t *testing.T) {
	counter, err := tokenize.CounterFor("")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "a", "\n", "a\n\n\nb\n", work, "x = 1\r\n\r\n\r\ny = 2", "日本\n語\xff\xfe\n\n"} {
		p := newPrices(text, counter)
		if p.total != counter.Count(text) {
			t.Errorf("%q: %d tokens, want %d", text, p.total, counter.Count(text))
		}
		n, lines := 0, 0
		for i := 1; i < len(p.starts); i++ {
			n += p.of(p.starts[i-1], p.starts[i])
			lines += p.lines(p.starts[i-1], p.starts[i])
		}
		if n != p.total {
			t.Errorf("%q: lines have %d tokens, all have %d", text, n, p.total)
		}
		if want := filled(text); lines != want {
			t.Errorf("%q: %d lines, want %d", text, lines, want)
		}
		if plain := newPrices(text, plainCounter{counter}); !reflect.DeepEqual(plain.starts, p.starts) || abs(plain.total-p.total) > len(p.starts) {
			t.Errorf("%q: %d tokens line by line, %d at once", text, plain.total, p.total)
		}
	}
}

func filled(text string) (n int) {
	for _, l := range strings.Split(text, "\n") {
		if strings.TrimSpace(l) != "" {
			n++
		}
	}
	return n
}

// plainCounter hides what else a counter can do.
type plainCounter struct{ c tokenize.Counter }

func (p plainCounter) Count(text string) int { return p.c.Count(text) }
func (p plainCounter) Name() string          { return p.c.Name() }
func (p plainCounter) Exact() bool           { return p.c.Exact() }

func TestShorten(t *testing.T) {
	counter, err := tokenize.CounterFor("")
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("alpha beta gamma delta\n", 50) + strings.Repeat("one two three four\n", 50)
	for _, tt := range []struct{ name, query string }{
		{"short", "what is it?"},
		{"long", long},
		{"no_spaces", strings.Repeat("語", 2000)},
		{"bytes", strings.Repeat("\xff\x80", 2000)},
	} {
		got := shorten(tt.query, 64, counter)
		n := counter.Count(got)
		switch {
		case counter.Count(tt.query) <= 64 && got != tt.query:
			t.Errorf("%s: changed to %q", tt.name, got)
		case n > 66 || n < min(48, counter.Count(tt.query)):
			t.Errorf("%s: %d tokens", tt.name, n)
		}
	}
	if got := shorten(long, 64, counter); !strings.HasPrefix(got, "alpha") || !strings.HasSuffix(got, "four") {
		t.Errorf("got %q", got)
	}
}

// A bill is what opening and closing says it is: the prices that were named add up, and
// what is closed again costs what it did before.
func TestItemPrices(t *testing.T) {
	f := parsed(t, goldenPython, "python")
	rng := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		l := f.leaves[rng.IntN(len(f.leaves))]
		before, bill := f.root.save(nil), billOf(f)
		price, paid := l.priceAll(), l.showAll()
		if price != paid || billOf(f) != bill+paid {
			t.Fatalf("%s: named %d, paid %d, bill %d → %d", l.name, price, paid, bill, billOf(f))
		}
		if rng.IntN(2) == 0 {
			saved := l.hide() + l.tidy()
			if now := billOf(f); now != bill+paid-saved {
				t.Fatalf("%s: saved %d, bill %d → %d", l.name, saved, bill+paid, now)
			}
			f.root.restore(before)
		}
	}
}

// billOf counts what is open afresh.
func billOf(f *file) int {
	if !f.root.open {
		return f.closed()
	}
	n := 0
	var visit func(*item)
	visit = func(it *item) {
		n += it.frame
		for _, c := range it.children {
			switch {
			case c.open:
				visit(c)
			case c.prev == nil || c.prev.open:
				n += f.mark
			}
		}
	}
	visit(f.root)
	return n
}

// goldenPython is the specification's golden case G1.
const goldenPython = `"""mod doc"""
import os

LIMIT = 3

@cache
def area(r):
    return 3 * r

class Box(Base):
    """A class that holds
    class notes and more.
    """
    side = 1

    @property
    def size(self):
        def inner(x):
            return x
        return inner(self.side)

    async def load(self):
        await go()

def tail(): pass

if __name__ == "__main__":
    tail()
`

// Leaves of a long function are its parts, and its tree is still one of whole statements.
func TestLongLeaves(t *testing.T) {
	var b strings.Builder
	b.WriteString("def long(a):\n    \"\"\"Does much.\"\"\"\n")
	for i := range 400 {
		fmt.Fprintf(&b, "    step_%d(a, %d)\n", i, i*i)
	}
	f := parsed(t, b.String(), "python")
	if len(f.leaves) < 5 {
		t.Fatalf("%d leaves", len(f.leaves))
	}
	for _, l := range f.leaves {
		if l.tokens > 1500/4 {
			t.Errorf("a part of %d tokens", l.tokens)
		}
		if l.name != "long" || l.sign == nil || !strings.HasPrefix(l.signature(), "def long(a):") {
			t.Errorf("part %q with signature %q", l.name, l.signature())
		}
	}
	f.leaves[0].sign.show()
	if a := f.leaves[0].action(f.context); a != pith.ActionSkeleton {
		t.Errorf("a part is %s", a)
	}
	f.leaves[2].showAll()
	if a, b := f.leaves[0].action(f.context), f.leaves[2].action(f.context); a != pith.ActionOmitted || b != pith.ActionFull {
		t.Errorf("parts are %s and %s", a, b)
	}
	out := f.Render(f.dropped, codetree.Marks{})
	if !strings.HasPrefix(out, "def long(a):\n") || strings.Count(out, "omitted") != 2 {
		t.Errorf("got %s", out)
	}
}

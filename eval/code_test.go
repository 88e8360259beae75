package eval

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/longcodezip"
)

func TestNames(t *testing.T) {
	for _, tt := range []struct{ name, code, want string }{
		{"plain", "return self.maxLen(x1, _y)", "return self maxLen x1 _y"},
		{"numbers", "0x7f + 12 + 1e9", ""},
		{"strings_and_comments", `f("a b") # see c`, "f a b see c"},
		{"letters", "größe = 数量", "größe 数量"},
		{"nothing", " .,\n", ""},
	} {
		var got []string
		eachName(tt.code, func(n string) { got = append(got, n) })
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
}

func TestNeeded(t *testing.T) {
	material := "def open_file(path, mode_bits):\n    log('quoted')\n    return Handle(path)\nx = 1\n"
	query := "def main(path):\n"
	for _, tt := range []struct{ name, answer, want string }{
		{"in_the_material", "h = open_file(mode_bits)", "open_file mode_bits"},
		{"once", "open_file(open_file(Handle))", "open_file Handle"},
		{"not_in_the_query", "open_file(path)", "open_file"},
		{"not_elsewhere", "unknown(Handle)", "Handle"},
		{"no_keywords", "return self.open_file", "open_file"},
		{"no_single_letters", "x = open_file", "open_file"},
		{"no_words_of_strings", `print("Handle \" log", 'log')`, ""},
		{"no_words_of_comments", "Handle() # open_file", "Handle"},
		{"no_words_of_other_comments", "Handle(); // open_file", "Handle"},
		{"first_line_only", "\nHandle()\nopen_file()", "Handle"},
	} {
		if got := needed(tt.answer, material, query); strings.Join(got, " ") != tt.want {
			t.Errorf("%s: got %q", tt.name, got)
		}
	}
}

func TestTail(t *testing.T) {
	text := "a b\nc d\ne f\n"
	for _, tt := range []struct {
		name  string
		text  string
		limit int
		want  string
	}{
		{"one_line", text, 3, "e f\n"},
		{"two_lines", text, 4, "c d\ne f\n"},
		{"all", text, 6, text},
		{"at_least_a_line", text, 1, "e f\n"},
		{"blank_lines_are_free", "a b\nc\n\n\n", 1, "c\n\n\n"},
		{"no_newline_at_the_end", "a\nb", 1, "b"},
		{"nothing", "", 1, ""},
	} {
		if at := tailAt(tt.text, tt.limit, Words); tt.text[at:] != tt.want {
			t.Errorf("%s: got %q", tt.name, tt.text[at:])
		}
	}
}

const codeText = `import os

def load_config(path):
    return parse_lines(os.read(path))

def unrelated(alpha, beta):
    gamma = alpha + beta
    return gamma * gamma

def save_config(path, config):
    write_lines(path, config)

def main():
    path = os.argv[1]
`

func codeItems(t *testing.T) ([]CodeItem, []TaskCount) {
	t.Helper()
	items, tasks := CodeItems([]Item{
		{ID: "1", Dataset: "lcc", Context: codeText, Answers: []string{"    config = load_config(path)"}},
		{ID: "2", Dataset: "lcc", Context: codeText, Answers: []string{"    return"}},
		{ID: "3", Dataset: "repobench-p", Context: codeText, Answers: []string{"    save_config(path, load_config(gamma))"}},
		{ID: "4", Dataset: "repobench-p", Context: codeText},
	}, 6, Words)
	if len(items) != 2 {
		t.Fatalf("%d items", len(items))
	}
	return items, tasks
}

func TestCodeItems(t *testing.T) {
	items, tasks := codeItems(t)
	if !slices.Equal(tasks, []TaskCount{{"lcc", 2, 1}, {"repobench-p", 2, 1}}) {
		t.Errorf("tasks %v", tasks)
	}
	if it := items[0]; it.Context+it.Question != codeText || !strings.HasPrefix(it.Question, "\ndef main") || !slices.Equal(it.Needed, []string{"config", "load_config"}) {
		t.Errorf("got %+v", it)
	}
	if it := items[1]; !slices.Equal(it.Needed, []string{"save_config", "load_config", "gamma"}) {
		t.Errorf("needed %v", it.Needed)
	}
}

func TestSurviving(t *testing.T) {
	source := linesOf("a = 1\n    b(c)\n")
	for _, tt := range []struct {
		name, kept string
		want       float64
	}{
		{"all", "a = 1\nb(c)", 1},
		{"half", "    b(c)\n", 0.5},
		{"none", "", 0},
		{"marks_do_not_count", "b(c)\n# ... a (1 line omitted)\n", 0.5},
		{"parts_of_names_do_not_count", "ab\n", 0},
	} {
		if got := surviving([]string{"a", "c"}, tt.kept, source); got != tt.want {
			t.Errorf("%s: %v; want %v", tt.name, got, tt.want)
		}
	}
}

func TestCodeSurvival(t *testing.T) {
	items, tasks := codeItems(t)
	arms := append(CodeBaselines("bm25 lines", longcodezip.NewLexical()), Full())
	r, err := CodeSurvival(context.Background(), items, tasks, SurvivalOptions{
		Arms: arms, Rates: []float64{0.4, 0.95}, Against: "head lines", Counter: Words, Resamples: 100})
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Groups) != 3 || r.Groups[0].Items != 1 || r.Groups[2].Items != 2 {
		t.Fatalf("groups %+v", r.Groups)
	}
	for _, tt := range []struct {
		group int
		arm   string
		rate  float64
		want  float64
	}{
		{0, "head lines", 0.4, 0.5}, {0, "tail lines", 0.4, 0.5}, {0, "none", 0.4, 1},
		{1, "head lines", 0.4, 1.0 / 3}, {1, "tail lines", 0.4, 2.0 / 3}, {2, "head lines", 0.4, 1.25 / 3},
		{0, "bm25 lines", 0.4, 1}, {0, "head lines", 0.95, 1},
	} {
		if c, _ := r.Groups[tt.group].Cell(tt.arm, tt.rate); math.Abs(c.Share.Mean-tt.want) > 1e-12 || c.OverBudget != 0 && tt.arm != "none" {
			t.Errorf("group %d, %s at %v: %+v; want %v", tt.group, tt.arm, tt.rate, c, tt.want)
		}
	}
	var b bytes.Buffer
	r.Tail, r.Notes = 6, []string{"a note"}
	if err := errors.Join(r.WriteMarkdown(&b), r.WriteJSON(&b)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"lcc: 1 of 2 rows", "lcc: 1 of 2 rows have such names; repobench-p: 1 of 2", "a note", "Difference to head lines", "| none | 1.000 ["} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, b.String())
		}
	}
}

func TestCodeSurvivalHoldsBudgets(t *testing.T) {
	items, tasks := codeItems(t)
	over := lineArm{"over", nil}
	_, err := CodeSurvival(context.Background(), items[:1], tasks, SurvivalOptions{Arms: []Arm{greedy{over}}, Counter: Words})
	if err == nil || !strings.Contains(err.Error(), "arm over, item 1") {
		t.Errorf("more than the budget passes: %v", err)
	}
	if _, err := CodeSurvival(context.Background(), nil, tasks, SurvivalOptions{Arms: []Arm{Full()}}); err == nil {
		t.Error("no items pass")
	}
}

// greedy keeps everything and does not say so.
type greedy struct{ lineArm }

func (greedy) Compress(_ context.Context, item Item, _ Limit) (Kept, error) {
	return Kept{Text: item.Context}, nil
}

func TestLineArmsKeepTheirBudget(t *testing.T) {
	items, _ := codeItems(t)
	item := items[0].Item
	for _, arm := range CodeBaselines("bm25 lines", longcodezip.NewLexical()) {
		for n := range len(item.Context) + 2 {
			k, err := arm.Compress(context.Background(), item, Limit{Units: n, Counter: bytesOf{}})
			if err != nil || len(k.Text) > n {
				t.Fatalf("%s keeps %d bytes of %d, %v", arm.Name(), len(k.Text), n, err)
			}
			rest := item.Context
			for line := range strings.Lines(k.Text) {
				_, after, ok := strings.Cut(rest, line)
				if !ok {
					t.Fatalf("%s: %q is no line that follows", arm.Name(), line)
				}
				rest = after
			}
			if n >= len(item.Context) && k.Text != item.Context {
				t.Errorf("%s at rate 1 keeps %q", arm.Name(), k.Text)
			}
		}
	}
}

// lumpy counts lines dearer together than alone.
type lumpy struct{ bytesOf }

func (lumpy) Count(s string) int { n := strings.Count(s, "\n"); return len(s) + n*n }

func TestLineArmsCountTheWhole(t *testing.T) {
	items, _ := codeItems(t)
	for _, arm := range CodeBaselines("bm25 lines", longcodezip.NewLexical()) {
		k, err := arm.Compress(context.Background(), items[0].Item, Limit{Units: 150, Counter: lumpy{}})
		if n := (lumpy{}).Count(k.Text); err != nil || n > 150 || n < 75 {
			t.Errorf("%s keeps %d of 150, %v", arm.Name(), n, err)
		}
	}
}

func TestRandomGains(t *testing.T) {
	draw := func(seed uint64, query string, chunks ...string) []float64 {
		g, _, err := RandomGains(seed).Gains(context.Background(), query, chunks)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	a := draw(1, "q", "x", "y")
	if !slices.Equal(a, draw(1, "q", "x", "y")) || draw(1, "q", "y")[0] != a[1] {
		t.Error("a gain does not follow from seed, query and chunk")
	}
	if a[0] == a[1] || a[0] == draw(2, "q", "x")[0] || a[0] == draw(1, "r", "x")[0] {
		t.Error("seed, query or chunk does not matter")
	}
	var many []string
	for i := range 1000 {
		many = append(many, strings.Repeat("x", i))
	}
	ends := draw(1, "q", "xa", "xb", "xc", "xd", "xe", "xf", "xg", "xh", "xi", "xj")
	if slices.Max(ends)-slices.Min(ends) < 0.3 {
		t.Errorf("the last character hardly matters: %v", ends)
	}
	sum := 0.0
	for _, g := range draw(1, "q", many...) {
		if g < 0 || g >= 1 {
			t.Fatalf("gain %v", g)
		}
		sum += g
	}
	if sum < 450 || sum > 550 {
		t.Errorf("mean of 1000 gains %v", sum/1000)
	}
}

// countingScorer counts what it is asked.
type countingScorer struct{ gains, lines []string }

func (*countingScorer) Name() string { return "counting" }

func (c *countingScorer) Gains(_ context.Context, query string, chunks []string) ([]float64, longcodezip.Usage, error) {
	out := make([]float64, len(chunks))
	for i, k := range chunks {
		c.gains = append(c.gains, query+" "+k)
		out[i] = float64(len(query)*100 + len(k))
	}
	return out, longcodezip.Usage{Sequences: 1}, nil
}

func (c *countingScorer) LineNLL(_ context.Context, chunks []string) ([][]float64, longcodezip.Usage, error) {
	out := make([][]float64, len(chunks))
	for i, k := range chunks {
		c.lines = append(c.lines, k)
		out[i] = []float64{float64(len(k))}
	}
	return out, longcodezip.Usage{}, nil
}

func TestRemembering(t *testing.T) {
	ctx := context.Background()
	c := &countingScorer{}
	s := Remembering(c)
	for range 2 {
		g, _, err := s.Gains(ctx, "q", []string{"a", "bb", "a"})
		if err != nil || !slices.Equal(g, []float64{101, 102, 101}) {
			t.Fatalf("%v, %v", g, err)
		}
	}
	if g, _, _ := s.Gains(ctx, "qq", []string{"bb", "ccc"}); !slices.Equal(g, []float64{202, 203}) {
		t.Errorf("another query: %v", g)
	}
	for range 2 {
		l, _, err := s.(longcodezip.LineReader).LineNLL(ctx, []string{"a", "bb"})
		if err != nil || l[0][0] != 1 || l[1][0] != 2 {
			t.Fatalf("%v, %v", l, err)
		}
	}
	if got := strings.Join(c.gains, ","); got != "q a,q bb,q a,qq bb,qq ccc" {
		t.Errorf("asked %s", got)
	}
	if !slices.Equal(c.lines, []string{"a", "bb"}) {
		t.Errorf("read %q", c.lines)
	}
	if _, ok := Remembering(RandomGains(1)).(longcodezip.LineReader); ok {
		t.Error("what reads no lines is a line reader")
	}
}

package needle

import (
	"fmt"
	"math"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/tokenize"
)

func generate(t testing.TB, o Options) dataset.Set {
	t.Helper()
	set, err := Generate(o)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func counter(t testing.TB) tokenize.Counter {
	t.Helper()
	c, err := tokenize.CounterFor("o200k_base")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// checkItem holds an item to the laws of [Generate].
func checkItem(t testing.TB, c tokenize.Counter, it eval.Item) {
	t.Helper()
	kind, length, depth, _, ok := Where(it.ID)
	if !ok || it.Dataset != "needle-"+kind {
		t.Errorf("%s is of %s, %v", it.ID, it.Dataset, ok)
	}
	if n := c.Count(it.Context); n != it.Length || n > length || n < length-length/50 {
		t.Errorf("%s has %d tokens, and says %d", it.ID, n, it.Length)
	}
	if !utf8.ValidString(it.Context) || strings.ContainsAny(it.Context+it.Question, "{}[]|«»") {
		t.Errorf("%s: not the text it should be", it.ID)
	}
	if len(it.Needles) == 0 || len(it.Answers) == 0 {
		t.Fatalf("%s hides nothing", it.ID)
	}
	for i, n := range it.Needles {
		if strings.Count(strings.ToLower(it.Context), strings.ToLower(n)) != timesOf(it, i) {
			t.Errorf("%s: %q is there %d times", it.ID, n, strings.Count(it.Context, n))
		}
	}
	for _, a := range it.Answers {
		if strings.Count(it.Context, a) != 1 || strings.Contains(it.Question, a) {
			t.Errorf("%s: the answer %q is there %d times", it.ID, a, strings.Count(it.Context, a))
		}
		if !slices.ContainsFunc(it.Needles, func(n string) bool { return strings.Contains(n, a) }) {
			t.Errorf("%s: no needle has the answer %q", it.ID, a)
		}
	}
	checkDepth(t, c, it, depth)
}

// timesOf is how often needle i stands in the text.
func timesOf(it eval.Item, i int) int {
	if i == 0 && strings.HasPrefix(it.Dataset, "needle-multivalue") {
		return several
	}
	return 1
}

// checkDepth wants the first fact where it should be, but for half the longest sentence and
// the other facts, which do not count.
func checkDepth(t testing.TB, c tokenize.Counter, it eval.Item, depth float64) {
	t.Helper()
	sentences := sentencesOf(it.Context)
	total, before, longest := 0, -1, 0
	first := it.Needles[timesOf(it, 0)/several] // of multivalue, the key is in all facts
	for _, s := range sentences {
		n := c.Count(" " + s.text)
		if slices.ContainsFunc(it.Needles, func(n string) bool { return strings.Contains(s.text, n) }) {
			if before < 0 && strings.Contains(s.text, first) {
				before = total
			}
			continue
		}
		total += n
		longest = max(longest, n)
	}
	if off := math.Abs(float64(before) - depth*float64(total)); before < 0 || off > float64(longest)/2+0.02*float64(total) {
		t.Errorf("%s: %d of %d tokens are before the fact", it.ID, before, total)
	}
	if depth == 0 && before != 0 || depth == 1 && before != total {
		t.Errorf("%s: %d of %d tokens are before the fact", it.ID, before, total)
	}
}

func TestGenerate(t *testing.T) {
	c := counter(t)
	set := generate(t, Options{Lengths: []int{MinLength, 1500}, Depths: []float64{0, 0.3, 1}, Seed: 7})
	if want := len(Kinds()) * 2 * 3; len(set.Items) != want || set.Name != "needle" || len(set.Tasks) != len(Kinds()) {
		t.Errorf("%d items of %d tasks; want %d", len(set.Items), len(set.Tasks), want)
	}
	for _, it := range set.Items {
		checkItem(t, c, it)
		task, ok := set.Task(it.Dataset)
		if !ok || task.Language != it.Language || task.Kind != dataset.Needle || task.Metric != "contains" || task.MaxTokens < 16 || task.Title == "" {
			t.Errorf("%s: task %+v", it.ID, task)
		}
		if p := task.Fill(it.Context, it.Question); !strings.Contains(p, it.Context) || !strings.Contains(p, it.Question) || strings.Contains(p, "{") {
			t.Errorf("%s: prompt %q", it.ID, p[:40])
		}
	}
}

// TestKinds looks at what each kind has to have beside its needles.
func TestKinds(t *testing.T) {
	set := generate(t, Options{Lengths: []int{4000}, Depths: []float64{0.3}, Seed: 5})
	for _, it := range set.Items {
		kind, _, _, _, _ := Where(it.ID)
		base := strings.TrimSuffix(kind, "-zh")
		if base != "single" {
			checkLikes(t, it)
		}
		switch base {
		case "multivalue", "multiquery":
			if len(it.Answers) != several {
				t.Errorf("%s: %d answers", kind, len(it.Answers))
			}
		case "negation":
			not := []string{"not", "never", "没有", "从未"}
			if !slices.ContainsFunc(not, func(s string) bool { return strings.Contains(strings.Join(it.Needles, " "), s) }) {
				t.Errorf("%s: no negation in %q", kind, it.Needles)
			}
		case "hops":
			if len(it.Needles) != 3 || strings.Contains(it.Needles[1], it.Answers[0]) {
				t.Errorf("%s: needles %q", kind, it.Needles)
			}
		}
	}
}

// checkLikes wants at least ten sentences that tell of other keys and values what the
// hidden ones tell.
func checkLikes(t *testing.T, it eval.Item) {
	t.Helper()
	var shapes []*regexp.Regexp
	l := languages[0]
	if it.Language == "zh" {
		l = languages[1]
	}
	slot := regexp.MustCompile(`\\{[a-zA-Z]+\\}`)
	for _, p := range l.facts {
		for _, s := range slices.Concat(p.facts, p.others) {
			s = strings.NewReplacer("«", "", "»", "").Replace(s)
			shapes = append(shapes, regexp.MustCompile("^"+slot.ReplaceAllString(regexp.QuoteMeta(s), ".+")+"$"))
		}
	}
	facts, likes := 0, 0
	for _, s := range sentencesOf(it.Context) {
		switch {
		case !slices.ContainsFunc(shapes, func(r *regexp.Regexp) bool { return r.MatchString(s.text) }):
		case slices.ContainsFunc(it.Needles, func(n string) bool { return strings.Contains(s.text, n) }):
			facts++
		default:
			likes++
		}
	}
	if likes < 10 || facts == 0 {
		t.Errorf("%s: %d sentences are like the %d that are hidden", it.ID, likes, facts)
	}
}

func TestSameSeedSameBytes(t *testing.T) {
	o := Options{Lengths: []int{600}, Depths: []float64{0.5}, Repeats: 2, Seed: 1}
	a, b := generate(t, o), generate(t, o)
	if fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", b) {
		t.Error("one seed, two sets")
	}
	o.Seed = 2
	for i, it := range generate(t, o).Items {
		if it.Context == a.Items[i].Context || it.Answers[0] == a.Items[i].Answers[0] {
			t.Errorf("%s is the same for two seeds", it.ID)
		}
	}
	if a.Items[0].Context == a.Items[1].Context {
		t.Error("two repeats are the same")
	}
	one := generate(t, Options{Kinds: []string{"hops"}, Lengths: []int{600}, Depths: []float64{0.5}, Seed: 1})
	i := slices.IndexFunc(a.Items, func(it eval.Item) bool { return it.ID == one.Items[0].ID })
	if a.Items[i].Context != one.Items[0].Context {
		t.Error("an item depends on the others")
	}
}

func TestSentencesRarelyRepeat(t *testing.T) {
	for _, kind := range []string{"single", "single-zh"} {
		it := generate(t, Options{Kinds: []string{kind}, Lengths: []int{32000}, Depths: []float64{0.5}}).Items[0]
		checkItem(t, counter(t), it)
		seen := map[string]int{}
		repeated := 0
		for _, s := range sentencesOf(it.Context) {
			if seen[s.text]++; seen[s.text] > 1 {
				repeated++
			}
			if seen[s.text] > 3 {
				t.Errorf("%s: %q is there %d times", kind, s.text, seen[s.text])
			}
		}
		if repeated*50 > len(seen) {
			t.Errorf("%s: %d of %d sentences are repeated", kind, repeated, len(seen)+repeated)
		}
	}
}

func TestOwnHaystack(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "Sentence %d of the user's own has a few words, as sentences do. ", i)
		if i%7 == 0 {
			b.WriteString("\"Is it so?\" he asked.\n\n")
		}
	}
	c := counter(t)
	own := []string{"single", "multivalue", "hops"}
	set := generate(t, Options{Kinds: own, Lengths: []int{500, 3000}, Depths: []float64{0.4, 1}, Seed: 3, Haystack: b.String()})
	if len(set.Items) != len(own)*4 {
		t.Errorf("%d items", len(set.Items))
	}
	for _, it := range set.Items {
		checkItem(t, c, it)
		numbers := regexp.MustCompile(`Sentence (\d+) of`).FindAllString(it.Context, -1)
		if len(numbers) < 8 {
			t.Errorf("%s is not made of the user's text", it.ID)
		}
		if slices.Sort(numbers); len(slices.Compact(slices.Clone(numbers))) != len(numbers) {
			t.Errorf("%s uses a sentence twice", it.ID)
		}
	}
	chinese := strings.Repeat("这是用户自己的文章，有很多句子。", 200)
	if set := generate(t, Options{Lengths: []int{500}, Depths: []float64{0.5}, Haystack: chinese}); set.Items[0].Language != "zh" {
		t.Errorf("the language is %s", set.Items[0].Language)
	}
	for name, hay := range map[string]string{"short": "Not much.", "blank": " \n"} {
		if _, err := Generate(Options{Haystack: hay}); err == nil || !strings.Contains(err.Error(), "hand in more text") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHaystackThatTellsIsLeftOut(t *testing.T) {
	kind := Options{Kinds: []string{"negation"}, Lengths: []int{600}, Depths: []float64{0.5}}
	for seed := range uint64(6) {
		kind.Seed = seed
		kind.Haystack = strings.Repeat("They did not approve of it. It was never approved. We did not insure it; it was never insured. "+
			"Never approved! Never insured! He did not approve. They did not insure. The tide came in over the sand. ", 60)
		for _, it := range generate(t, kind).Items {
			checkItem(t, counter(t), it)
		}
	}
}

func TestHaystackWithoutSentences(t *testing.T) {
	hay := strings.Repeat(strings.Repeat("sand and tide ", 20)+"\n", 60)
	for _, it := range generate(t, Options{Kinds: []string{"number"}, Lengths: []int{500}, Haystack: hay}).Items {
		if n := counter(t).Count(it.Context); n > 500 || n < 490 {
			t.Errorf("%s has %d tokens", it.ID, n)
		}
	}
	hay = strings.Repeat(strings.Repeat("水", 100)+"\n", 60)
	for _, it := range generate(t, Options{Kinds: []string{"number-zh"}, Lengths: []int{500}, Haystack: hay}).Items {
		if n := counter(t).Count(it.Context); n > 500 || n < 490 {
			t.Errorf("%s has %d tokens", it.ID, n)
		}
	}
}

func TestFitGivesNothingAway(t *testing.T) {
	p := &placer{o: &Options{Counter: eval.Words}, between: " ", length: 100, banned: []string{"secret"}}
	p.src = &own{lang: english, left: sentencesOf("The longest one of them all has the Secret. Short one.")}
	if !p.change(10) || len(p.filler) != 1 || strings.Contains(p.filler[0].text, "Secret") {
		t.Errorf("fitted %v", p.filler)
	}
}

func TestFitUsesASentenceOnce(t *testing.T) {
	cost := func(s sentence) int { return eval.Words.Count(s.text) }
	w := &own{lang: english, left: sentencesOf("One two three. Four five. One two three four five six.\nSeven eight.")}
	for _, want := range []struct {
		room int
		text string
	}{{4, "One two three."}, {3, "Four five."}, {5, "One two three four five"}, {2, "Seven eight."}, {2, ""}} {
		if s, ok := w.fit(want.room, cost); s.text != want.text || ok != (want.text != "") || s.opens {
			t.Errorf("for %d words: %q, %v; want %q", want.room, s.text, ok, want.text)
		}
	}
}

// dear counts more for a text than for its sentences together.
type dear struct{ tokenize.Counter }

func (d dear) Count(text string) int { return d.Counter.Count(text) + 40*min(1, len(text)/1000) }

func TestOtherCounters(t *testing.T) {
	for _, c := range []tokenize.Counter{eval.Words, dear{counter(t)}} {
		for _, it := range generate(t, Options{Counter: c, Language: "en", Lengths: []int{600}, Depths: []float64{0.5}}).Items {
			checkItem(t, c, it)
		}
	}
	// Characters are small: a third of the text is soon full of sentences like the fact.
	o := Options{Counter: eval.Chars, Kinds: []string{"number"}, Lengths: []int{500}, Depths: []float64{0.5}}
	if it := generate(t, o).Items[0]; strings.Count(it.Context, "estor") > 4 {
		t.Errorf("not much else: %s", it.Context)
	}
	o.Kinds, o.Lengths = []string{"multiquery"}, []int{MinLength}
	if _, err := Generate(o); err == nil || !strings.Contains(err.Error(), "length must be at least") {
		t.Errorf("facts that fill the text: %v", err)
	}
}

func TestScenesDiffer(t *testing.T) {
	for _, l := range languages {
		teller := newTeller(l, rand.New(rand.NewPCG(1, 1)))
		seen := map[string]bool{}
		for range 20 {
			teller.open()
			seen[teller.scene["P"]] = true
			for name, s := range teller.scene {
				if s == "" {
					t.Errorf("%s: %s is empty", l.code, name)
				}
			}
		}
		if len(seen) < 15 {
			t.Errorf("%s: %d persons in 20 scenes", l.code, len(seen))
		}
	}
}

func TestRefuses(t *testing.T) {
	for name, o := range map[string]Options{
		"kind":           {Kinds: []string{"double"}},
		"kind_twice":     {Kinds: []string{"single", "single"}},
		"kind_language":  {Kinds: []string{"single-zh"}, Language: "en"},
		"language":       {Language: "fr"},
		"too_short":      {Lengths: []int{MinLength - 1}},
		"length_twice":   {Lengths: []int{500, 500}},
		"depth_below_0":  {Depths: []float64{-0.01}},
		"depth_above_1":  {Depths: []float64{1.01}},
		"depth_nan":      {Depths: []float64{math.NaN()}},
		"one_depth":      {Depths: []float64{0.501, 0.502}},
		"repeats":        {Repeats: -1},
		"haystack_other": {Kinds: []string{"single-zh"}, Haystack: "English text."},
	} {
		if _, err := Generate(o); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	_, err := Generate(Options{Language: "fr", Repeats: -1})
	if err == nil || !strings.Contains(err.Error(), "language") || !strings.Contains(err.Error(), "repeats") {
		t.Errorf("not all that is wrong is said: %v", err)
	}
}

func TestWhere(t *testing.T) {
	kind, length, depth, repeat, ok := Where("single-zh-4000-d0.25-r3")
	if kind != "single-zh" || length != 4000 || depth != 0.25 || repeat != 3 || !ok {
		t.Error(kind, length, depth, repeat, ok)
	}
	for _, id := range []string{"", "single", "double-4000-d0.25-r3", "single-4000-0.25-r3", "single-x-d0.25-r3", "single-4000-d0.25-rx"} {
		if _, _, _, _, ok := Where(id); ok {
			t.Errorf("%q is taken", id)
		}
	}
}

func TestDepthOf(t *testing.T) {
	for _, tt := range []struct {
		depth float64
		i, n  int
		want  float64
	}{{0, 0, 1, 0}, {1, 0, 1, 1}, {0, 1, 2, 0.5}, {0.75, 1, 2, 0.25}, {1, 1, 2, 0.5}, {0.5, 2, 4, 1}} {
		if got := depthOf(tt.depth, tt.i, tt.n); got != tt.want {
			t.Errorf("fact %d of %d at %v: %v; want %v", tt.i, tt.n, tt.depth, got, tt.want)
		}
	}
}

func TestSentencesOf(t *testing.T) {
	for text, want := range map[string]string{
		"One. Two!  Three?":         "^One.|Two!|Three?",
		"He said \"No.\" And left.": "^He said \"No.\"|And left.",
		"Pay 3.50 now.\n\nThen go":  "^Pay 3.50 now.|^Then go",
		"好。不好！“行？”走":                "^好。|不好！|“行？”|走",
		" \n ":                      "",
	} {
		var got []string
		for _, s := range sentencesOf(text) {
			if s.opens {
				s.text = "^" + s.text
			}
			got = append(got, s.text)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q; want %q", text, got, want)
		}
	}
	for _, s := range sentencesOf(strings.Repeat("水", 1000) + strings.Repeat("word ", 500)) {
		if len(s.text) > 1000 || !utf8.ValidString(s.text) {
			t.Errorf("a sentence of %d bytes", len(s.text))
		}
	}
}

func FuzzHaystack(f *testing.F) {
	f.Add("Some text. With sentences, and \"quotes.\" And more!", uint64(1), uint16(300), uint8(50))
	f.Add("水在流。山不动。\n风起了", uint64(2), uint16(500), uint8(0))
	f.Add("\xff\xfe no end", uint64(3), uint16(0), uint8(100))
	f.Fuzz(func(t *testing.T, text string, seed uint64, length uint16, depth uint8) {
		if len(text) > 200 {
			text = text[:200]
		}
		o := Options{
			Lengths: []int{MinLength + int(length)%800}, Depths: []float64{float64(depth%101) / 100}, Seed: seed,
			Haystack: strings.Repeat(text+"\n", 150),
		}
		set, err := Generate(o)
		if err != nil {
			if !strings.Contains(err.Error(), "hand in more text") && !strings.Contains(err.Error(), "ask for another length") {
				t.Error(err)
			}
			return
		}
		for _, it := range set.Items {
			if n := it.Length; n > o.Lengths[0] || n < o.Lengths[0]-o.Lengths[0]/50 || !utf8.ValidString(it.Context) {
				t.Errorf("%s has %d tokens", it.ID, n)
			}
			for i, n := range it.Needles {
				if strings.Count(it.Context, n) != timesOf(it, i) {
					t.Errorf("%s: %q is there %d times", it.ID, n, strings.Count(it.Context, n))
				}
			}
		}
	})
}

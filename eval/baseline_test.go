package eval

import (
	"context"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
)

const story = "The committee met in Paris. It was a long, long day!\nNobody spoke about the weather. " +
	"The contract cost 1,250 euros per month.  Was it renewed? It was not."

func storyItem() Item {
	return Item{ID: "s", Dataset: "t", Language: "en", Question: "How much did the contract cost?", Context: story,
		Answers: []string{"1,250 euros"}}
}

func TestBaselinesKeepExactlyTheirWords(t *testing.T) {
	item := storyItem()
	total := Words.Count(story)
	for _, arm := range Baselines(7, DocFreqOfItems([]Item{item})) {
		for n := 1; n <= total; n++ {
			k, err := arm.Compress(context.Background(), item, Limit{Units: n, Counter: Words})
			if err != nil {
				t.Fatal(err)
			}
			if got := Words.Count(k.Text); got != n {
				t.Errorf("%s keeps %d words of %d allowed: %q", arm.Name(), got, n, k.Text)
			}
			checkSpans(t, arm.Name(), item.Context, k)
		}
		k, _ := arm.Compress(context.Background(), item, Limit{Units: total, Counter: Words})
		if k.Text != story {
			t.Errorf("%s at rate 1 is %q", arm.Name(), k.Text)
		}
	}
}

// Characters of Chinese cost less together than alone; baselines must get their due all
// the same.
func TestBaselinesFillTheirLimit(t *testing.T) {
	counter, err := CounterFor("")
	if err != nil {
		t.Fatal(err)
	}
	item := Item{ID: "z", Language: "zh", Question: "会议在哪里召开？", Context: strings.Repeat("委员会昨天在北京召开会议，讨论了明年的预算和城市交通的发展计划。没有人谈到天气，也没有人提出反对意见！", 8)}
	limit := LimitFor(item.Context, 0.5, counter)
	for _, arm := range Baselines(3, DocFreqOfItems([]Item{item})) {
		k, err := arm.Compress(context.Background(), item, limit)
		if err != nil {
			t.Fatal(err)
		}
		if n := counter.Count(k.Text); n > limit.Units || n < limit.Units-3 {
			t.Errorf("%s keeps %d tokens of %d allowed", arm.Name(), n, limit.Units)
		}
		joined := ""
		for _, s := range k.Spans {
			joined += item.Context[s.Start:s.End]
		}
		if joined != k.Text {
			t.Errorf("%s: text %q, spans %q", arm.Name(), k.Text, joined)
		}
	}
}

// Lines, spaces and tokens cost more or less together than alone; whatever the joints are,
// the next unit would not fit.
func TestFillGoesToItsLimit(t *testing.T) {
	counter, err := CounterFor("")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"prose": story, "code": strings.Repeat(codeText, 2), "lines": strings.Repeat("a\n\n\n    b\n", 30)} {
		units := unitSpans(text)
		for _, limit := range []int{5, 20, 33} {
			item := Item{ID: name, Context: text, Question: "save the config in Paris"}
			for _, arm := range Baselines(3, DocFreqOfItems([]Item{item})) {
				rank := arm.(ranked).rank(item, units)
				k := fill(text, units, rank, Limit{Units: limit, Counter: counter})
				n := 0 // units that were kept
				for _, s := range k.Spans {
					n += len(unitSpans(text[s.Start:s.End]))
				}
				if got := counter.Count(k.Text); got > limit || k.Text != render(text, units, rank[:n]).Text {
					t.Errorf("%s of %s: %d tokens of %d: %q", arm.Name(), name, got, limit, k.Text)
				}
				if n == len(units) {
					t.Fatalf("%s has only %d units", name, n)
				}
				if more := counter.Count(render(text, units, rank[:n+1]).Text); more <= limit {
					t.Errorf("%s of %s: the next unit makes %d tokens of %d", arm.Name(), name, more, limit)
				}
			}
		}
	}
}

func TestRenderKeepsLineEnds(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		keep       []int // units
		want       string
	}{
		{"whole", "a b\n\n  c", []int{0, 1, 2}, "a b\n\n  c"},
		{"space", "a b c", []int{0, 2}, "a c"},
		{"spaces", "a \t b\u00a0 c", []int{0, 2}, "a c"},
		{"line_between", "a\nb\nc", []int{2, 0}, "a\nc"},
		{"lines_are_one", "a\n\n\nb\n\n\nc", []int{0, 2}, "a\nc"},
		{"indent_is_lost", "a\n  b\n  c", []int{0, 2}, "a\nc"},
		{"line_end_somewhere", "a b\nc d", []int{0, 3}, "a\nd"},
		{"windows", "a\r\nb\r\nc", []int{0, 2}, "a\nc"},
		{"nothing_between", "北京市", []int{0, 2}, "北市"},
		{"line_in_chinese", "北京\n上海", []int{0, 3}, "北\n海"},
		{"ends_are_left", "\na b\n", []int{1}, "b"},
	} {
		if got := render(tt.text, unitSpans(tt.text), tt.keep); got.Text != tt.want {
			t.Errorf("%s: %q; want %q", tt.name, got.Text, tt.want)
		}
	}
}

// checkSpans wants ascending, disjoint spans that hold the words of the text.
func checkSpans(t *testing.T, arm, source string, k Kept) {
	t.Helper()
	var words []string
	end := 0
	for _, s := range k.Spans {
		if s.Start < end || s.End <= s.Start || s.End > len(source) {
			t.Fatalf("%s: bad spans %v", arm, k.Spans)
		}
		words = append(words, strings.Fields(source[s.Start:s.End])...)
		end = s.End
	}
	if got := strings.Fields(k.Text); strings.Join(got, " ") != strings.Join(words, " ") {
		t.Errorf("%s: text %q, spans %q", arm, got, words)
	}
}

func TestBaselineChoice(t *testing.T) {
	df := NewDocFreq("test")
	for range 3 {
		df.Add(strings.NewReplacer("Paris", "", "euros", "").Replace(story))
	}
	arms := map[string]Arm{}
	for _, a := range append(Baselines(7, df), Full()) {
		arms[a.Name()] = a
	}
	for _, tt := range []struct {
		arm   string
		words int
		want  string
	}{
		{"none", 1, story},
		{"head", 3, "The committee met"},
		{"tail", 3, "It was not."},
		{"middle", 5, "The committee met\nwas not."},
		{"idf", 2, "Paris.\neuros"},
		{"bm25", 4, "The contract cost 1,250"},
		{"bm25", 9, "The committee\nThe contract cost 1,250 euros per month."},
	} {
		k, err := arms[tt.arm].Compress(context.Background(), storyItem(), Limit{Units: tt.words, Counter: Words})
		if err != nil || k.Text != tt.want {
			t.Errorf("%s at %d words: got %q, %v; want %q", tt.arm, tt.words, k.Text, err, tt.want)
		}
	}
}

func TestRandomFollowsSeedAndItem(t *testing.T) {
	draw := func(seed uint64, id string) string {
		item := storyItem()
		item.ID = id
		k, _ := Random(seed).Compress(context.Background(), item, Limit{Units: 8, Counter: Words})
		return k.Text
	}
	first, second := draw(1, "a"), draw(1, "a")
	if first != second {
		t.Error("one seed, two draws")
	}
	if first == draw(2, "a") || first == draw(1, "b") {
		t.Error("seed or item does not matter")
	}
}

// bytesOf counts bytes, as a tokenizer would whose every byte is a token.
type bytesOf struct{}

func (bytesOf) Name() string       { return "bytes" }
func (bytesOf) Exact() bool        { return true }
func (bytesOf) Count(s string) int { return len(s) }

func FuzzFillHoldsItsBudget(f *testing.F) {
	f.Add(story, uint8(40), "random")
	f.Add("北京，a 上海\xff\u00a0 à b", uint8(3), "tail")
	f.Fuzz(func(t *testing.T, text string, n uint8, name string) {
		item := Item{ID: "f", Context: text, Question: "a b"}
		for _, arm := range Baselines(1, NewDocFreq("none")) {
			k, err := arm.Compress(context.Background(), item, Limit{Units: int(n), Counter: bytesOf{}})
			if err != nil {
				t.Fatal(err)
			}
			if len(k.Text) > int(n) {
				t.Errorf("%s keeps %d bytes of %d", arm.Name(), len(k.Text), n)
			}
			end := 0
			for _, s := range k.Spans {
				if s.Start < end || s.End <= s.Start || s.End > len(text) {
					t.Fatalf("%s: bad spans %v", arm.Name(), k.Spans)
				}
				end = s.End
			}
		}
	})
}

func FuzzUnits(f *testing.F) {
	f.Add("a 北京b。\u00a0c\xff. d\n")
	f.Fuzz(func(t *testing.T, text string) {
		var joined strings.Builder
		Words.Pieces(text, func(p string, _ int) bool { joined.WriteString(p); return true })
		if joined.String() != text {
			t.Errorf("pieces of %q are %q", text, joined.String())
		}
		end := 0
		for _, s := range sentenceSpans(text) {
			if s.Start != end || s.End <= s.Start {
				t.Fatalf("sentences of %q do not tile it", text)
			}
			end = s.End
		}
		if end != len(text) {
			t.Errorf("sentences of %q end at %d", text, end)
		}
		squeeze := func(spans []pith.Span) string {
			var b strings.Builder
			for _, u := range spans {
				b.WriteString(text[u.Start:u.End])
			}
			return b.String()
		}
		if w, u, c := squeeze(wordSpans(text)), squeeze(unitSpans(text)), squeeze(charSpans(text)); w != u || w != c {
			t.Errorf("words %q, units %q, characters %q", w, u, c)
		}
	})
}

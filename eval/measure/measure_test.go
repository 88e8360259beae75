package measure

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/eval"
)

// value is what m says of kept words of item's context; -1 where it does not apply.
func value(t testing.TB, m Measure, item eval.Item, kept eval.Kept) float64 {
	t.Helper()
	v, ok, err := m.Of(context.Background(), item, kept)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return -1
	}
	if !(v >= 0 && v <= 1) {
		t.Fatalf("%s is %v", m.Name(), v)
	}
	return v
}

// all is the whole of an item's context.
func all(item eval.Item) eval.Kept {
	k, _ := eval.Full().Compress(context.Background(), item, eval.Limit{})
	return k
}

func TestAll(t *testing.T) {
	var names []string
	for _, m := range All() {
		names = append(names, m.Name())
		if !strings.Contains(m.About(), "0") || strings.Contains(m.About(), "\n") {
			t.Errorf("%s: about %q", m.Name(), m.About())
		}
	}
	if got := strings.Join(names, " "); got != "survival needles all_needles rouge1 rouge2 rougeL numbers names negations code_names" {
		t.Errorf("measures are %s", got)
	}
	ms, err := ByName([]string{"names", "survival"})
	if err != nil || len(ms) != 2 || ms[0].Name() != "names" || ms[1].Name() != "survival" {
		t.Errorf("by name: %v, %v", ms, err)
	}
	if _, err := ByName([]string{"rouge3"}); err == nil || !strings.Contains(err.Error(), "negations") {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, m := range All() {
		if _, _, err := m.Of(ctx, eval.Item{}, eval.Kept{}); err != context.Canceled {
			t.Errorf("%s: %v", m.Name(), err)
		}
	}
}

func TestSurvival(t *testing.T) {
	item := eval.Item{Language: "en", Context: "The ferry left Oban at dawn.", Answers: []string{"oban", "Oban harbour"}}
	long := item
	long.Answers = []string{strings.TrimSpace(strings.Repeat("word ", 21))}
	long.Context = long.Answers[0]
	edge := long
	edge.Answers = []string{strings.TrimSpace(strings.Repeat("word ", 20))}
	absent := item
	absent.Answers = []string{"Mull"}
	code := item
	code.Dataset = "repobench-p"
	count := item
	count.Dataset = "passage_count"
	needle := item
	needle.Needles = []string{"Oban"}
	zh := eval.Item{Language: "zh", Context: "渡船清晨离开了奥本港。", Answers: []string{"奥本"}}
	for name, tt := range map[string]struct {
		item eval.Item
		kept string
		want float64
	}{
		"there":               {item, "left Oban", 1},
		"in_another_case":     {item, "OBAN", 1},
		"inside_a_word":       {item, "Obanite", 0},
		"gone":                {item, "The ferry left at dawn.", 0},
		"nothing_kept":        {item, "", 0},
		"not_in_the_text":     {absent, "Mull", -1},
		"over_20_words":       {long, long.Context, -1},
		"20_words":            {edge, edge.Context, 1},
		"code":                {code, "Oban", -1},
		"count":               {count, "Oban", -1},
		"needles":             {needle, "Oban", -1},
		"chinese_inside_text": {zh, "离开了奥本港", 1},
		"chinese_gone":        {zh, "离开了奥", 0},
	} {
		if got := value(t, Survival(""), tt.item, eval.Kept{Text: tt.kept}); got != tt.want {
			t.Errorf("%s: %v; want %v", name, got, tt.want)
		}
	}
}

// Such answers stand in a text whatever it says, or say nothing about what was kept.
func TestSurvivalOfAnswersThatSayNothing(t *testing.T) {
	for name, tt := range map[string]struct {
		language, question, context string
		answers                     []string
		applies                     bool
	}{
		"a_name":                 {"en", "Who left?", "Ada Bell left.", []string{"Ada Bell"}, true},
		"yes":                    {"en", "Did she?", "Yes, she left.", []string{"Yes."}, false},
		"no":                     {"en", "Did she?", "No one left.", []string{"no"}, false},
		"false":                  {"en", "Did she?", "That is false.", []string{"False"}, false},
		"yes_and_more":           {"en", "Did she?", "Yes, she did.", []string{"yes she did"}, true},
		"a_letter":               {"en", "Which?", "Plan B it is.", []string{"(B)"}, false},
		"a_digit":                {"en", "How many?", "There are 3.", []string{"3"}, false},
		"a_percentage":           {"en", "How many?", "There are 3.", []string{"3%"}, false},
		"two_digits":             {"en", "How many?", "There are 31.", []string{"31"}, true},
		"a_digit_in_words":       {"en", "How many?", "There are three.", []string{"Three"}, false},
		"in_the_question":        {"en", "Was ADA-BELL or Tom Hall born first?", "Ada Bell was.", []string{"Ada Bell!"}, false},
		"words_apart":            {"en", "Did Ada, or Bell?", "Ada Bell did.", []string{"Ada Bell"}, true},
		"part_in_the_question":   {"en", "Who is Bell?", "Ada Bell is.", []string{"Ada Bell"}, true},
		"inside_its_words":       {"en", "Where do Obanites live?", "In Oban.", []string{"Oban"}, true},
		"another_counts":         {"en", "Is Ada there?", "Yes, Ada, in Leeds.", []string{"yes", "Ada", "Leeds"}, true},
		"another_is_not_there":   {"en", "Is Ada there?", "Yes, Ada, in Leeds.", []string{"yes", "Ada", "York"}, false},
		"chinese":                {"zh", "船去哪里？", "船去上海。", []string{"上海"}, true},
		"chinese_yes":            {"zh", "船去吗？", "是的，船去上海。", []string{"是的。"}, false},
		"chinese_no":             {"zh", "船去吗？", "不是，车去上海。", []string{"不是"}, false},
		"chinese_character":      {"zh", "谁去？", "船去上海。", []string{"船。"}, false},
		"chinese_digit":          {"zh", "几人？", "共 ５ 人。", []string{"５"}, false},
		"chinese_in_question":    {"zh", "北京和上海，哪里更大？", "上海更大。上海。", []string{"上海。"}, false},
		"chinese_part_of_number": {"zh", "2015年有几人？", "共计15人，即15。", []string{"15"}, true},
	} {
		item := eval.Item{Language: tt.language, Question: tt.question, Context: tt.context, Answers: tt.answers}
		want := -1.0
		if tt.applies {
			want = 1
		}
		if got := value(t, Survival(""), item, all(item)); got != want {
			t.Errorf("%s: %v; want %v", name, got, want)
		}
	}
	item := eval.Item{Question: "Is Ada there?", Context: "Yes, Ada, in Leeds.", Answers: []string{"yes", "Ada", "Leeds"}}
	if got := value(t, Survival(""), item, eval.Kept{Text: "Yes, Ada"}); got != 0 {
		t.Errorf("what the question says is kept: %v", got)
	}
}

// A refusal kept nothing: it has no more than that, and nothing to be proud of.
func TestRefusals(t *testing.T) {
	needles := sample()
	needles.Needles = []string{"Ada Bell"}
	code := eval.Item{Dataset: "lcc", Language: "code", Context: "def part_a(x):\n", Question: "x = 3\n", Answers: []string{"part_a(x)"}}
	applied := map[string]bool{}
	for _, m := range All() {
		for _, item := range []eval.Item{sample(), needles, code} {
			if value(t, m, item, all(item)) < 0 {
				continue
			}
			applied[m.Name()] = true
			want := 0.0
			if m.Name() == "negations" {
				want = -1
			}
			if got := value(t, m, item, eval.Kept{Refused: true}); got != want {
				t.Errorf("%s of a refusal: %v; want %v", m.Name(), got, want)
			}
		}
	}
	if len(applied) != len(All()) {
		t.Errorf("only %v were tried", applied)
	}
}

func TestSurvivalRefusesAMatch(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an unknown match is taken")
		}
	}()
	Survival("x")
}

func TestNeedles(t *testing.T) {
	item := eval.Item{Context: "a b c d", Needles: []string{"b c", "d", "", "absent"}}
	for kept, want := range map[string]float64{"a b c d": 1, "b d": 0.5, "b  c": 0, "": 0} {
		if got := value(t, Needles(), item, eval.Kept{Text: kept}); got != want {
			t.Errorf("%q: %v; want %v", kept, got, want)
		}
	}
	if got := value(t, Needles(), eval.Item{Context: "a", Needles: []string{"b"}}, eval.Kept{Text: "b"}); got != -1 {
		t.Errorf("no needle in the text: %v", got)
	}
}

// sample has something for each measure.
func sample() eval.Item {
	return eval.Item{
		ID: "s", Dataset: "t", Language: "en",
		Context: "In 2004 the council heard Ada Bell of Leeds. She did not accept 1,250 pounds, and nobody paid 15 percent without a vote. " +
			"The bridge, she told Sir Tom Hall, was never closed. They can't reopen it.",
		Answers: []string{"Ada Bell", "In 2004 Ada Bell told Tom Hall that she had not taken the 1250 pounds, which was 15% of the price " +
			"the council had wanted to pay for its bridge."},
	}
}

func TestFullTextIsBest(t *testing.T) {
	needles := sample()
	needles.Needles = []string{"Ada Bell", "never closed"}
	for _, m := range All() {
		for _, item := range []eval.Item{sample(), needles} {
			got := value(t, m, item, all(item))
			if again := value(t, m, item, eval.Kept{Text: item.Context}); again != got {
				t.Errorf("%s: %v with spans, %v without", m.Name(), got, again)
			}
			switch {
			case strings.HasPrefix(m.Name(), "rouge"):
				if got < 0.1 || got > 0.9 {
					t.Errorf("%s is %v", m.Name(), got)
				}
			case got != 1 && got != -1:
				t.Errorf("%s is %v", m.Name(), got)
			}
		}
	}
	for _, m := range All() {
		if !strings.HasSuffix(m.Name(), "needles") && m.Name() != "code_names" && value(t, m, sample(), all(sample())) < 0 {
			t.Errorf("%s does not apply to the sample", m.Name())
		}
	}
}

// FuzzLaws keeps some words of a text, and then more.
func FuzzLaws(f *testing.F) {
	f.Add(sample().Context, sample().Answers[1], uint64(0x5555), uint64(1))
	f.Add("他没有去上海。2004年不是好年。", "他没有去上海, 2004年", uint64(3), uint64(4))
	f.Add("don't  No. 5 non-Such 1-2-3-4 １２％ \xff\xfe", "５ 1,234,567", uint64(1), uint64(0))
	f.Fuzz(func(t *testing.T, text, answer string, keep, more uint64) {
		item := eval.Item{Context: text, Answers: []string{answer, text[:min(len(text), 20)]}, Needles: []string{text[:min(len(text), 7)]}}
		small, large := keptWords(text, keep), keptWords(text, keep|more)
		for _, m := range All() {
			a, b := value(t, m, item, small), value(t, m, item, large)
			full := value(t, m, item, all(item))
			if (a < 0) != (full < 0) || (b < 0) != (full < 0) {
				t.Fatalf("%s applies by what was kept: %v %v %v", m.Name(), a, b, full)
			}
			switch m.Name() {
			case "rouge1", "rougeL", "numbers":
				if m.Name() == "numbers" && (strings.Contains(strings.ToLower(text), "per") || strings.ContainsAny(text, "%％")) {
					continue // a word between takes 15 percent apart
				}
				if a > b || b > full {
					t.Errorf("%s falls with more words: %v, %v, %v\n%q\n%q", m.Name(), a, b, full, small.Text, large.Text)
				}
			case "rouge2", "needles", "survival", "names":
				more := eval.Kept{Text: small.Text + " " + text}
				if c := value(t, m, item, more); c < a {
					t.Errorf("%s falls with more text: %v, %v", m.Name(), a, c)
				}
			}
			if !strings.HasPrefix(m.Name(), "rouge") && full != 1 && full != -1 {
				t.Errorf("%s of the whole text is %v", m.Name(), full)
			}
		}
		checkAlign(t, text, small.Text)
	})
}

// keptWords keeps word i of text if bit i%64 of keep is set.
func keptWords(text string, keep uint64) eval.Kept {
	var k eval.Kept
	var words []string
	at := 0
	for i, w := range strings.Fields(text) {
		at += strings.Index(text[at:], w)
		if keep>>(i%64)&1 == 1 {
			words = append(words, w)
			k.Spans = append(k.Spans, pith.Span{Start: at, End: at + len(w)})
		}
		at += len(w)
	}
	if k.Spans == nil {
		k.Spans = []pith.Span{}
	}
	k.Text = strings.Join(words, " ")
	return k
}

func TestRemembersByAllThatCounts(t *testing.T) {
	base := eval.Item{Context: "Ada met Tom in 2004.", Answers: []string{"Tom"}}
	other, code, count, needle, asked := base, base, base, base, base
	other.Answers, code.Dataset, count.Dataset, needle.Needles = []string{"Ada"}, "lcc", "passage_count", []string{"Ada"}
	asked.Question = "Did Ada meet Tom?"
	m := Survival("")
	for i, tt := range []struct {
		item eval.Item
		want float64
	}{{base, 1}, {other, 0}, {code, -1}, {count, -1}, {needle, -1}, {asked, -1}, {base, 1}} {
		if got := value(t, m, tt.item, eval.Kept{Text: "Tom"}); got != tt.want {
			t.Errorf("item %d: %v; want %v", i, got, tt.want)
		}
	}
}

func TestForgetsTheOldest(t *testing.T) {
	var m memo[int]
	calls := 0
	find := func(eval.Item) (int, bool) { calls++; return calls, true }
	of := func(i int) int {
		v, _ := m.of(eval.Item{Context: fmt.Sprint(i)}, find)
		return v
	}
	for i := range memoSize {
		of(i)
	}
	if first := of(0); first != 1 || calls != memoSize {
		t.Errorf("the first is %d after %d calls", first, calls)
	}
	of(memoSize)
	if len(m.byID) != memoSize || of(1) != 2 || of(0) != memoSize+2 {
		t.Errorf("%d entries, %d calls", len(m.byID), calls)
	}
}

func TestConcurrentUse(t *testing.T) {
	ms := All()
	want := make([]float64, len(ms))
	kept := keptWords(sample().Context, 0xf3f3)
	for i, m := range All() {
		want[i] = value(t, m, sample(), kept)
	}
	done := make(chan string)
	for g := range 8 {
		go func() {
			for i := range 3 * len(ms) {
				k := (g + i) % len(ms)
				if v, ok, err := ms[k].Of(context.Background(), sample(), kept); err != nil || ok && v != want[k] {
					done <- fmt.Sprintf("%s: %v, %v; want %v", ms[k].Name(), v, err, want[k])
					return
				}
			}
			done <- ""
		}()
	}
	for range 8 {
		if msg := <-done; msg != "" {
			t.Error(msg)
		}
	}
}

// Answers that follow examples, and labels, stand in the text by chance if they do.
func TestTasksWhoseAnswersAreNotInTheText(t *testing.T) {
	for _, m := range []Measure{Survival(eval.MatchWords), Numbers(), Names(), RougeRecall(1)} {
		for _, task := range []string{"gsm8k", "bbh_navigate", "triviaqa", "triviaqa_e", "samsum", "passage_retrieval_en"} {
			item := sample()
			item.Dataset = task
			if got := value(t, m, item, all(item)); got != -1 {
				t.Errorf("%s applies to %s", m.Name(), task)
			}
		}
		item := sample()
		item.Classes = []string{"A", "B"}
		if got := value(t, m, item, all(item)); got != -1 {
			t.Errorf("%s applies to a choice", m.Name())
		}
	}
}

func TestLiteralAnswersAreNoPartOfLongerNumbers(t *testing.T) {
	item := eval.Item{ID: "z", Language: "zh", Context: "第12段说明收入增长了25.89%，共计15人。", Answers: []string{"25"}}
	m := Survival(eval.MatchWords)
	if got := value(t, m, item, all(item)); got != -1 {
		t.Errorf("25 stands in 25.89: %v", got)
	}
	item.Answers = []string{"15人"}
	for kept, want := range map[string]float64{"共计15人": 1, "共计115人": 0, "计115人，15人": 1, "15": 0} {
		if got := value(t, m, item, eval.Kept{Text: kept}); got != want {
			t.Errorf("15人 in %q: %v", kept, got)
		}
	}
}

func TestAllNeedles(t *testing.T) {
	item := eval.Item{ID: "n", Context: "the key of Ada is 77", Needles: []string{"Ada", "77"}}
	for kept, want := range map[string]float64{"Ada 77": 1, "77": 0, "": 0} {
		if got := value(t, AllNeedles(), item, eval.Kept{Text: kept}); got != want {
			t.Errorf("%q: %v", kept, got)
		}
	}
	if got := value(t, AllNeedles(), sample(), all(sample())); got != -1 {
		t.Errorf("without needles: %v", got)
	}
}

func TestCodeNames(t *testing.T) {
	item := eval.Item{ID: "c", Dataset: "lcc", Language: "code", Context: "def part_a(x):\n    return x\n\ndef part_b(y):\n    return y\n",
		Question: "def main():\n    x = 3\n", Answers: []string{"    part_a(part_b(x))"}}
	m := CodeNames()
	for kept, want := range map[string]float64{item.Context: 1, "def part_a(x):\n    return x\n": 0.5, "": 0, "# part_a and part_b left out\n": 0} {
		if got := value(t, m, item, eval.Kept{Text: kept}); got != want {
			t.Errorf("%q: %v; want %v", kept, got, want)
		}
	}
	item.Dataset = "hotpotqa"
	if got := value(t, m, item, all(item)); got != -1 {
		t.Errorf("of a question: %v", got)
	}
	item.Dataset, item.Answers = "repobench-p_e", []string{"    return 3"}
	if got := value(t, m, item, all(item)); got != -1 {
		t.Errorf("without names: %v", got)
	}
}

// Every arm is judged by the same rule: a line that it keeps whole is one, whatever was
// left out around it.
func TestCodeNamesOfLinesApart(t *testing.T) {
	var lines, names []string
	df := eval.NewDocFreq("test")
	for i := range 12 {
		name := fmt.Sprintf("part_%c", 'a'+i)
		line := name + "(odd)"
		if i%2 == 0 {
			line = name + "(even)"
			df.Add(line) // the others are rarer
		}
		lines, names = append(lines, line), append(names, name)
	}
	item := eval.Item{ID: "c", Dataset: "lcc", Language: "code", Context: strings.Join(lines, "\n  ") + "\n", Question: "x = odd\n",
		Answers: []string{strings.Join(names, " + ")}}
	for _, arm := range eval.Baselines(1, df) {
		apart := false
		for n := 1; n < len(lines); n++ {
			kept, err := arm.Compress(context.Background(), item, eval.Limit{Units: n, Counter: eval.Words})
			if err != nil {
				t.Fatal(err)
			}
			apart = apart || len(kept.Spans) > 1
			if got, want := value(t, CodeNames(), item, kept), float64(n)/float64(len(lines)); got != want {
				t.Errorf("%s keeps %d of %d lines and %v of their names: %q", arm.Name(), n, len(lines), got, kept.Text)
			}
		}
		if !apart && arm.Name() != "head" && arm.Name() != "tail" {
			t.Errorf("%s keeps no lines apart", arm.Name())
		}
	}
}

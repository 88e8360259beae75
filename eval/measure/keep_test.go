package measure

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

func TestNumbersOf(t *testing.T) {
	for text, want := range map[string]string{
		"in 2004, 2005":               "2004 2005",
		"£1,250.75 and 1,234,567":     "1250.75 1234567",
		"1,2,3 and 12,34":             "1,2,3 12,34",
		"1234,567":                    "1234,567",
		"15% 15 percent 15 per cent":  "15% 15% 15%",
		"15 persons, 15 perc":         "15 15",
		"2004-05-17 5/17/04":          "2004-05-17 5/17/04",
		"2008-09, 3/4, 1-2-3-4":       "2008 09 3 4 1 2 3 4",
		"v1.10.2, 10:30. 7":           "1.10.2 10:30 7",
		"B12 90s x":                   "12 90",
		"１２％，2004年":                   "12% 2004",
		"12-percent, 5.":              "12% 5",
		"no digits, three, 三":         "",
		"١٢":                          "", // of other scripts
		"2004-05-17-3":                "2004 05 17 3",
		"1.000,5":                     "1.000,5",
		"1.5,678":                     "1.5,678",
		"12,345 12,3456 1,234.5,678 ": "12345 12,3456 1,234.5,678",
	} {
		if got := strings.Join(wanted(text), " "); got != want {
			t.Errorf("%q: %q; want %q", text, got, want)
		}
	}
}

func TestNumbers(t *testing.T) {
	item := eval.Item{Context: "Of 1,250 boats 15 percent sank in 2004.", Answers: []string{"1250", "15% in 2004, 99 more"}}
	for kept, want := range map[string]float64{
		"1,250 boats 15 percent 2004": 3, "15 sank": 0, "15% 2004": 2, "1250": 1, "12500": 0, "": 0,
	} {
		if got := value(t, Numbers(), item, eval.Kept{Text: kept}); math.Abs(got*3-want) > 1e-12 {
			t.Errorf("%q: %v of 3; want %v", kept, got*3, want)
		}
	}
	item.Answers = []string{"15"}
	if got := value(t, Numbers(), item, eval.Kept{Text: "15 percent"}); got != 1 {
		t.Errorf("a percentage is no number: %v", got)
	}
	item.Answers = []string{"99"}
	if got := value(t, Numbers(), item, all(item)); got != -1 {
		t.Errorf("no common number: %v", got)
	}
}

func TestNamesIn(t *testing.T) {
	text := "Yesterday Ada Bell met Mr. Tom Hall at the Leeds-Bradford airport. Rain fell, and J. R. Pym wrote to O'Neil, who I think was late; " +
		"the Ritz said nothing.\nBath was full. In Bath, Rain"
	for answer, want := range map[string]string{
		"Ada Bell":              " Ada Bell ",
		"ada bell":              "",
		"Ada":                   " Ada ",
		"Then Ada Bell left":    " Ada Bell ",
		"The Ritz":              " Ritz ",
		"Tom Hall and Tom Hall": " Tom Hall ",
		"Leeds-Bradford":        " Leeds Bradford ",
		"It was J. R. Pym.":     " J R Pym ",
		"O'Neil":                " O Neil ",
		"Yesterday":             "", // only at a beginning
		"Hall at":               " Hall ",
		"so Bell Hall":          "", // not side by side
		"Bell Hall":             " Hall ",
		"Bath":                  " Bath ",
		"I":                     "",
	} {
		if got := strings.Join(namesIn(text, []string{answer}), "|"); got != want {
			t.Errorf("%q: %q; want %q", answer, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	item := eval.Item{Context: "Then Ada Bell met Tom Hall.", Answers: []string{"Ada Bell and Tom Hall"}}
	for kept, want := range map[string]float64{"Ada Bell": 0.5, "Ada Bell Tom Hall": 1, "Ada met Tom": 0, "Adam Ada Bell, Tom-Hall": 1, "ada bell": 0} {
		if got := value(t, Names(), item, eval.Kept{Text: kept}); got != want {
			t.Errorf("%q: %v; want %v", kept, got, want)
		}
	}
	item.Language = "zh"
	if got := value(t, Names(), item, all(item)); got != -1 {
		t.Errorf("Chinese: %v", got)
	}
}

func TestNegationsIn(t *testing.T) {
	for text, want := range map[string]string{
		"It was not the best.":       "not best",
		"They don’t agree":           "don’t agree",
		"We can't, he said":          "",
		"Never go. No":               "Never go",
		"not. Yes":                   "",
		"No. 5 is no 6th":            "no 6th",
		"neither nor nobody came":    "neither came|nor came|nobody came",
		"not a of the to be red":     "", // too far
		"without \"any\" rain":       "without rain",
		"knots nothing-like":         "nothing like",
		"他没有去上海":                     "没 去",
		"不, 好":                       "",
		"非常好，不好":                     "不 好",
		"特别不会说":                      "不 说",
		"不仅如此":                       "",
		"别走":                         "别 走",
		"不能会要好":                      "", // too far
		"不能会好":                       "不 好",
		"not at all 好":               "not 好",
		"cannot swim, isn't it cold": "cannot swim|isn't cold",
	} {
		var got []string
		for _, n := range negationsIn(text, true) {
			got = append(got, text[n.word.Start:n.word.End]+" "+text[n.content.Start:n.content.End])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q; want %q", text, got, want)
		}
	}
	if got := negationsIn("不好", false); got != nil {
		t.Errorf("not Chinese: %v", got)
	}
}

func TestNegations(t *testing.T) {
	item := eval.Item{Context: "It is not red, never blue, and don't paint it."}
	for name, tt := range map[string]struct {
		keep uint64 // words: It is not red, never blue, and don't paint it.
		want float64
	}{
		"all":             {0x3ff, 1},
		"nothing":         {0, 1},
		"not_is_lost":     {1<<3 | 1<<4 | 1<<5, 0.5},
		"word_is_lost":    {1 << 2, 1},
		"two_of_three":    {1<<3 | 1<<4 | 1<<5 | 1<<7 | 1<<8, 2.0 / 3},
		"dont_is_lost":    {1 << 8, 0},
		"all_but_nots":    {0x3ff &^ (1<<2 | 1<<4 | 1<<7), 0},
		"only_other_word": {1 | 1<<9, 1},
	} {
		kept := keptWords(item.Context, tt.keep)
		if got := value(t, Negations(), item, kept); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s: %v; want %v", name, got, tt.want)
		}
		kept.Spans = nil
		if got := value(t, Negations(), item, kept); math.Abs(got-tt.want) > 1e-12 {
			t.Errorf("%s without spans: %v; want %v", name, got, tt.want)
		}
	}
	if got := value(t, Negations(), eval.Item{Context: "All is well."}, eval.Kept{}); got != -1 {
		t.Errorf("without negations: %v", got)
	}
	item.Language = "code"
	if got := value(t, Negations(), item, all(item)); got != -1 {
		t.Errorf("code: %v", got)
	}
}

func TestCoversTouchingSpans(t *testing.T) {
	item := eval.Item{Context: "not red"}
	kept := keptWords(item.Context, 3)
	kept.Spans[0].End = 2
	kept.Spans = slices.Insert(kept.Spans, 1, kept.Spans[0])
	kept.Spans[1].Start, kept.Spans[1].End = 2, 3
	if got := value(t, Negations(), item, kept); got != 1 {
		t.Errorf("a word in two spans: %v", got)
	}
}

// checkAlign finds what was taken out of text word by word: all of its words, in order.
func checkAlign(t *testing.T, text, kept string) {
	t.Helper()
	end := 0
	for _, s := range align(text, kept) {
		if s.Start < end || s.End <= s.Start || s.End > len(text) {
			t.Fatalf("spans do not ascend: %v", s)
		}
		end = s.End
	}
}

func TestAlign(t *testing.T) {
	text := "the cat saw the dog and the dog saw the bird"
	for kept, want := range map[string]string{
		text:               text,
		"the dog saw":      "the dog saw",
		"the bird":         "the bird",
		"cat dog dog":      "cat|dog|dog",
		"purple dog bird":  "dog|bird",
		"bird cat":         "bird",
		"":                 "",
		"the, dog; and":    "the dog and",
		"Cat saw, the dog": "saw the dog",
	} {
		checkAlign(t, text, kept)
		var got []string
		for _, s := range align(text, kept) {
			got = append(got, text[s.Start:s.End])
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q; want %q", kept, got, want)
		}
	}
}

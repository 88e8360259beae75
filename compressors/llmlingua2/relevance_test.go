package llmlingua2

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
)

func TestSentences(t *testing.T) {
	tests := map[string]struct {
		text string
		want []int
	}{
		"full_stop":         {"One two. Three", []int{0, 0, 1}},
		"no_space_behind":   {"v1.2 is out", []int{0, 0, 0}},
		"question":          {"Why? Because!", []int{0, 1}},
		"newline":           {"a title\nits text", []int{0, 0, 1, 1}},
		"carriage_return":   {"a\r\nb", []int{0, 1}},
		"abbreviation_ends": {"e.g. this", []int{0, 1}}, // as the model's card defines sentences
		"chinese":           {"好。 不好？ 是", []int{0, 1, 2}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := sentences(tt.text, words(nil, tt.text, 0, len(tt.text))); !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestNeighboursWithinAParagraph(t *testing.T) {
	text := "Title\nOne. Two.\nThree. Four.\n\nFive."
	a := &analysis{text: text, units: words(nil, text, 0, len(text))}
	a.sentence = sentences(text, a.units)
	got := withNeighbours([]float64{0, 1, 0, 0, 1, 0}, paragraphBefore(a))
	if want := []float64{0.25, 1, 0.25, 0.25, 1, 0}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Three documents whose scores can be worked out by hand.
func TestBM25(t *testing.T) {
	b := newBM25("What does the contract cost?")
	for _, d := range []string{"The contract runs on.", "It will cost: cost, cost!", "Fish swim."} {
		b.add(d)
	}
	got := b.scores()
	idf := math.Log(1 + (3-1+0.5)/(1+0.5))
	score := func(tf, length float64) float64 {
		mean := (4 + 5 + 2) / 3.0
		return idf * tf * 2.2 / (tf + 1.2*(0.25+0.75*length/mean))
	}
	for i, want := range []float64{score(1, 4), score(3, 5), 0} {
		if math.Abs(got[i]-want) > 1e-12 {
			t.Errorf("document %d: got %v, want %v", i, got[i], want)
		}
	}
}

func TestTerms(t *testing.T) {
	tests := map[string]string{
		"Über-Größe, naïve":     "über größe naïve",
		"合同费用":                  "合同 同费 费用",
		"用Python写":              "python",
		"e\u0301te\u0301 x1":    "e\u0301te\u0301 x1",
		"":                      "",
		"3,000 (three thousand": "3 000 three thousand",
	}
	for text, want := range tests {
		var got []string
		eachTerm(text, func(s string) { got = append(got, s) })
		if strings.Join(got, " ") != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// A question of stop words alone still ranks: they are all there is.
func TestQuestionOfStopWords(t *testing.T) {
	b := newBM25("Who is it?")
	b.add("who knows")
	b.add("nothing here")
	if s := b.scores(); s[0] <= s[1] {
		t.Errorf("scores %v", s)
	}
}

func TestLanguagesWithoutAModelStayUnchanged(t *testing.T) {
	c, _ := newFake(t)
	foreign := "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri, hivyo yapasa watendeane kindugu."
	for name, cx := range map[string]pith.Context{
		"declared": {Text: pith.Text(prose), Language: "sw"},
		"detected": {Text: pith.Text(foreign)},
	} {
		t.Run(name, func(t *testing.T) {
			req := pith.Request{Contexts: []pith.Context{cx}, Budget: pith.Budget{Rate: 0.3}}
			res := compress(t, c, req)
			checkLaws(t, req, res)
			if res.Contexts[0].Text != cx.Text || len(res.Contexts[0].Warnings) != 1 {
				t.Errorf("text changed or no warning: %v", res.Contexts[0].Warnings)
			}
		})
	}
}

// A foreign paragraph between English ones stays whole, and the budget is spent
// on the English.
func TestMixedLanguages(t *testing.T) {
	c, _ := newFake(t)
	foreign := "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri, hivyo yapasa watendeane kindugu. Kila mtu anastahili kuwa na haki zote na uhuru wote."
	req := pith.Request{Contexts: []pith.Context{{Text: pith.Text(prose + "\n" + foreign + "\n\n" + prose)}},
		Budget: pith.Budget{Rate: 0.4}}
	res := compress(t, c, req)
	checkLaws(t, req, res)
	if out := string(res.Contexts[0].Text); !strings.Contains(out, foreign) || len(out) >= len(prose)*2 {
		t.Errorf("got %q", out)
	}
}

func TestCutWindows(t *testing.T) {
	// 300 words of one token each, sentences of seven.
	text := strings.Repeat("a b c d e f g. ", 43)
	units := words(nil, text, 0, len(text))
	tokens, _ := fakeEncoder{}.Encode(text)
	unitOf := unitsOfTokens(tokens, units)
	of := sentences(text, units)
	start := 0
	for _, end := range cutWindows(tokens, unitOf, of, 60) {
		if end-start > 60 || end <= start {
			t.Fatalf("window [%d, %d) of at most 60", start, end)
		}
		if end < len(tokens) && of[unitOf[end]] == of[unitOf[end-1]] {
			t.Errorf("a window ends inside a sentence at token %d", end)
		}
		start = end
	}
	if start != len(tokens) {
		t.Errorf("windows end at %d of %d tokens", start, len(tokens))
	}
}

// A model without vectors, as the published ones are, ranks by BM25 alone.
func TestModelWithoutVectors(t *testing.T) {
	m := fakeModel("bare", 64)
	m.Dim = 0
	c, err := New(Options{Models: []Source{{Name: m.Name, Languages: m.Languages,
		Open: func(context.Context) (*Model, error) { return m, nil }}}})
	if err != nil {
		t.Fatal(err)
	}
	req := pith.Request{Contexts: english("The sky is blue today.", "Acme signed the contract in May.", "Fish swim in rivers."),
		Question: "Who signed the contract?", Budget: pith.Budget{TargetTokens: 9}}
	res := compress(t, c, req)
	checkLaws(t, req, res)
	if got := string(res.Contexts[1].Text); !strings.Contains(got, "signed the contract") {
		t.Errorf("got %q, %q, %q", res.Contexts[0].Text, got, res.Contexts[2].Text)
	}
}

package eval

import (
	"encoding/json"
	"os"
	"testing"
)

func TestNormalizeAgreesWithPython(t *testing.T) {
	data, err := os.ReadFile("testdata/normalize.json")
	if err != nil {
		t.Fatal(err)
	}
	var rows []struct{ In, SQuAD, Words string }
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < 500 {
		t.Fatalf("%d vectors; want at least 500", len(rows))
	}
	for _, r := range rows {
		if got := NormalizeSQuAD(r.In); got != r.SQuAD {
			t.Errorf("NormalizeSQuAD(%q) = %q; want %q", r.In, got, r.SQuAD)
		}
		if got := NormalizeWords(r.In); got != r.Words {
			t.Errorf("NormalizeWords(%q) = %q; want %q", r.In, got, r.Words)
		}
	}
}

func TestSurvives(t *testing.T) {
	for _, tt := range []struct {
		name, text, answer    string
		words, squad, literal bool
	}{
		{name: "whole_words", text: "He lives in the New  York.", answer: "new york", words: true, squad: true, literal: true},
		{name: "inside_a_word", text: "brown eyes", answer: "Yes", literal: true},
		{name: "hyphen_parts_words", text: "in 2008-09 only", answer: "2008", words: true, literal: true},
		{name: "hyphen_is_deleted", text: "a co-op", answer: "coop", squad: true, literal: true},
		{name: "article_inside", text: "king of the hill", answer: "King of Hill", words: true, squad: true, literal: true},
		{name: "word_between", text: "New big York", answer: "New York"},
		{name: "nothing_left_of_answer", text: "the", answer: "The."},
		{name: "no_spaces", text: "他住在北京。", answer: "北京", literal: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			answers := []string{"absent answer", tt.answer}
			for m, want := range map[Match]bool{MatchWords: tt.words, MatchSQuAD: tt.squad, MatchLiteral: tt.literal} {
				if got := m.Survives(tt.text, answers); got != want {
					t.Errorf("%s: got %v, want %v", m, got, want)
				}
			}
		})
	}
	if err := Match("fuzzy").Validate(); err == nil {
		t.Error("an unknown match passes")
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add("The U.S.A.\x1c and a\u0301 \xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, m := range []Match{MatchWords, MatchSQuAD} {
			n := m.normalize(s)
			if again := m.normalize(n); again != n && m == MatchWords {
				t.Errorf("%s is not idempotent on %q: %q, then %q", m, s, n, again)
			}
			if n != "" && !m.Survives(s, []string{s}) {
				t.Errorf("%s: %q does not survive in itself", m, s)
			}
		}
	})
}

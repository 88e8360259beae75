package metric

import (
	"errors"
	"strings"
	"testing"
)

func TestCheck(t *testing.T) {
	labels := []string{"red", "blue"}
	for _, tt := range []struct {
		name, metric string
		answers      []string
		classes      []string
		want         string // in the error; "" for none
	}{
		{"words", "qa_f1", []string{"Ada Moore"}, nil, ""},
		{"words_in_one_answer", "qa_f1", []string{"A", "option A"}, nil, ""},
		{"an_article_is_no_word", "qa_f1", []string{"A"}, nil, "none has a word"},
		{"no_answers", "qa_f1", nil, nil, "none has a word"},
		{"words_zh", "qa_f1_zh", []string{"北京"}, nil, ""},
		{"marks_zh", "qa_f1_zh", []string{"。"}, nil, "none has a word"},
		{"summary", "rouge", []string{"It is long."}, nil, ""},
		{"full_stops", "rouge", []string{"..."}, nil, "none has a word"},
		{"label", "classification", []string{"red"}, labels, ""},
		{"no_classes", "classification", []string{"red"}, nil, "needs classes"},
		{"empty_classes", "classification", []string{"red"}, []string{}, "needs classes"},
		{"other_label", "classification", []string{"red", "secret"}, labels, "none of the classes"},
		{"empty_class", "classification", []string{"red"}, []string{"red", ""}, "classes is empty"},
		{"paragraph", "retrieval", []string{"Paragraph 7"}, nil, ""},
		{"paragraph_as_prose", "retrieval", []string{"Paragraph 7", "secret"}, nil, `"Paragraph 7"`},
		{"paragraph_zh", "retrieval_zh", []string{"段落7"}, nil, ""},
		{"paragraph_zh_as_prose", "retrieval_zh", []string{"Paragraph 7"}, nil, `"段落7"`},
		{"count", "count", []string{"17"}, nil, ""},
		{"count_as_word", "count", []string{"seven"}, nil, "digits"},
		{"count_with_comma", "count", []string{"1,700"}, nil, "digits"},
		{"count_with_space", "count", []string{"7 "}, nil, "digits"},
		{"letter", "choice", []string{"D"}, nil, ""},
		{"letter_e", "choice", []string{"E"}, nil, "A, B, C or D"},
		{"name_for_letter", "choice", []string{"Ada Moore"}, nil, "A, B, C or D"},
		{"lower_letter", "choice", []string{"a"}, nil, "A, B, C or D"},
		{"number", "number", []string{"so 4.\n#### 42"}, nil, ""},
		{"number_as_word", "number", []string{"seven"}, nil, "must have a number"},
		{"line", "exact", []string{" (A)\n"}, nil, ""},
		{"two_lines", "exact", []string{"a\nb"}, nil, "one line"},
		{"code", "code_sim", []string{"return x"}, nil, ""},
		{"blank_code", "code_sim", []string{" "}, nil, "none has a word"},
		{"needles", "contains", []string{"7", "blue"}, nil, ""},
		{"empty_needle", "contains", []string{"7", ""}, nil, "is empty"},
		{"no_needles", "contains_any", nil, nil, "none has a word"},
		{"unknown", "bleu", []string{"x"}, nil, `no metric "bleu": use one of qa_f1`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Check(tt.metric, tt.answers, tt.classes)
			if tt.want == "" && err == nil {
				return
			}
			if tt.want == "" || err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("Check(%s, %q, %q) = %v, want %q", tt.metric, tt.answers, tt.classes, err, tt.want)
			}
		})
	}
}

// FuzzCheck: what Check lets pass scores without an error, and above 0 for
// some prediction;
// what it refuses has no score, or is unfit.
func FuzzCheck(f *testing.F) {
	for _, answer := range []string{"Paragraph 7", "段落7", "7", "A", "the", "#### 42", "a\nb", "...", "", "return x"} {
		f.Add(answer, "7", "x")
	}
	f.Fuzz(func(t *testing.T, a, b, prediction string) {
		if len(a)+len(b)+len(prediction) > 1<<10 {
			t.Skip("too slow")
		}
		answers := []string{a, b}
		s := Scorer{Segment: singly}
		for _, name := range Names() {
			err := Check(name, answers, answers)
			_, scored := s.Score(name, prediction, answers, answers)
			if err == nil && scored != nil {
				t.Errorf("%s: Check passes %q, and Score says %v", name, answers, scored)
			}
			if err != nil && scored == nil && !errors.Is(err, ErrUnfit) {
				t.Errorf("%s: Check says %v of %q, which is scored", name, err, answers)
			}
			if err == nil && !winnable(t, s, name, answers) {
				t.Errorf("%s: Check passes %q, and nothing is right", name, answers)
			}
		}
	})
}

// winnable says whether a gold answer, as a model would give it, scores anything.
func winnable(t *testing.T, s Scorer, name string, answers []string) bool {
	if name == "rouge" || name == "rouge_zh" || name == "code_sim" || name == "exact" || name == "contains" || name == "contains_any" {
		return true // their sources' quirks (recursion, comments, bold type, control characters) are not Check's business
	}
	for _, a := range answers {
		for _, said := range []string{a, "The correct answer is " + a} {
			if score, err := s.Score(name, said, answers, answers); err == nil && score > 0 {
				return true
			}
		}
	}
	return false
}

package metric

import (
	"slices"
	"strings"
	"testing"
)

func TestScore(t *testing.T) {
	tests := []struct {
		name, metric, prediction string
		answers                  []string
		want                     float64
	}{
		{"no_answers", "qa_f1", "x", nil, 0},
		{"best_answer_counts", "qa_f1", "red", []string{"blue", "The Red!"}, 1},

		{"choice_in_parentheses", "choice", "The correct answer is (B) since A", []string{"B"}, 1},
		{"choice_bare", "choice", "**The correct answer is C**", []string{"C"}, 1},
		{"choice_parentheses_before_bare", "choice", "The correct answer is A? The correct answer is (B)", []string{"B"}, 1},
		{"choice_other_words", "choice", "the correct answer is (B)", []string{"B"}, 0},
		{"choice_no_such_letter", "choice", "The correct answer is (E)", []string{"E"}, 0},
		{"choice_two_spaces", "choice", "The correct answer is  A", []string{"A"}, 0},

		{"number_last", "number", "3 + 4 = 7. The answer is 7.", []string{"#### 7"}, 1},
		{"number_after_mark", "number", "#### 7\n\nQuestion: 8", []string{"7"}, 1},
		{"number_mark_without_number", "number", "7 ####", []string{"7"}, 1},
		{"number_commas", "number", "$1,234,567", []string{"reasons 5\n#### 1234567"}, 1},
		{"number_comma_at_end", "number", "It is 12, so yes", []string{"12"}, 1},
		{"number_value", "number", "18.50", []string{"18.5"}, 1},
		{"number_whole", "number", "018.00", []string{"18"}, 1},
		{"number_full_stop", "number", "18.", []string{"18"}, 1},
		{"number_fraction_alone", "number", ".5", []string{"0.5"}, 1},
		{"number_minus", "number", "= -5", []string{"-5"}, 1},
		{"number_minus_dollar", "number", "-$5", []string{"-5"}, 1},
		{"number_minus_lost", "number", "5", []string{"-5"}, 0},
		{"number_minus_zero", "number", "-0.0", []string{"0"}, 1},
		{"number_range", "number", "10-5", []string{"5"}, 1},
		{"number_hyphen", "number", "covid-19", []string{"19"}, 1},
		{"number_none", "number", "seven", []string{"7"}, 0},

		{"exact_said", "exact", "Let us see.\nSo the answer is True.", []string{"True"}, 1},
		{"exact_last_said", "exact", "One answer is no. But the answer is yes.", []string{"yes"}, 1},
		{"exact_said_in_any_case", "exact", "I think.\nANSWER IS: yes", []string{"yes"}, 1},
		{"exact_bold", "exact", "**The answer is: yes.**", []string{"yes"}, 1},
		{"exact_case_kept", "exact", "the answer is true.", []string{"True"}, 0},
		{"exact_to_line_end", "exact", "the answer is 24.\n\nQ: next", []string{"24"}, 1},
		{"exact_line", "exact", "\n valid \nbecause", []string{"valid"}, 1},
		{"exact_brackets", "exact", "So the answer is ] ] }.", []string{"] ] }"}, 1},
		{"exact_gold_with_stop", "exact", "the answer is a.b.", []string{"a.b."}, 1},
		{"exact_option", "exact", "So the answer is (C) 3 apples.", []string{"(C)"}, 1},
		{"exact_option_bold", "exact", "So the answer is **(C)**.", []string{"(C)"}, 1},
		{"exact_option_lower", "exact", "the answer is (c).", []string{"(C)"}, 1},
		{"exact_option_bare", "exact", "The answer is: C.", []string{"(C)"}, 1},
		{"exact_option_first_in_line", "exact", "(B) not (C)", []string{"(C)"}, 0},
		{"exact_option_inside_line", "exact", "not (C)", []string{"(C)"}, 0},
		{"exact_option_article", "exact", "A dog", []string{"(A)"}, 0},
		{"exact_empty", "exact", "", []string{"True"}, 0},

		{"contains_share", "contains", "It is BLUE, and 7", []string{"blue", "7", "red", "8"}, 0.5},
		{"contains_control", "contains", "a\tb", []string{"a\nb"}, 1},
		{"contains_trimmed", "contains", " \x00x", []string{"\nx"}, 0},
		{"contains_any", "contains_any", "red", []string{"blue", "RED"}, 1},
		{"contains_any_none", "contains_any", "green", []string{"blue", "RED"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Scorer{}.Score(tt.metric, tt.prediction, tt.answers, nil)
			if err != nil || got != tt.want {
				t.Errorf("Score(%s, %q, %q) = %v, %v, want %v", tt.metric, tt.prediction, tt.answers, got, err, tt.want)
			}
		})
	}
}

func TestScoreErrors(t *testing.T) {
	tests := []struct {
		name, metric string
		answers      []string
		want         string
	}{
		{"unknown", "bleu", []string{"x"}, "qa_f1, qa_f1_zh, rouge"},
		{"no_segmenter_f1", "qa_f1_zh", []string{"x"}, "make build"},
		{"no_segmenter_rouge", "rouge_zh", []string{"x"}, "make build"},
		{"no_classes", "classification", []string{"x"}, "labels"},
		{"no_paragraph", "retrieval", []string{"Paragraph 1", "paragraph 2"}, "Paragraph 7"},
		{"no_paragraph_zh", "retrieval_zh", []string{"段落 2"}, "段落7"},
		{"no_number", "number", []string{"seven"}, "number"},
		{"no_needles", "contains", nil, "at least one"},
		{"no_needles_any", "contains_any", nil, "at least one"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Scorer{}.Score(tt.metric, "secret", tt.answers, nil)
			if err == nil || got != 0 || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "secret") {
				t.Errorf("got %v, %v; want an error with %q", got, err, tt.want)
			}
		})
	}
}

func TestFirstLine(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "\n\n": "", "a": "a", "\n\na\nb": "a", " \na": " ", "\r\na": "\r", "a\r\nb": "a\r",
	} {
		if got := FirstLine(in); got != want {
			t.Errorf("FirstLine(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLower(t *testing.T) {
	for in, want := range map[string]string{
		"İ": "i\u0307", "Σ": "σ", "ΑΣ": "ας", "ΑΣΑ": "ασα", "ΑΣ.": "ας.", "ΑΣ.Α": "ασ.α", "Α.Σ": "α.ς",
		"1Σ": "1σ", "ΑΣ\u0301": "ας\u0301", "ΑΣ Α": "ας α", "中Σ": "中σ", "ªΣ": "ªς",
	} {
		if got := lower(in); got != want {
			t.Errorf("lower(%q) = %q, want %q", in, got, want)
		}
	}
}

// singly cuts text into characters: a segmenter that needs no dictionary.
func singly(text string) []string {
	return strings.SplitAfter(text, "")
}

func FuzzScore(f *testing.F) {
	f.Add("The correct answer is (A)", "A", "Paragraph 3")
	f.Add("#### 1,000.0", "-1000", "段落3")
	f.Add("So the answer is (A).", "(A)", "")
	f.Add("a.b.c. .", "a.. b", " ")
	f.Add("\n`x`\nreturn ΑΣ", "return ας", "# x")
	f.Add("\xff\xfe", "\xff", "İΣ")
	f.Fuzz(func(t *testing.T, prediction, a, b string) {
		if len(prediction)+len(a)+len(b) > 1<<12 {
			t.Skip("too slow")
		}
		s := Scorer{Segment: singly}
		for _, name := range Names() {
			both, err := s.Score(name, prediction, []string{a, b}, []string{a, b, "x"})
			if err != nil {
				continue
			}
			if !(both >= 0 && both <= 1) {
				t.Errorf("%s: %v is not in [0, 1]", name, both)
			}
			swapped, err := s.Score(name, prediction, []string{b, a}, []string{a, b, "x"})
			if err != nil || swapped != both {
				t.Errorf("%s: %v, %v with the answers swapped, %v before", name, swapped, err, both)
			}
		}
	})
}

func TestNames(t *testing.T) {
	for _, name := range Names() {
		_, err := Scorer{}.Score(name, "", []string{"Paragraph 1"}, []string{})
		if needs := err != nil && strings.Contains(err.Error(), "segmenter"); needs != NeedsSegmenter(name) {
			t.Errorf("NeedsSegmenter(%s) = %v, and Score says %v", name, NeedsSegmenter(name), err)
		}
	}
	if names := Names(); len(slices.Compact(slices.Sorted(slices.Values(names)))) != 14 {
		t.Errorf("got %q, want 14 names", names)
	}
}

package measure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith/eval"
)

// Survival is 1 where a gold answer that stands in the context still stands in what was
// kept, else 0, as [eval.Survival] has it. Match says what counts as standing, "" for
// [eval.MatchWords]; for text without spaces it is always [eval.MatchLiteral].
//
// Some answers say nothing about what was kept, and do not count: yes, no, true and false,
// a single letter, digit or Chinese character, and a digit in words, all of which nearly
// any text has by chance; and an answer that stands in the question, whose words name
// it whatever was kept, as in "Who was born first, Ada or Tom?". Nor does one over
// 20 words or 40 characters of a script without spaces, which summarises. An item of whose
// answers none is left has no value, nor have items with needles, whose answers must all be
// there, and tasks whose answers are not to be found in the text: code, counts, labels,
// numbers of paragraphs, and those whose text is examples. So it applies to fewer items
// than [eval.Survival]. An unknown match is a bug of the caller; it panics.
func Survival(match eval.Match) Measure {
	if err := match.Validate(); err != nil {
		panic("measure: " + err.Error())
	}
	return &scorer[[]string]{
		name: "survival",
		about: fmt.Sprintf("gold-answer survival: 1 if a short gold answer (at most %d words, or %d Chinese characters) that stands in the "+
			"text still stands in what was kept, else 0. Answers that stand in the question, yes, no, and single letters and digits do not count. "+
			"The most a reader could find, not what it would.", shortWords, shortChars),
		find: func(item eval.Item) ([]string, bool) {
			if len(item.Needles) > 0 {
				return nil, false
			}
			answers := slices.DeleteFunc(answersOf(item, true), func(a string) bool {
				return byChance(a) || inQuestion(match, item, a)
			})
			return answers, stands(match, item.Language, item.Context, answers)
		},
		score: func(item eval.Item, answers []string, kept eval.Kept) float64 {
			if stands(match, item.Language, kept.Text, answers) {
				return 1
			}
			return 0
		},
	}
}

// anywhere are answers of more than one character that texts have by chance.
var anywhere = set(`yes no true false zero one two three four five six seven eight nine
	是的 不是 对的 對的 不对 不對 有的 没有 沒有 正确 正確 错误 錯誤`)

// byChance reports whether any text may well have answer: it is yes or no, or but one
// letter, digit or Chinese character.
func byChance(answer string) bool {
	a := eval.NormalizeWords(answer)
	return utf8.RuneCountInString(a) == 1 || anywhere[a]
}

// inQuestion reports whether answer stands in the item's question as [stands] has it,
// but for marks at the ends of the answer.
func inQuestion(match eval.Match, item eval.Item, answer string) bool {
	answer = strings.TrimFunc(answer, func(r rune) bool { return !isWordRune(r) })
	return stands(match, item.Language, item.Question, []string{answer})
}

// stands reports whether one of answers is in text by match; in the languages that are
// written without spaces literally, but not with a part of a longer number.
func stands(match eval.Match, language, text string, answers []string) bool {
	switch language {
	case "zh", "ja", "th":
		text = eval.NormalizeSQuAD(text)
		return slices.ContainsFunc(answers, func(a string) bool { return standsApart(text, eval.NormalizeSQuAD(a)) })
	}
	return match.Survives(text, answers)
}

// standsApart reports whether s is in text where no number goes on before or after it.
func standsApart(text, s string) bool {
	if s == "" {
		return false
	}
	for at := 0; ; {
		i := strings.Index(text[at:], s)
		if i < 0 {
			return false
		}
		at += i
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		after, _ := utf8.DecodeRuneInString(text[at+len(s):])
		first, size := utf8.DecodeRuneInString(s)
		last, _ := utf8.DecodeLastRuneInString(s)
		if !(unicode.IsDigit(before) && unicode.IsDigit(first)) && !(unicode.IsDigit(last) && unicode.IsDigit(after)) {
			return true
		}
		at += size
	}
}

// Needles is the share of [eval.Item.Needles] that stand in what was kept, byte for
// byte. It applies to items with needles; one that is not in the context does not count.
func Needles() Measure {
	return &scorer[[]string]{
		name: "needles",
		about: "needle survival: the share, 0 to 1, of the facts hidden in the text (keys, values, linked facts, each a few words) " +
			"that stand in what was kept, byte for byte.",
		find: func(item eval.Item) ([]string, bool) {
			var in []string
			for _, n := range item.Needles {
				if n != "" && strings.Contains(item.Context, n) {
					in = append(in, n)
				}
			}
			return in, len(in) > 0
		},
		score: func(_ eval.Item, needles []string, kept eval.Kept) float64 {
			return shareOf(needles, func(n string) bool { return strings.Contains(kept.Text, n) })
		},
	}
}

// AllNeedles is 1 where [Needles] is 1, else 0: values without the key that they are of
// answer nothing.
func AllNeedles() Measure {
	some := Needles().(*scorer[[]string])
	return &scorer[[]string]{
		name:  "all_needles",
		about: "whole needle survival: 1 if all facts hidden in the text stand in what was kept, else 0. A value without its key answers nothing.",
		find:  some.find,
		score: func(item eval.Item, needles []string, kept eval.Kept) float64 {
			return math.Floor(some.score(item, needles, kept))
		},
	}
}

// shareOf is the share of facts that are kept; there is at least one.
func shareOf[F any](facts []F, kept func(F) bool) float64 {
	n := 0
	for _, f := range facts {
		if kept(f) {
			n++
		}
	}
	return float64(n) / float64(len(facts))
}

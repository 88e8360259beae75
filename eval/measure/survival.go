package measure

import (
	"fmt"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// Survival is 1 where a gold answer that stands in the context still stands in what was
// kept, else 0, as [eval.Survival] has it. Match says what counts as standing, "" for
// [eval.MatchWords]; for text without spaces it is always [eval.MatchLiteral]. It does
// not apply to answers over 20 words or 40 characters of a script without spaces, which
// summarise, to code, to counts, and to items with needles: their answers must all be
// there, which [Needles] measures. An unknown match is a bug of the caller; it panics.
func Survival(match eval.Match) Measure {
	if err := match.Validate(); err != nil {
		panic("measure: " + err.Error())
	}
	return &scorer[[]string]{
		name: "survival",
		about: fmt.Sprintf("gold-answer survival: 1 if a short gold answer (at most %d words, or %d Chinese characters) that stands in the "+
			"text still stands in what was kept, else 0. The most a reader could find, not what it would.", shortWords, shortChars),
		find: func(item eval.Item) ([]string, bool) {
			if len(item.Needles) > 0 {
				return nil, false
			}
			answers := answersOf(item, true)
			return answers, matchFor(match, item.Language).Survives(item.Context, answers)
		},
		score: func(item eval.Item, answers []string, kept eval.Kept) float64 {
			if matchFor(match, item.Language).Survives(kept.Text, answers) {
				return 1
			}
			return 0
		},
	}
}

// matchFor is match, but literal for the languages that are written without spaces.
func matchFor(match eval.Match, language string) eval.Match {
	switch language {
	case "zh", "ja", "th":
		return eval.MatchLiteral
	}
	return match
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

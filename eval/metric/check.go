package metric

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// ErrUnfit is in the error of [Check] for an item whose score can be computed, but says
// nothing, for its gold answer is none that the metric knows: mostly it is 0 whatever is
// predicted. Published sets may have such items, and their authors score them all the same.
var ErrUnfit = errors.New("the metric does not suit the gold answer")

// Check says whether the named metric can score an item with these gold answers and
// classes, so that this is known before a prediction is paid for. If it returns nil,
// [Scorer.Score] returns no error for any prediction but for want of a segmenter, and
// some prediction is right. Where an item has several gold answers, those of words need
// one that can be found, and those of a form (a label, a letter, a number) each need it.
//
// The error says what a gold answer must be, and quotes none.
func Check(metric string, answers, classes []string) error {
	i := slices.Index(Names(), metric)
	if i < 0 {
		return unknown(metric)
	}
	if err := metrics[i].check(answers, classes); err != nil {
		return fmt.Errorf("metric %s: %w", metric, err)
	}
	return nil
}

type checkFunc func(answers, classes []string) error

func unfit(what string) error { return fmt.Errorf("%w: %s", ErrUnfit, what) }

// each wants a form of every gold answer.
func each(form func(answer string) error) checkFunc {
	return func(answers, _ []string) error {
		for _, a := range answers {
			if err := form(a); err != nil {
				return err
			}
		}
		return some(isText)(answers, nil)
	}
}

// some wants one gold answer that fits.
func some(fits func(answer string) bool) checkFunc {
	return func(answers, _ []string) error {
		if slices.ContainsFunc(answers, fits) {
			return nil
		}
		return errNoWords
	}
}

var errNoWords = unfit("none has a word that counts; articles (as in the answer A) and marks alone do not: use exact or code_sim")

func isText(answer string) bool     { return strings.TrimSpace(answer) != "" }
func hasWords(answer string) bool   { return len(fields(normalize(answer))) > 0 }
func hasWordsZh(answer string) bool { return len(normalizeZh([]string{answer})) > 0 }

func hasSentence(answer string) bool {
	out, _ := sentences(answer, map[string]int{})
	return len(out) > 0
}

func isNeedle(answer string) error {
	if !isText(answer) {
		return unfit("an answer is empty, and stands in every text")
	}
	return nil
}

func isParagraph(answer string) error {
	_, err := retrieval("", answer)
	return err
}

func isParagraphZh(answer string) error {
	_, err := retrievalZh("", answer)
	return err
}

func isNumber(answer string) error {
	_, err := number("", answer)
	return err
}

func isCount(answer string) error {
	if answer == "" || strings.ContainsFunc(answer, func(r rune) bool { return !unicode.IsDigit(r) }) {
		return unfit("it must be digits and nothing else, such as 7")
	}
	return nil
}

func isChoice(answer string) error {
	if len(answer) != 1 || answer < "A" || answer > "D" {
		return unfit("it must be A, B, C or D")
	}
	return nil
}

func isLine(answer string) error {
	if strings.Contains(strings.TrimSpace(answer), "\n") {
		return unfit("it must be one line")
	}
	return nil
}

// isLabel wants the classes of the task, and gold labels that are among them.
func isLabel(answers, classes []string) error {
	if len(classes) == 0 {
		return errNoLabels
	}
	for _, c := range classes {
		if c == "" {
			return unfit("one of the classes is empty, and stands in every text")
		}
	}
	return each(func(answer string) error {
		if !slices.Contains(classes, answer) {
			return unfit("it is none of the classes")
		}
		return nil
	})(answers, nil)
}

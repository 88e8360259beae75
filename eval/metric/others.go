package metric

import (
	"errors"
	"regexp"
	"strings"
)

// choice is 1 if the letter that prediction gives is the answer. The letter is found as
// by LongBench v2 (Bai et al., arXiv:2412.15204, pred.py): after "The correct answer
// is", in parentheses anywhere before bare. A prediction without one is wrong; the
// "compensated" score that gives it a quarter is off there too.
func choice(prediction, answer string) float64 {
	text := strings.ReplaceAll(prediction, "*", "")
	for _, form := range []*regexp.Regexp{parenthesised, bare} {
		if m := form.FindStringSubmatch(text); m != nil {
			return truth(m[1] == answer)
		}
	}
	return 0
}

var (
	parenthesised = regexp.MustCompile(`The correct answer is \(([A-D])\)`)
	bare          = regexp.MustCompile(`The correct answer is ([A-D])`)
)

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// contains is RULER's string_match_all (Hsieh et al., arXiv:2404.06654): the share of
// answers that stand in prediction, in any case. RULER first makes control characters of
// prediction line ends and trims it, and so do we.
func contains(_ Scorer, prediction string, answers, _ []string) (float64, error) {
	if len(answers) == 0 {
		return 0, errors.New("contains needs at least one answer")
	}
	return float64(found(prediction, answers)) / float64(len(answers)), nil
}

// containsAny is RULER's string_match_part: 1 if any answer stands in prediction.
func containsAny(_ Scorer, prediction string, answers, _ []string) (float64, error) {
	if len(answers) == 0 {
		return 0, errors.New("contains_any needs at least one answer")
	}
	return truth(found(prediction, answers) > 0), nil
}

func found(prediction string, answers []string) int {
	text := strings.Map(func(r rune) rune {
		if r < ' ' {
			return '\n'
		}
		return r
	}, strings.TrimFunc(prediction, isSpace))
	text = lower(strings.TrimFunc(text, isSpace))
	n := 0
	for _, a := range answers {
		if strings.Contains(text, lower(a)) {
			n++
		}
	}
	return n
}

// exact is 1 if the answer read out of prediction is the gold one, as for Big-Bench Hard
// (Suzgun et al., arXiv:2210.09261). That benchmark has prompts but no scorer. Its
// chain-of-thought prompts end in "So the answer is X.", and those who score it take
// what follows "answer is" without its full stop and compare it letter by letter: after
// the last one in Chain-of-Thought Hub, to the end of the line and without marks of bold
// type in OpenCompass. We do all three. Without those words the first line that is not
// empty is the answer.
//
// If the gold answer is an option such as (A), the answer is the first option named, in
// either case, and a bare letter will do; it must come first in a line taken whole.
func exact(prediction, answer string) float64 {
	answer = strings.TrimSpace(answer)
	text, said := saidAnswer(prediction)
	if option.MatchString(answer) {
		return truth(namedOption(text, said) == answer)
	}
	return truth(text == answer || strings.TrimSuffix(text, ".") == answer)
}

var (
	answerIs   = regexp.MustCompile(`(?i)\banswer is\b:?`)
	option     = regexp.MustCompile(`^\([A-Z]\)$`)
	anyOption  = regexp.MustCompile(`\(([A-Za-z])\)`)
	firstThere = regexp.MustCompile(`^\(([A-Za-z])\)`)
	loneLetter = regexp.MustCompile(`^([A-Za-z])\)?[.:]?$`)
)

// saidAnswer returns the line of prediction that holds the answer, and whether
// prediction says so.
func saidAnswer(prediction string) (line string, said bool) {
	text := strings.TrimSpace(strings.ReplaceAll(prediction, "**", ""))
	if all := answerIs.FindAllStringIndex(text, -1); len(all) > 0 {
		text, said = strings.TrimSpace(text[all[len(all)-1][1]:]), true
	}
	line, _, _ = strings.Cut(text, "\n")
	return strings.TrimSpace(line), said
}

func namedOption(text string, anywhere bool) string {
	named := firstThere
	if anywhere {
		named = anyOption
	}
	for _, form := range []*regexp.Regexp{named, loneLetter} {
		if m := form.FindStringSubmatch(text); m != nil {
			return "(" + strings.ToUpper(m[1]) + ")"
		}
	}
	return ""
}

package metric

import (
	"errors"
	"slices"
	"strings"
	"unicode"
)

// count is the share of the numbers in prediction that are answer.
func count(prediction, answer string) float64 {
	all := numbers(prediction)
	if len(all) == 0 {
		return 0
	}
	right := 0
	for _, n := range all {
		if n == answer {
			right++
		}
	}
	return float64(right) / float64(len(all))
}

// retrieval is the share of the numbers in prediction that name the gold paragraph.
func retrieval(prediction, answer string) (float64, error) {
	id := numberAfter(answer, "Paragraph ")
	if id == "" {
		return 0, errors.New(`a gold answer must have the form "Paragraph 7"`)
	}
	return count(prediction, id), nil
}

func retrievalZh(prediction, answer string) (float64, error) {
	id := numberAfter(answer, "段落")
	if id == "" {
		return 0, errors.New(`a gold answer must have the form "段落7"`)
	}
	return count(prediction, id), nil
}

// numberAfter returns the first number in s that follows word at once, "" if none does.
func numberAfter(s, word string) string {
	for {
		_, after, ok := strings.Cut(s, word)
		if !ok {
			return ""
		}
		if n := len(after) - len(strings.TrimLeftFunc(after, unicode.IsDigit)); n > 0 {
			return after[:n]
		}
		s = after
	}
}

var errNoLabels = errors.New("classification needs classes, all labels of the task")

// classification gives 1/n if the gold label is one of the n labels found in prediction.
func classification(_ Scorer, prediction string, answers, classes []string) (float64, error) {
	if classes == nil {
		return 0, errNoLabels
	}
	top := 0.0
	for _, answer := range answers {
		found := labels(prediction, answer, classes)
		if slices.Contains(found, answer) {
			top = max(top, 1/float64(len(found)))
		}
	}
	return top, nil
}

// labels returns the classes found in prediction but for those that are only a part of
// the gold label. The reference takes them out of the list it goes through, so the one
// after each is not looked at.
func labels(prediction, answer string, classes []string) []string {
	var found []string
	for _, c := range classes {
		if strings.Contains(prediction, c) {
			found = append(found, c)
		}
	}
	for i := 0; i < len(found); i++ {
		if c := found[i]; c != answer && strings.Contains(answer, c) {
			found = slices.Delete(found, i, i+1)
		}
	}
	return found
}

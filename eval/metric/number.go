package metric

import (
	"errors"
	"regexp"
	"strings"
)

// number is 1 if prediction and answer give the same number, as for GSM8K (Cobbe et al.,
// arXiv:2110.14168). GSM8K's own scorer reads what follows the first "####" of both,
// drops commas and compares the strings. Answers to few-shot prompts have no "####";
// for them those who score it take the last number (Chain-of-Thought Hub; flexible-extract
// of lm-evaluation-harness), and so do we. We compare the values, so
// that 18, 18.00 and $18 are equal. The caller ends a prediction where its model goes on
// to questions of its own.
func number(prediction, answer string) (float64, error) {
	want, ok := finalNumber(answer)
	if !ok {
		return 0, errors.New("a gold answer must have a number")
	}
	got, ok := finalNumber(prediction)
	return truth(ok && got == want), nil
}

var decimal = regexp.MustCompile(`[0-9][0-9,]*(?:\.[0-9]+)?|\.[0-9]+`)

// finalNumber returns the number after the first "####" of s, or else the last of s.
func finalNumber(s string) (string, bool) {
	if _, after, ok := strings.Cut(s, "####"); ok {
		if at := decimal.FindStringIndex(after); at != nil {
			return plain(after, at), true
		}
	}
	all := decimal.FindAllStringIndex(s, -1)
	if len(all) == 0 {
		return "", false
	}
	return plain(s, all[len(all)-1]), true
}

// plain writes the number at s[at[0]:at[1]] in one way: sign, digits without leading
// zeros and, if there is one, the fraction without trailing zeros.
func plain(s string, at []int) string {
	whole, fraction, _ := strings.Cut(strings.ReplaceAll(s[at[0]:at[1]], ",", ""), ".")
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" {
		whole = "0"
	}
	if fraction != "" {
		whole += "." + fraction
	}
	if whole != "0" && negative(s[:at[0]]) {
		return "-" + whole
	}
	return whole
}

// negative says whether a number that follows before has a minus sign: one that does not
// stand between two numbers or inside a word.
func negative(before string) bool {
	before = strings.TrimRight(before, "$")
	if !strings.HasSuffix(before, "-") {
		return false
	}
	left := strings.TrimSuffix(before, "-")
	return left == "" || !strings.ContainsAny(left[len(left)-1:], "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ)$%-")
}

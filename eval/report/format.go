package report

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

const (
	kindNone     = "none"
	kindBaseline = "baseline"
	kindPeer     = "peer"
)

const missing = "–"

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// fixed writes v with that many decimals and a real minus sign.
func fixed(v float64, decimals int) string {
	if !finite(v) {
		return missing
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if rest, ok := strings.CutPrefix(s, "-"); ok {
		if strings.Trim(rest, "0.") == "" {
			return rest
		}
		return "−" + rest
	}
	return s
}

// num is a value of a measure: three decimals, as intervals are no sharper.
func num(v float64) string { return fixed(v, 3) }

func signed(v float64) string {
	s := num(v)
	if v > 0 && strings.Trim(s, "0.") != "" {
		return "+" + s
	}
	return s
}

// interval is "0.512 to 0.634".
func interval(e eval.Estimate) string { return num(e.Low) + " to " + num(e.High) }

// within is an interval behind a word, or "all 15 equal" where values that do not differ
// leave none.
func within(e eval.Estimate, n int, word string) string {
	switch {
	case e.Low != e.High:
		return word + interval(e)
	case n == 1:
		return "1 item"
	}
	return "all " + count(n) + " equal"
}

// join puts a comma between what is not empty.
func join(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

// count is "12,345".
func count(n int) string {
	s := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return count(n) + " " + word + "s"
}

// percent is "33.4 %".
func percent(v float64) string { return fixed(100*v, 1) + " %" }

// short1 has one decimal where it is not 0.
func short1(v float64) string { return strings.TrimSuffix(fixed(v, 1), ".0") }

// ratio is a rate's inverse: "1.5×".
func ratio(rate float64) string {
	if !(rate > 0) {
		return "own rate"
	}
	return short1(1/rate) + "×"
}

// asked names a rate for people: "3× (keep 33 %)".
func asked(rate float64) string {
	if !(rate > 0) {
		return "own rate"
	}
	return ratio(rate) + " (keep " + fixed(100*rate, 0) + " %)"
}

// millis writes a time with a unit that suits it.
func millis(v float64) string {
	switch {
	case !finite(v) || v <= 0:
		return missing
	case v < 0.0095:
		return fixed(v*1000, 1) + " µs"
	case v < 0.95:
		return fixed(v, 2) + " ms"
	case v < 9.5:
		return fixed(v, 1) + " ms"
	case v < 995:
		return fixed(v, 0) + " ms"
	}
	return fixed(v/1000, 1) + " s"
}

// dollars keeps two digits of small sums.
func dollars(v float64) string {
	switch {
	case v == 0:
		return missing
	case v >= 1:
		return "$" + fixed(v, 2)
	case v >= 0.01:
		return "$" + fixed(v, 4)
	}
	// Digits behind as many zeros as it takes: 5.56e-05 is hard to compare.
	few, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 3, 64), 64)
	return "$" + strconv.FormatFloat(few, 'f', -1, 64)
}

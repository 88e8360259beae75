package measure

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// Numbers is the share of the distinct numbers that both a gold answer and the context
// have, that what was kept has, too. A number is a run of digits with '.', ',' or ':'
// between two of them, or a date of three parts with '-' or '/': amounts, years, times,
// versions. Commas between thousands do not count (1,200 is 1200), full-width digits are
// digits, and a number before %, percent or per cent is another one than without. Number
// words, in Chinese too, are no numbers. It does not apply to tasks whose
// answers are not to be found in the text, and where there is no such number.
func Numbers() Measure {
	return &scorer[[]string]{
		name: "numbers",
		about: "must-keep recall of numbers: of the different numbers in digits (amounts, dates, versions, percentages) that both a gold " +
			"answer and the text have, the share, 0 to 1, that what was kept still has.",
		find: func(item eval.Item) ([]string, bool) {
			in := numbersIn(item.Context)
			var need []string
			for _, a := range goldOf(item) {
				for _, n := range wanted(a) {
					if in[n] && !slices.Contains(need, n) {
						need = append(need, n)
					}
				}
			}
			return need, len(need) > 0
		},
		score: func(_ eval.Item, need []string, kept eval.Kept) float64 {
			have := numbersIn(kept.Text)
			return shareOf(need, func(n string) bool { return have[n] })
		},
	}
}

// numbersIn returns the numbers of s. A percentage is there as a number, too: the word
// percent behind a number that is wanted takes nothing away.
func numbersIn(s string) map[string]bool {
	have := map[string]bool{}
	eachNumber(s, func(n string, percent bool) {
		have[n] = true
		if percent {
			have[n+"%"] = true
		}
	})
	return have
}

// wanted returns the numbers of s, in order; a percentage only as one.
func wanted(s string) []string {
	var out []string
	eachNumber(s, func(n string, percent bool) {
		if percent {
			n += "%"
		}
		out = append(out, n)
	})
	return out
}

// eachNumber calls f with each number of s, normalised, in order.
func eachNumber(s string, f func(n string, percent bool)) {
	rs := []rune(s)
	for i := 0; i < len(rs); {
		if digit(rs[i]) == 0 {
			i++
			continue
		}
		end := numberEnd(rs, i)
		f(normalNumber(rs[i:end]), isPercent(rs[end:]))
		i = end
	}
}

// digit returns the ASCII digit that r is, 0 for what is none.
func digit(r rune) rune {
	switch {
	case '0' <= r && r <= '9':
		return r
	case '０' <= r && r <= '９':
		return r - '０' + '0'
	}
	return 0
}

// numberEnd returns where the number that begins at i ends.
func numberEnd(rs []rune, i int) int {
	if end := dateEnd(rs, i); end > 0 {
		return end
	}
	for i < len(rs) {
		joins := i+1 < len(rs) && strings.ContainsRune(".,:", rs[i]) && digit(rs[i+1]) != 0
		if digit(rs[i]) == 0 && !joins {
			break
		}
		i++
	}
	return i
}

// dateEnd returns where a date such as 2024-05-17 or 5/17/24 ends, 0 if none begins at i.
func dateEnd(rs []rune, i int) int {
	dash := func(r rune) bool { return r == '-' || r == '/' }
	first := digits(rs, i)
	if first == len(rs) || !dash(rs[first]) || i > 1 && dash(rs[i-1]) && digit(rs[i-2]) != 0 {
		return 0
	}
	second := digits(rs, first+1)
	if second == first+1 || second == len(rs) || rs[second] != rs[first] {
		return 0
	}
	third := digits(rs, second+1)
	if third == second+1 || third < len(rs) && rs[third] == rs[first] && digits(rs, third+1) > third+1 {
		return 0 // 1-2-3-4 is no date
	}
	return third
}

// digits returns where the digits from i on end.
func digits(rs []rune, i int) int {
	for i < len(rs) && digit(rs[i]) != 0 {
		i++
	}
	return i
}

// normalNumber writes a number in ASCII digits, without commas between thousands.
func normalNumber(rs []rune) string {
	var b strings.Builder
	thousands := groups(rs)
	for _, r := range rs {
		switch d := digit(r); {
		case d != 0:
			b.WriteRune(d)
		case r != ',' || !thousands:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// groups says whether each comma has three digits behind it, no comma follows a point,
// and at most three digits come first.
func groups(rs []rune) bool {
	seen, run, point := false, 0, false
	for i, r := range rs {
		switch {
		case r == ',':
			if point || run > 3 || seen && run != 3 || digits(rs, i+1)-i-1 != 3 {
				return false
			}
			seen, run = true, 0
		case digit(r) != 0:
			run++
		default:
			point = true
		}
	}
	return seen
}

// isPercent says whether rest begins with a sign or word for percent.
func isPercent(rest []rune) bool {
	if len(rest) > 0 && (rest[0] == ' ' || rest[0] == '-') {
		rest = rest[1:]
	}
	s := strings.ToLower(string(rest[:min(len(rest), len("per cent"))]))
	return strings.HasPrefix(s, "%") || strings.HasPrefix(s, "％") || strings.HasPrefix(s, "percent") || s == "per cent"
}

package report

import (
	"strconv"
	"strings"
)

// Measures that need a word of their own.
const (
	negations  = "negations"  // some arms cannot lose them
	likelihood = "likelihood" // has no bounds
)

// caveat is what must stand beside a measure, "" for most.
func caveat(measure string) string {
	switch measure {
	case likelihood:
		return "In nats a token, without bounds: 0 is what no text at all does, and less than 0 leads the model away from the answer. The best of many windows is better by chance alone than the best of few, so compare arms that keep as much."
	case negations:
	default:
		return ""
	}
	return "By construction 1, or nearly, for arms that keep whole sentences or text in one stretch (head, tail, middle, bm25): they cannot part a negation from its word, so there it is no merit and never bold."
}

const boldMeans = "Bold: of the arms over the same items that kept at most 2 % more than asked, none has more; where more than half of them tie, none is bold. Higher is better."

// method says how the numbers came about, from what the report counts.
func (x *index) method() []string {
	out := []string{x.limits()}
	for _, say := range []string{x.partialArms(), x.overBudget(), x.refusals(), x.ownRates(), x.intervals()} {
		if say != "" {
			out = append(out, say)
		}
	}
	out = append(out, "Few items make bootstrap intervals too narrow. Simulated for values that are 1 in 95 of 100 cases and else 0, 95 % intervals held the truth in 52 % of samples of 15 items and in 93 % of 86: read what is over fewer than 30 items as a hint. Where all values are equal there is no interval.")
	if x.Against != "" {
		gains := "Gains are over " + x.Against + ", losses are against the whole text"
		if !x.older() {
			gains += "; gains leave out the items of which either arm kept more than a hundredth over its limit"
		}
		out = append(out, gains+".")
	}
	return out
}

// older reports whether the report is from before values had a kept rate: then gains are
// over all items, and every interval is a bootstrap's.
func (x *index) older() bool {
	for _, c := range x.Cells {
		for _, v := range c.Values {
			if v.KeptRate > 0 {
				return false
			}
		}
	}
	return true
}

// limited are the arms that were asked for a rate.
func (x *index) limited() []Arm {
	var out []Arm
	for _, a := range x.Arms {
		if !a.Fixed && a.Kind != kindNone {
			out = append(out, a)
		}
	}
	return out
}

func (x *index) limits() string {
	s := "The limit of a text is the asked rate of its tokens, counted by " + x.Unit + "."
	arms, whole := x.limited(), 0
	for _, a := range arms {
		if x.everywhere(a) {
			whole++
		}
	}
	switch {
	case len(arms) == 0:
		return s
	case whole == len(arms):
		return s + " Each of the " + plural(whole, "arm") + " with limits shortened the same " + plural(x.items(), "item") + " at every rate."
	}
	return s + " Of the " + plural(len(arms), "arm") + " with limits " + count(whole) + " shortened the same " + plural(x.items(), "item") + " at every rate."
}

// everywhere reports whether an arm has every item at every rate.
func (x *index) everywhere(a Arm) bool {
	for _, rate := range x.Rates {
		if x.coverage(a, rate, "").items != x.items() {
			return false
		}
	}
	return true
}

func (x *index) partialArms() string {
	var parts []string
	for _, a := range x.Arms {
		if s := x.partialRow(a, ""); s != "" {
			parts = append(parts, a.Name+" ("+s+")")
		}
	}
	if parts == nil {
		return ""
	}
	return "Over other items than the rest, and so not ranked with it: " + strings.Join(parts, ", ") + "."
}

func (x *index) overBudget() string {
	s := x.counted(func(c *Cell) int { return c.OverBudget })
	if s == "" {
		return "No arm kept more than its limit of any text."
	}
	return "Kept more than the limit: " + s + ". That is an advantage."
}

func (x *index) refusals() string {
	s := x.counted(func(c *Cell) int { return c.Refused })
	if s == "" {
		return ""
	}
	return "Kept nothing for want of room: " + s + "."
}

// counted lists by arm and rate how many items n counts, "" if none.
func (x *index) counted(n func(*Cell) int) string {
	var parts []string
	for _, a := range x.limited() {
		var at []string
		for _, rate := range x.Rates {
			if c := x.at(a, rate, ""); c != nil && n(c) > 0 {
				at = append(at, count(n(c))+" of "+plural(c.Items, "text")+" at "+ratio(rate))
			}
		}
		if at != nil {
			parts = append(parts, a.Name+" with "+and(at))
		}
	}
	return strings.Join(parts, "; ")
}

func (x *index) ownRates() string {
	var names []string
	for _, a := range x.Arms {
		if a.Fixed && a.Kind != kindNone {
			names = append(names, a.Name)
		}
	}
	if names == nil {
		return ""
	}
	return "No limit, for it loses nothing and has a rate of its own: " + and(names) + "."
}

func (x *index) intervals() string {
	s := "Intervals are for 95 %: "
	if !x.older() {
		s += "Wilson's for a measure of which every arm's every value is 0 or 1, else "
	}
	s += "the percentiles of a bootstrap by item (" + count(x.Resamples) + " resamples, seed " + strconv.FormatUint(x.Seed, 10) + "). Differences are paired by item"
	if len(x.ofKind(OfReader)) > 0 {
		s += "; a reader's score over all tasks is the mean of the tasks' means, and resampled within each task"
	}
	return s + "."
}

// and joins words as a sentence does.
func and(words []string) string {
	if n := len(words) - 1; n > 0 {
		return strings.Join(words[:n], ", ") + " and " + words[n]
	}
	return strings.Join(words, "")
}

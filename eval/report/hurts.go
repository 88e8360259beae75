package report

import (
	"slices"
	"strings"
)

// pain is all that is worse about one arm, in sentences.
type pain struct {
	arm   Arm
	count int
	all   []painLine // over all tasks
	tasks []painLine
}

// painLine joins the rates at which one thing is so.
type painLine struct {
	Measure, Kind, Than, Task string
	Worse                     []string // "2× by 0.041 (0.010 to 0.070)"
}

// sentence is the line in plain words, without the arm.
func (l painLine) sentence() string {
	than := "than " + l.Than
	if l.Than == kindNone {
		than = "than the whole text"
	}
	return l.Measure + " is lower " + than + " on " + l.Task + ": at " + strings.Join(l.Worse, ", at ") + "."
}

// pains groups what hurts by arm. Over all tasks comes before single tasks, and what
// is worse than another arm before what is worse than the whole text: losing to a
// cheap baseline says more than losing something.
func (x *index) pains() []pain {
	var out []pain
	for _, a := range x.Arms {
		p := pain{arm: a}
		p.all = append(x.painLines(a, false, false), x.painLines(a, false, true)...)
		p.tasks = append(x.painLines(a, true, false), x.painLines(a, true, true)...)
		for _, l := range slices.Concat(p.all, p.tasks) {
			p.count += len(l.Worse)
		}
		if p.count > 0 {
			out = append(out, p)
		}
	}
	return out
}

func (x *index) painLines(a Arm, byTask, thanNone bool) []painLine {
	type key struct{ measure, than, task string }
	at := map[key]int{}
	var out []painLine
	for _, h := range x.Hurts {
		if h.Arm != a.Name || (h.Task != "") != byTask || (h.Than == kindNone) != thanNone {
			continue
		}
		k := key{h.Measure, h.Than, h.Task}
		i, ok := at[k]
		if !ok {
			i = len(out)
			at[k] = i
			out = append(out, painLine{Measure: h.Measure, Kind: x.kindOf(h.Measure), Than: h.Than, Task: x.taskTitle(h.Task)})
		}
		by := num(-h.By.Mean) + " (" + num(-h.By.High) + " to " + num(-h.By.Low) + ")"
		out[i].Worse = append(out[i].Worse, ratio(h.Rate)+" by "+by)
	}
	return out
}

func (x *index) kindOf(measure string) string {
	for _, m := range x.Measures {
		if m.Name == measure {
			return m.Kind
		}
	}
	return ""
}

// hurtsLead counts in one sentence.
func (x *index) hurtsLead() string {
	if len(x.Hurts) == 0 {
		return "Nothing is worse than the whole text or than a baseline with 95 % confidence. With few items that says little."
	}
	whole := 0
	for _, h := range x.Hurts {
		if h.Than == kindNone {
			whole++
		}
	}
	return plural(len(x.Hurts), "mean") + " are lower with 95 % confidence: " + count(whole) +
		" than the whole text's, " + count(len(x.Hurts)-whole) +
		" than another arm's at the same rate. Each was tested alone, so of all that were tested one in forty is called lower by chance."
}

package report

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval"
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
		out[i].Worse = append(out[i].Worse, x.worse(a, h))
	}
	return out
}

// worse is "2× by 0.041 (0.010 to 0.070)", and what must be known with it.
func (x *index) worse(a Arm, h Hurt) string {
	at := withNote(ratio(h.Rate), x.keptMore(a, h.Rate, h.Task, h.Measure))
	v, _ := x.value(a, h.Rate, h.Task, h.Measure)
	less := eval.Estimate{Mean: -h.By.Mean, Low: -h.By.High, High: -h.By.Low}
	return at + " by " + num(less.Mean) + " (" + within(less, h.Items, "") + ")" + onTerms(h.Items, v.Items)
}

func (x *index) kindOf(measure string) string {
	for _, m := range x.Measures {
		if m.Name == measure {
			return m.Kind
		}
	}
	return ""
}

// simple are the baselines of which the best is to be beaten.
var simple = []string{"random", "head", "tail", "middle", "idf"}

// hurtsLead counts in one sentence, and says what was tested.
func (x *index) hurtsLead() string {
	whole := 0
	for _, h := range x.Hurts {
		if h.Than == kindNone {
			whole++
		}
	}
	s := "No mean was found to be lower."
	switch other := len(x.Hurts) - whole; {
	case whole > 0 && other > 0:
		s = lowerMeans(len(x.Hurts)) + ": " + count(whole) + " than the whole text's, " + count(other) + " than another arm's at the same rate."
	case whole > 0:
		s = lowerMeans(whole) + " than the whole text's."
	case other > 0:
		s = lowerMeans(other) + " than another arm's at the same rate."
	}
	s += " " + x.tested()
	if len(x.Hurts) == 0 {
		s += " With few items, finding nothing says little."
	}
	return s
}

// lowerMeans is "1 mean is lower" or "12 means are lower".
func lowerMeans(n int) string {
	if n == 1 {
		return "1 mean is lower"
	}
	return plural(n, "mean") + " are lower"
}

// tested says what was compared with what. Without a reader a shortened text has less
// than the whole one by construction, which is not tested.
func (x *index) tested() string {
	var against []string
	if x.Against != "" && x.arms[x.Against].Kind != kindNone {
		against = append(against, "against "+x.Against)
	}
	var names []string
	for _, n := range simple {
		if x.arms[n].Kind == kindBaseline {
			names = append(names, n)
		}
	}
	if len(names) > 0 && !slices.Equal(names, []string{x.Against}) {
		against = append(against, "against the best of "+and(names))
	}
	whole := "Without a reader nothing was tested against the whole text."
	if x.Reader != nil {
		against, whole = append(against, "with the reader's scores against the whole text"), ""
	}
	if against == nil {
		return "Nothing was tested."
	}
	how := "over 6 items or more of which neither kept more than a hundredth over its limit. Each arm is tested by itself, with 5 % for any false alarm about it: Holm's test, half of that for means over all tasks and half for single tasks if there are both, without the means that no result could have shown to be lower (Tarone)."
	if x.older() {
		how = "each alone, one-sided at 2.5 %."
	}
	s := "Tested were pith's methods and other tools at each rate, over all tasks and by task, " + and(against) + ", " + how
	if whole != "" {
		s += " " + whole
	}
	return s
}

package report

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// CompareOptions say how two reports are compared. The zero value works.
type CompareOptions struct {
	Resamples int     // of the bootstrap, at least 100; 0 is eval.DefaultResamples
	Seed      uint64  // of the bootstrap
	Tolerance float64 // a mean may be lower by this much, in the measure's own unit, and a kept share higher; not negative
	Force     bool    // compare what differs in set, unit, seed, way, reader, metric or texts; the comparison says so
	NameA     string  // for people; default "A"
	NameB     string  // default "B"
}

// Verdicts of a [Line]. Each line is judged alone.
const (
	Better = "better" // the 95 % interval of b − a lies above the tolerance
	Worse  = "worse"  // it lies below minus the tolerance
	Same   = "same"   // neither
	Few    = "few"    // there are fewer than six pairs: no verdict could be more than chance
)

// fewPairs is the least number of pairs that a test at 2.5 % could tell from chance: if
// chance alone gives each difference its sign, five have the same one in 1 of 32.
const fewPairs = 6

// leastResamples is the fewest of which the ends of a 95 % interval are more than chance.
const leastResamples = 100

// Origin is the run that one side of a comparison is of.
type Origin struct {
	Set  string `json:"set"`
	Pith string `json:"pith"` // version
	Seed uint64 `json:"seed"`
}

// Comparison is what changed from report a to report b, item by item.
type Comparison struct {
	Lack      string   `json:"untested,omitempty"` // what [Comparison.Untested] returns
	A         string   `json:"a"`
	B         string   `json:"b"`
	OfA       Origin   `json:"of_a"`
	OfB       Origin   `json:"of_b"`
	Differ    []string `json:"differ,omitempty"` // what makes the two unlike; empty unless forced
	Tolerance float64  `json:"tolerance"`
	Resamples int      `json:"resamples"`
	Seed      uint64   `json:"seed"`

	// ByLength: a report does not have [Outcome.Item], so that items with the same ID
	// count as the same if their texts are of one length.
	ByLength bool `json:"by_length,omitempty"`

	// Arms: a and b are two arms of one report. That one of them keeps more is no
	// regression, for each may keep as much as its limit lets it.
	Arms bool `json:"arms,omitempty"`

	// Tested counts the lines over all tasks, with those of [Comparison.Kept], and the
	// lines of one task that have a verdict and in which anything changed: the two families
	// of tests.
	Tested      int `json:"tested"`
	TestedTasks int `json:"tested_tasks"`

	Lines    []Line     `json:"lines"`    // by arm, rate, measure, task
	Kept     []KeptLine `json:"kept"`     // by arm, rate
	Timings  []Timing   `json:"timings"`  // by arm
	Unpaired []Unpaired `json:"unpaired"` // what is in only one of the two
}

// Line is one measure of one arm at one rate, over all tasks or one.
type Line struct {
	Arm     string  `json:"arm"`
	Rate    float64 `json:"rate"`
	Measure string  `json:"measure"`
	Kind    string  `json:"kind"`
	Task    string  `json:"task,omitempty"`

	Items   int     `json:"items"`              // pairs
	LeftOut int     `json:"left_out,omitempty"` // further pairs that are not on equal terms, and so in nothing of this line
	Changed int     `json:"changed"`            // of Items, with another value
	A       float64 `json:"a"`                  // means over the pairs; of a reader's over all tasks, the mean of the tasks' means
	B       float64 `json:"b"`

	Diff eval.Estimate `json:"diff"` // of b − a

	Verdict    string  `json:"verdict"`
	P          float64 `json:"p"`                    // of a difference that low if b were no worse than the tolerance allows
	Regression bool    `json:"regression,omitempty"` // worse, and it stands when all lines are counted
	KeepsMore  bool    `json:"keeps_more,omitempty"` // b clearly kept more of the texts of these very pairs
}

// KeptLine is how much more of the texts b kept, over all pairs but those of which either
// was refused. To keep more at the same asked rate is an advantage in every other line.
type KeptLine struct {
	Arm        string        `json:"arm"`
	Rate       float64       `json:"rate"`
	Items      int           `json:"items"`
	Changed    int           `json:"changed"` // of those, with another share
	A          float64       `json:"a"`       // mean of kept ÷ full
	B          float64       `json:"b"`
	Diff       eval.Estimate `json:"diff"`                 // of b − a
	P          float64       `json:"p"`                    // of a difference that high if b kept no more than is allowed
	Regression bool          `json:"regression,omitempty"` // b keeps more, and it stands when all lines are counted
}

// Timing is the median time of a text, the lower one of two in the middle, that an arm knew
// nothing of. Its time is the longest of the arm's rates, as [Cell.P50] has it: what was
// read for one serves the others. It never decides anything.
type Timing struct {
	Arm   string  `json:"arm"`
	Items int     `json:"items"`
	A     float64 `json:"a_ms"`
	B     float64 `json:"b_ms"`
}

// Unpaired counts outcomes, or values of a measure, that only one report has.
type Unpaired struct {
	In      string  `json:"in"` // a or b
	Arm     string  `json:"arm"`
	Rate    float64 `json:"rate"`
	Measure string  `json:"measure,omitempty"` // "": the whole outcome is missing in the other
	Other   bool    `json:"other,omitempty"`   // the other report has another text or question under the same ID
	Items   int     `json:"items"`
}

// Compare pairs the outcomes of two reports by task, arm, rate and what the item is of, and
// estimates b − a of each measure over all tasks and by task with a paired bootstrap. Items
// are the same if their text and question are, whatever their IDs; of equal ones the same ID
// goes first, then the order. Pairs of which either side kept more than a hundredth and more
// than a token over its limit, or of a reader's score did not fit the model, are left out of
// the lines, as of [Value.Gain].
//
// Reports of another set, unit, seed, way to the methods, reader or metric are an error
// unless forced, and so are reports in which one ID stands for two texts; forced, such items
// count as without a partner. Reports that have nothing in common are an error. What only
// one of them has is counted in the result; ask [Comparison.Untested], too.
func Compare(a, b *Report, o CompareOptions) (*Comparison, error) {
	return compareReports(a, b, o, false)
}

func compareReports(a, b *Report, o CompareOptions, arms bool) (*Comparison, error) {
	if err := o.validate(a, b); err != nil {
		return nil, fmt.Errorf("compare reports: %w", err)
	}
	differ := differences(a, b)
	if len(differ) > 0 && !o.Force {
		return nil, fmt.Errorf("compare reports: %s: they measure different things; force the comparison if that is meant", strings.Join(differ, "; "))
	}
	if o.Resamples == 0 {
		o.Resamples = eval.DefaultResamples
	}
	c := &Comparison{A: orName(o.NameA, "A"), B: orName(o.NameB, "B"), OfA: a.origin(), OfB: b.origin(),
		Arms: arms, Differ: differ, Tolerance: o.Tolerance, Resamples: o.Resamples, Seed: o.Seed}
	groups, err := c.pair(a, b)
	if err != nil {
		return nil, fmt.Errorf("compare reports: %w", err)
	}
	if n := c.others(); n > 0 && !o.Force {
		return nil, fmt.Errorf("compare reports: %s of a have another text or question in b under the same ID: run both over the same items, or force the comparison to leave these out", plural(n, "result"))
	}
	if len(groups) == 0 {
		return nil, errors.New("compare reports: no arm has an item at a rate in both")
	}
	for _, g := range groups {
		c.addLines(a, g)
		c.addKept(g)
	}
	c.addTimings(a, b, groups)
	c.decide(a, b)
	c.Lack = c.lack(a, b, groups)
	return c, nil
}

func (o CompareOptions) validate(a, b *Report) error {
	if a == nil || b == nil {
		return errors.New("give two reports")
	}
	if !(o.Tolerance >= 0) {
		return fmt.Errorf("tolerance must not be negative; got %v", o.Tolerance)
	}
	if o.Resamples != 0 && o.Resamples < leastResamples {
		return fmt.Errorf("resamples must be at least %d; got %d", leastResamples, o.Resamples)
	}
	for _, r := range []*Report{a, b} {
		if err := r.validate(); err != nil {
			return err
		}
	}
	return nil
}

func (r *Report) origin() Origin { return Origin{r.Set, r.Pith, r.Seed} }

// CompareArms compares two arms of one report: b is armB, a is armA. An arm with a rate
// of its own stands against each rate of the other.
func CompareArms(r *Report, armA, armB string, o CompareOptions) (*Comparison, error) {
	if r == nil {
		return nil, errors.New("compare arms: give a report")
	}
	name := armB + " over " + armA
	a, err := only(r, armA, armB, name)
	if err != nil {
		return nil, fmt.Errorf("compare arms: %w", err)
	}
	b, err := only(r, armB, armA, name)
	if err != nil {
		return nil, fmt.Errorf("compare arms: %w", err)
	}
	o.NameA, o.NameB = orName(o.NameA, armA), orName(o.NameB, armB)
	return compareReports(a, b, o, true)
}

// only returns the report with the outcomes of one arm alone, under another name, and
// at the other arm's rates if it has but one of its own.
func only(r *Report, arm, other, name string) (*Report, error) {
	i := slices.IndexFunc(r.Arms, func(a Arm) bool { return a.Name == arm })
	if i < 0 {
		return nil, fmt.Errorf("no arm %q in the report", arm)
	}
	rates := map[string][]float64{}
	for _, o := range r.Outcomes {
		if !slices.Contains(rates[o.Arm], o.Rate) {
			rates[o.Arm] = append(rates[o.Arm], o.Rate)
		}
	}
	spread := slices.Equal(rates[arm], []float64{0}) && len(rates[other]) > 0
	out := *r
	out.Cells, out.Examples, out.Grids = nil, nil, nil
	out.Arms = []Arm{r.Arms[i]}
	out.Arms[0].Name = name
	out.Outcomes = nil
	for _, o := range r.Outcomes {
		if o.Arm != arm {
			continue
		}
		at := []float64{o.Rate}
		if spread {
			at = rates[other]
		}
		o.Arm = name
		for _, rate := range at {
			o.Rate = rate
			out.Outcomes = append(out.Outcomes, o)
		}
	}
	return &out, nil
}

func orName(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

// differences says what keeps two reports from being comparable.
func differences(a, b *Report) []string {
	var out []string
	differ := func(what, x, y string) {
		if x != y {
			out = append(out, fmt.Sprintf("%s is %q in a and %q in b", what, x, y))
		}
	}
	differ("the set", a.Set, b.Set)
	differ("the unit", a.Unit, b.Unit)
	differ("the seed", strconv.FormatUint(a.Seed, 10), strconv.FormatUint(b.Seed, 10))
	differ("the way to the methods", a.Through, b.Through)
	if a.Reader != nil && b.Reader != nil {
		differ("the reader", a.Reader.Name, b.Reader.Name)
	}
	for _, m := range a.Measures {
		for _, n := range b.Measures {
			if m.Name == n.Name {
				differ("the kind of measure "+m.Name, m.Kind, n.Kind)
				differ("the meaning of measure "+m.Name, m.About, n.About)
			}
		}
	}
	for _, t := range a.Tasks {
		for _, u := range b.Tasks {
			if t.Name == u.Name {
				differ("the metric of task "+t.Name, t.Metric, u.Metric)
			}
		}
	}
	return out
}

// Worse reports whether b is worse than a beyond what chance does when so many lines
// are looked at, or keeps more of the texts so. It is the verdict for an exit code.
func (c *Comparison) Worse() bool {
	return slices.ContainsFunc(c.Lines, func(l Line) bool { return l.Regression }) || len(c.keptMore()) > 0
}

// keptMore are the arms and rates at which b keeps more, as a regression.
func (c *Comparison) keptMore() []armRate {
	var out []armRate
	for _, k := range c.Kept {
		if k.Regression {
			out = append(out, armRate{k.Arm, k.Rate})
		}
	}
	return out
}

// WriteJSON writes the comparison with one line of it on a line.
func (c *Comparison) WriteJSON(w io.Writer) error {
	if err := writeLines(w, c); err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

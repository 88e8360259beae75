package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// AgreementOptions say what [Agreement] runs.
type AgreementOptions struct {
	Passages  []Passage // those without a kept unit are left out
	Arms      []Arm     // all must return spans
	Against   string    // as in SurvivalOptions
	Resamples int
	Seed      uint64
	Progress  func(done, total int)
}

// AgreementReport is the outcome of [Agreement].
type AgreementReport struct {
	Kind      string          `json:"kind"`
	Against   string          `json:"against"`
	Resamples int             `json:"resamples"`
	Seed      uint64          `json:"seed"`
	Cells     []AgreementCell `json:"cells"` // by group, then by arm
	Notes     []string        `json:"notes,omitempty"`
}

// AgreementCell is one arm on the passages of one group.
type AgreementCell struct {
	Group      string    `json:"group"` // level, or level and language for other languages than English
	Arm        string    `json:"arm"`
	Passages   int       `json:"passages"`
	OverBudget int       `json:"over_budget"` // passages of which it kept more than the teacher
	F1         Estimate  `json:"f1"`
	Difference *Estimate `json:"difference,omitempty"`
}

// Agreement gives each arm as many units of a passage as the teacher kept and
// reports the F1 of the units that both kept, the mean over passages. A unit
// counts as kept if any byte of it is. An arm's error ends the run.
func Agreement(ctx context.Context, o AgreementOptions) (AgreementReport, error) {
	if err := checkArms(o.Arms, &o.Against); err != nil {
		return AgreementReport{}, fmt.Errorf("agreement: %w", err)
	}
	if o.Resamples <= 0 {
		o.Resamples = DefaultResamples
	}
	ps := slices.DeleteFunc(slices.Clone(o.Passages), func(p Passage) bool { return !slices.Contains(p.Keep, true) })
	if len(ps) == 0 {
		return AgreementReport{}, errors.New("agreement: no passages with a kept unit")
	}
	scores := make([][]agreed, len(o.Arms)) // [arm][passage]
	for a := range scores {
		scores[a] = make([]agreed, len(ps))
	}
	err := ForEach(ctx, len(ps), o.Progress, func(ctx context.Context, i int) error {
		for a, arm := range o.Arms {
			got, err := agree(ctx, arm, &ps[i])
			if err != nil {
				return fmt.Errorf("agreement: arm %s, passage %d: %w", arm.Name(), ps[i].ID, err)
			}
			scores[a][i] = got
		}
		return nil
	})
	if err != nil {
		return AgreementReport{}, err
	}
	return o.report(ps, scores), nil
}

// agreed is one arm's outcome on one passage.
type agreed struct {
	f1   float64
	over bool // more was kept than the teacher kept
}

func agree(ctx context.Context, arm Arm, p *Passage) (agreed, error) {
	var counter tokenize.Counter = Words
	if p.Chars {
		counter = Chars
	}
	teacher := 0
	for _, k := range p.Keep {
		if k {
			teacher++
		}
	}
	item := Item{ID: strconv.Itoa(p.ID), Dataset: p.Source, Language: p.Language, Question: p.Question, Context: p.Text}
	limit := Limit{Rate: float64(teacher) / float64(len(p.Units)), Units: teacher, Counter: counter}
	kept, err := arm.Compress(ctx, item, limit)
	if err != nil {
		return agreed{}, err
	}
	if kept.Spans == nil && kept.Text != "" {
		return agreed{}, errors.New("the arm returns no spans")
	}
	both, own := 0, 0
	for i, k := range keptUnits(p.Units, kept.Spans) {
		if k {
			own++
			if p.Keep[i] {
				both++
			}
		}
	}
	return agreed{f1: 2 * float64(both) / float64(own+teacher), over: own > teacher}, nil
}

// keptUnits says of each unit whether any of its bytes is in a span.
func keptUnits(units, spans []pith.Span) []bool {
	kept := make([]bool, len(units))
	s := 0
	for i, u := range units {
		for s < len(spans) && spans[s].End <= u.Start {
			s++
		}
		kept[i] = s < len(spans) && spans[s].Start < u.End && spans[s].Start < spans[s].End
	}
	return kept
}

func (o *AgreementOptions) report(ps []Passage, scores [][]agreed) AgreementReport {
	r := AgreementReport{Kind: "agreement with the teacher's labels", Against: o.Against,
		Resamples: o.Resamples, Seed: o.Seed}
	groups := map[string][]int{}
	for i, p := range ps {
		g := p.Level
		if p.Language != "en" {
			g += " " + p.Language
		}
		groups[g] = append(groups[g], i)
	}
	base := slices.IndexFunc(o.Arms, func(a Arm) bool { return a.Name() == o.Against })
	for _, g := range sortedKeys(groups) {
		reference := pick(scores[base], groups[g])
		for a, arm := range o.Arms {
			values := pick(scores[a], groups[g])
			c := AgreementCell{Group: g, Arm: arm.Name(), Passages: len(values), F1: Bootstrap(values, o.Resamples, o.Seed)}
			for _, i := range groups[g] {
				if scores[a][i].over {
					c.OverBudget++
				}
			}
			if a != base {
				d := Paired(values, reference, o.Resamples, o.Seed)
				c.Difference = &d
			}
			r.Cells = append(r.Cells, c)
		}
	}
	return r
}

func sortedKeys(m map[string][]int) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// pick returns the F1 of the passages at.
func pick(scores []agreed, at []int) []float64 {
	out := make([]float64, len(at))
	for i, k := range at {
		out[i] = scores[k].f1
	}
	return out
}

// WriteJSON writes the report as indented JSON.
func (r *AgreementReport) WriteJSON(w io.Writer) error { return writeJSON(w, r) }

// WriteMarkdown writes the report as Markdown.
func (r *AgreementReport) WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "F1 of the words kept against the teacher's, at the teacher's own rate, mean over passages.\n"+
		"95 %% intervals: %d bootstrap resamples, seed %d.\n", r.Resamples, r.Seed)
	for _, n := range r.Notes {
		fmt.Fprintf(&b, "%s\n", n)
	}
	fmt.Fprintf(&b, "\n| labels | passages | arm | F1 | difference to %s |\n|---|---|---|---|---|\n", r.Against)
	for _, c := range r.Cells {
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s |\n", c.Group, c.Passages, c.Arm, c.F1.String()+overMark(c.OverBudget, c.Arm), c.Difference.signed())
	}
	_, err := io.WriteString(w, b.String())
	return err
}

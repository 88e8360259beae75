package measure

import (
	"fmt"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// All returns the measures that need no model, in the order of reports: survival (by
// [eval.MatchWords]), needles, all_needles, rouge1, rouge2, rougeL, numbers, names, negations,
// code_names.
func All() []Measure {
	return []Measure{
		Survival(eval.MatchWords), Needles(), AllNeedles(), RougeRecall(1), RougeRecall(2), RougeRecall(RougeL),
		Numbers(), Names(), Negations(), CodeNames(),
	}
}

// ByName returns the measures of [All] with these names, in the order of names.
func ByName(names []string) ([]Measure, error) {
	all := All()
	known := make([]string, len(all))
	byName := map[string]Measure{}
	for i, m := range all {
		known[i] = m.Name()
		byName[m.Name()] = m
	}
	var out []Measure
	for _, n := range names {
		m, ok := byName[n]
		if !ok {
			return nil, fmt.Errorf("measure must be one of %s; got %q", strings.Join(known, ", "), n)
		}
		out = append(out, m)
	}
	return out, nil
}

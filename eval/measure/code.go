package measure

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// nextLine are the tasks whose answer is the next line of code.
var nextLine = []string{"lcc", "repobench-p"}

// CodeNames is the share of the names that the next line of code needs, and that only the
// material in front of the last lines tells, that what was kept has in a line of the
// material, as in [eval.CodeSurvival]. It applies to the tasks that ask for that line.
func CodeNames() Measure {
	return &scorer[eval.Needs]{
		name: "code_names",
		about: "survival of names: of the names that the next line of code needs and only the text in front of the last lines tells, " +
			"the share, 0 to 1, that what was kept has. A bound on what a reader could write, not what it would.",
		find: func(item eval.Item) (eval.Needs, bool) {
			if !slices.Contains(nextLine, strings.TrimSuffix(item.Dataset, "_e")) {
				return eval.Needs{}, false
			}
			return eval.NeedsOf(item)
		},
		score: func(_ eval.Item, n eval.Needs, kept eval.Kept) float64 { return n.Left(kept.Text) },
	}
}

package report

import (
	"fmt"
	"slices"
)

// Untested says in a sentence why the comparison could not have found a regression, and
// is "" if it could. Then that there is none means nothing, and a gate must not pass.
func (c *Comparison) Untested() string { return c.Lack }

// lack looks at arms that shorten texts, for the whole text is the same in both, and at
// what changed: if nothing did, nothing is worse, however few the pairs.
func (c *Comparison) lack(a, b *Report) string {
	paired, changed, judged := false, false, false
	for _, l := range c.Lines {
		if a.keepsAll(l.Arm) && b.keepsAll(l.Arm) {
			continue
		}
		paired = true
		changed = changed || l.Changed > 0
		judged = judged || l.Changed > 0 && l.Verdict != Few
	}
	switch {
	case !paired:
		return "Nothing was tested: no value of an arm that shortens texts is in both."
	case changed && !judged:
		return fmt.Sprintf("Nothing was tested: values changed, but nowhere are there the %d pairs that a verdict takes.", fewPairs)
	}
	return ""
}

func (r *Report) keepsAll(arm string) bool {
	return slices.ContainsFunc(r.Arms, func(a Arm) bool { return a.Name == arm && a.Kind == kindNone })
}

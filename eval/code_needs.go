package eval

// Needs are the names that the next line of code has and that only the material in front
// of the query tells, as [CodeSurvival] counts them.
type Needs struct {
	names []string
	lines map[string]bool // of the material
}

// NeedsOf returns those of an item whose Context is the material, Question the query and
// first answer the next line; ok is false if there are none.
func NeedsOf(item Item) (n Needs, ok bool) {
	if len(item.Answers) == 0 {
		return Needs{}, false
	}
	n.names = needed(item.Answers[0], item.Context, item.Question)
	n.lines = linesOf(item.Context)
	return n, len(n.names) > 0
}

// Left is the share of the names, from 0 to 1, that are in those lines of kept that the
// material has.
func (n Needs) Left(kept string) float64 { return surviving(n.names, kept, n.lines) }

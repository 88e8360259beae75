package logform

import (
	"cmp"
	"slices"
	"strings"
)

// A block is several items in a row that come again as they are. Its places do not
// overlap each other's or those of other blocks.
type block struct {
	size   int     // items
	places []int32 // items at which it begins, ascending
	gain   int     // tokens
}

const (
	mostBlocks  = 32 // that are tried
	markTokens  = 5  // of a line that says that a block comes again
	labelTokens = 13 // of the lines that begin and end it
)

// blocks returns at most most blocks that save tokens, those that save most first.
func (s *source) blocks(items []item, most int, count func(string) int) []block {
	if most <= 0 || !recurs(items) {
		return nil
	}
	f := newFinder(items)
	all := f.repeats()
	slices.SortStableFunc(all, func(a, b repeat) int { return cmp.Compare(b.times*b.size, a.times*a.size) })
	var found []block
	for _, r := range all[:min(len(all), mostBlocks)] {
		// Templates and headings, which come after, would take their share of the rest.
		tokens := count(s.join(items[r.first:r.first+r.size])) * 6 / 10
		b := f.block(r)
		b.gain = tokens*(len(b.places)-1) - markTokens*(len(b.groups())-1) - labelTokens
		if len(b.places) > 1 && b.gain > 0 {
			f.claim(b)
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b block) int { return cmp.Compare(b.gain, a.gain) })
	return found[:min(len(found), most)]
}

// recurs says whether at least two items have come before: else no two in a row have.
func recurs(items []item) bool {
	n := 0
	seen := make(map[item]bool, len(items)/4)
	for _, it := range items {
		if seen[it] {
			if n++; n == 2 {
				return true
			}
		}
		seen[it] = true
	}
	return false
}

// join returns the lines of items, each with its newline, runs as one.
func (s *source) join(items []item) string {
	var b strings.Builder
	for _, it := range items {
		b.WriteString(s.lines[it.id])
		b.WriteByte('\n')
	}
	return b.String()
}

// A group is places of a block that follow each other directly.
type group struct{ at, times int32 }

// groups returns the first place, and the others in groups.
func (b *block) groups() []group {
	var all []group
	for i, at := range b.places {
		if last := len(all) - 1; i > 1 && all[last].at+all[last].times*int32(b.size) == at {
			all[last].times++
		} else {
			all = append(all, group{at, 1})
		}
	}
	return all
}

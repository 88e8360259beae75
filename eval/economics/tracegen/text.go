// Package tracegen makes conversations that look recorded: the same ones for the same
// seed. They are for tests and for trying pith replay; what they say means nothing.
package tracegen

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

var (
	people = []string{"the council", "the engineer", "a visitor", "the committee", "the author", "the library", "the company", "a neighbour",
		"the museum", "the school", "the ministry", "a journalist", "the harbour office", "the choir", "the baker", "the editor"}
	verbs = []string{"described", "planned", "opened", "questioned", "repaired", "visited", "approved", "rejected", "measured", "photographed",
		"extended", "sold", "discussed", "renamed", "restored", "inspected"}
	things = []string{"the old bridge", "a new reading room", "the annual report", "the railway works", "a collection of letters", "the market hall",
		"the northern wall", "a garden of roses", "the weather station", "the summer festival", "a narrow street", "the paper mill",
		"the town archive", "the river path", "a set of maps", "the lighthouse"}
	places = []string{"near the river", "in the high street", "behind the station", "on the hill", "at the edge of the town", "by the canal",
		"in the eastern quarter", "beside the church", "not far from the coast", "in a quiet valley"}
	asides = []string{"as most people remember it", "although nobody was quite sure why", "which surprised almost everyone", "after a long and careful debate",
		"because there was very little else to be done", "as far as anybody can tell today", "in spite of the rather poor weather",
		"with a good deal of help from the neighbours", "much to the delight of the local children", "for reasons that were never really explained"}
	times = []string{"In the spring of %d,", "Some years later, in %d,", "Around %d,", "By the end of %d,", "During the winter of %d,"}
)

func one(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }

// Sentence returns a sentence of about 25 words.
func Sentence(r *rand.Rand) string {
	s := fmt.Sprintf(one(r, times)+" %s %s %s %s, %s, and %s later %s %s.", 1820+r.IntN(180),
		one(r, people), one(r, verbs), one(r, things), one(r, places), one(r, asides), one(r, people), one(r, verbs), one(r, things))
	return s
}

// Prose returns paragraphs of at least so many words.
func Prose(r *rand.Rand, words int) string {
	var b strings.Builder
	for n, k := 0, 0; n < words; k++ {
		s := Sentence(r)
		switch {
		case k == 0:
		case k%5 == 0:
			b.WriteString("\n\n")
		default:
			b.WriteByte(' ')
		}
		b.WriteString(s)
		n += strings.Count(s, " ") + 1
	}
	return b.String()
}

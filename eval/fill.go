package eval

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// fill keeps units of text in the order of rank, most wanted first, until limit
// is reached, and renders them in the order of the text. The kept text never
// counts more than limit.Units; if the most wanted unit alone does, nothing is
// kept. The cut is at a unit: no later, cheaper unit fills a gap. But where units
// cost less together than alone, as the characters of Chinese do, more of them go in.
func fill(text string, units []pith.Span, rank []int, limit Limit) Kept {
	cost := make([]int, len(rank))
	n, sum := 0, 0
	for ; n < len(rank); n++ {
		u := units[rank[n]]
		cost[n] = limit.Counter.Count(withJoint(text, u))
		if sum+cost[n] > limit.Units {
			break
		}
		sum += cost[n]
	}
	// Units cost a little more or less together than alone.
	for {
		k := render(text, units, rank[:n])
		over := limit.Counter.Count(k.Text) - limit.Units
		if over <= 0 {
			return grow(text, units, rank, n, k, limit)
		}
		for over > 0 && n > 0 {
			n--
			over -= max(1, cost[n])
		}
	}
}

// grow adds units to the first n of rank, of which k is made and which fit, until
// nothing is left of limit or the next one does not fit.
func grow(text string, units []pith.Span, rank []int, n int, k Kept, limit Limit) Kept {
	for room := limit.Units - limit.Counter.Count(k.Text); room > 0 && n < len(rank); {
		step := min(room, len(rank)-n)
		for ; step > 0; step /= 2 {
			more := render(text, units, rank[:n+step])
			if left := limit.Units - limit.Counter.Count(more.Text); left >= 0 {
				k, room, n = more, left, n+step
				break
			}
		}
		if step == 0 {
			break
		}
	}
	return k
}

// withJoint returns a unit as it stands in running text: behind a joint for the
// white space before it.
func withJoint(text string, u pith.Span) string {
	before := text[:u.Start]
	return joint(before[len(strings.TrimRightFunc(before, isSpace)):]) + text[u.Start:u.End]
}

// joint returns what stands for a gap: a line end if the gap has one, so that a line
// which is kept whole is a line still, as code needs it; else a space, or nothing if the
// gap has no white space.
func joint(gap string) string {
	switch {
	case strings.Contains(gap, "\n"):
		return "\n"
	case strings.ContainsFunc(gap, isSpace):
		return " "
	}
	return ""
}

// render joins the chosen units: neighbours with the bytes that stand between
// them in text, others with a [joint].
func render(text string, units []pith.Span, chosen []int) Kept {
	order := slices.Clone(chosen)
	slices.Sort(order)
	var k Kept
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && order[j] == order[j-1]+1 {
			j++
		}
		k.Spans = append(k.Spans, pith.Span{Start: units[order[i]].Start, End: units[order[j-1]].End})
		i = j
	}
	var b strings.Builder
	for i, s := range k.Spans {
		if i > 0 {
			b.WriteString(joint(text[k.Spans[i-1].End:s.Start]))
		}
		b.WriteString(text[s.Start:s.End])
	}
	k.Text = b.String()
	return k
}

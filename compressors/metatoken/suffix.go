package metatoken

import (
	"iter"
	"slices"
)

// suffixArray fills sa, which is as long as s, with where the suffixes of s begin, in
// ascending order of the suffixes. Symbols are in [0, k). A suffix that begins a longer
// one comes before it.
//
// It is SA-IS (Nong, Zhang and Chan, DCC 2009), in time and memory linear in len(s)+k.
// With Nong's later sorters it shares that types of suffixes are not stored: where a
// suffix stands in its bucket says of which type it is.
func suffixArray(s, sa []int32, k int) { induceSort(s, sa, make([]int32, 2*k)) }

// induceSort is suffixArray with room for the tables: twice as much as there are symbols.
//
// A suffix that is less than its successor is called rising here (S-type), else falling
// (L-type); the last one falls. A valley (LMS) is a rising one behind a falling one. The
// order of the valleys gives that of all others, and at most half of them are valleys.
func induceSort(s, sa, room []int32) {
	if len(s) == 0 {
		return
	}
	t := tables{size: room[:len(room)/2], next: room[len(room)/2:]}
	for _, c := range s {
		t.size[c]++
	}
	clear(sa)
	t.tails()
	valleys := 0
	for j := range valleysOf(s) {
		t.next[s[j]]--
		sa[t.next[s[j]]] = int32(j)
		valleys++
	}
	t.induce(s, sa)
	if valleys < 2 {
		return // the order of one is known, so all is done
	}
	t.collect(s, sa)
	if names := name(s, sa, valleys); names < valleys {
		sortValleys(s, sa, valleys, names)
	}
	t.spread(s, sa, valleys)
	t.induce(s, sa)
}

// valleysOf gives the valleys from the right to the left.
func valleysOf(s []int32) iter.Seq[int] {
	return func(yield func(int) bool) {
		rising := false
		for j := len(s) - 1; j > 0; j-- {
			switch {
			case s[j-1] < s[j]:
				rising = true
			case s[j-1] > s[j]:
				if rising && !yield(j) {
					return
				}
				rising = false
			}
		}
	}
}

// tables are of buckets: all suffixes with the same first symbol. In a bucket falling
// suffixes come before rising ones.
type tables struct {
	size []int32
	next []int32 // where the next suffix of the bucket goes
}

func (t *tables) heads() {
	sum := int32(0)
	for c, n := range t.size {
		t.next[c] = sum
		sum += n
	}
}

// tails makes each next the end of its bucket; one goes before it.
func (t *tables) tails() {
	sum := int32(0)
	for c, n := range t.size {
		sum += n
		t.next[c] = sum
	}
}

// induce puts the falling suffixes, which follow from the valleys, and then the rising
// ones, which follow from the falling ones and take the place of the valleys. Zero is an
// empty place as well as the first suffix: nothing follows from either.
func (t *tables) induce(s, sa []int32) {
	t.heads()
	last := len(s) - 1
	sa[t.next[s[last]]] = int32(last)
	t.next[s[last]]++
	for i := range sa {
		if j := sa[i] - 1; j >= 0 && s[j] >= s[j+1] {
			c := s[j]
			sa[t.next[c]] = j
			t.next[c]++
		}
	}
	t.tails()
	for i := len(sa) - 1; i >= 0; i-- {
		j := sa[i] - 1
		if j < 0 || s[j] > s[j+1] {
			continue
		}
		if c := s[j]; c < s[j+1] || int32(i) >= t.next[c] { // j+1 is rising, and so j is
			t.next[c]--
			sa[t.next[c]] = j
		}
	}
}

// collect moves the valleys, which are sorted up to the next valley, to the front of sa.
// It is called behind induce, when each next is where the rising suffixes begin.
func (t *tables) collect(s, sa []int32) {
	m := 0
	for i, j := range sa {
		if j > 0 && s[j-1] > s[j] && int32(i) >= t.next[s[j]] {
			sa[m] = j
			m++
		}
	}
}

// spread moves the sorted valleys at the front of sa to the ends of their buckets.
func (t *tables) spread(s, sa []int32, valleys int) {
	clear(sa[valleys:])
	t.tails()
	for i := valleys - 1; i >= 0; i-- {
		j := sa[i]
		sa[i] = 0
		t.next[s[j]]--
		sa[t.next[s[j]]] = j
	}
}

// name numbers the runs of symbols from a valley up to and with the next, equal ones
// alike, in their order and from 1. The name of the one at j goes to sa[valleys+j/2]:
// valleys are never side by side.
func name(s, sa []int32, valleys int) (names int) {
	clear(sa[valleys:])
	next := 0
	for j := range valleysOf(s) {
		if next > 0 {
			sa[valleys+j/2] = int32(next - j + 1)
		}
		next = j
	}
	var last []int32
	for _, j := range sa[:valleys] {
		at := &sa[valleys+int(j)/2]
		run := s[j : j+*at] // empty for the last valley, which equals no other
		if len(run) == 0 || !slices.Equal(run, last) {
			names++
		}
		last, *at = run, int32(names)
	}
	return names
}

// sortValleys replaces the valleys at the front of sa by the valleys in the order of
// their suffixes, which is that of the suffixes of their names.
func sortValleys(s, sa []int32, valleys, names int) {
	reduced := sa[len(sa)-valleys:]
	to := valleys
	for i := len(sa) - 1; i >= valleys; i-- {
		if sa[i] > 0 {
			to--
			reduced[to] = sa[i] - 1
		}
	}
	room := sa[valleys : len(sa)-valleys]
	if len(room) < 2*names {
		room = make([]int32, 2*names)
	}
	room = room[:2*names]
	clear(room)
	order := sa[:valleys]
	induceSort(reduced, order, room)

	to = valleys
	for j := range valleysOf(s) {
		to--
		reduced[to] = int32(j)
	}
	for i, r := range order {
		order[i] = reduced[r]
	}
}

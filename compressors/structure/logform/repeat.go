package logform

import "slices"

// A finder looks for stretches of items that come again.
type finder struct {
	syms []int32  // equal items have equal symbols
	sums []uint64 // hash of all symbols before
	pows []uint64
	used []bool // by a block

	last map[uint64]int32 // where a pair of symbols was last, plus 1
	prev []int32          // where the pair at an item was before, plus 1
}

func newFinder(items []item) *finder {
	n := len(items)
	f := &finder{
		syms: make([]int32, n), sums: make([]uint64, n+1), pows: make([]uint64, n+1), used: make([]bool, n),
		last: map[uint64]int32{}, prev: make([]int32, n),
	}
	runs := map[item]int32{}
	f.pows[0] = 1
	for i, it := range items {
		sym := it.id
		if it.times > 1 {
			var ok bool
			if sym, ok = runs[it]; !ok {
				sym = -1 - int32(len(runs))
				runs[it] = sym
			}
		}
		f.syms[i] = sym
		f.sums[i+1] = f.sums[i]*hashPrime + uint64(sym)*0x9e3779b97f4a7c15
		f.pows[i+1] = f.pows[i] * hashPrime
	}
	return f
}

// hash of n symbols from i on.
func (f *finder) hash(i, n int) uint64 { return f.sums[i+n] - f.sums[i]*f.pows[n] }

// A repeat is a stretch that comes again.
type repeat struct{ first, size, times int }

// repeats goes through the items once and takes, wherever it is, the longest stretch that
// has come before, as LZ77 does. Where one follows itself, it is one period of it.
func (f *finder) repeats() []repeat {
	index := map[uint64]int{}
	var all []repeat
	for i := 0; i+1 < len(f.syms); {
		from, size := f.longest(i)
		if size == 0 {
			f.enter(i)
			i++
			continue
		}
		step := size
		if period := i - from; period < size {
			step, size = size/period*period, period
		}
		if size > 1 {
			key := f.hash(from, size)
			if _, ok := index[key]; !ok {
				index[key] = len(all)
				all = append(all, repeat{first: from, size: size})
			}
			all[index[key]].times += step / size
		}
		for end := i + step; i < end; i++ {
			f.enter(i)
		}
	}
	return all
}

func (f *finder) pair(i int) uint64 {
	return uint64(uint32(f.syms[i]))<<32 | uint64(uint32(f.syms[i+1]))
}

func (f *finder) enter(i int) {
	if i+1 < len(f.syms) {
		key := f.pair(i)
		f.prev[i] = f.last[key]
		f.last[key] = int32(i) + 1
	}
}

// follow is how many earlier places are looked at for the longest repeat.
const follow = 8

// longest returns where the longest stretch before is that the items from i on repeat; its
// size is 0 if there is none, else at least 2.
func (f *finder) longest(i int) (from, size int) {
	j := int(f.last[f.pair(i)]) - 1
	for k := 0; k < follow && j >= 0; k++ {
		n := 2
		for i+n < len(f.syms) && f.syms[j+n] == f.syms[i+n] {
			n++
		}
		if n > size {
			from, size = j, n
		}
		j = int(f.prev[j]) - 1
	}
	return from, size
}

// block finds all places of r that no block has yet.
func (f *finder) block(r repeat) block {
	b := block{size: r.size}
	want, hash := f.syms[r.first:r.first+r.size], f.hash(r.first, r.size)
	for j := 0; j+r.size <= len(f.syms); {
		if f.used[j] || f.syms[j] != want[0] || f.hash(j, r.size) != hash {
			j++
		} else if k := slices.Index(f.used[j:j+r.size], true); k > 0 {
			j += k
		} else if slices.Equal(f.syms[j:j+r.size], want) {
			b.places = append(b.places, int32(j))
			j += r.size
		} else {
			j++
		}
	}
	return b
}

func (f *finder) claim(b block) {
	for _, j := range b.places {
		for k := range b.size {
			f.used[int(j)+k] = true
		}
	}
}

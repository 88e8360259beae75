package metatoken

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

var idMining = mining{alias: 1, row: 1, maxLen: 256}

// checkPhrases wants what must be true of the phrases of any text, and returns them.
func checkPhrases(t *testing.T, s []int32, m mining) []phrase {
	t.Helper()
	before := slices.Clone(s)
	found := mine(s, m)
	if !slices.Equal(s, before) {
		t.Fatal("the text was changed")
	}
	taken := make([]bool, len(s))
	for i, p := range found {
		want := s[p.start : p.start+p.length]
		last := int32(-1)
		for _, at := range p.at {
			if at <= last || !slices.Equal(s[at:at+p.length], want) {
				t.Fatalf("phrase %d is not at %d: %v", i, at, p)
			}
			for j := at; j < at+p.length; j++ {
				if taken[j] {
					t.Fatalf("phrase %d overlaps another at %d", i, j)
				}
				taken[j] = true
			}
			last = at
		}
		w := int(p.length)
		if m.weight != nil {
			w = 0
			for _, tokens := range m.weight[p.start : p.start+p.length] {
				w += int(tokens)
			}
		}
		if gain := (w-m.alias)*len(p.at) - (w + m.row); gain != p.gain || gain < max(1, m.minGain) {
			t.Fatalf("phrase %d is said to gain %d and gains %d", i, p.gain, gain)
		}
		if p.start != p.at[0] || m.maxLen > 0 && int(p.length) > m.maxLen {
			t.Fatalf("phrase %d: %v", i, p)
		}
		if m.edge != nil {
			if lo, hi := m.edge(int(p.start), int(p.start+p.length)); hi-lo != int(p.length) {
				t.Fatalf("phrase %d has edges that should be [%d, %d): %v", i, lo, hi, p)
			}
		}
	}
	if m.maxRows > 0 && len(found) > m.maxRows {
		t.Fatalf("%d phrases, not %d", len(found), m.maxRows)
	}
	return found
}

func samePhrases(a, b []phrase) bool {
	return slices.EqualFunc(a, b, func(p, q phrase) bool {
		return p.start == q.start && p.length == q.length && p.gain == q.gain && slices.Equal(p.at, q.at)
	})
}

// minings are by name; weights and edges follow from the symbols.
func minings(s []int32) map[string]mining {
	weight := fill(len(s), func(i int) int32 { return 1 + s[i]%5 })
	edge := func(start, end int) (int, int) { // a phrase begins with an even symbol and ends with one
		for ; start < end && s[start]%2 > 0; start++ {
		}
		for ; start < end && s[end-1]%2 > 0; end-- {
		}
		return start, end
	}
	return map[string]mining{
		"ids":      idMining,
		"few":      {alias: 1, row: 1, maxLen: 256, maxRows: 3},
		"short":    {alias: 1, row: 1, maxLen: 3},
		"free":     {},
		"dear":     {alias: 3, row: 10, minGain: 30},
		"weighted": {weight: weight, alias: 2, row: 4, maxLen: 64, minGain: 4},
		"edged":    {alias: 1, row: 1, maxLen: 20, edge: edge},
		"text":     {weight: weight, alias: 2, row: 4, maxRows: 8, maxLen: 64, minGain: 4, edge: edge},
		"nothing":  {alias: 1, row: 1, maxLen: 256, edge: func(start, _ int) (int, int) { return start, start }},
	}
}

func TestMineLaws(t *testing.T) {
	for name, make := range words {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{0, 1, 3, 4, 50, 600, fewSymbols + 1} {
				s := make(n)
				for how, m := range minings(s) {
					found := checkPhrases(t, s, m)
					if again := mine(s, m); !samePhrases(found, again) {
						t.Fatalf("%s: asked twice: %v, %v", how, found, again)
					}
					if how == "nothing" && found != nil {
						t.Fatalf("got %v", found)
					}
				}
			}
		})
	}
}

func TestMineLawsOfRandomTexts(t *testing.T) {
	for seed := range uint64(150) {
		s := patchwork(rand.New(rand.NewPCG(seed, 2)), 2+int(seed)%400)
		for _, m := range minings(s) {
			checkPhrases(t, s, m)
		}
	}
}

// What symbols are called does not matter, nor how far apart their numbers are.
func TestMineOfOtherNumbers(t *testing.T) {
	for name, make := range words {
		s := make(10_000)
		want := mine(s, idMining)
		low, high := dense(s, s), int32(0)
		for _, f := range []func(c int32) int32{
			func(c int32) int32 { return int32(low) - c },
			func(c int32) int32 { return 1<<31 - 1 - c*200_000 },
		} {
			other := fill(len(s), func(i int) int32 { return f(s[i]) })
			high = max(high, slices.Max(other))
			if got := mine(other, idMining); !samePhrases(got, want) {
				t.Errorf("%s: %d phrases, not %d", name, len(got), len(want))
			}
		}
		if int(high) < 8*len(s)+1024 {
			t.Errorf("%s: %d is no large number", name, high)
		}
	}
}

// A text is tiled by parts of maxLen symbols, wherever the first of the copies begins.
func TestMineOfLongCopies(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	part := fill(200_000, func(int) int32 { return r.Int32N(1 << 30) })
	s := slices.Concat(part[:100], part, part, part)
	found := checkPhrases(t, s, idMining)
	if left := len(s) - gainOf(found); left > len(part)+4*len(part)/256+500 {
		t.Errorf("%d: %d phrases, %d symbols are left", len(s), len(found), left)
	}
}

// Whatever the place that a run is seen at, it is the same candidate.
func TestEverywhere(t *testing.T) {
	s := patchwork(rand.New(rand.NewPCG(1, 1)), 300)
	x := newMiner(s, idMining, 0)
	x.index()
	for length := 1; length < 12; length++ {
		for start := range len(s) - length {
			r := s[start : start+length]
			var want []int32
			for i := range s {
				if hasPrefix(s[i:], r) {
					want = append(want, int32(i))
				}
			}
			c := x.everywhere(run{int32(start), int32(length)})
			got := slices.Sorted(slices.Values(x.sa[c.lo:c.hi]))
			if !slices.Equal(got, want) || c.start != want[0] || c.gain != (length-1)*(len(want)-1)-2 {
				t.Fatalf("%v at %d: got %v at %v, want %v", r, start, c, got, want)
			}
		}
	}
}

func TestMineKeepsToItsBound(t *testing.T) {
	if found := mine(make([]int32, mostSymbols+1), idMining); found != nil {
		t.Errorf("got %v", found)
	}
	if found := mine(make([]int32, mostSymbols), idMining); len(found) == 0 {
		t.Error("nothing at the bound itself")
	}
}

// A single symbol is a phrase if it costs enough.
func TestMineOfOneDearSymbol(t *testing.T) {
	s := []int32{1, 9, 2, 9, 3, 9, 4, 9, 5, 9}
	weight := fill(len(s), func(i int) int32 { return 1 + s[i]/9*11 })
	found := checkPhrases(t, s, mining{weight: weight, alias: 2, row: 3})
	if len(found) != 1 || found[0].length != 1 || found[0].gain != 10*5-15 {
		t.Errorf("got %v", found)
	}
	found = checkPhrases(t, s[:0:0], mining{weight: []int32{}, alias: 2, row: 3})
	if two := checkPhrases(t, []int32{9, 9}, mining{weight: []int32{12, 12}, alias: 2, row: 3}); found != nil || len(two) != 1 {
		t.Errorf("got %v and %v", found, two)
	}
}

// Two candidates that edge makes the same are one; it stands at the places of both.
func TestMineNarrows(t *testing.T) {
	s := []int32{7, 2, 4, 6, 8, 1, 7, 2, 4, 6, 8, 1, 5, 2, 4, 6, 8, 3, 5, 2, 4, 6, 8, 3}
	found := checkPhrases(t, s, minings(s)["edged"])
	if len(found) != 1 || !slices.Equal(found[0].at, []int32{1, 7, 13, 19}) || found[0].length != 4 {
		t.Errorf("got %v", found)
	}
}

// The greedy choice, with its detours, compared with all dictionaries of at most two
// phrases and the best parse for each. What is counted is what ids would save.
func TestMineComparedWithSearch(t *testing.T) {
	for name, make := range map[string]func(r *rand.Rand) []int32{
		"random": func(r *rand.Rand) []int32 {
			k := 2 + r.Int32N(2)
			return fill(14+r.IntN(14), func(int) int32 { return r.Int32N(k) })
		},
		"patchwork": func(r *rand.Rand) []int32 {
			s := patchwork(r, 14+r.IntN(14))
			return fill(len(s), func(i int) int32 { return s[i] % 3 })
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(10, 10))
			saved, most := 0, 0
			for range 600 {
				s := make(r)
				most += len(s) - shortest(s)
				saved += max(0, gainOf(checkPhrases(t, s, idMining))-2)
			}
			if t.Logf("%d of %d tokens", saved, most); saved*100 < most*97 {
				t.Errorf("saved %d of %d tokens", saved, most)
			}
		})
	}
}

// shortest returns the least ids that s can be written in with at most two phrases.
func shortest(s []int32) int {
	var phrases [][]int32
	for length := 2; length <= len(s)/2; length++ {
		for i := 0; i+length <= len(s); i++ {
			p := s[i : i+length]
			isP := func(q []int32) bool { return slices.Equal(p, q) }
			if count(s, p) > 1 && !slices.ContainsFunc(phrases, isP) {
				phrases = append(phrases, p)
			}
		}
	}
	best := len(s)
	for i, p := range phrases {
		best = min(best, 2+1+len(p)+parse(s, p, p))
		for _, q := range phrases[:i] {
			best = min(best, 2+1+len(p)+1+len(q)+parse(s, p, q))
		}
	}
	return best
}

// parse returns the least ids of the body.
func parse(s, p, q []int32) int {
	cost := make([]int, len(s)+1)
	for at := len(s) - 1; at >= 0; at-- {
		cost[at] = cost[at+1] + 1
		for _, r := range [][]int32{p, q} {
			if hasPrefix(s[at:], r) {
				cost[at] = min(cost[at], cost[at+len(r)]+1)
			}
		}
	}
	return cost[0]
}

// count returns how often p stands in s without overlap.
func count(s, p []int32) (n int) {
	for i := 0; i < len(s); {
		if hasPrefix(s[i:], p) {
			n++
			i += len(p)
		} else {
			i++
		}
	}
	return n
}

// BenchmarkMine has a million of everything that is known to be hard. Logs are typical.
func BenchmarkMine(b *testing.B) {
	for _, name := range sortedNames(words) {
		b.Run(fmt.Sprintf("text=%s/n=1000000", name), func(b *testing.B) {
			s := words[name](1_000_000)
			b.ReportAllocs()
			for b.Loop() {
				mine(s, idMining)
			}
		})
	}
}

package metatoken

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// index returns suffix array, inverse and common prefixes of s.
func index(s []int32) (sa, rank, lcp []int32) {
	k := int32(0)
	for _, c := range s {
		k = max(k, c+1)
	}
	sa, rank, lcp = make([]int32, len(s)), make([]int32, len(s)), make([]int32, len(s))
	suffixArray(s, sa, int(k))
	commonPrefixes(s, sa, rank, lcp)
	return sa, rank, lcp
}

// checkIndex compares with a sort of the suffixes, and with prefixes counted one by one.
func checkIndex(t *testing.T, s []int32) {
	t.Helper()
	sa, rank, lcp := index(s)
	want := make([]int32, len(s))
	for i := range want {
		want[i] = int32(i)
	}
	slices.SortFunc(want, func(a, b int32) int { return slices.Compare(s[a:], s[b:]) })
	if !slices.Equal(sa, want) {
		t.Fatalf("%v: suffixes %v, want %v", s, sa, want)
	}
	for i, j := range sa {
		h := 0
		if i > 0 {
			a, b := s[j:], s[sa[i-1]:]
			for h < min(len(a), len(b)) && a[h] == b[h] {
				h++
			}
		}
		if int(lcp[i]) != h || rank[j] != int32(i) {
			t.Fatalf("%v: suffix %d has %d in common and rank %d, want %d and %d", s, j, lcp[i], rank[j], h, i)
		}
	}
}

// Every text of up to 7 symbols over an alphabet of 3.
func TestIndexOfAllShortTexts(t *testing.T) {
	for n := range 8 {
		s := make([]int32, n)
		for {
			checkIndex(t, s)
			i := 0
			for ; i < n && s[i] == 2; i++ {
				s[i] = 0
			}
			if i == n {
				break
			}
			s[i]++
		}
	}
}

func TestIndexOfRandomTexts(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	cases := 5000
	if testing.Short() {
		cases = 1000
	}
	for range cases {
		s := make([]int32, r.IntN(120))
		k, period := 1+r.Int32N(1+r.Int32N(50)), 1+r.IntN(1+len(s))
		for i := range s {
			s[i] = r.Int32N(k)
			if i >= period && r.IntN(40) > 0 {
				s[i] = s[i-period]
			}
		}
		checkIndex(t, s)
	}
}

func TestIndexOfWords(t *testing.T) {
	for name, make := range words {
		t.Run(name, func(t *testing.T) {
			for _, n := range []int{1, 2, 3, 10, 233, 256, 1000, 2047} {
				s := make(n)
				k := dense(s, s)
				for _, c := range s {
					if int(c) >= k {
						t.Fatalf("symbol %d of %d", c, k)
					}
				}
				checkIndex(t, s)
			}
		})
	}
}

// words are texts of n symbols, each hard for something.
var words = map[string]func(n int) []int32{
	"all_same":    func(n int) []int32 { return make([]int32, n) },
	"period_7":    func(n int) []int32 { return fill(n, func(i int) int32 { return int32(i % 7) }) },
	"period_1000": func(n int) []int32 { return fill(n, func(i int) int32 { return int32(i % 1000 * 7 % 1000) }) },
	"fibonacci":   fibonacci,
	"thue_morse":  thueMorse,
	"zipf":        zipf,
	"logs":        logs,
	"random": func(n int) []int32 {
		r := rand.New(rand.NewPCG(3, 3))
		return fill(n, func(int) int32 { return r.Int32N(199_000) })
	},
	"blocks":  blocks,
	"falling": func(n int) []int32 { return fill(n, func(i int) int32 { return int32(n - i) }) },
	"rising":  func(n int) []int32 { return fill(n, func(i int) int32 { return int32(i) }) },
	"sparse": func(n int) []int32 {
		return fill(n, func(i int) int32 { return int32(i%500*i%500) * 4_000_000 })
	},
}

func fill(n int, f func(i int) int32) []int32 {
	s := make([]int32, n)
	for i := range s {
		s[i] = f(i)
	}
	return s
}

func fibonacci(n int) []int32 {
	a, b := []int32{0}, []int32{0, 1}
	for len(b) < n {
		a, b = b, slices.Concat(b, a)
	}
	return b[:n]
}

func thueMorse(n int) []int32 {
	s := make([]int32, n)
	for i := 1; i < n; i++ {
		s[i] = s[i/2] ^ int32(i&1)
	}
	return s
}

func zipf(n int) []int32 {
	z := rand.NewZipf(rand.New(rand.NewPCG(4, 4)), 1.1, 4, 150_000)
	return fill(n, func(int) int32 { return int32(z.Uint64()) })
}

// logs has lines of 40 templates: their words, and between them numbers of three digits
// and now and then one of few names.
func logs(n int) []int32 {
	r := rand.New(rand.NewPCG(5, 5))
	templates := make([][]int32, 40)
	for i := range templates {
		templates[i] = fill(8+r.IntN(16), func(int) int32 {
			switch r.IntN(6) {
			case 0:
				return -1
			case 1:
				return -2
			}
			return 1100 + r.Int32N(1200)
		})
	}
	s := make([]int32, 0, n+32)
	for len(s) < n {
		at := r.IntN(len(templates))
		for _, c := range templates[at*at/len(templates)] {
			switch c {
			case -1:
				c = r.Int32N(1000)
			case -2:
				c = 1000 + r.Int32N(20)
			}
			s = append(s, c)
		}
		s = append(s, 1099)
	}
	return s[:n]
}

// blocks has a random text three times.
func blocks(n int) []int32 {
	r := rand.New(rand.NewPCG(6, 6))
	s := make([]int32, n)
	third := max(1, n/3)
	for i := range s {
		if s[i] = r.Int32N(50_000); i >= third && i%third > 0 {
			s[i] = s[i-third]
		}
	}
	return s
}

func BenchmarkIndex(b *testing.B) {
	for _, name := range sortedNames(words) {
		b.Run(fmt.Sprintf("text=%s/n=1000000", name), func(b *testing.B) {
			s := words[name](1_000_000)
			k := dense(s, s)
			sa, rank, lcp := make([]int32, len(s)), make([]int32, len(s)), make([]int32, len(s))
			b.ReportAllocs()
			for b.Loop() {
				suffixArray(s, sa, k)
				commonPrefixes(s, sa, rank, lcp)
			}
		})
	}
}

func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }

package pathform_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func newRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 17)) }

var names = strings.Fields(`main server router cache window token segment budget request result errors doc
	yaml loader parser __init__ setup.cfg README.md index a-1-b c.d x_y Makefile λ.txt`)

func name(r *rand.Rand) string { return names[r.IntN(len(names))] }

// tree is what find prints: n lines, or a few more.
func tree(seed uint64, n int, before func(r *rand.Rand) string) string {
	r := newRand(seed)
	var b strings.Builder
	lines := 0
	var walk func(path string, depth int)
	walk = func(path string, depth int) {
		for range 2 + r.IntN(9) {
			if lines++; lines > n {
				return
			}
			child := path + "/" + name(r)
			fmt.Fprintf(&b, "%s%s\n", before(r), child)
			if depth < 7 && r.IntN(3) == 0 {
				walk(child, depth+1)
			}
		}
	}
	for lines < n {
		walk("/usr/lib/"+name(r), 0)
	}
	return b.String()
}

func nothing(*rand.Rand) string { return "" }

func size(r *rand.Rand) string {
	return fmt.Sprintf("%d%s\t", 1+r.IntN(900), []string{"", "K", "M"}[r.IntN(3)])
}

// grep is what grep -n prints: n lines of files that have between one hit and twenty.
func grep(seed uint64, n int, context bool) string {
	r := newRand(seed)
	var b strings.Builder
	for lines := 0; lines < n; {
		path := fmt.Sprintf("./%s/%s_%d.go", name(r), name(r), lines)
		for line, hits := 1, 1+r.IntN(20)*r.IntN(2); hits > 0; hits-- {
			if context && b.Len() > 0 {
				b.WriteString("--\n")
			}
			line += 10 + r.IntN(100)
			for k := range 5 {
				if mark := "-:-"[max(0, k-1)%3]; k == 2 || context {
					if k == 2 {
						mark = ':'
					}
					fmt.Fprintf(&b, "%s%c%d%c\tfunc %s(%s-%d-x)\n", path, mark, line+k, mark, name(r), name(r), k)
					lines++
				}
			}
		}
	}
	return b.String()
}

func TestLawsOfGenerated(t *testing.T) {
	for seed := range uint64(40) {
		texts := map[string][]string{
			"paths": {tree(seed, 60, nothing), tree(seed, 60, size)},
			"hits":  {grep(seed, 60, false), grep(seed, 60, true)},
		}
		for kind, all := range texts {
			for _, text := range all {
				for _, text := range []string{text, strings.TrimSuffix(text, "\n"), strings.ReplaceAll(text, "\n", "\r\n")} {
					if _, ok := checkLaws(t, forms[kind], text); !ok {
						t.Errorf("%s %d is not taken:\n%.300s", kind, seed, text)
					}
				}
			}
		}
	}
}

// Some texts of which nobody thought.
func TestLawsOfSoup(t *testing.T) {
	n := 6_000
	if testing.Short() {
		n = 2_000
	}
	r := newRand(5)
	taken := map[string]int{}
	for range n {
		for kind, parts := range map[string][]string{"hits": hitParts, "paths": pathParts} {
			few := make([]string, 1+r.IntN(6)) // most texts are made of few parts
			for i := range few {
				few[i] = parts[r.IntN(len(parts))]
			}
			raw := make([]byte, r.IntN(40))
			for i := range raw {
				raw[i] = byte(r.IntN(256))
			}
			if _, ok := checkLaws(t, forms[kind], expand(raw, few)); ok {
				taken[kind]++
			}
		}
	}
	if taken["hits"] < n/100 || taken["paths"] < n/100 {
		t.Errorf("too few were taken to tell: %v", taken)
	}
}

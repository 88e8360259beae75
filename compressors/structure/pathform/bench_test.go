package pathform_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
)

// BenchmarkForms times texts of two sizes; cost grows with the size alone. grep and find
// are typical; stairs have as many nested directories as there can be, and the last
// three are refused late.
func BenchmarkForms(b *testing.B) {
	for _, size := range []int{1_000_000, 16_000_000} {
		line := strings.Repeat("a/", size/8)
		texts := []struct{ name, kind, text string }{
			{"grep", "hits", grep(1, size/38, false)}, {"grep_C2", "hits", grep(1, size/38, true)},
			{"same_path", "hits", strings.Repeat("a.go:1:\n", size/8)},
			{"find", "paths", tree(1, size/38, nothing)}, {"du", "paths", tree(1, size/42, func(*rand.Rand) string { return "12\t" })},
			{"stairs", "paths", stairs(size)}, {"two_long_lines", "paths", strings.Repeat(line+"x\n", 4)},
			{"short_lines", "paths", strings.Repeat("a/b\n", size/4)},
			{"colons", "hits", strings.Repeat(":", size) + "\n"}, {"numbers", "hits", strings.Repeat(":1", size/2) + "\n"},
			{"newlines", "paths", strings.Repeat("\n", size)},
		}
		for _, x := range texts {
			b.Run(fmt.Sprintf("text=%s/MB=%d", x.name, size/1_000_000), func(b *testing.B) {
				b.SetBytes(int64(len(x.text)))
				b.ReportAllocs()
				for b.Loop() {
					e, ok := forms[x.kind].encode(x.text, structure.Options{})
					if ok {
						if _, err := forms[x.kind].decode(e.Text, e.Layout, len(x.text)); err != nil {
							b.Fatal(err)
						}
					}
				}
			})
		}
	}
}

// stairs go down one directory in each line, and up again.
func stairs(size int) string {
	var b strings.Builder
	depth := 0
	for depth*depth*2 < size {
		depth++
	}
	path := strings.Repeat("d/", depth)
	for i := 1; i <= depth; i++ {
		b.WriteString(path[:2*i] + "x\n")
	}
	for i := depth; i > 0; i-- {
		b.WriteString(path[:2*i] + "y\n")
	}
	return b.String()
}

package segment_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/segment"
)

// BenchmarkEnds times texts of three sizes; cost grows with the size alone. Half of it is
// the hash. prose is typical; short_lines is the worst that is likely, since each unit
// costs a block of the hash; the last three are made to be slow.
func BenchmarkEnds(b *testing.B) {
	texts := []struct{ name, text string }{
		{"prose", shapes()["prose"]}, {"code", shapes()["code"]}, {"json", shapes()["json"]}, {"json_one_line", shapes()["json_one_line"]},
		{"one_line", shapes()["one_line"]}, {"chinese", shapes()["chinese"]}, {"logs", shapes()["logs"]}, {"minified_js", shapes()["minified_js"]},
		{"short_lines", strings.Join(vocabulary, "\n") + "\n"}, {"broken_json_lines", strings.Repeat("[\n", 150) + "x\n"},
		{"tower", shapes()["tower"]}, {"fences", "a\n```\n```\n"},
	}
	for _, x := range texts {
		for _, size := range []int{16_000, 100_000, 1_000_000} {
			text := upTo(size, func() string { return x.text })[:size]
			b.Run(fmt.Sprintf("text=%s/kB=%d", x.name, size/1000), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					segment.Ends(text)
				}
			})
		}
	}
}

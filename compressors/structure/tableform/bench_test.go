package tableform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
)

// BenchmarkForms times texts of two sizes, there and back; cost grows with the size alone.
// The first of each form is typical; the others are made to be slow.
func BenchmarkForms(b *testing.B) {
	for _, size := range []int{1_000_000, 16_000_000} {
		all := generated(3, size/60)
		fill := func(s string) string { return strings.Repeat(s, size/len(s)) }
		texts := []struct{ name, kind, text string }{
			{"quoted", "csv", all["csv"][0]}, {"commas", "csv", fill(",")}, {"short_rows", "csv", fill("a,b\n")},
			{"quotes", "csv", fill(`"`)}, {"one_row", "csv", fill(`"a",`)}, {"four_separators", "csv", fill("a,b;c|d\te\n") + "x"},
			{"padded", "markdown", all["markdown"][0]}, {"bars", "markdown", fill("|")}, {"short_tables", "markdown", fill("|a|\n|-|\n|b |\n\n")},
			{"bars_and_lines", "markdown", fill("|\n")}, {"backticks", "markdown", fill("`")}, {"fences", "markdown", fill("```\n")},
			{"mysql", "frames", all["frames"][0]}, {"pluses", "frames", fill("+-") + "+\n"}, {"one_frame_line", "frames", fill("+-+\n")}, {"box_bars", "frames", fill("│")},
			{"lined", "columns", all["columns"][0]}, {"tabbed", "columns", all["columns"][2]}, {"short_lines", "columns", fill("a  b\n")},
			{"spaces", "columns", fill(" ")}, {"one_line", "columns", fill("a  ")}, {"three_lines", "columns", strings.Repeat(strings.Repeat("a  ", size/12)+"\n", 4)},
			{"one_is_long", "columns", fill("1  2 3\n") + fill("a  ")}, {"prose", "columns", fill("some words  of prose that are lined up with nothing\nat all\n")},
		}
		for _, x := range texts {
			b.Run(fmt.Sprintf("form=%s/text=%s/MB=%d", x.kind, x.name, size/1_000_000), func(b *testing.B) {
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

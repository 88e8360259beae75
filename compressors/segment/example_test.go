package segment_test

import (
	"fmt"
	"strings"

	"github.com/pith-proxy/pith/compressors/segment"
)

func ExampleEnds() {
	text := "First you build it:\n\n```sh\nmake\n```\n\nThen you run it.\n"
	start := 0
	for _, end := range segment.Ends(text) {
		fmt.Printf("%q\n", text[start:end])
		start = end
	}
	// Output:
	// "First you build it:\n\n"
	// "```sh\nmake\n```\n\n"
	// "Then you run it.\n"
}

// What stands far from an edit is cut as before.
func ExampleEnds_edit() {
	var b strings.Builder
	for i := range 200 {
		fmt.Fprintf(&b, "Clause %d. The tenant pays on day %d of the month, or a week later if that is no working day.\n\n", i, i%28+1)
	}
	before := b.String()
	after := strings.Replace(before, "Clause 90. The tenant", "Clause 90. In winter the tenant", 1)

	seen := map[string]bool{}
	for _, s := range pieces(segment.Ends, before) {
		seen[s] = true
	}
	fresh := 0
	all := pieces(segment.Ends, after)
	for _, s := range all {
		if !seen[s] {
			fresh++
		}
	}
	fmt.Println(fresh, "of", len(all), "segments are new")
	// Output: 1 of 20 segments are new
}

package segment_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/segment"
)

// What the last line is may be seen only when there is more of it. That must not make a
// block too long for a unit, or short enough for one, when segments before it are cut
// already. The case is rare, so these texts are full of it: they have a segment that is
// nearly full, a block that is about as long as a unit may be, and half of a mark.
func TestAppendToHalfMarks(t *testing.T) {
	n := 30_000
	if testing.Short() {
		n = 5_000
	}
	r := newRand(3)
	for range n {
		text := upTo(r.IntN(1900), func() string { return line(r, 200) + "\n" })
		for range 1 + r.IntN(2) {
			text += block(r, 836+r.IntN(80)) + []string{"", "", "\n"}[r.IntN(3)]
		}
		text += half(r)
		whole := text + rest(r)
		checkAppend(t, segment.Options{}, whole, len(text), checkLaws(t, segment.Options{}, whole))
	}
}

func line(r *rand.Rand, most int) string {
	return strings.Repeat(string(rune('a'+r.IntN(26))), 1+r.IntN(most)) + "\n"
}

// block is n bytes long and has no blank line.
func block(r *rand.Rand, n int) string {
	text := upTo(n, func() string { return line(r, 60) })
	return strings.TrimSuffix(text[:n-1], "\n") + "\n"
}

// half begins a line that may be several things.
func half(r *rand.Rand) string {
	marks := []string{"", "`", "``", "```", "```\n", "```go", "```go x", "~~", "~", "{", "{\n", "[", "[\n\n", "[tru", "+", "<", "|", "a", "a.", "a. ", "\r", "\xe3\x80"}
	mark := marks[r.IntN(len(marks))]
	switch r.IntN(6) {
	case 0:
		return strings.Repeat(" ", r.IntN(62)) + mark
	case 1:
		return mark + strings.Repeat(" ", r.IntN(62))
	case 2: // JSON that is nearly long enough
		return "[\n" + upTo(r.IntN(380), func() string { return strings.Repeat("\"a\", ", r.IntN(20)) + []string{"\n", "\n\n"}[r.IntN(2)] })
	case 3: // or in which there is no end of a string
		return "{\"a\": \"" + strings.ReplaceAll(block(r, 10+r.IntN(1500)), "\n", ", ")
	}
	return mark
}

// rest decides what it was.
func rest(r *rand.Rand) string {
	rests := []string{"", "\n", "`\n", "``\nx\n", "x", "x\nx\n", "\nx\n", "\n\n", "\"", "\"}\n", "]\n", "-", "/", "`` x\n", "\x82A", " B", "0]\n" + strings.Repeat("x\n", 40),
		"/\n" + strings.Repeat("  y\n", 300), strings.Repeat("\"a\", ", 100), strings.Repeat("\"a\",\n", 100), strings.Repeat("z", 3000), strings.Repeat("| b | c |\n", 60)}
	return rests[r.IntN(len(rests))] + []string{"", "\n" + block(r, 600), block(r, 3000)}[r.IntN(3)]
}

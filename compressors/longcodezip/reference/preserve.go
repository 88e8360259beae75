package reference

import "strings"

// marker returns what starts a comment, by the reference's rule. TypeScript and Rust
// get the wrong one, and so do shell and Ruby.
func marker(language string) string {
	switch strings.ToLower(language) {
	case "python", "typescript", "rust":
		return "#"
	}
	return "//"
}

// preserved returns the indexes of blocks that are kept for what their first line that is
// not blank holds: a word that defines something in some language, even as the end of
// another word, a comment, or a return with something behind it.
func preserved(blocks []string, marker string) []int {
	var out []int
	for i, b := range blocks {
		if preserves(firstLine(b), marker) {
			out = append(out, i)
		}
	}
	return out
}

func preserves(line, marker string) bool {
	for _, word := range [...]string{"def ", "class ", "function ", "fn ", "func ", "return "} {
		if strings.Contains(line, word) {
			return true
		}
	}
	return strings.HasPrefix(trim(line), marker)
}

// firstLine is the first line of block that is not blank, "" if there is none.
func firstLine(block string) string {
	for l := range strings.SplitSeq(block, "\n") {
		if !blank(l) {
			return l
		}
	}
	return ""
}

package longcodezip

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith/tokenize"
)

func trimRight(s string) string { return strings.TrimRightFunc(s, unicode.IsSpace) }

// withoutBlankEnds returns a chunk without the blank lines in front of it, how many those
// were, and without those behind it. The last line keeps its newline.
func withoutBlankEnds(text string) (rest string, above int) {
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			break
		}
		text = text[len(line):]
		above++
	}
	end := len(trimRight(text))
	if nl := strings.IndexByte(text[end:], '\n'); nl >= 0 {
		end += nl + 1
	} else {
		end = len(text)
	}
	return text[:end], above
}

// headAndTail returns at most n ids, the first and the last ones, and whether some are
// missing.
func headAndTail(ids []tokenize.ID, n int) ([]tokenize.ID, bool) {
	if len(ids) <= n {
		return ids, false
	}
	out := make([]tokenize.ID, 0, n)
	out = append(out, ids[:n-n/2]...)
	return append(out, ids[len(ids)-n/2:]...), true
}

func idsOf(tokens []tokenize.Token) []tokenize.ID {
	ids := make([]tokenize.ID, len(tokens))
	for i, t := range tokens {
		ids[i] = t.ID
	}
	return ids
}

// clip leaves out of a very long text what lies between the first and the last n tokens in
// any case, so that nobody has to tokenise it.
func clip(text string, n int) string {
	const bytes = 64 // more than tokens have on average in any text
	if len(text) <= 2*bytes*n {
		return text
	}
	return text[:border(text, bytes*n)] + text[border(text, len(text)-bytes*n):]
}

// border returns the last place at or in front of at where a character begins.
func border(text string, at int) int {
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	return at
}

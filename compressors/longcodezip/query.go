package longcodezip

import (
	"strings"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

// queryOf is what chunks are ranked against: the question or, if that is blank, the
// instruction; "" if that is blank, too.
func queryOf(req *pith.Request) string {
	if q := strings.TrimSpace(string(req.Question)); q != "" {
		return q
	}
	return strings.TrimSpace(string(req.Instruction))
}

// shorten returns the head and the tail of a query that has more than most tokens, half
// of them each: every chunk that is scored pays for the query again. Texts are cut between
// lines where there are enough of them, else between characters.
func shorten(query string, most int, counter tokenize.Counter) string {
	if len(query) <= most || counter.Count(query) <= most {
		return query
	}
	head := grow(most/2, func(n int) int { return counter.Count(query[:cut(query, n)]) }, len(query))
	tail := grow(most/2, func(n int) int { return counter.Count(query[cut(query, len(query)-n):]) }, len(query))
	head, tail = cut(query, head), cut(query, len(query)-tail)
	if head >= tail {
		return query
	}
	return strings.TrimSpace(query[:head]) + "\n" + strings.TrimSpace(query[tail:])
}

// grow returns the largest n up to size for which count(n) is at most most, as far as
// count grows.
func grow(most int, count func(int) int, size int) int {
	low, high := 0, min(size, 16*most+16)
	for low < high {
		if mid := (low + high + 1) / 2; count(mid) <= most {
			low = mid
		} else {
			high = mid - 1
		}
	}
	return low
}

// cut moves a place in a text to where a line or a word begins, if one does close by in
// front of it, or at least a character.
func cut(text string, at int) int {
	at = max(0, min(at, len(text)))
	for at > 0 && at < len(text) && !utf8.RuneStart(text[at]) {
		at--
	}
	near := text[max(0, at-64):at]
	if at == len(text) {
		return at
	}
	if i := strings.LastIndexByte(near, '\n'); i >= 0 {
		return at - len(near) + i + 1
	}
	if i := strings.LastIndexByte(near, ' '); i >= 0 {
		return at - len(near) + i + 1
	}
	return at
}

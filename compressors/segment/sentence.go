package segment

import "strings"

// sentenceEnd returns the end of the sentence that begins at lo, with the white space
// behind it; at most hi. An abbreviation may pass for an end, which makes a unit shorter
// and nothing worse.
func sentenceEnd(text string, lo, hi int) int {
	for i := lo; i < hi; i++ {
		if !mayEnd[text[i]] {
			continue
		}
		switch rest := text[i:hi]; {
		case text[i] < 0x80:
			if end := latinEnd(text, i+1, hi); end > 0 {
				return end
			}
		case strings.HasPrefix(rest, "。") || strings.HasPrefix(rest, "！") || strings.HasPrefix(rest, "？"):
			return skipSpace(text, skipClosing(text, i+len("。"), hi), hi)
		}
	}
	return hi
}

// mayEnd holds the first bytes of end marks.
var mayEnd = [256]bool{'.': true, '!': true, '?': true, 0xe3: true, 0xef: true}

// latinEnd returns the end of a sentence whose mark is before i, or 0 if it goes on:
// without white space behind the mark, or in lower case.
func latinEnd(text string, i, hi int) int {
	i = skipClosing(text, i, hi)
	end := skipSpace(text, i, hi)
	if end == i || end < hi && 'a' <= text[end] && text[end] <= 'z' {
		return 0
	}
	return end
}

// skipClosing passes over what may stand between a mark and the space behind it.
func skipClosing(text string, i, hi int) int {
	for i < hi {
		n := 1
		switch c := text[i]; {
		case strings.IndexByte(`.!?"')]*_`, c) >= 0:
		case c < 0x80:
			return i
		default:
			if n = closing(text[i:hi]); n == 0 {
				return i
			}
		}
		i += n
	}
	return i
}

func closing(t string) int {
	for _, q := range [...]string{"”", "’", "»", "」", "』", "）", "】", "》", "。", "！", "？"} {
		if strings.HasPrefix(t, q) {
			return len(q)
		}
	}
	return 0
}

func skipSpace(text string, i, hi int) int {
	for i < hi && isSpace(text[i]) {
		i++
	}
	return i
}

// pauses holds the marks that end a clause, the strong ones first. Most sentences that
// are too long are minified code or JSON.
var pauses = [...][256]bool{{';': true, '}': true}, {',': true, 0xe3: true, 0xef: true}}

// clauseEnd returns the end of the clause that begins at lo, by marks of the given
// strength, with what else ends there, as in "}]},"; at most hi.
func clauseEnd(text string, lo, hi, strength int) int {
	marks := &pauses[strength]
	for i := lo; i < hi; i++ {
		if !marks[text[i]] {
			continue
		}
		if text[i] >= 0x80 {
			if rest := text[i:hi]; strings.HasPrefix(rest, "，") || strings.HasPrefix(rest, "、") {
				return i + len("，")
			}
			continue
		}
		for i++; i < hi && strings.IndexByte(",;}])", text[i]) >= 0; i++ {
		}
		i = skipSpace(text, i, hi)
		if i == hi || text[i] < '0' || text[i] > '9' { // "1,250" stays whole
			return i
		}
	}
	return hi
}

package metatoken

import "strings"

// opens reports whether a stand-in may begin at i: what stands before it must not be glued
// to what it stands for. Readers were seen to lose the "::" of a name and a zero of a number
// when a stand-in began within them.
func opens(text string, i int) bool {
	if i == 0 {
		return true
	}
	switch kindBefore(text, i) {
	case blank:
		return true
	case wordy, glue:
		return false
	}
	right, _ := kindAt(text, i)
	switch text[i-1] {
	case '.', '<': // of a name, a tag
		return false
	case ':': // "::name" and ":8080", but not "key":"value"
		if right == wordy || right == glue || text[i] == ':' {
			return false
		}
	case ',':
		if i >= 2 && isDigit(text[i-2]) && right == wordy && isDigit(text[i]) {
			return false
		}
	case '\'':
		if kindBefore(text, i-1) == wordy {
			return false
		}
	}
	return !inAddress(text, i)
}

// closes reports whether a stand-in may end at i. Behind it there must be nothing that
// would make another word of it, and no '=', which would make a definition of it.
func closes(text string, i int) bool {
	k, _ := kindAt(text, i)
	switch {
	case i == len(text):
		return true
	case k == wordy || k == glue || strings.HasPrefix(strings.TrimLeft(text[i:min(len(text), i+4)], " "), "="):
		return false
	case k == blank:
		return true
	case i > 0 && text[i-1] == '=':
		return false
	}
	switch c := text[i]; c {
	case '(', '[', '{': // of a call, an index
		if kindBefore(text, i) == wordy {
			return false
		}
	case '.', ':', '\'':
		next, _ := kindAt(text, i+1)
		if next == wordy || next == glue || c == ':' && i+1 < len(text) && text[i+1] == ':' {
			return false
		}
	case ',':
		if i > 0 && isDigit(text[i-1]) && i+1 < len(text) && isDigit(text[i+1]) {
			return false
		}
	}
	return !inAddress(text, i)
}

// longestAddress is how many bytes back a URL may have begun.
const longestAddress = 300

// inAddress reports whether i is within a URL. Marks such as '?' and ',' do not end one.
func inAddress(text string, i int) bool {
	if i < len(text) && endsAddress(text[i]) {
		return false
	}
	for j := i - 1; j >= max(2, i-longestAddress) && !endsAddress(text[j]); j-- {
		if text[j] == '/' && text[j-1] == '/' && text[j-2] == ':' {
			return true
		}
	}
	return false
}

func endsAddress(c byte) bool { return c <= ' ' || strings.IndexByte("\"'`<>", c) >= 0 }

package metatoken

import "strings"

// Phrases are made of units: words with what is glued to them, runs of marks, white space.
// They are coarser than the pieces of a tokenizer, of which a phrase could begin or end in
// the middle of a name. A space belongs to what it precedes, as it does for the tokenizers.

// unitEnd returns the end of the unit that begins at i.
func unitEnd(text string, i int) int {
	k, _ := kindAt(text, i)
	if text[i] == ' ' {
		if next, n := kindAt(text, i+1); next != blank && n > 0 {
			i, k = i+1, next
		}
	}
	switch {
	case k == blank:
		return blanksEnd(text, i)
	case k == wordy || k == glue || joins(text, i):
		return nameEnd(text, i)
	}
	return marksEnd(text, i)
}

// blanksEnd cuts white space behind the last line end and before the last space.
func blanksEnd(text string, i int) int {
	end, line := i, -1
	for k, n := kindAt(text, end); k == blank && n > 0; k, n = kindAt(text, end) {
		if text[end] == '\n' {
			line = end + 1
		}
		end += n
	}
	switch {
	case line > 0:
		return line
	case end < len(text) && text[end-1] == ' ' && end-1 > i:
		return end - 1
	}
	return end
}

// nameEnd goes on as long as characters are joined. URLs and "key=value" are whole.
func nameEnd(text string, i int) int {
	for i < len(text) {
		switch k, n := kindAt(text, i); {
		case k == soft && strings.HasPrefix(text[i:], "://"):
			i = addressEnd(text, i+3)
		case k == wordy || k == glue:
			i += n
		case k == soft && joins(text, i):
			i = sameEnd(text, i)
		case text[i] == '=':
			i = sameEnd(text, i)
		default:
			return i
		}
	}
	return i
}

// joins reports whether the soft mark at i is within a name or a number, or begins one.
func joins(text string, i int) bool {
	next, _ := kindAt(text, i+1)
	switch text[i] {
	case '.', ':':
		next, _ = kindAt(text, sameEnd(text, i))
		return next == wordy || next == glue
	case ',':
		return i > 0 && isDigit(text[i-1]) && next == wordy && isDigit(text[i+1])
	case '\'':
		return kindBefore(text, i) == wordy && next == wordy
	}
	return false
}

// sameEnd returns the end of the run of equal bytes that begins at i.
func sameEnd(text string, i int) int {
	c := text[i]
	for i < len(text) && text[i] == c {
		i++
	}
	return i
}

func addressEnd(text string, i int) int {
	for i < len(text) && !endsAddress(text[i]) {
		i++
	}
	for strings.IndexByte(`.,;:!?)]}`, text[i-1]) >= 0 {
		i--
	}
	return i
}

// marksEnd cuts between the end of a tag and the beginning of the next one.
func marksEnd(text string, i int) int {
	for first := i; i < len(text); {
		k, n := kindAt(text, i)
		if k != mark && k != soft || k == soft && joins(text, i) || text[i] == '<' && i > first {
			break
		}
		if i += n; k == soft {
			i = max(i, sameEnd(text, i-n))
		}
		if text[i-1] == '>' {
			break
		}
	}
	return i
}

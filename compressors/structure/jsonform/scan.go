package jsonform

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// valueEnd returns where the value at i ends, or -1: the end of a string, the bracket
// that closes a container, or what a number or a word can no longer hold.
func valueEnd(text string, i int) int {
	if i == len(text) {
		return -1
	}
	switch text[i] {
	case '"':
		end, _ := stringEnd(text, i)
		return end
	case '{', '[':
		return containerEnd(text, i)
	case 't', 'f', 'n':
		return wordEnd(text, i)
	}
	return numberEnd(text, i)
}

// containerEnd returns where the container at i ends, or -1. It counts brackets of either
// kind alike: that they pair up is seen later.
func containerEnd(text string, i int) int {
	depth := 0
	for i < len(text) {
		switch text[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			end, _ := stringEnd(text, i)
			if end < 0 {
				return -1
			}
			i = end
			continue
		}
		i++
	}
	return -1
}

// wordEnd returns where true, false or null at i ends, or -1.
func wordEnd(text string, i int) int {
	for _, word := range [...]string{"true", "false", "null"} {
		if len(text)-i >= len(word) && text[i:i+len(word)] == word {
			return i + len(word)
		}
	}
	return -1
}

// numberEnd returns where the number at i ends, or -1.
func numberEnd(text string, i int) int {
	if i < len(text) && text[i] == '-' {
		i++
	}
	if i < len(text) && text[i] == '0' {
		i++
	} else if i = digits(text, i); i < 0 {
		return -1
	}
	if i < len(text) && text[i] == '.' {
		if i = digits(text, i+1); i < 0 {
			return -1
		}
	}
	if i == len(text) || text[i]|0x20 != 'e' {
		return i
	}
	if i++; i < len(text) && (text[i] == '+' || text[i] == '-') {
		i++
	}
	return digits(text, i)
}

// digits returns where the digits at i end, or -1 if there is none.
func digits(text string, i int) int {
	start := i
	for i < len(text) && isDigit(text[i]) {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

// special has the bytes at which a string is more than its bytes.
var special = func() (t [256]bool) {
	for c := range ' ' {
		t[c] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()

// stringEnd returns where the string that begins at i ends, or -1, and whether it has no
// backslash.
func stringEnd(text string, i int) (end int, plain bool) {
	plain = true
	for i++; i < len(text); i++ {
		if !special[text[i]] {
			continue
		}
		if text[i] == '"' {
			return i + 1, plain
		}
		n := escapeLen(text, i)
		if n == 0 {
			return -1, false
		}
		plain = false
		i += n - 1
	}
	return -1, false
}

// escapeLen returns the length of the escape at i, or 0 if it is none.
func escapeLen(text string, i int) int {
	if text[i] != '\\' || i+1 == len(text) {
		return 0
	}
	switch text[i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(text)-i >= 6 && hex(text[i+2:i+6]) >= 0 {
			return 6
		}
	}
	return 0
}

// hex returns the value of four hexadecimal digits, or -1.
func hex(s string) rune {
	var r rune
	for i := range len(s) {
		c := rune(s[i])
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return -1
		}
		r = r<<4 | c
	}
	return r
}

package content

import "strings"

var levels = set(`INFO WARN WARNING ERROR DEBUG TRACE FATAL NOTICE CRITICAL SEVERE VERBOSE
	info warn warning error debug trace fatal notice critical`)

var logMarks = [256][]string{
	't': {"time=", "ts=", "timestamp=", "test "},
	'l': {"level=", "lvl="},
	'm': {"msg="},
	'n': {"npm ", "notice: "},
	'y': {"yarn "},
	'C': {"Compiling ", "Collecting ", "Checking ", "Cloning into ", "Creating "},
	'D': {"Downloading ", "Downloaded "},
	'R': {"Requirement already", "Resolving ", "Removing ", "Running "},
	'I': {"Installing ", "Ign:"},
	'S': {"Setting up ", "Step ", "Selecting previously"},
	'U': {"Unpacking ", "Updating "},
	'F': {"Fetching ", "Finished "},
	'G': {"Get:"},
	'H': {"Hit:"},
	'B': {"Building ", "Built "},
	'P': {"Preparing to unpack", "Processing triggers", "Pulling from", "PASS", "PASSED "},
	'=': {"=== RUN", "=== PAUSE", "=== CONT"},
	'-': {"--- PASS", "---> ", "--> "},
	'o': {"ok  \t", "ok   "},
	'#': {"#1 ", "#2 ", "#3 ", "#4 ", "#5 ", "#6 ", "#7 ", "#8 ", "#9 "},
}

var monthNames = set("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun")

// logLine reports whether a line begins as log lines do: with a time, a level, an
// address with a time, or the words of a common tool.
func logLine(body string) bool {
	c := body[0]
	switch {
	case isDigit(c):
		return stamp(body) || timed(body)
	case c == '[' || c == '(':
		return bracketed(body[1:])
	case marked(body, c):
		return true
	case isUpper(c) && len(body) > 15 && isDigit(body[1]) && digits(body[1:]) == 4 && body[5] == ' ' && isTime(body[6:]):
		return true // klog: I0102 15:04:05
	}
	word := firstWord(body, 9)
	if len(word) < 3 || len(word) == len(body) {
		return timed(body)
	}
	next := body[len(word):]
	if isUpper(word[len(word)-1]) && strings.IndexByte(" :]|\t", next[0]) >= 0 && levels[word] {
		return true
	}
	return len(word) == 3 && isUpper(c) && len(next) > 12 && strings.IndexByte(next[:12], ':') > 0 && monthNames[word] || timed(body)
}

// sight is how far into a line its time and level are looked for, in bytes.
const sight = 100

// timed knows lines of which the time is not the first thing: a number, a dash or a name
// stands before it, and a level with it or behind it.
func timed(body string) bool {
	head := body[:min(len(body), sight)]
	plain := isDigit(head[0]) || head[0] == '-'
	if !plain && (!isAlpha(head[0]) || !hasTime(head)) {
		return false
	}
	words, epoch := 0, false
	for rest := head; rest != "" && words < 12; words++ {
		var w string
		w, rest, _ = strings.Cut(rest, " ")
		if levels[w] && isUpper(w[0]) && words > 0 {
			return true
		}
		epoch = epoch || words > 0 && len(w) == 10 && w[0] == '1' && digits(w) == 10
	}
	return plain && words > 4 && (epoch || hasTime(head))
}

// hasTime looks for 15:04:05.
func hasTime(s string) bool {
	for at := 0; ; {
		i := strings.IndexByte(s[at:], ':')
		if i < 0 {
			return false
		}
		i += at
		if i > 1 && isDigit(s[i-1]) && isDigit(s[i-2]) && len(s) > i+6 && digits(s[i+1:i+3]) == 2 && s[i+3] == ':' && digits(s[i+4:i+6]) == 2 {
			return true
		}
		at = i + 1
	}
}

func marked(body string, c byte) bool { return hasAnyPrefix(body, logMarks[c]) }

// firstWord returns the letters that s begins with, "" if there are more than n.
func firstWord(s string, n int) string {
	i := 0
	for i < len(s) && isAlpha(s[i]) {
		if i++; i > n {
			return ""
		}
	}
	return s[:i]
}

// stamp knows a date with a time or a text behind it, a time, an IP address and
// seconds since 1970.
func stamp(s string) bool {
	d := digits(s)
	if d == len(s) {
		return false
	}
	rest := s[d:]
	switch {
	case d == 4 && len(rest) > 6 && (rest[0] == '-' || rest[0] == '/') && digits(rest[1:]) == 2 && rest[3] == rest[0] && digits(rest[4:]) == 2:
		return rest[6] == ' ' || rest[6] == 'T' || rest[6] == '_'
	case d <= 2 && isTime(s):
		return true
	case d == 2 && len(rest) > 4 && rest[0] == '/' && isAlpha(rest[1]):
		return true // 02/Jan/2006
	case d == 2 && len(rest) > 9 && rest[0] == '/' && digits(rest[1:]) == 2 && rest[3] == '/' && digits(rest[4:]) == 2 && rest[6] == ' ':
		return isTime(rest[7:]) // 06/01/02 15:04:05
	case d == 2 && len(rest) > 9 && (rest[0] == '-' || rest[0] == '.') && digits(rest[1:]) == 2 && rest[3] == ' ':
		return isTime(rest[4:]) // 01-02 15:04:05
	case d == 8 && len(rest) > 6 && strings.IndexByte("-T_", rest[0]) >= 0:
		n := digits(rest[1:])
		return n > 0 && n <= 2 && rest[1+n] == ':' // 20060102-15:04:05
	case d <= 3 && rest[0] == '.':
		return isAddress(s)
	case d == 10 || d == 13:
		return rest[0] == ' ' || rest[0] == '.'
	}
	return false
}

// isTime knows 15:04:05 with something behind it.
func isTime(s string) bool {
	d := digits(s)
	return d > 0 && d <= 2 && len(s) > d+6 && s[d] == ':' && digits(s[d+1:]) == 2 && s[d+3] == ':' && isDigit(s[d+4]) && isDigit(s[d+5])
}

func isAddress(s string) bool {
	word, rest, ok := strings.Cut(s[:min(len(s), 24)], " ")
	return ok && rest != "" && strings.Count(word, ".") == 3 && strings.Trim(word, "0123456789.:") == ""
}

// bracketed reads what stands behind an opening bracket: a time or a level.
func bracketed(s string) bool {
	t := strings.TrimLeft(s, " ")
	if t == "" {
		return false
	}
	if isDigit(t[0]) {
		d := digits(t)
		rest := t[d:]
		return len(rest) > 7 && (stamp(t) || rest[0] == '.' && digits(rest[1:]) == 6 || d == 4 && rest[0] == '-')
	}
	word := firstWord(t, 9)
	return levels[word] && len(t) > len(word) && strings.IndexByte("]: )", t[len(word)]) >= 0 || monthNames[word]
}

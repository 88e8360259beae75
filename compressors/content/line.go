package content

import "strings"

// A lineKind is what one line looks like on its own.
type lineKind uint8

// The kinds of line.
const (
	blankLine lineKind = iota
	plainLine          // too short or too odd to tell: a name, a title, a word
	proseLine
	headingLine // "# …", which is a comment in some languages
	itemLine    // a list item or a quotation with prose in it
	linkLine    // an address and little else
	codeLine
	keyedLine // "key: value", "key = value"
	rowLine   // cells
	loggedLine
	hitLine // path:line:text
	diffedLine
	tracedLine
	fencedLine
	kindsOfLine
)

// shape reads a line outside fences that is neither of a diff nor of a trace.
// What it looks for first must hold certain signs, which keeps prose cheap.
func shape(body string, n *counts) lineKind {
	switch {
	case logLine(body):
		return loggedLine
	case n.punct > 0 && isHit(body):
		return hitLine
	case n.code > 1 && isLink(body):
		return linkLine
	}
	switch body[0] {
	case '#':
		if h := strings.TrimLeft(body, "#"); len(body)-len(h) <= 6 && strings.HasPrefix(h, " ") && len(body) <= 120 {
			return headingLine
		}
	case '|':
		if strings.IndexByte(body[1:], '|') > 0 {
			return rowLine
		}
	}
	if isRow(body, n) {
		return rowLine
	}
	if item := trimIndent(bullet(body)); item != body {
		return itemShape(item)
	}
	return textShape(body, n)
}

// itemShape reads what stands behind a bullet.
func itemShape(item string) lineKind {
	if item == "" {
		return plainLine
	}
	n := count(item)
	k := textShape(item, &n)
	if k == proseLine {
		return itemLine
	}
	return k
}

func textShape(body string, n *counts) lineKind {
	switch {
	case isKeyed(body, n):
		return keyedLine
	case isCode(body, n):
		return codeLine
	case isProse(n):
		return proseLine
	}
	return plainLine
}

// isProse asks for words of letters: four or more with spaces between, or eight
// characters of a script without.
func isProse(n *counts) bool {
	chars, words := n.chars(), n.space+1
	if n.high*100 >= chars*60 && n.high >= 8 && n.other*5 <= n.high {
		return n.code*100 <= chars*10
	}
	return words >= 4 && n.letters()*100 >= chars*75 && n.code*100 <= chars*6 &&
		chars <= words*15 && (n.lower+n.high)*100 >= n.letters()*60
}

// bullet returns body without the mark of a list or of a quotation.
func bullet(body string) string {
	switch c := body[0]; {
	case c == '-' || c == '*' || c == '+' || c == '>':
		if len(body) > 2 && body[1] == ' ' && body[2] != '[' {
			return body[2:]
		}
	case strings.HasPrefix(body, "• ") || strings.HasPrefix(body, "· ") || strings.HasPrefix(body, "– "):
		_, rest, _ := strings.Cut(body, " ")
		return rest
	case isDigit(c):
		d := digits(body)
		if d <= 3 && len(body) > d+2 && (body[d] == '.' || body[d] == ')') && body[d+1] == ' ' {
			return body[d+2:]
		}
	}
	return body
}

// isLink knows a line that is an address, perhaps with a label or as a list item.
func isLink(body string) bool {
	i := strings.Index(body[:min(len(body), 120)], "://")
	if i < 3 || i > 90 {
		return false
	}
	start := i
	for start > 0 && isAlpha(body[start-1]) {
		start--
	}
	end := strings.IndexAny(body[i:], " \t)>")
	if end < 0 {
		end = len(body) - i
	}
	rest := len(body) - (i + end)
	label := body[:start]
	if strings.HasSuffix(label, "](") || strings.HasSuffix(label, "<") {
		return rest <= 2
	}
	return rest == 0 && (strings.IndexByte(label, ' ') < 0 || strings.HasSuffix(strings.TrimRight(label, " "), ":") && len(label) < 24 || len(bullet(label+"x")) == 1)
}

// isRow knows lines of columns: of psql, of ls -l, or with gaps of two spaces.
func isRow(body string, n *counts) bool {
	switch body[0] {
	case '+':
		if strings.HasPrefix(body, "+--") || strings.HasPrefix(body, "+==") {
			return true
		}
	case '-', 'd', 'l':
		if len(body) > 10 && body[10] <= '.' && strings.Trim(body[1:10], "rwxsStT-") == "" && strings.IndexByte(body[1:10], 'r') >= 0 {
			return true
		}
	}
	if strings.HasPrefix(body, "total ") && digits(body[6:]) == len(body)-6 && len(body) > 6 {
		return true
	}
	if body[0] == 0xe2 && hasAnyPrefix(body, []string{"│", "├", "└", "┌"}) {
		return true
	}
	if len(body) < 400 && n.space > 1 && gaps(body) >= 2 {
		return true
	}
	if n.code > 0 && len(body) < 400 && strings.Contains(body, " | ") {
		return n.letters()*100 < n.chars()*70 || strings.Count(body, " | ") >= 2
	}
	return n.space == 0 && n.code+n.punct > 0 && isFileName(body)
}

// gaps counts runs of tabs or of two or more spaces within body that follow no
// full stop.
func gaps(body string) int {
	if !strings.Contains(body, "  ") && strings.IndexByte(body, '\t') < 0 {
		return 0
	}
	g := 0
	for i := 1; i < len(body); i++ {
		if body[i] != ' ' && body[i] != '\t' {
			continue
		}
		start := i
		for body[i] == ' ' || body[i] == '\t' { // body ends in something else
			i++
		}
		if body[start] == '\t' || i-start > 1 && strings.IndexByte(".!?:", body[start-1]) < 0 {
			g++
		}
	}
	return g
}

// isFileName knows a line that is one path, as find and ls -1 write them.
func isFileName(body string) bool {
	if len(body) < 3 || strings.Contains(body, "://") {
		return false
	}
	slash := strings.IndexByte(body, '/')
	dot := strings.LastIndexByte(body, '.')
	ext := dot > 0 && len(body)-dot <= 6 && len(body)-dot >= 2 && isAlpha(body[dot+1])
	if slash < 0 && !ext {
		return false
	}
	return !strings.ContainsAny(body, "(){}<>=;,\"'")
}

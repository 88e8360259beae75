package content

import "strings"

// keywords begin lines of programs, queries and build files.
var keywords = set(`import from package func def class return if else elif for while do switch case default break
	continue const let var public private protected static final using namespace fn pub use impl struct enum type
	interface export async await try except catch finally throw raise with yield pass end begin module require
	include extern typedef void int char bool float double string unsigned long local function echo fi done then
	esac set unset goto lambda del global assert match mod trait where override abstract new delete print
	SELECT FROM WHERE JOIN LEFT RIGHT INNER OUTER GROUP ORDER INSERT UPDATE DELETE CREATE ALTER DROP VALUES AND OR ON
	SET WITH UNION LIMIT HAVING PRIMARY FOREIGN REFERENCES BEGIN COMMIT
	RUN COPY ADD CMD ENV WORKDIR EXPOSE ENTRYPOINT ARG LABEL VOLUME USER`)

// maxKeyword is the length of the longest one.
const maxKeyword = 10

// isCode knows a line of a program by the share of its signs, by how it ends,
// or by its first word together with a sign.
func isCode(body string, n *counts) bool {
	if notes := remarks(body, n); notes > 0 {
		plain := *n
		plain.code -= 2 * notes
		n = &plain
		body = strings.TrimRight(body, "}")
	}
	chars, words := n.chars(), n.space+1
	last := body[len(body)-1]
	switch {
	case chars >= 4 && n.code*100 >= chars*13:
		return true
	case last == '{' || last == '}' || last == '\\':
		return true
	case last == ';' && (words < 6 || n.code > 0 || strings.IndexByte(body, '(') >= 0):
		return true
	case !isAlnum(body[0]) && hasAnyPrefix(body, commentMarks):
		return true
	case body[0] == '@' && words <= 3 && len(body) > 1 && isAlpha(body[1]):
		return true
	case strings.HasPrefix(body, "from ") && strings.Contains(body, " import "):
		return true
	case n.code > 0 && words <= 12 && (strings.Contains(body, " = ") || strings.Contains(body, ":= ") || strings.Contains(body, " == ")):
		return true
	case words <= 4 && n.punct > 1 && isCall(body):
		return true
	}
	return isStatement(body, last, n, words)
}

// remarks counts the {laughter} of a transcript: braces round one word.
func remarks(body string, n *counts) int {
	if n.code < 2 {
		return 0
	}
	notes := 0
	for i := 0; ; {
		j := strings.IndexByte(body[i:], '{')
		if j < 0 {
			return notes
		}
		i += j + 1
		k := i
		for k < len(body) && isLower(body[k]) {
			k++
		}
		if k < i+3 || k == len(body) || body[k] != '}' || i > 1 && body[i-2] != ' ' {
			return 0
		}
		notes++
	}
}

var commentMarks = []string{"//", "/*", "*/", "#!", "-- ", "$ ", "<?", "%%", "{%", ">>> ", "#include", "#define", "#if", "\\begin", "\\end"}

// isCall knows "name(" as no sentence has it, save "(s)" for a plural.
func isCall(body string) bool {
	i := strings.IndexByte(body, '(')
	return i > 0 && (isAlnum(body[i-1]) || body[i-1] == '_') && !strings.HasPrefix(body[i:], "(s)") &&
		(strings.IndexByte(body[i:], ')') == 1 || strings.ContainsAny(body, "._=\"',"))
}

func isStatement(body string, last byte, n *counts, words int) bool {
	end := 0
	for end < len(body) && end <= maxKeyword && (isAlpha(body[end]) || body[end] == '_') {
		end++
	}
	if end < 2 || end > maxKeyword || !keywords[body[:end]] {
		return false
	}
	if isUpper(body[0]) {
		return n.upper*3 >= n.lower || words <= 6 // SQL, Dockerfile
	}
	if words <= 3 {
		return last != '.' && last != '?' && last != '!'
	}
	return last == ':' && words <= 8 || last == '(' || last == ',' && n.code > 0 || last == ')' && words <= 6 ||
		n.code*100 >= n.chars()*5
}

// isKeyed knows "key: value" and "key=value" of configuration. A capitalised
// name with a sentence behind it is somebody speaking.
func isKeyed(body string, n *counts) bool {
	if body[0] == '[' && body[len(body)-1] == ']' && len(body) < 60 && n.space == 0 {
		return true
	}
	i, odd := 0, false
	for i < len(body) && i < 48 {
		c := body[i]
		if !isAlnum(c) {
			if strings.IndexByte("_-./\"'", c) < 0 {
				break
			}
			odd = true
		}
		i++
	}
	if i == 0 || i >= len(body) {
		return false
	}
	rest := body[i:]
	switch {
	case rest[0] == '=' && len(rest) > 1:
		return true
	case rest[0] != ':' || len(rest) > 1 && rest[1] != ' ':
		return false
	case len(rest) == 1:
		return isLower(body[0]) || odd
	}
	return n.space <= 12 && (odd || isLower(body[0]) && (n.space <= 8 || n.code > 0))
}

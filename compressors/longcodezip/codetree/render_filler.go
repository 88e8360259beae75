package codetree

import "strings"

// filler returns the statement that has to stand below head in a body of which only these
// parts are left, or "" if it needs none: the language allows an empty body, or one that
// is more than a comment is kept. head is nil at the top of a file.
func (r *renderer) filler(head *Node, body []piece) string {
	l := r.file.Language
	if l == nil || head == nil || head.bare {
		return ""
	}
	stmt, ok := fillers[l.Name]
	if !ok {
		return ""
	}
	for _, p := range body {
		if !p.drop && !onlyComments(r.file.Text(p.node), l.Line) {
			return ""
		}
	}
	return stmt(r.file.Text(head))
}

// fillers make the statement for a body below a frame with that text. The parser takes a
// comment for a body in Python, which Python does not; and a shell wants a command.
var fillers = map[string]func(head string) string{
	"python": pythonFiller,
	"shell":  shellFiller,
}

// pythonFiller: nothing but cases may stand in a match statement.
func pythonFiller(head string) string {
	for line := range strings.Lines(head) {
		line = strings.TrimLeft(line, blanks)
		if line != "" && line[0] != '#' {
			if strings.HasPrefix(line, "match ") || strings.HasPrefix(line, "match(") {
				return "case _: ..."
			}
			break
		}
	}
	return "..."
}

// shellFiller: a case statement may be empty, and no command may stand between its cases.
func shellFiller(head string) string {
	line := head[strings.LastIndexByte(strings.TrimRight(head, blanks), '\n')+1:]
	line, _, _ = strings.Cut(line, " #")
	if f := strings.Fields(line); len(f) > 0 && f[len(f)-1] == "in" {
		return ""
	}
	return ":"
}

// onlyComments says whether each line of text is blank or begins with leader.
func onlyComments(text, leader string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimLeft(line, blanks); line != "" && !strings.HasPrefix(line, leader) {
			return false
		}
	}
	return true
}

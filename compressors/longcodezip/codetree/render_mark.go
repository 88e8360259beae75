package codetree

import (
	"strconv"
	"strings"
)

// Marks says what stands in the place of what was left out. The zero value is a comment
// with the number of lines.
type Marks struct{ Kind MarkKind }

// MarkKind is a kind of mark.
type MarkKind uint8

// The kinds of marks. The lines of a count are those that are not blank.
const (
	MarkCounted MarkKind = iota // # ... (6 lines omitted)
	MarkRange                   // # ... (lines 12-40 omitted), as numbered in the source
	MarkShort                   // # ...
	MarkNone                    // nothing, but what the syntax needs
)

// mark writes what stands for g, with stmt in front if that is not "". It says whether it
// wrote a line.
func (r *renderer) mark(g gap, stmt string) bool {
	text := r.file.Source[g.start:g.end]
	if blank(text) {
		return false
	}
	lead := text[:firstLine(text)]
	if r.marks.Kind == MarkNone {
		if stmt == "" {
			return false
		}
		lead = ""
	}
	r.out.WriteString(lead)
	r.out.WriteString(indent(text[firstLine(text):]))
	r.out.WriteString(r.comment(g, stmt))
	r.out.WriteString(lineEnd(text))
	return true
}

// comment is the mark itself.
func (r *renderer) comment(g gap, stmt string) string {
	note := r.note(g)
	l := r.file.Language
	switch {
	case stmt != "" && note == "":
		return stmt
	case stmt != "":
		return stmt + "  " + wrap(l, note)
	case note == "":
		return wrap(l, "...")
	}
	return wrap(l, "... "+note)
}

// note says how much of the source g is; "" if marks do not tell.
func (r *renderer) note(g gap) string {
	text := r.file.Source[g.start:g.end]
	switch r.marks.Kind {
	case MarkCounted:
		n := countLines(text)
		if n == 1 {
			return "(1 line omitted)"
		}
		return "(" + strconv.Itoa(n) + " lines omitted)"
	case MarkRange:
		first := r.line(g.start + firstLine(text))
		last := r.line(g.start + len(strings.TrimRight(text, blanks)) - 1)
		if first == last {
			return "(line " + strconv.Itoa(first) + " omitted)"
		}
		return "(lines " + strconv.Itoa(first) + "-" + strconv.Itoa(last) + " omitted)"
	}
	return ""
}

// wrap makes a comment of text, or leaves it bare where no comments are known.
func wrap(l *Language, text string) string {
	switch {
	case l == nil:
		return text
	case l.Line != "":
		return l.Line + " " + text
	case l.Open != "":
		return l.Open + " " + text + " " + l.Close
	}
	return text
}

// blanks are what a blank line may consist of.
const blanks = " \t\r\n\v\f"

func blank(text string) bool { return strings.Trim(text, blanks) == "" }

// firstLine returns where the first line that is not blank begins; len(text) if all are.
func firstLine(text string) int {
	n := len(text) - len(strings.TrimLeft(text, blanks))
	if n == len(text) {
		return n
	}
	return strings.LastIndexByte(text[:n], '\n') + 1
}

// indent returns the spaces and tabs that text begins with.
func indent(text string) string {
	return text[:len(text)-len(strings.TrimLeft(text, " \t"))]
}

// lineEnd returns what ends the last line of text: "\n", "\r\n", or "" at a file's end.
func lineEnd(text string) string {
	switch {
	case strings.HasSuffix(text, "\r\n"):
		return "\r\n"
	case strings.HasSuffix(text, "\n"):
		return "\n"
	}
	return ""
}

// countLines returns how many lines of text are not blank.
func countLines(text string) int {
	n := 0
	for line := range strings.Lines(text) {
		if !blank(line) {
			n++
		}
	}
	return n
}

package pathform

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// EncodePaths writes paths that follow each other in one directory below it:
//
//	lib/yaml/a.py            lib/yaml/:
//	lib/yaml/b.py      →      a.py
//	lib/yaml/c/d.py           b.py
//	                          c/d.py
//
// A space is before the names, and two are below a directory within a directory; there
// is no third level, because more than two headings are no longer seen at once. The path
// of a file is the heading, or both, and the name. With sizes, as du prints them, a line
// is the size, a tab and the name.
//
// It is not ok if text has a line that is no path or is in doubt: one that begins with a
// space or has one behind a slash, or ends with /: itself.
func EncodePaths(text string, o structure.Options) (structure.Encoded, bool) {
	lines, crlf, ok := split(text)
	if !ok || len(lines) < 3 {
		return structure.Encoded{}, false
	}
	newline := lines[len(lines)-1] == ""
	if newline {
		lines = lines[:len(lines)-1]
	}
	sizes := isSized(lines[0])
	if !arePaths(lines, sizes) {
		return structure.Encoded{}, false
	}
	w := newPathWriter(lines, sizes, o)
	if len(w.tree.nodes) == 0 {
		return structure.Encoded{}, false
	}
	out := w.write(newline)
	if !smaller(out, text, o) {
		return structure.Encoded{}, false
	}
	return structure.Encoded{Text: out, Layout: layout{CRLF: crlf, Sizes: sizes}.bytes()}, true
}

// isSized reports whether a line begins with a size, as 12 or 1.5M, and a tab.
func isSized(line string) bool {
	n := digits(line)
	if n > 0 && n < len(line) && (line[n] == '.' || line[n] == ',') {
		n += 1 + digits(line[n+1:])
	}
	if n > 0 && n < len(line) && strings.IndexByte("KMGTPE", line[n]) >= 0 {
		n++
	}
	return n > 0 && n < len(line) && line[n] == '\t'
}

// notInPaths are signs that names of files can have and hardly ever do, while tables,
// programs and addresses are full of them.
const notInPaths = `,;"'(){}<>=|*?&$` + "`"

// arePaths reports whether each line can be a path. Names may have spaces, but a list in
// which every fourth has is more likely one of sentences.
func arePaths(lines []string, sizes bool) bool {
	spaced, slashed, odd := 0, 0, 0
	for _, line := range lines {
		if isSized(line) != sizes {
			return false
		}
		_, path := cutSize(line, sizes)
		if path == "" || path[0] == ' ' || strings.HasSuffix(path, "/:") || strings.Contains(path, "/ ") {
			return false
		}
		for i := range len(path) {
			if path[i] < ' ' || path[i] == 0x7f {
				return false
			}
		}
		if strings.ContainsAny(path, notInPaths) {
			odd++
		}
		if strings.IndexByte(path, ' ') >= 0 {
			spaced++
		}
		if strings.IndexByte(path, '/') >= 0 {
			slashed++
		}
	}
	return odd*20 <= len(lines) && spaced*4 <= len(lines) && slashed*2 >= len(lines)
}

// cutSize returns what is before the path of a line, with the tab, and the path.
func cutSize(line string, sizes bool) (size, path string) {
	if i := strings.IndexByte(line, '\t'); sizes && i >= 0 {
		return line[:i+1], line[i+1:]
	}
	return "", line
}

// A pathWriter writes the lines with the headings that its tree chose.
type pathWriter struct {
	strings.Builder
	size, path []string
	tree       tree
}

func newPathWriter(lines []string, sizes bool, o structure.Options) *pathWriter {
	w := &pathWriter{path: lines}
	if sizes {
		w.size, w.path = make([]string, len(lines)), make([]string, len(lines))
		for i, line := range lines {
			w.size[i], w.path[i] = cutSize(line, true)
		}
	}
	w.tree = plant(w.path)
	w.tree.cost(w.path, sizes, o)
	return w
}

func (w *pathWriter) write(newline bool) string {
	w.forest(w.tree.first, 0, len(w.path), 0, heading{})
	if newline {
		return w.String()
	}
	return strings.TrimSuffix(w.String(), "\n")
}

// A heading is the cut first bytes of a path, and how many tokens they have.
type heading struct{ cut, tokens int }

// forest writes lines[from:to], which are at a level below h. The node id and its next
// siblings are parts of them.
func (w *pathWriter) forest(id int32, from, to, level int, h heading) {
	for ; id != none; id = w.tree.nodes[id].next {
		n := w.tree.nodes[id]
		w.names(from, int(n.from), level, h.cut)
		from = int(n.to)
		if !w.tree.isHeading(id, level, h.tokens) {
			w.forest(n.first, int(n.from), from, level, h)
			continue
		}
		w.indent(level)
		w.WriteString(w.path[n.from][h.cut:n.cut])
		w.WriteString(":\n")
		w.forest(n.first, int(n.from), from, level+1, heading{int(n.cut), n.tokens})
	}
	w.names(from, to, level, h.cut)
}

func (w *pathWriter) names(from, to, level, cut int) {
	for i := from; i < to; i++ {
		w.indent(level)
		if w.size != nil {
			w.WriteString(w.size[i])
		}
		w.WriteString(w.path[i][cut:])
		w.WriteByte('\n')
	}
}

func (w *pathWriter) indent(level int) { w.WriteString("  "[:level]) }

// DecodePaths undoes [EncodePaths].
func DecodePaths(text string, layout []byte, limit int) (string, error) {
	l, err := parseLayout(layout)
	if err != nil {
		return "", err
	}
	lines := strings.Split(text, "\n")
	out := newOutput(l, limit)
	newline := len(lines) > 1 && lines[len(lines)-1] == ""
	if newline {
		lines = lines[:len(lines)-1]
	}
	if !decodePaths(out, lines, l.Sizes) {
		return "", structure.ErrText
	}
	if newline {
		out.put(out.end)
	}
	if out.full {
		return "", structure.ErrLimit
	}
	return out.String(), nil
}

func decodePaths(out *output, lines []string, sizes bool) bool {
	var heads [maxLevel][2]string // by level: what is before the names below it
	open := 0                     // levels that have a heading
	first := true
	for _, line := range lines {
		level := len(line) - len(strings.TrimLeft(line, " "))
		if line = line[level:]; level > open || line == "" {
			return false
		}
		var before [2]string
		if level > 0 {
			before = heads[level-1]
		}
		if dir, ok := strings.CutSuffix(line, ":"); ok && strings.HasSuffix(dir, "/") {
			if level == maxLevel {
				return false
			}
			heads[level] = [2]string{before[0] + before[1], dir}
			open = level + 1
			continue
		}
		open = level
		size, name := cutSize(line, sizes)
		out.line(first, size, before[0], before[1], name)
		if first = false; out.full {
			return true
		}
	}
	return true
}

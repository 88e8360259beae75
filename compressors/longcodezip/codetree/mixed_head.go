package codetree

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// A form is how a line names a file.
type form uint8

const (
	bare       form = iota + 1 // src/a.py
	remarked                   // # src/a.py, // File: a.ts, ### src/a.go, <!-- a.html -->
	decorated                  // ==> a.c <==, --- a/b.py ---
	labelledAs                 // File: a.py
	tagged                     // <file path="a.py">, <source>a.py</source>
)

// A head is what stands in front of a file: the lines [first, end), with the name in line.
type head struct {
	form             form
	first, line, end int
	name             string
	tag              string // that ends the file
	label            bool   // the line says that it is a file
}

var (
	pathLike  = regexp.MustCompile(`^(?:[A-Za-z]:)?[\\/]?(?:[\w.@+~()\[\] -]*[\w.@+~()\[\]-][\\/])*[\w.@+~()\[\]-]+$`)
	decoRE    = regexp.MustCompile(`^(={2,}|-{2,}|\*{2,}|#{3,}|~{3,}|>{2,}|\+{3,})>?\s*(.+?)\s*<?(={2,}|-{2,}|\*{2,}|#{3,}|~{3,}|<{2,}|\+{3,})$`)
	leaderRE  = regexp.MustCompile(`^(#+|//+|--+|;+|%+|/\*+|<!--+|\(\*)\s*(.+?)\s*(?:\*+/|--+>|\*\))?$`)
	labelRE   = regexp.MustCompile(`(?i)^(?:file\s?name|file\s?path|file|path|source)\s*[:=]\s*(.+)$`)
	linesRE   = regexp.MustCompile(`(?::\d+(?:[-:]\d+)?|\s+\((?:lines?\s+)?[\d–-]+\)|\s+\[\d+/\d+\])$`)
	ruleRE    = regexp.MustCompile(`^(?:(?:#|//|--)\s*)?(?:={3,}|-{3,}|\*{3,}|#{3,}|~{3,}|_{3,})$`)
	openRE    = regexp.MustCompile(`^<([A-Za-z_][\w-]*)\b[^<>]*\b(?:path|name|filename|file|src)\s*=\s*["']([^"'<>]+)["'][^<>]*>$`)
	elementRE = regexp.MustCompile(`^<(source|path|file_?path|file_?name|document_name|name)>\s*([^<>]+?)\s*</([\w-]+)>$`)
	bodyRE    = regexp.MustCompile(`^<((?:document_|file_)?(?:contents?|code|text|body))>$`)
)

// holderTags may have a file in them.
var holderTags = wordSet("file document doc source source_file source_code code code_file snippet content contents item")

// parseHead reads a line as the head of a file.
func parseHead(line string) (h head, ok bool) {
	body := strings.TrimSpace(strings.TrimPrefix(line, "\ufeff"))
	if len(body) < 3 || len(body) > 300 || len(line) > 400 || strings.HasPrefix(line, "\t") || len(indent(line)) > 3 {
		return h, false
	}
	if body[0] == '<' && !strings.HasPrefix(body, "<!") {
		return parseTag(body)
	}
	if name, ok := filePath(body); ok && !strings.Contains(name, " ") {
		return head{form: bare, name: name}, true
	}
	if name, ok := labelledPath(body); ok {
		return head{form: labelledAs, name: name, label: true}, true
	}
	if m := decoRE.FindStringSubmatch(body); m != nil && mirrored(m[1], m[3]) {
		inner, label := unlabel(m[2])
		if name, ok := filePath(inner); ok {
			return head{form: decorated, name: name, label: label}, true
		}
	}
	if m := leaderRE.FindStringSubmatch(body); m != nil {
		inner, label := unlabel(m[2])
		if name, ok := filePath(inner); ok && comments(m[1], name) {
			return head{form: remarked, name: name, label: label}, true
		}
	}
	return h, false
}

// comments says whether a comment begins with leader in files with that name, or a heading
// does; of some nothing is known.
func comments(leader, name string) bool {
	l := Detect(name, "")
	return l == nil || leader[0] == '#' || strings.HasPrefix(leader, "<!-") || l.Line != "" && strings.HasPrefix(leader, l.Line) ||
		l.Open != "" && strings.HasPrefix(leader, l.Open)
}

// mirrored says whether the ends of a decorated line belong together.
func mirrored(a, b string) bool {
	return a[0] == b[0] || a[0] == '>' && b[0] == '<'
}

func labelledPath(body string) (string, bool) {
	inner, label := unlabel(strings.Trim(body, "*"))
	if !label {
		return "", false
	}
	return filePath(inner)
}

// unlabel cuts "File:" off.
func unlabel(s string) (rest string, label bool) {
	if m := labelRE.FindStringSubmatch(strings.Trim(s, "* ")); m != nil {
		return strings.Trim(m[1], "* "), true
	}
	return s, false
}

// filePath returns the path that s is, without quotes and numbers of lines.
func filePath(s string) (string, bool) {
	for _, q := range []string{"`", "**", `"`, "'"} {
		s = strings.TrimSuffix(s, ":")
		if t := strings.TrimSuffix(strings.TrimPrefix(s, q), q); len(t) == len(s)-2*len(q) {
			s = t
		}
	}
	s = strings.TrimSuffix(s, ":")
	s = linesRE.ReplaceAllString(s, "")
	if len(s) < 3 || len(s) > 250 || !pathLike.MatchString(s) || strings.HasPrefix(s, " ") {
		return "", false
	}
	return s, knownFile(s)
}

// knownFile says whether a name is that of a kind of file that is known.
func knownFile(name string) bool {
	base := path.Base(strings.ReplaceAll(strings.ToLower(name), `\`, "/"))
	if byFile[base] != nil && !strings.Contains(base, " ") && len(base) > 6 {
		return true
	}
	stem, ending := strings.TrimSuffix(base, path.Ext(base)), strings.TrimPrefix(path.Ext(base), ".")
	if stem == "" || ending == "" || strings.Trim(stem, ".-") == "" {
		return false
	}
	return byFile[ending] != nil || ending == "h" || slices.Contains(prose, ending)
}

func parseTag(body string) (h head, ok bool) {
	if m := openRE.FindStringSubmatch(body); m != nil && holderTags[strings.ToLower(m[1])] && !strings.HasSuffix(body, "/>") {
		return head{form: tagged, name: m[2], tag: m[1], label: true}, pathLike.MatchString(m[2])
	}
	if m := elementRE.FindStringSubmatch(body); m != nil && m[1] == m[3] {
		return head{form: tagged, name: m[2], label: true}, pathLike.MatchString(m[2]) && knownFile(m[2])
	}
	return h, false
}

// closing returns the line that ends a file between tags: the closing tag, or one that
// opens another; the number of lines if there is none.
func (m *mixer) closing(h head) int {
	for i := h.end; i < len(m.lines); i++ {
		line := m.lines[i]
		if len(line) < 3 || line[0] != '<' {
			continue
		}
		body := strings.TrimSpace(line)
		if body == "</"+h.tag+">" || strings.HasPrefix(body, "<"+h.tag+" ") || body == "<"+h.tag+">" {
			return i
		}
	}
	return len(m.lines)
}

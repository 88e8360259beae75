package pathform

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// dashes is what grep puts between hits that have lines between them.
const dashes = "--"

// EncodeHits writes hits that follow each other in one file below its path, in groups
// between blank lines. It is not ok if text has no such hits, or has a line that would be
// in doubt there: a blank one, or one that begins like a line of a group.
//
// With lines of context each file has a group, and the -- between files is the blank
// line. A hit that is alone in its file and lines that are no hits stay as they are, in
// groups of their own.
func EncodeHits(text string, o structure.Options) (structure.Encoded, bool) {
	lines, crlf, ok := split(text)
	if !ok || len(lines) < 2 {
		return structure.Encoded{}, false
	}
	e := hitEncoder{layout: layout{CRLF: crlf}}
	if lines[len(lines)-1] == "" {
		lines, e.newline = lines[:len(lines)-1], true
	}
	runs, ok := e.runs(lines)
	if !ok {
		return structure.Encoded{}, false
	}
	out := e.write(lines, runs)
	if !smaller(out, text, o) {
		return structure.Encoded{}, false
	}
	return structure.Encoded{Text: out, Layout: e.layout.bytes()}, true
}

type hitEncoder struct {
	layout  layout
	newline bool // at the end
}

// A run is lines[from:to], all of the file path; of none, if path is empty.
type run struct {
	from, to int
	path     string
}

func (e *hitEncoder) runs(lines []string) ([]run, bool) {
	for _, line := range lines {
		if line == dashes {
			return e.blocks(lines)
		}
		if line == "" || isNumbered(line) {
			return nil, false
		}
	}
	var runs []run
	grouped := false
	for i, line := range lines {
		path := hitPath(line)
		last := len(runs) - 1
		if last >= 0 && runs[last].path == path {
			runs[last].to = i + 1
			grouped = grouped || path != ""
		} else {
			runs = append(runs, run{i, i + 1, path})
		}
	}
	return runs, grouped
}

// blocks is runs for hits with context. The lines between two -- are of one file, whose
// path is before the first hit in them; two files have a -- between them.
func (e *hitEncoder) blocks(lines []string) ([]run, bool) {
	e.layout.Dash = true
	var runs []run
	for from := 0; from <= len(lines); {
		to := from
		for to < len(lines) && lines[to] != dashes {
			to++
		}
		path := blockPath(lines[from:to])
		if path == "" {
			return nil, false
		}
		if last := len(runs) - 1; last >= 0 && runs[last].path == path {
			runs[last].to = to
		} else {
			runs = append(runs, run{from, to, path})
		}
		from = to + 1
	}
	return runs, true
}

// blockPath is the path that all lines have, or empty.
func blockPath(lines []string) string {
	path := ""
	for _, line := range lines {
		if path = hitPath(line); path != "" {
			break
		}
	}
	if path == "" {
		return ""
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, path) || !isNumberedAfter(line[len(path):]) {
			return ""
		}
	}
	return path
}

// write puts a blank line at each end of a group that has a heading.
func (e *hitEncoder) write(lines []string, runs []run) string {
	var b strings.Builder
	headed := false // the group that is open
	for i, r := range runs {
		heading := r.path != "" && (r.to-r.from > 1 || e.layout.Dash)
		if i > 0 && (heading || headed) {
			b.WriteByte('\n')
		}
		cut := 0
		if headed = heading; heading {
			cut = len(r.path) + 1
			b.WriteString(r.path)
			b.WriteByte('\n')
		}
		for _, line := range lines[r.from:r.to] {
			if line != dashes {
				line = line[cut:]
			}
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	if e.newline {
		return b.String()
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// hitPath returns the path of a line path:12:text, or nothing. A path has a letter and a
// dot or slash, and nothing that a time of day or a sentence would have.
func hitPath(line string) string {
	for at := 0; ; {
		i := strings.IndexByte(line[at:], ':')
		if i < 0 {
			return ""
		}
		at += i + 1
		if n := digits(line[at:]); n > 0 && at+n < len(line) && line[at+n] == ':' {
			if path := line[:at-1]; isPath(path) {
				return path
			}
			return ""
		}
	}
}

func isPath(s string) bool {
	letter, mark := false, false
	for i := range len(s) {
		switch c := s[i]; {
		case c <= ' ' || c == 0x7f:
			return false
		case c == '.' || c == '/' || c == '\\':
			mark = true
		case c|0x20 >= 'a' && c|0x20 <= 'z', c >= 0x80:
			letter = true
		}
	}
	return letter && mark && digits(s[:1]) == 0
}

// isNumbered reports whether a line begins as those of a group do: 12:text or 12-text.
func isNumbered(line string) bool {
	n := digits(line)
	return n > 0 && n < len(line) && (line[n] == ':' || line[n] == '-')
}

// isNumberedAfter reports whether s is :12:text or -12-text.
func isNumberedAfter(s string) bool {
	if s == "" || !isNumbered(s[1:]) {
		return false
	}
	return s[0] == s[1+digits(s[1:])]
}

// DecodeHits undoes [EncodeHits].
func DecodeHits(text string, layout []byte, limit int) (string, error) {
	l, err := parseLayout(layout)
	if err != nil {
		return "", err
	}
	lines := strings.Split(text, "\n")
	newline := lines[len(lines)-1] == ""
	if newline {
		lines = lines[:len(lines)-1]
	}
	out := newOutput(l, limit)
	if !decodeHits(out, lines, l.Dash) {
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

func decodeHits(out *output, lines []string, dash bool) bool {
	path := ""    // of the group that is open
	start := true // no line of the group was yet
	for i := 0; i < len(lines) && !out.full; i++ {
		line := lines[i]
		switch {
		case line == "":
			if start {
				return false
			}
			if path, start = "", true; dash {
				out.line(false, dashes)
			}
			continue
		case start && i+1 < len(lines) && isNumbered(lines[i+1]):
			path = line
			i++
			n := digits(lines[i])
			out.line(i == 1, path, lines[i][n:n+1], lines[i])
		case path == "" || line == dashes:
			out.line(i == 0, line)
		case isNumbered(line):
			n := digits(line)
			out.line(false, path, line[n:n+1], line)
		default:
			return false
		}
		start = false
	}
	return true
}

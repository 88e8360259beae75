package codetree

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
)

// A Part is a piece of a text that may hold several files: whole lines.
type Part struct {
	Start, End int // bytes of the text

	// Code says that it is a file, or a part of one. The others are what stands between
	// files: prose, and lines that name or fence one.
	Code     bool
	Name     string    // of the file; "" if nothing says it
	Language *Language // nil if it is not known
}

// Files divides a text into the files that it holds, as prompts do: below lines with their
// paths, in fences, or between tags. The parts make up the text. What is no more than one
// file is one part. A line is taken for the head of a file only where it stands by itself,
// names a file of a kind that is known, and code follows; inside a file there has to be
// more evidence than that, since documentation also names files. Files whose language is
// not known, and such as Markdown and JSON, are no code.
func Files(text string) []Part {
	if text == "" {
		return nil
	}
	m := newMixer(text)
	m.run()
	switch {
	case len(m.parts) == 1 && m.plain:
		return []Part{whole(text)}
	case len(m.parts) == 2 && m.form == remarked && m.parts[1].Code:
		m.parts[1].Start = 0 // its first line is a comment with its name
		return m.parts[1:]
	}
	return m.parts
}

// whole is the part that all of a text is. Running text is no file.
func whole(text string) Part {
	if content.Classify(text) == content.Prose {
		return Part{End: len(text)}
	}
	return Part{End: len(text), Code: true, Language: Detect("", text)}
}

// A mixer reads a text line by line.
type mixer struct {
	text   string
	lines  []string // with their ends
	starts []int
	parts  []Part

	fences bool // they are not part of a program
	plain  bool // so far, nothing was found that names or fences a file
	form   form // of the heads that were believed
	isCode bool // what the text begins with
	judged bool // isCode is final
	dashes bool // files stand between lines of "---"

	// The state at the line that is read.
	begin  int    // the first line that is not in parts
	code   bool   // they are of a file
	name   string // of that
	known  *Language
	limit  int         // the line that ends it, where a fence or a tag does; else len(lines)
	blocks [][2]string // around its strings and comments of several lines
	until  string      // what ends the one that is open
	seen   bool        // in it, something other than blank lines
}

func newMixer(text string) *mixer {
	m := &mixer{text: text, plain: true}
	at := 0
	for line := range strings.Lines(text) {
		m.lines, m.starts = append(m.lines, line), append(m.starts, at)
		at += len(line)
	}
	m.starts = append(m.starts, at)
	m.limit, m.blocks = len(m.lines), blocksIn(nil)
	m.fences = m.fenced()
	return m
}

// blocksIn returns what stands around strings and comments of several lines.
func blocksIn(l *Language) [][2]string {
	quotes := [][2]string{{`"""`, `"""`}, {"'''", "'''"}}
	comments := [][2]string{{"/*", "*/"}}
	switch {
	case l == nil:
		return append(quotes, comments...)
	case l.Name == "python" || l.Name == "starlark" || l.Name == "elixir" || l.Name == "julia" || l.Name == "nim":
		return quotes
	case l.Line == "//":
		return append(comments, quotes[:1]...)
	case l.Open == "/*":
		return comments
	}
	return nil
}

func (m *mixer) run() {
	for i := 0; i < len(m.lines); {
		if i == m.limit {
			m.flush(i)
			m.limit = len(m.lines)
			if _, next := parseHead(m.lines[i]); !next { // a fence or a tag that closes
				i++
			}
			continue
		}
		switch h, ok := m.head(i); {
		case ok:
			i = m.enter(h)
		case !m.code && m.fences && m.limit == len(m.lines) && m.fenceAt(i) != "":
			m.flush(i)
			i = m.enterFence(i, "")
		default:
			m.follow(m.lines[i])
			i++
		}
	}
	m.flush(m.end())
	m.flush(len(m.lines))
}

// enter begins a file with such a head, and returns the line to go on with.
func (m *mixer) enter(h head) int {
	m.flush(h.first)
	m.plain, m.form = false, h.form
	if h.form != tagged && m.limit == len(m.lines) {
		if j := m.next(h.end); j < len(m.lines) && fence(m.lines[j]) != "" && j <= h.end+1 {
			return m.enterFence(j, h.name)
		}
	}
	if h.form == bare && h.end > h.line+1 {
		m.dashes = true
	}
	limit := m.limit
	if h.form == tagged {
		limit = m.closing(h)
	}
	m.file(h.end, limit, h.name)
	return h.end
}

// file says that a file begins at a line.
func (m *mixer) file(begin, limit int, name string) {
	m.flush(begin)
	m.begin, m.code, m.limit = begin, true, limit
	m.name, m.until, m.seen = name, "", false
	m.blocks = blocksIn(Detect(name, ""))
}

// flush makes a part of the lines up to end, which begins something else.
func (m *mixer) flush(end int) {
	if end > m.begin {
		p := Part{Start: m.starts[m.begin], End: m.starts[end]}
		body := m.text[p.Start:p.End]
		if m.code && !blank(body) {
			if m.known == nil {
				m.known = Detect(m.name, body)
			}
			p.Name, p.Language, p.Code = m.name, m.known, m.known != nil
		}
		if k := len(m.parts) - 1; k >= 0 && !p.Code && !m.parts[k].Code {
			m.parts[k].End = p.End
		} else {
			m.parts = append(m.parts, p)
		}
		m.begin = end
	}
	m.code, m.name, m.known, m.until = false, "", nil, ""
	m.blocks = blocksIn(nil)
}

// end is the line behind the last one of a file; what lines of "---" end the text do not
// belong to it.
func (m *mixer) end() int {
	n := len(m.lines)
	if !m.dashes {
		return n
	}
	k := n
	for k > m.begin && blank(m.lines[k-1]) {
		k--
	}
	if k > m.begin && strings.TrimSpace(m.lines[k-1]) == "---" {
		return k - 1
	}
	return n
}

// next returns the first line from i that is not blank.
func (m *mixer) next(i int) int {
	for i < len(m.lines) && blank(m.lines[i]) {
		i++
	}
	return i
}

// follow keeps in mind which string or comment of several lines is open.
func (m *mixer) follow(line string) {
	m.seen = m.seen || !blank(line)
	for line != "" {
		if m.until != "" {
			i := strings.Index(line, m.until)
			if i < 0 {
				return
			}
			line, m.until = line[i+len(m.until):], ""
			continue
		}
		at := -1
		for _, p := range m.blocks {
			if i := strings.Index(line, p[0]); i >= 0 && (at < 0 || i < at) {
				at, m.until = i, p[1]
			}
		}
		if at < 0 {
			return
		}
		line = line[at+len(m.until):]
	}
}

package longcodezip

import (
	"context"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
	"github.com/pith-proxy/pith/tokenize"
)

// contextRun is one context under way.
type contextRun struct {
	pith.Context
	index  int
	text   string
	input  int     // tokens
	whole  bool    // stays byte for byte
	drop   bool    // by the request's own filter
	parts  []piece // its text, in order; nil if whole
	files  []*file // in it, in order
	dirty  bool    // output and tokens are of another selection
	output string
	tokens int
	prices *prices

	language string
	score    *float64
	warnings []string
}

// piece is a file in a context's text, or what stands between files, which stays.
type piece struct {
	start, end int
	file       *file // nil if it stays
}

// file is source code under way.
type file struct {
	*codetree.File
	context *contextRun
	name    string // as the text has it; "" if it is all of a context
	start   int    // in the context's text
	prices  *prices

	root     *item
	preamble *item // nil if it has none, or nothing else
	leaves   []*leaf
	items    map[*codetree.Node]*item
	mark     int  // tokens of a mark
	mixed    bool // the context has other parts, so that it leaves a mark if nothing of it stays
	atomic   bool // only what is at the top is left out: anything less did not parse
	words    map[string]int
	stays    [][2]int // that are kept, once it is known
}

// closed returns the tokens of what stands for a file that keeps nothing.
func (f *file) closed() int {
	if f.mixed {
		return f.mark
	}
	return 0
}

// changed says that the file's text has to be made anew.
func (f *file) changed() { f.context.dirty = true }

// dropped is what [codetree.File.Render] asks.
func (f *file) dropped(n *codetree.Node) bool {
	it := f.items[n]
	return it != nil && !it.open
}

// parse divides a context into files, and those into what can be left out.
func (r *run) parse(ctx context.Context, cr *contextRun) error {
	cr.dirty = !cr.whole
	hint := orElse(cr.Context.Language, cr.FileName())
	files := []codetree.Part{{Start: 0, End: len(cr.text), Code: true}}
	if codetree.Detect(hint, "") == nil { // or it is one file, as the hint says
		if many := codetree.Files(cr.text); len(many) > 0 {
			files = many
		}
	}
	for _, p := range files {
		text := cr.text[p.Start:p.End]
		if !p.Code || strings.TrimSpace(text) == "" || cr.Context.Kind != pith.KindCode && codetree.Detect(orElse(p.Name, hint), "") == nil && noCode(text) {
			cr.parts = append(cr.parts, piece{start: p.Start, end: p.End})
			continue
		}
		lang, parse := p.Language, codetree.Parse
		if lang == nil {
			lang = codetree.Detect(orElse(p.Name, hint), cr.text[p.Start:p.End])
		}
		if hint == "" && p.Name == "" && len(files) == 1 {
			parse = codetree.ParseAny
		}
		tree, err := parse(ctx, cr.text[p.Start:p.End], lang)
		if err != nil {
			return err
		}
		f := &file{File: tree, context: cr, name: p.Name, start: p.Start, mixed: len(files) > 1,
			items: map[*codetree.Node]*item{}}
		r.divide(f)
		cr.files = append(cr.files, f)
		cr.parts = append(cr.parts, piece{start: p.Start, end: p.End, file: f})
	}
	if len(cr.files) == 0 && strings.TrimSpace(cr.text) != "" {
		cr.warn("this is no source code, so it stays as it is; another method can shorten it")
	}
	if len(cr.files) > 0 && cr.files[0].Language != nil {
		cr.language = cr.files[0].Language.Name
	}
	return nil
}

// noCode reports whether a text of which nobody says what it is is surely no source code.
func noCode(text string) bool {
	switch content.Classify(text) {
	case content.JSON, content.NDJSON, content.Log, content.Diff, content.Trace, content.Prose, content.Markdown, content.HTML:
		return true
	}
	return false
}

func orElse(s, other string) string {
	if s != "" {
		return s
	}
	return other
}

// render makes the context's output from what is open.
func (r *run) render(cr *contextRun) {
	if !cr.dirty {
		return
	}
	var out strings.Builder
	for _, p := range cr.parts {
		switch {
		case p.file == nil:
			out.WriteString(cr.text[p.start:p.end])
		case p.file.root.open || p.file.mixed:
			out.WriteString(p.file.render(r.marks))
		}
	}
	cr.output, cr.dirty = out.String(), false
	cr.tokens = r.counter.Count(cr.output)
}

// render returns what is left of a file.
func (f *file) render(marks codetree.Marks) string {
	if f.root.full() {
		return f.Source
	}
	if f.root.open {
		return f.Render(f.dropped, marks)
	}
	return f.Mark(f.Root.Children, marks)
}

// kept returns the first and last line, of the context, of each run of lines that stays.
func (f *file) kept() [][2]int {
	if f.stays == nil && f.root.open {
		f.stays = f.Kept(f.dropped)
		first := f.prices.line(f.start)
		for i := range f.stays {
			f.stays[i][0] += first
			f.stays[i][1] += first
		}
	}
	return f.stays
}

// marksOf are a request's marks as package codetree knows them.
func marksOf(m pith.Marks) codetree.Marks {
	switch m {
	case pith.MarksRange:
		return codetree.Marks{Kind: codetree.MarkRange}
	case pith.MarksShort:
		return codetree.Marks{Kind: codetree.MarkShort}
	case pith.MarksNone:
		return codetree.Marks{Kind: codetree.MarkNone}
	}
	return codetree.Marks{}
}

// markTokens is what a mark costs, about: one of a body, with a number of two digits.
func markTokens(l *codetree.Language, m codetree.Marks, counter tokenize.Counter) int {
	text := "..."
	switch m.Kind {
	case codetree.MarkNone:
		return 0
	case codetree.MarkCounted:
		text = "... (12 lines omitted)"
	case codetree.MarkRange:
		text = "... (lines 101-112 omitted)"
	}
	switch {
	case l == nil:
	case l.Line != "":
		text = l.Line + " " + text
	case l.Open != "":
		text = l.Open + " " + text + " " + l.Close
	}
	return counter.Count("    " + text + "\n")
}

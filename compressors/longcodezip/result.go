package longcodezip

import (
	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// result reports what became of each context.
func (r *run) result() pith.Result {
	res := pith.Result{Method: ID, Version: r.c.version(), Warnings: r.warnings, Cache: r.cache,
		Timing: pith.Timing{Queue: r.usage.Queue, Model: r.usage.Model}}
	if r.scorer != nil {
		res.Models = []string{r.source.Name}
	}
	structure := false
	for _, cr := range r.contexts {
		out := pith.ContextResult{ID: cr.ID, Text: pith.Text(cr.output), Method: ID, Status: cr.status(),
			InputTokens: cr.input, OutputTokens: cr.tokens, Score: cr.score, Warnings: cr.warnings,
			Kind: string(pith.KindCode), Language: cr.language}
		if cr.drop {
			out.Text, out.OutputTokens, out.Status = "", 0, pith.StatusDropped
		}
		if r.req.Options.ReturnSpans && out.Status == pith.StatusUnchanged && cr.text != "" {
			out.Spans = []pith.Span{{Start: 0, End: len(cr.text)}}
		}
		if r.req.Options.ReturnChunks {
			out.Chunks = r.chunks(cr)
		}
		structure = structure || r.query == "" && out.Status == pith.StatusCompressed
		res.Contexts = append(res.Contexts, out)
	}
	if structure {
		res.Warnings = append(res.Warnings, "without a question or instruction the code was ranked by its structure")
	}
	if r.usage.Truncated > 0 {
		res.Warnings = append(res.Warnings, "parts of the code are longer than the scorer reads; it read a part of them")
	}
	return res
}

func (cr *contextRun) status() pith.Status {
	switch {
	case cr.output == cr.text:
		return pith.StatusUnchanged
	case cr.output == "":
		return pith.StatusDropped
	}
	return pith.StatusCompressed
}

// chunks reports the leaves of a context, in its order.
func (r *run) chunks(cr *contextRun) []pith.Chunk {
	var chunks []pith.Chunk
	for _, f := range cr.files {
		for _, l := range f.leaves {
			c := pith.Chunk{Span: pith.Span{Start: f.start + l.start, End: f.start + l.end}, Name: l.name,
				Kind: l.kindName(), Action: l.action(cr), Tokens: l.tokens}
			if f.name != "" {
				c.Name = f.name + ":" + l.name
			}
			if l.scored && r.query != "" {
				gain := l.gain
				c.Score = &gain
			}
			chunks = append(chunks, c)
		}
	}
	cr.keptLines(chunks)
	return chunks
}

// keptLines sets the lines of chunks.
func (cr *contextRun) keptLines(chunks []pith.Chunk) {
	for i := range chunks {
		c := &chunks[i]
		first, last := cr.prices.line(c.Start)+1, cr.prices.at(c.End)
		switch {
		case cr.drop:
		case cr.whole:
			c.Lines = [][2]int{{first, last}}
		default:
			for _, f := range cr.files {
				if f.start <= c.Start && c.End <= f.start+len(f.Source) {
					c.Lines = within(f.kept(), first, last)
				}
			}
		}
	}
}

// within returns what of some runs of lines lies in another.
func within(runs [][2]int, first, last int) [][2]int {
	var out [][2]int
	for _, k := range runs {
		if lo, hi := max(k[0], first), min(k[1], last); lo <= hi {
			out = append(out, [2]int{lo, hi})
		}
	}
	return out
}

var kindNames = map[codetree.Kind]string{
	codetree.Preamble: "preamble", codetree.Def: "definition", codetree.Container: "definition",
	codetree.Fields: "fields", codetree.Module: "statements", codetree.Statement: "statements", codetree.Group: "statements",
}

func (l *leaf) kindName() string { return kindNames[l.kind] }

// action says what became of a leaf.
func (l *leaf) action(cr *contextRun) pith.Action {
	switch {
	case cr.drop:
		return pith.ActionOmitted
	case cr.whole || l.full():
		return pith.ActionFull
	case l.open && l.shows():
		return pith.ActionFine
	case l.open || l.sign != nil && l.sign.open && !l.sign.shows():
		return pith.ActionSkeleton
	}
	return pith.ActionOmitted
}

package codetree

import (
	"context"
	"time"

	sitter "github.com/tree-sitter/go-tree-sitter"
)

// MaxSource is the most bytes of a text that are parsed.
const MaxSource = 4 << 20

// patience bounds the work on a text of n bytes, at about fifty times what programs take:
// what is no program of the language may take the parser time that grows with the square.
func patience(n int) time.Duration {
	return 2*time.Second + 2*time.Second*time.Duration(n)/(1<<20)
}

// idle are parsers kept for another text. What a parser holds is not seen by the collector
// of garbage, so they are not in a sync.Pool, which forgets without closing.
var idle = make(chan *sitter.Parser, 16)

func borrow() *sitter.Parser {
	select {
	case p := <-idle:
		return p
	default:
		return sitter.NewParser()
	}
}

func giveBack(p *sitter.Parser) {
	p.Reset()
	select {
	case idle <- p:
	default:
		p.Close()
	}
}

// parse returns the tree of a text, to be closed; nil if that takes too long or ctx's
// deadline passes.
//
// The deadline is handed over as a time limit: the callback by which the bindings report
// progress (v0.25.0) leaves its options in a table for good, once for each text.
func (d *dialect) parse(ctx context.Context, source string) *sitter.Tree {
	limit := patience(len(source))
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, time.Until(end))
	}
	if limit < time.Microsecond || ctx.Err() != nil {
		return nil
	}
	p := borrow()
	if err := p.SetLanguage(d.language); err != nil {
		p.Close()
		return nil
	}
	p.SetTimeoutMicros(uint64(limit.Microseconds())) //lint:ignore SA1019 see above
	tree := p.Parse([]byte(source), nil)
	giveBack(p)
	return tree
}

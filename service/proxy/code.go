package proxy

import (
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// codeRate is the share of source code that is kept where nobody said how much.
const codeRate = 0.5

// CodePart is the byte range [Start, End) of source code in a text.
type CodePart struct {
	Start, End int
	Name       string // of the file; "" if nothing says it
	Language   string // by its name; "" if it is not known
}

// codeTurn is a user's turn of which the client or the operator wants source code cut. It
// says no where there is little. The first turn is cut for what it asks itself, so that
// what becomes of it depends on nothing else; later ones, and where nothing is asked,
// without a question.
func (q *prompt) codeTurn(u *unit, texts []string) (ledger.Entry, bool) {
	pieces, contexts, size := q.codeIn(texts)
	if q.ctx.Err() != nil { // not all may have been found
		q.report.failed = true
		return raw(reasonDeadline), true
	}
	if size < bytesPerToken*q.settings.MinTokens || len(pieces) > pith.MaxContexts {
		return ledger.Entry{}, false
	}
	prose := outside(texts, pieces)
	switch {
	case policy.NeedsWholeCode(prose), policy.NeedsWholeCode(q.settings.Question):
		return kept(string(policy.ReasonTask)), true
	}
	question := ""
	if u.blocks[0].Head {
		question = policy.CodeQuestion(prose)
		if q.settings.Question != "" {
			question = q.settings.Question
		}
		switch {
		case q.body.Marked:
			return kept(reasonMarked), true
		case q.body.Stateful:
			return kept(reasonStateful), true
		case q.sharedContext(texts, pieces, question):
			return raw(reasonShared), true
		}
	}
	return q.pieces(u, texts, pieces, pith.Request{Method: policy.MethodCode, Question: pith.Text(question),
		Contexts: contexts, Budget: pith.Budget{Rate: codeRate}}), true
}

// codeIn finds the source code in texts, and how many bytes it has.
func (q *prompt) codeIn(texts []string) (pieces []policy.Piece, contexts []pith.Context, size int) {
	if q.opts.Code == nil {
		return nil, nil, 0
	}
	for i, t := range texts {
		for _, p := range q.opts.Code(q.ctx, t) {
			pieces = append(pieces, policy.Piece{Part: i, Start: p.Start, End: p.End})
			contexts = append(contexts, pith.Context{ID: p.Name, Kind: pith.KindCode, Language: p.Language})
			size += p.End - p.Start
		}
	}
	return pieces, contexts, size
}

// outside is what of texts is in no piece.
func outside(texts []string, pieces []policy.Piece) string {
	var b strings.Builder
	for i, t := range texts {
		at := 0
		for _, p := range pieces {
			if p.Part == i {
				b.WriteString(t[at:p.Start])
				at = p.End
			}
		}
		b.WriteString(t[at:])
		b.WriteByte('\n')
	}
	return b.String()
}

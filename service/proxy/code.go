package proxy

import (
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// codeRate is the share of source code that is kept where nobody said how much.
const codeRate = 0.5

// codeTurn is a user's turn of which the client or the operator wants source code cut. It
// says no where there is none. The first turn is cut for what it asks itself, so that what
// becomes of it depends on nothing else; later ones, and where nothing is asked, without a
// question.
func (q *prompt) codeTurn(u *unit, texts []string) (ledger.Entry, bool) {
	var pieces []policy.Piece
	var around strings.Builder
	for i, t := range texts {
		prose, found := q.codeIn(t)
		if found {
			pieces = append(pieces, policy.Piece{Part: i, Start: 0, End: len(t)})
		}
		around.WriteString(prose)
		around.WriteByte('\n')
	}
	prose := strings.TrimSpace(around.String())
	switch {
	case pieces == nil:
		return ledger.Entry{}, false
	case policy.NeedsWholeCode(prose):
		return kept(string(policy.ReasonTask)), true
	}
	question := ""
	if u.blocks[0].Head {
		question = prose
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
	return q.pieces(u, texts, pieces, pith.Request{Method: policy.MethodCode, Question: pith.Text(question), Budget: pith.Budget{Rate: codeRate}}), true
}

// codeIn returns what of a text is no source code, and whether there is any.
func (q *prompt) codeIn(text string) (prose string, found bool) {
	if q.opts.Code == nil {
		return text, false
	}
	return q.opts.Code(text)
}

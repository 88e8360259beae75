package proxy

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// tagged is a text in which the client says itself what is to be done with what. It
// reports false if there is no tag in it.
func (q *prompt) tagged(u *unit, texts []string) (ledger.Entry, bool) {
	out := slices.Clone(texts)
	var total verdict
	found := false
	for i, t := range texts {
		tags, ok := policy.ParseTags(t)
		if !ok {
			continue
		}
		found = true
		v := q.segments(t, tags)
		if v.failed {
			return v.entry(nil), true
		}
		out[i] = v.texts[0]
		total.before += v.before
		total.after += v.after
		total.method = v.method
	}
	if !found {
		return ledger.Entry{}, false
	}
	total.texts = out
	return q.entry(u, &total, out), true
}

// segments compresses what the tags of one text say, and takes the tags out.
func (q *prompt) segments(text string, tags policy.Tagged) verdict {
	lossy := q.keepsWords() == ""
	var b strings.Builder
	total := verdict{method: "tags"}
	for _, s := range tags.Segments {
		part := text[s.Start:s.End]
		if !s.Tagged || s.Keep || !lossy || strings.TrimSpace(part) == "" {
			b.WriteString(part)
			continue
		}
		budget := pith.Budget{Rate: s.Rate}
		if s.Rate == 0 {
			budget = pith.Budget{Threshold: policy.Threshold(content.Prose)}
		}
		v := q.compress(pith.Request{Contexts: []pith.Context{{Text: pith.Text(part)}}, Budget: budget})
		if v.failed {
			return v
		}
		if v.texts != nil {
			part, total.method = v.texts[0], v.method
			total.before, total.after = total.before+v.before, total.after+v.after
		}
		b.WriteString(part)
	}
	total.texts = []string{b.String()}
	return total
}

package llmlingua2

import (
	"strings"

	"github.com/pith-proxy/pith"
)

// keptSpans returns the byte spans of text to keep, given its candidates: those
// marked keep, each behind one of the source's own separators. Joined they are
// a subsequence of the source.
//
// Neighbours in the source keep what stands between them. Where units are gone,
// one run of white space of the gap stands for all of it: the one with the most
// line breaks, else the last. A mark such as a full stop that was glued to a
// dropped word moves up to the last kept one.
func keptSpans(text string, cs []candidate) []pith.Span {
	var spans []pith.Span
	prev := -1 // candidate kept last
	for i := range cs {
		if !cs[i].keep {
			continue
		}
		if sep := separator(text, cs, prev, i); sep.Start < sep.End {
			spans = appendSpan(spans, sep)
		}
		spans = appendSpan(spans, pith.Span{Start: cs[i].start, End: cs[i].end})
		prev = i
	}
	if prev >= 0 && prev == len(cs)-1 && cs[prev].end < len(text) {
		spans = appendSpan(spans, pith.Span{Start: cs[prev].end, End: len(text)})
	}
	return spans
}

// appendSpan appends s, as part of the last span if it follows directly.
func appendSpan(spans []pith.Span, s pith.Span) []pith.Span {
	if n := len(spans); n > 0 && spans[n-1].End == s.Start {
		spans[n-1].End = s.End
		return spans
	}
	return append(spans, s)
}

// separator chooses the white space before candidate i when prev was the last
// one kept; prev is -1 for none.
func separator(text string, cs []candidate, prev, i int) pith.Span {
	if prev < 0 {
		if i == 0 {
			return pith.Span{Start: 0, End: cs[0].start}
		}
		return pith.Span{}
	}
	if prev == i-1 {
		return pith.Span{Start: cs[prev].end, End: cs[i].start}
	}
	best := pith.Span{Start: cs[i-1].end, End: cs[i].start}
	if best.Start == best.End && cs[i].claim == forced && cs[i].sentence == cs[prev].sentence &&
		!wordLike(text[cs[i].start:cs[i].end]) {
		return best
	}
	most := breaks(text[best.Start:best.End])
	for k := i - 1; k > prev; k-- {
		gap := pith.Span{Start: cs[k-1].end, End: cs[k].start}
		n := breaks(text[gap.Start:gap.End])
		if n > most || best.Start == best.End && gap.Start < gap.End {
			best, most = gap, n
		}
	}
	return best
}

func breaks(gap string) int { return strings.Count(gap, "\n") }

func wordLike(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return spacedAlnum(r) || unspaced(r) })
}

// join returns the text of the spans.
func join(text string, spans []pith.Span) string {
	var b strings.Builder
	for _, s := range spans {
		b.WriteString(text[s.Start:s.End])
	}
	return b.String()
}

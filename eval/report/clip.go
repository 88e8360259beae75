package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ExampleBytes is the most that an example has of a text, and of each form of it.
const ExampleBytes = 20_000

// Clip leaves at most [ExampleBytes] of an example's text and of what arms without spans
// kept, cut where characters start: the first bytes, or, if all gold answers stand behind
// those, the bytes around the first. Spans are clipped alike; what was cut is said by
// Bytes and From. It changes neither the spans nor the texts it was given.
func (e *Example) Clip() {
	for i := range e.Shown {
		s := &e.Shown[i]
		if n := len(s.Text); n > ExampleBytes {
			s.Text, s.Bytes = s.Text[:runeStart(s.Text, ExampleBytes)], n
		}
	}
	n := len(e.Text)
	if n <= ExampleBytes {
		return
	}
	from := 0
	if g := golds(e.Text, e.Answers, 1); len(g) > 0 && g[0][1] > ExampleBytes {
		from = min(g[0][0]-ExampleBytes/4, n-ExampleBytes)
		for from < n && !utf8.RuneStart(e.Text[from]) {
			from++ // and not back, for then the end would not have room
		}
	}
	to := runeStart(e.Text, from+ExampleBytes)
	for i := range e.Shown {
		e.Shown[i].Spans = clipSpans(e.Shown[i].Spans, from, to)
	}
	e.Text, e.From, e.Bytes = e.Text[from:to], from, n
}

// clipSpans returns what of ascending spans lies in [from, to), counted from there. nil
// stays nil, for it says that an arm cannot tell.
func clipSpans(spans [][2]int, from, to int) [][2]int {
	if spans == nil {
		return nil
	}
	out := [][2]int{}
	for _, s := range spans {
		if lo, hi := max(s[0], from), min(s[1], to); lo < hi {
			out = append(out, [2]int{lo - from, hi - from})
		}
	}
	return out
}

// whole is the bytes of the text that an example's is of.
func (e *Example) whole() int { return max(e.Bytes, e.From+len(e.Text)) }

// part says what of a text an example has, "" if all of it.
func (e *Example) part() string {
	switch {
	case e.whole() == len(e.Text):
		return ""
	case e.From == 0:
		return "first " + count(len(e.Text)) + " of " + plural(e.whole(), "byte")
	}
	return "bytes " + count(e.From) + " to " + count(e.From+len(e.Text)) + " of " + count(e.whole())
}

// validate reports parts that do not fit their whole.
func (e *Example) validate() error {
	if e.From < 0 || (e.From > 0 || e.Bytes != 0) && e.From > e.Bytes-len(e.Text) {
		return fmt.Errorf("its part from byte %d on does not lie in %d bytes", e.From, e.Bytes)
	}
	for _, s := range e.Shown {
		if !spansFit(s.Spans, len(e.Text)) {
			return fmt.Errorf("the spans of arm %q are not ascending parts of the text", s.Arm)
		}
		if s.Bytes != 0 && s.Bytes < len(s.Text) {
			return fmt.Errorf("the text of arm %q is longer than its %d bytes", s.Arm, s.Bytes)
		}
	}
	return nil
}

// visible writes control characters, and those that turn the direction of text, as
// "\u202E": no text may change how the page around it reads. Line ends and tabs stay.
func visible(s string) string {
	if strings.IndexFunc(s, hidden) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hidden(r) {
			fmt.Fprintf(&b, `\u%04X`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func hidden(r rune) bool {
	return unicode.Is(unicode.Bidi_Control, r) || unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
}

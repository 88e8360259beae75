package logform

import (
	"strconv"
	"strings"
)

// row returns the template as the legend has it.
func (t *template) row(gapMark [2]string) string {
	var b strings.Builder
	for _, p := range t.parts {
		switch p.kind {
		case fixed:
			b.WriteString(p.text)
		case gap:
			b.WriteString(gapMark[0] + gapMark[1])
		case again:
			b.WriteString(gapMark[0] + strconv.Itoa(p.ref+1) + gapMark[1])
		}
	}
	return b.String()
}

// parseRow is the inverse of row. It fails if a value comes again before it came.
func parseRow(s string, gapMark [2]string) (template, bool) {
	var t template
	for s != "" {
		start, end := nextGap(s, gapMark)
		if start > 0 {
			t.parts = append(t.parts, part{text: s[:start]})
		}
		if start == len(s) {
			break
		}
		number := s[start+len(gapMark[0]) : end-len(gapMark[1])]
		if number == "" {
			t.parts = append(t.parts, part{kind: gap})
			t.gaps++
		} else {
			n, ok := positive(number)
			if !ok || n > t.gaps {
				return t, false
			}
			t.parts = append(t.parts, part{kind: again, ref: n - 1})
		}
		s = s[end:]
	}
	return t, len(t.parts) > 0 && t.parts[0].kind == fixed
}

// nextGap returns where the first gap of a row begins and ends; both are len(s) if there
// is none.
func nextGap(s string, gapMark [2]string) (start, end int) {
	for from := 0; ; {
		i := strings.Index(s[from:], gapMark[0])
		if i < 0 {
			return len(s), len(s)
		}
		start = from + i
		end = start + len(gapMark[0])
		for digitAt(s, end) {
			end++
		}
		if strings.HasPrefix(s[end:], gapMark[1]) {
			return start, end + len(gapMark[1])
		}
		from = start + 1
	}
}

// hasGap says whether a text could be taken for one with a gap.
func hasGap(s string, gapMark [2]string) bool {
	start, _ := nextGap(s, gapMark)
	return start < len(s)
}

// gapMarks in the order of choice. The last is free in every source.
func gapMarks(sigil string) [][2]string {
	return [][2]string{{"{", "}"}, {"<", ">"}, {"[", "]"}, {sigil + "{", "}"}}
}

// separators of values in the order of choice: a space costs nothing before a word.
const separators = " |;,~^!"

// appendUse appends what stands for a template with these values. It fails if no separator
// is free.
func appendUse(b []byte, sigil string, letter byte, values []string) ([]byte, bool) {
	b = append(append(b, sigil...), letter)
	if len(values) == 0 {
		return b, true
	}
	sep, ok := separator(values[:len(values)-1])
	if !ok {
		return b, false
	}
	for _, v := range values {
		b = append(append(b, sep), v...)
	}
	return b, true
}

// separator returns the first that is in none of the values.
func separator(values []string) (byte, bool) {
next:
	for i := range len(separators) {
		for _, v := range values {
			if strings.IndexByte(v, separators[i]) >= 0 {
				continue next
			}
		}
		return separators[i], true
	}
	return 0, false
}

// parseValues is the inverse of appendUse, behind the letter.
func parseValues(s string, n int) ([]string, bool) {
	if n == 0 || s == "" {
		return nil, s == "" && n == 0
	}
	values := strings.SplitN(s[1:], s[:1], n)
	if len(values) != n {
		return nil, false
	}
	sep, ok := separator(values[:n-1])
	return values, ok && sep == s[0]
}

// positive reads a number from 1 on, as it is written here: no sign, no leading zero.
func positive(s string) (int, bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && n > 0 && strconv.Itoa(n) == s
}

package logform_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// expand reads a text of this form as its brief says, line by line, and returns the lines
// of the source. It is slow and shares nothing with Decode.
func expand(t *testing.T, text string) []string {
	t.Helper()
	e := &expander{t: t, rows: map[string]string{}, blocks: map[string][]string{}}
	lines := strings.Split(text, "\n")
	brief := regexp.MustCompile(`^Log in short form \((\S+) is not in it\): `).FindStringSubmatch(lines[0])
	if brief == nil {
		t.Fatalf("no brief: %q", lines[0])
	}
	e.sigil = brief[1]
	e.open, e.closing = "{", "}"
	if m := regexp.MustCompile(`in its (\S*?)([>}\]])(;|$)`).FindStringSubmatch(lines[0]); m != nil {
		e.open, e.closing = m[1], m[2]
	}
	e.gap = regexp.MustCompile(regexp.QuoteMeta(e.open) + `(\d*)` + regexp.QuoteMeta(e.closing))
	lines = lines[1:]
	row := regexp.MustCompile(`^` + e.sigil + `([A-Z])=(?s:(.*))$`)
	for len(lines) > 0 && row.MatchString(lines[0]) {
		m := row.FindStringSubmatch(lines[0])
		e.rows[m[1]] = m[2]
		lines = lines[1:]
	}
	for _, line := range lines {
		e.line(line)
	}
	return e.out
}

type expander struct {
	t                    *testing.T
	sigil, open, closing string
	gap                  *regexp.Regexp
	heading, label       string
	begun                int
	rows                 map[string]string
	blocks               map[string][]string
	out                  []string
}

var (
	timesRE  = regexp.MustCompile(`^x(\d+)$`)
	beginsRE = regexp.MustCompile(`^(\d+) begins, (\d+) lines$`)
	endsRE   = regexp.MustCompile(`^(\d+) ends$`)
	againRE  = regexp.MustCompile(`^(\d+) again(?: x(\d+))?$`)
)

func (e *expander) line(line string) {
	rest, marked := strings.CutPrefix(line, e.sigil)
	heading, isHeading := strings.CutPrefix(rest, ":")
	alone, isAlone := strings.CutPrefix(rest, "|")
	m := func(re *regexp.Regexp) []string { return re.FindStringSubmatch(rest) }
	switch {
	case line == "":
		e.out = append(e.out, "")
	case !marked:
		e.out = append(e.out, e.heading+e.fill(line))
	case isHeading:
		e.heading = heading
	case isAlone:
		e.out = append(e.out, e.fill(alone))
	case m(timesRE) != nil:
		for range number(m(timesRE)[1]) - 1 {
			e.out = append(e.out, e.out[len(e.out)-1])
		}
	case m(beginsRE) != nil:
		e.label, e.begun = m(beginsRE)[1], len(e.out)
		e.blocks[e.label] = make([]string, number(m(beginsRE)[2]))
	case m(endsRE) != nil:
		if copy(e.blocks[e.label], e.out[e.begun:]) != len(e.blocks[e.label]) || m(endsRE)[1] != e.label {
			e.t.Fatalf("block %s does not end where it should", e.label)
		}
	case m(againRE) != nil:
		block := e.blocks[m(againRE)[1]]
		for range max(1, number(m(againRE)[2])) {
			e.out = append(e.out, block...)
		}
	default:
		e.out = append(e.out, e.heading+e.fill(line))
	}
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// fill puts the values of a line into its row.
func (e *expander) fill(line string) string {
	front, use, ok := strings.Cut(line, e.sigil)
	if !ok {
		return line
	}
	row, known := e.rows[use[:1]]
	if !known {
		e.t.Fatalf("row %q is not in the legend", use[:1])
	}
	n := 0
	for _, m := range e.gap.FindAllStringSubmatch(row, -1) {
		if m[1] == "" {
			n++
		}
	}
	var values []string
	if n > 0 {
		values = strings.SplitN(use[2:], use[1:2], n)
	}
	next := 0
	return front + e.gap.ReplaceAllStringFunc(row, func(s string) string {
		if digits := strings.TrimSuffix(strings.TrimPrefix(s, e.open), e.closing); digits != "" {
			return values[number(digits)-1]
		}
		next++
		return values[next-1]
	})
}

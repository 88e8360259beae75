package content

import "strings"

// listing counts the lines of a file shown with its line numbers: "12\ttext",
// "12→text", "12| text", "12: text", each one above the last.
func (s *survey) listing(body string) {
	d := digits(body)
	if d == 0 || d > 7 {
		return
	}
	n := 0
	for _, c := range []byte(body[:d]) {
		n = n*10 + int(c-'0')
	}
	rest := body[d:]
	mark := rest == "" || rest[0] == '\t' || rest[0] == '|' || rest[0] == ':' || strings.HasPrefix(rest, " |") ||
		strings.HasPrefix(rest, "→") || strings.HasPrefix(rest, "│") || strings.HasPrefix(rest, " │") || strings.HasPrefix(rest, "  ")
	if !mark {
		return
	}
	if s.numbered == 0 || n == s.number+1 {
		s.numbered++
	}
	s.number = n
}

// delims watches whether each line has as many commas, semicolons, tabs or bars
// as the first one.
type delims struct {
	lines int
	first [4]int
	same  [4]int
}

const delimSigns = ",;\t|"

// giveUp is after how many lines a sign that varies is no longer counted.
const giveUp = 20

func (d *delims) add(raw string) {
	quoted := d.lines > 0 && d.first != [4]int{} && strings.IndexByte(raw, '"') >= 0
	for i := range delimSigns {
		if d.lines > 0 && d.first[i] == 0 || d.lines > giveUp && d.same[i]*100 < d.lines*70 {
			continue
		}
		n := 0
		if quoted {
			n = unquoted(raw, delimSigns[i])
		} else {
			n = strings.Count(raw, delimSigns[i:i+1])
		}
		if d.lines == 0 {
			d.first[i] = n
		}
		if n == d.first[i] {
			d.same[i]++
		}
	}
	d.lines++
}

// unquoted counts sign outside quotation marks.
func unquoted(s string, sign byte) int {
	n, in := 0, false
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			in = !in
		case sign:
			if !in {
				n++
			}
		}
	}
	return n
}

// table reports whether nearly all of three lines have the same number
// of one sign, or both of two. One comma is not enough where lines begin with a
// time; a few long lines may be paragraphs that agree by chance.
func (d *delims) table(lines, size, logs int) bool {
	if lines < 2 || lines < 8 && size > 250*lines || d.lines*10 < lines*9 {
		return false
	}
	for i := range delimSigns {
		least := 1
		if i == 0 && logs > 0 || lines == 2 {
			least = 2
		}
		if delimSigns[i] == '|' && logs >= nearlyAll {
			continue
		}
		if d.first[i] >= least && d.same[i]*100 >= d.lines*90 {
			return true
		}
	}
	return false
}

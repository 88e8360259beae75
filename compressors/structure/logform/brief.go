package logform

import (
	"strconv"
	"strings"
)

// sigils of which the first is taken that is nowhere in the source. Each is one token.
var sigils = []string{"§", "¶", "※", "λ", "■", "→"}

func freeSigil(text, around string) (string, bool) {
	for _, s := range sigils {
		if !strings.Contains(text, s) && !strings.Contains(around, s) {
			return s, true
		}
	}
	return "", false
}

// What may follow a sigil, beside the letter of a row.
const (
	headingMark = ":"
	aloneMark   = "|"
	timesLetter = "x"
	beginsWord  = " begins, "
	linesWord   = " lines"
	endsWord    = " ends"
	againWord   = " again"
)

func timesMark(sigil string, n int) string { return sigil + timesLetter + strconv.Itoa(n) }

// devices are what a text in this form makes use of.
type devices struct {
	sigil   string
	gap     [2]string
	heading bool
	alone   bool
	rows    bool
	again   bool // a row has a value twice
	times   bool
	blocks  bool
}

type sentence struct {
	used *bool
	text string
}

// sentences are all that a brief may say.
func (d *devices) sentences() []sentence {
	s, gap := d.sigil, d.gap
	return []sentence{
		{&d.heading, `lines below "` + s + `:x" begin with x`},
		{&d.alone, `"` + s + `|y" is y without it`},
		{&d.rows, `"y` + s + `A p q" is y, then row A with p, q in its ` + gap[0] + gap[1]},
		{&d.again, gap[0] + `2` + gap[1] + ` is the second of them again`},
		{&d.times, `"` + s + `x3" is the line above, 3 times in all`},
		{&d.blocks, `"` + s + `1 again x2" is the lines of ` + s + `1, 2 times more`},
	}
}

// Opening is how every text in this form begins.
const Opening = "Log in short form ("

// brief explains the devices to a reader who has never seen them.
func (d *devices) brief() string {
	var said []string
	for _, s := range d.sentences() {
		if *s.used {
			said = append(said, s.text)
		}
	}
	return Opening + d.sigil + " is not in it): " + strings.Join(said, "; ")
}

// parseBrief is the inverse of brief.
func parseBrief(line string) (devices, bool) {
	for _, sigil := range sigils {
		if !strings.HasPrefix(line, Opening+sigil) {
			continue
		}
		for _, gap := range gapMarks(sigil) {
			d := devices{sigil: sigil, gap: gap}
			for _, s := range d.sentences() {
				*s.used = strings.Contains(line, s.text)
			}
			if d.brief() == line {
				return d, true
			}
		}
	}
	return devices{}, false
}

// isOurs says whether a text begins like one in this form.
func isOurs(text string) bool {
	for _, sigil := range sigils {
		if strings.HasPrefix(text, Opening+sigil) {
			return true
		}
	}
	return false
}

package plainform

import (
	"strconv"
	"strings"
)

// effect is what a sequence does to a screen.
type effect uint8

const (
	nothing effect = iota // that can be seen without colours
	motion                // moves the cursor or erases; the screen plays it
	cleared               // begins a screen anew
	strange               // not played here
)

// An escape sequence (ECMA-48, and xterm's control sequences).
type escape struct {
	end    int // offset behind it
	effect effect
	final  byte // of a motion
	n      int  // first parameter of a motion; -1 is none
}

const (
	esc  = '\x1b'
	bell = '\a'
)

// readEscape reads what begins with the ESC at i. One that begins nothing is nothing by
// itself: a terminal does not show it, and what follows stays.
func readEscape(text string, i int) escape {
	alone := escape{end: i + 1}
	if i+1 == len(text) {
		return alone
	}
	switch c := text[i+1]; {
	case c == '[':
		return readControl(text, i)
	case c == ']':
		return readString(text, i, true)
	case strings.IndexByte("PX^_k", c) >= 0:
		return readString(text, i, false)
	case 0x20 <= c && c <= 0x2f:
		return readCharset(text, i)
	case c == 'c':
		return escape{end: i + 2, effect: cleared}
	case c == '=' || c == '>' || c == '\\':
		return escape{end: i + 2}
	case 0x30 <= c && c <= 0x7e:
		return escape{end: i + 2, effect: strange}
	}
	return alone
}

// readControl reads ESC [ parameters intermediates final.
func readControl(text string, i int) escape {
	p := i + 2
	for p < len(text) && 0x30 <= text[p] && text[p] <= 0x3f {
		p++
	}
	q := p
	for q < len(text) && 0x20 <= text[q] && text[q] <= 0x2f {
		q++
	}
	if q == len(text) || text[q] < 0x40 || text[q] > 0x7e {
		return escape{end: i + 1}
	}
	e := escape{end: q + 1, final: text[q]}
	if e.final == 'm' && p == q {
		return e
	}
	e.effect, e.n = controlEffect(text[i+2:p], text[p:q], e.final)
	return e
}

// controlEffect also returns the first parameter, for those that are played.
func controlEffect(params, between string, final byte) (effect, int) {
	private := params != "" && params[0] >= '<'
	switch {
	case between != "":
		return unless(strings.IndexByte("qp", final) < 0), 0
	case final == 'h' || final == 'l':
		return unless(otherScreen(params)), 0
	case private:
		return unless(strings.IndexByte("mncuqt", final) < 0), 0
	case strings.IndexByte("nctq", final) >= 0:
		return nothing, 0
	}
	n, ok := parameter(params, final)
	switch {
	case !ok || strings.IndexByte("ABCDEFGHJKPX@`aefj", final) < 0:
		return strange, 0
	case final == 'H' || final == 'f':
		return cleared, 0
	case final == 'J' && n > 0:
		return cleared, 0
	}
	return motion, n
}

func unless(odd bool) effect {
	if odd {
		return strange
	}
	return nothing
}

// otherScreen knows the modes in which text does something else: another screen, columns,
// origin, margins, insertion.
func otherScreen(params string) bool {
	for mode := range strings.SplitSeq(strings.TrimPrefix(params, "?"), ";") {
		switch mode {
		case "47", "1047", "1048", "1049", "3", "5", "6", "40", "45", "69", "4", "20":
			return true
		}
	}
	return false
}

// mostColumns is how far to the right a screen surely reaches. "999 to the right" means
// its border, which is not known.
const mostColumns = 512

// parameter returns the one number that a motion has, -1 for none. For H it wants the
// top left corner.
func parameter(params string, final byte) (int, bool) {
	if params == "" {
		return -1, true
	}
	if final == 'H' || final == 'f' {
		return 1, params == "1;1" || params == "1" || params == ";" || params == "0;0" || params == "1;" || params == ";1"
	}
	n, err := strconv.Atoi(params)
	return n, err == nil && n >= 0 && n <= mostColumns
}

// readString reads a command string up to ST, or BEL for OSC. One that a control
// character breaks is none.
func readString(text string, i int, bells bool) escape {
	for p := i + 2; p < len(text); p++ {
		c := text[p]
		if c >= 0x20 {
			continue
		}
		switch {
		case c == bell && bells:
			return escape{end: p + 1}
		case c == esc && p+1 < len(text) && text[p+1] == '\\':
			return escape{end: p + 2}
		}
		break
	}
	return escape{end: i + 1}
}

// readCharset reads ESC intermediates final. US-ASCII and UTF-8 are what text is anyway;
// of the other sets only their place in G1 to G3 means nothing yet.
func readCharset(text string, i int) escape {
	p := i + 1
	for p < len(text) && 0x20 <= text[p] && text[p] <= 0x2f {
		p++
	}
	if p == len(text) || text[p] < 0x30 || text[p] > 0x7e {
		return escape{end: i + 1}
	}
	e := escape{end: p + 1}
	kind := text[i+1 : p]
	switch {
	case kind == "(" && text[p] == 'B', kind == ")", kind == "*", kind == "+", kind == "%", kind == " ":
	default:
		e.effect = strange
	}
	return e
}

package plainform

import (
	"bytes"
	"strings"
)

// look is how much of two frames is compared, in bytes.
const look = 256

// outcomes are parts of words by which a frame tells what went wrong. Such a frame stays,
// whatever came in its place.
var outcomes = [][]byte{[]byte("fail"), []byte("error"), []byte("warn"), []byte("denied"), []byte("refused"), []byte("timeout"),
	[]byte("timed out"), []byte("missing"), []byte("not found"), []byte("abort"), []byte("skip"), []byte("fatal"), []byte("invalid"), []byte("unable")}

func tells(frame []byte) bool {
	low := bytes.ToLower(frame)
	for _, o := range outcomes {
		if bytes.Contains(low, o) {
			return true
		}
	}
	return false
}

// succeeds reports whether the frame that rest begins with is another state of the one
// before, which had nothing to tell: it erases, ends with padding, or has two thirds of the letters at the same
// ends. A frame without letters is a number or a bar, which any other may follow.
func succeeds(before, rest string) bool {
	frame := rest[:min(look, len(rest))]
	if i := strings.IndexAny(frame, "\r\n"); i >= 0 {
		frame = frame[:i]
	}
	after, erases := visible(frame)
	seen, _ := visible(before[:min(look, len(before))])
	if tells(seen) {
		return false
	}
	if erases || bytes.HasSuffix(after, []byte("  ")) || len(bytes.TrimLeft(after, " \t")) == 0 {
		return true
	}
	a, b := letters(seen), letters(after)
	return 3*common(a, b) >= 2*len(a)
}

// visible returns a frame without its escape sequences, and whether there is ESC [ K or J
// among them.
func visible(frame string) (text []byte, erases bool) {
	text = make([]byte, 0, look)
	for {
		i := strings.IndexByte(frame, esc)
		if i < 0 {
			return append(text, frame...), erases
		}
		e := readEscape(frame, i)
		erases = erases || e.effect == motion && (e.final == 'K' || e.final == 'J')
		text = append(text, frame[:i]...)
		frame = frame[e.end:]
	}
}

// letters keeps the letters, in place: of ASCII, and all beyond but what UTF-8 begins
// with E2 or F0, which are dashes, bars, boxes, spinners and pictures.
func letters(text []byte) []byte {
	out := text[:0]
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == 0xe2:
			i += 2
		case c == 0xf0:
			i += 3
		case c >= 0x80 || 'a' <= c|0x20 && c|0x20 <= 'z':
			out = append(out, c)
		}
	}
	return out
}

// common returns how long the same start and the same end of two strings are together.
func common(a, b []byte) int {
	n, p, q := min(len(a), len(b)), 0, 0
	for p < n && a[p] == b[p] {
		p++
	}
	for q < n-p && a[len(a)-1-q] == b[len(b)-1-q] {
		q++
	}
	return p + q
}

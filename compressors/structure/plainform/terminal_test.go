package plainform_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure/plainform"
)

// A terminal without bounds, written in the plainest way: a grid of characters.
type terminal struct {
	grid     [][]rune
	row, col int
}

const half = -1 // right half of a wide character

func (t *terminal) line() *[]rune {
	for len(t.grid) <= t.row {
		t.grid = append(t.grid, nil)
	}
	return &t.grid[t.row]
}

func (t *terminal) put(r rune, width int) {
	for len(*t.line()) < t.col+width {
		*t.line() = append(*t.line(), ' ')
	}
	for k := range width {
		t.clear(t.col + k)
	}
	g := *t.line()
	g[t.col] = r
	if width == 2 {
		g[t.col+1] = half
	}
	t.col += width
}

// clear blanks a cell, and the other half of what stands there.
func (t *terminal) clear(c int) {
	g := *t.line()
	if c >= len(g) {
		return
	}
	if g[c] == half {
		g[c-1] = ' '
	} else if c+1 < len(g) && g[c+1] == half {
		g[c+1] = ' '
	}
	g[c] = ' '
}

var sequence = regexp.MustCompile(`^(?:\x1b\[([?0-9;]*)([A-Za-z@])|\x1b\][^\a]*\a|\x1b\(B)`)

// screen plays a session of what sessions() makes.
func (t *terminal) screen(session string) string {
	last := rune(0)
	for session != "" {
		if m := sequence.FindStringSubmatch(session); m != nil {
			if m[2] != "" && !strings.HasPrefix(m[1], "?") {
				t.control(m[1], m[2])
			}
			session, last = session[len(m[0]):], 0
			continue
		}
		r := []rune(session[:min(4, len(session))])[0]
		session = session[len(string(r)):]
		switch r {
		case '\n':
			t.row, t.col = t.row+1, 0
			t.line()
		case '\r':
			t.col = 0
		case '\b':
			t.col = max(0, t.col-1)
		case '\t':
			t.col += 8 - t.col%8
		case '世':
			t.put(r, 2)
		case '_':
			if g := *t.line(); last == '\b' && t.col < len(g) && g[t.col] != ' ' {
				t.col++
				break
			}
			t.put(r, 1)
		default:
			t.put(r, 1)
		}
		last = r
	}
	return t.String()
}

func (t *terminal) control(params, final string) {
	n, err := strconv.Atoi(params)
	if err != nil {
		n = -1
	}
	count := max(n, 1)
	g := t.line()
	switch final {
	case "A", "F":
		t.row -= count
	case "B", "E":
		t.row += count
	case "C":
		t.col += count
	case "D":
		t.col = max(0, t.col-count)
	case "G":
		t.col = count - 1
	case "J":
		t.grid = t.grid[:t.row+1]
		t.cut()
	case "K":
		switch n {
		case 2:
			*g = nil
		case 1:
			for c := 0; c <= t.col && c < len(*g); c++ {
				t.clear(c)
			}
		default:
			t.cut()
		}
	case "X":
		for c := t.col; c < t.col+count; c++ {
			t.clear(c)
		}
	case "P":
		if t.col < len(*g) {
			end := min(t.col+count, len(*g))
			t.clear(t.col)
			if end < len(*g) && (*g)[end] == half {
				t.clear(end)
			}
			*g = append((*g)[:t.col], (*g)[end:]...)
		}
	case "@":
		if t.col < len(*g) {
			if (*g)[t.col] == half {
				t.clear(t.col)
			}
			*g = slices.Insert(*g, t.col, []rune(strings.Repeat(" ", count))...)
		}
	}
	if final == "E" || final == "F" {
		t.col = 0
	}
}

// cut erases from the cursor on.
func (t *terminal) cut() {
	if g := t.line(); t.col < len(*g) {
		t.clear(t.col)
		*g = (*g)[:t.col]
	}
}

// String is the screen without blanks at the ends of rows, and empty rows at its end.
func (t *terminal) String() string {
	var b strings.Builder
	for _, row := range t.grid {
		whole := slices.DeleteFunc(slices.Clone(row), func(r rune) bool { return r == half })
		b.WriteString(strings.TrimRight(string(whole), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n")
}

// session makes a terminal session of any bytes: a byte is a piece of it.
func session(raw []byte) string {
	words := []string{"a", "b", " ", "_", "世", "é", "█", "word", "10%", "two words", "Receiving objects: ", "   ", "\n", "\n", "\n", "\r\n"}
	controls := []string{"\r", "\r", "\b", "\t", "\x1b[m", "\x1b[1;31m", "\x1b[K", "\x1b[2K", "\x1b[1K", "\x1b[J", "\x1b[A", "\x1b[%dA",
		"\x1b[B", "\x1b[C", "\x1b[%dD", "\x1b[%dG", "\x1b[G", "\x1b[E", "\x1b[F", "\x1b[%dX", "\x1b[?25l", "\x1b]0;x\a", "\x1b(B", "\b_", "\x1b[2A", "\n"}
	var b strings.Builder
	for _, c := range raw {
		if c < 128 {
			b.WriteString(words[int(c)%len(words)])
			continue
		}
		x := controls[int(c-128)%len(controls)]
		if strings.Contains(x, "%d") {
			x = fmt.Sprintf(x, c%7)
		}
		b.WriteString(x)
	}
	return b.String()
}

// FuzzTerminal wants the screen of a session to be the screen of its text, unless more
// was kept on purpose.
func FuzzTerminal(f *testing.F) {
	f.Add([]byte("abc\x80defg\x86\x0c"))
	f.Add([]byte("\x01\x0c\x02\x0c\x8a\x87\x07\x80\x07\x0c"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		source := session(raw)
		checkNoise(t, source)
		checkScreen(t, source)
	})
}

func checkScreen(t *testing.T, source string) (doubts int) {
	t.Helper()
	text, doubts, ok := plainform.Play(source)
	if !ok {
		t.Fatalf("%q is not played", source)
	}
	if doubts > 0 {
		return doubts
	}
	want := new(terminal).screen(source)
	if got := new(terminal).screen(text); got != want {
		t.Fatalf("session %q\ntext    %q\nscreen  %q\nwant    %q", source, text, got, want)
	}
	return 0
}

package plainform

import "strings"

// mostColumnsUp is the width of the narrowest terminal in use. A row that is wider may
// have been two rows of the screen, and a movement up through it is not certain.
const mostColumnsUp = 80

// mostUp is the rows of a large terminal.
const mostUp = 100

// workPerByte bounds what the movements of a byte of source may cost, in cells. Sessions
// that redraw need less than 20.
const workPerByte = 64

// A screen plays a text. The rows above the cursor's are in out with their line ends, and
// those below it in below, the nearest last. While nothing but text was written into the
// cursor's row, that is the end of out too; else it is in line, or still in row.
type screen struct {
	text  string
	out   []run
	floor int // out[:floor] is out of reach

	live   bool // the cursor's row is not in out
	loaded bool // it is in line, not in row
	line   line
	row    []run
	end    run // its line end, if there is a row below
	below  []row

	frame  int // where in the source what was written into the row last begins
	doubts int // how often more was kept than a terminal may show
}

// play reports whether all of the text can be played.
func (s *screen) play() bool {
	marks := newMarks(s.text)
	for i := 0; ; {
		j := marks.next(i)
		s.write(i, j)
		if j == len(s.text) {
			return true
		}
		if i = s.control(j); i < 0 || s.line.cost/workPerByte > len(s.text) {
			return false
		}
	}
}

// write puts text where the cursor is; line ends are part of it.
func (s *screen) write(i, j int) {
	for i < j {
		if !s.live {
			s.out = join(s.out, run{int32(i), int32(j - i)})
			return
		}
		k := strings.IndexByte(s.text[i:j], '\n')
		if k < 0 {
			s.load()
			s.line.write(i, j)
			return
		}
		n := 1
		k += i
		if k > i && s.text[k-1] == '\r' {
			k, n = k-1, 2
		}
		if i < k {
			s.load()
			s.line.write(i, k)
		}
		i = k + n
		s.feed(run{int32(k), int32(n)}, i)
	}
}

// feed moves the cursor to the start of the next row, which may be there already.
func (s *screen) feed(end run, i int) {
	if len(s.below) == 0 {
		s.end = end
	}
	s.down()
	s.line.col = 0
	s.frame = i
}

// control plays the control character or sequence at i and returns where it ends, -1 if
// that cannot be played.
func (s *screen) control(i int) int {
	switch s.text[i] {
	case '\b':
		s.take(i)
		s.line.col = max(0, s.line.col-1)
		return i + 1
	case '\r':
		s.goBack(i)
		return i + 1
	}
	e := readEscape(s.text, i)
	switch e.effect {
	case strange:
		return -1
	case cleared:
		s.freeze(e.end)
	case motion:
		s.move(i, e)
	}
	if e.end < len(s.text) && s.text[e.end] == 0x0f && e.effect == nothing {
		e.end++ // "sgr0" of several terminals ends with SI
	}
	return e.end
}

// goBack is the carriage return at i. Where it is not certain that the next frame is
// another state of this one, that gets a row of its own.
func (s *screen) goBack(i int) {
	if !s.live && s.atStart() {
		return
	}
	s.take(i)
	if !s.blank() && !succeeds(s.text[s.frame:i], s.text[i+1:]) {
		s.freeze(i + 1)
		return
	}
	s.line.col = 0
	s.frame = i + 1
}

func (s *screen) move(i int, e escape) {
	n := max(e.n, 1)
	if !s.live && e.n <= 0 && (e.final == 'K' || e.final == 'J') {
		return // nothing is right of the cursor or below
	}
	s.take(i)
	switch e.final {
	case 'A', 'F':
		s.steps(n, s.up, e)
	case 'B', 'E', 'e':
		s.steps(n, s.downTo, e)
	case 'J':
		s.below, s.end = s.below[:0], run{}
		s.load()
		s.line.erase(0)
	default:
		s.load()
		s.moveInLine(e.final, e.n, n)
	}
}

func (s *screen) moveInLine(final byte, n, count int) {
	l := &s.line
	switch final {
	case 'C', 'a':
		l.col += count
	case 'D', 'j':
		l.col = max(0, l.col-count)
	case 'G', '`':
		l.col = count - 1
	case 'K':
		l.erase(n)
	case 'X':
		l.blanks(l.col, l.col+count)
	case 'P':
		l.remove(count)
	case '@':
		l.insert(count)
	}
}

// steps takes n of them, or begins a new row if one is not certain.
func (s *screen) steps(n int, step func() bool, e escape) {
	ok := n <= mostUp
	for k := 0; ok && k < n; k++ {
		ok = step()
	}
	if !ok {
		s.freeze(e.end)
		return
	}
	if e.final == 'E' || e.final == 'F' {
		s.line.col = 0
	}
	s.frame = e.end
}

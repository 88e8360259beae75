package arms

import (
	"bufio"
	"errors"
	"strings"
	"unicode"
)

var errLongLine = errors.New("the line is too long")

// readLine returns the next line with its end. One of more than most bytes is read no
// further (errLongLine), so that it takes no more room than that.
func readLine(r *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > most {
			return nil, errLongLine
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// lastLine keeps the last line that was written, or its end. Only the goroutine of
// [exec.Cmd] writes, and it has ended when the process was waited for.
type lastLine struct{ line, open []byte }

const mostLine = 4096

func (l *lastLine) Write(p []byte) (int, error) {
	for part := range strings.Lines(string(p)) {
		l.open = append(l.open, part...)
		if n := len(l.open); n > mostLine {
			l.open = append(l.open[:0], l.open[n-mostLine:]...)
		}
		if strings.HasSuffix(part, "\n") {
			if s := strings.TrimSpace(string(l.open)); s != "" {
				l.line = []byte(s)
			}
			l.open = l.open[:0]
		}
	}
	return len(p), nil
}

func (l *lastLine) String() string {
	if s := strings.TrimSpace(string(l.open)); s != "" {
		return s
	}
	return string(l.line)
}

// short makes what a program said one line for an error, fit for a terminal.
func short(s string) string {
	const most = 300
	s = strings.ToValidUTF8(strings.Join(strings.Fields(s), " "), "")
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

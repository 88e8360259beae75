package tableform

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/structure"
)

// split returns the lines of text, and whether they end with \r\n. It is not ok if only
// some do, or if there is another \r. The last line is empty if text ends with a newline.
func split(text string) (lines []string, crlf, ok bool) {
	if strings.IndexByte(text, '\r') >= 0 {
		n := strings.Count(text, "\r\n")
		if n != strings.Count(text, "\r") || n != strings.Count(text, "\n") {
			return nil, false, false
		}
		text, crlf = strings.ReplaceAll(text, "\r\n", "\n"), true
	}
	return strings.Split(text, "\n"), crlf, true
}

// tokens counts s, or its bytes if nobody counts.
func tokens(s string, o structure.Options) int {
	if o.Count == nil {
		return len(s)
	}
	return o.Count(s)
}

// spaces is what output writes n spaces with.
const spaces = "                                                                "

// output is a text of at most limit bytes, of lines with an end between them.
type output struct {
	bytes.Buffer
	limit int
	end   string
	lines int
	full  bool
}

func newOutput(crlf bool, limit int) *output {
	if crlf {
		return &output{limit: limit, end: "\r\n"}
	}
	return &output{limit: limit, end: "\n"}
}

// begin ends the line before, if there is one.
func (o *output) begin() {
	if o.lines++; o.lines > 1 {
		o.put(o.end)
	}
}

func (o *output) line(s string) {
	o.begin()
	o.put(s)
}

func (o *output) put(s string) {
	if o.full = o.full || len(s) > o.limit-o.Len(); !o.full {
		o.WriteString(s)
	}
}

func (o *output) pad(n int) { o.repeat(spaces, 1, n) }

// repeat writes n marks of size bytes, of which s has one or more.
func (o *output) repeat(s string, size, n int) {
	if o.full = o.full || n > (o.limit-o.Len())/size; o.full {
		return
	}
	for ; n > 0 && s != ""; n -= len(s) / size {
		o.WriteString(s[:min(len(s), n*size)])
	}
}

// text returns what was written.
func (o *output) text() (string, error) {
	if o.full {
		return "", structure.ErrLimit
	}
	return o.String(), nil
}

// cells is how many places s takes in a terminal; a byte that is not UTF-8 takes one.
func cells(s string) int {
	n := 0
	for i := 0; i < len(s); {
		if s[i] < utf8.RuneSelf {
			i++
			n++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case unicode.Is(wide, r):
			n += 2
		case !unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			n++
		}
	}
	return n
}

// wide has most of the characters that East Asian Width calls wide.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{{0x1100, 0x115f, 1}, {0x2e80, 0x303e, 1}, {0x3041, 0xa4cf, 1}, {0xac00, 0xd7a3, 1},
		{0xf900, 0xfaff, 1}, {0xfe30, 0xfe6f, 1}, {0xff01, 0xff60, 1}, {0xffe0, 0xffe6, 1}},
	R32: []unicode.Range32{{0x1f300, 0x1f64f, 1}, {0x1f680, 0x1f6ff, 1}, {0x1f900, 0x1f9ff, 1}, {0x20000, 0x3fffd, 1}},
}

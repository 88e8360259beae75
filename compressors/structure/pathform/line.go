package pathform

import (
	"encoding/json"
	"strings"

	"github.com/pith-proxy/pith/compressors/structure"
)

// layout is what the text does not tell. It is nil if it is all false.
type layout struct {
	CRLF  bool `json:"crlf,omitempty"`  // lines end with \r\n
	Dash  bool `json:"dash,omitempty"`  // hits: a -- stood between groups
	Sizes bool `json:"sizes,omitempty"` // paths: a size and a tab are before each
}

func (l layout) bytes() []byte {
	if l == (layout{}) {
		return nil
	}
	b, _ := json.Marshal(l) // it has nothing that can fail
	return b
}

func parseLayout(data []byte) (l layout, err error) {
	if len(data) > 0 && json.Unmarshal(data, &l) != nil {
		return l, structure.ErrLayout
	}
	return l, nil
}

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

// smaller reports whether a has fewer tokens than b, or fewer bytes if nobody counts.
func smaller(a, b string, o structure.Options) bool {
	if o.Count == nil {
		return len(a) < len(b)
	}
	return o.Count(a) < o.Count(b)
}

// output is a text of at most limit bytes.
type output struct {
	strings.Builder
	limit int
	end   string // of a line
	full  bool
}

func newOutput(l layout, limit int) *output {
	if l.CRLF {
		return &output{limit: limit, end: "\r\n"}
	}
	return &output{limit: limit, end: "\n"}
}

// line writes a line of these parts: an end before it, if it is not the first.
func (o *output) line(first bool, parts ...string) {
	if !first {
		o.put(o.end)
	}
	for _, p := range parts {
		o.put(p)
	}
}

func (o *output) put(s string) {
	if o.full = o.full || len(s) > o.limit-o.Len(); !o.full {
		o.WriteString(s)
	}
}

// digits returns how many digits s begins with.
func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

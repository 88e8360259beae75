package htmlform

import (
	"bytes"
	"strings"
)

// block writes what was read within pre: fenced, or as a word where there is room for one
// line only.
func (r *renderer) block() {
	code := bytes.TrimRight(bytes.TrimPrefix(r.code, []byte("\n")), " \n\t")
	code = bytes.ReplaceAll(code, []byte("\u00a0"), []byte(" "))
	r.code = r.code[:0]
	if len(code) == 0 {
		return
	}
	w := r.out
	if w.flat > 0 {
		w.words(code)
		return
	}
	fence := fenceFor(code)
	w.lines(fence + "\n" + string(code) + "\n" + fence)
}

// fenceFor returns more backquotes than there are in a row.
func fenceFor(code []byte) string {
	most, n := 2, 0
	for _, c := range code {
		if c != '`' {
			n = 0
			continue
		}
		n++
		most = max(most, n)
	}
	return strings.Repeat("`", most+1)
}

package proxy

import (
	"bytes"

	"github.com/pith-proxy/pith/service/proxy/jsonedit"
)

// sound reports whether out is src with nothing changed but the edits: still JSON, the
// same bytes between, and in the place of each string a string.
func sound(src, out []byte, edits []jsonedit.Edit) bool {
	r := jsonedit.NewReader(out)
	r.Skip()
	if r.End() != nil {
		return false
	}
	at := 0
	for _, e := range edits {
		same := src[at:e.Start]
		if !bytes.HasPrefix(out, same) || !bytes.HasPrefix(out[len(same):], e.New) {
			return false
		}
		if len(e.New) > 0 && !isString(e.New) {
			return false
		}
		out = out[len(same)+len(e.New):]
		at = e.End
	}
	return bytes.Equal(out, src[at:])
}

func isString(lit []byte) bool {
	r := jsonedit.NewReader(lit)
	return r.Kind() == jsonedit.String && r.Skip().End == len(lit) && r.End() == nil
}

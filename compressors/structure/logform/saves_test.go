package logform_test

import (
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/logform"
)

// What is saved of made logs with eight rows, in percent of tokens. Less than this is a
// step back.
func TestSaves(t *testing.T) {
	count := counter(t)
	least := map[string]int{
		"service": 72, "syslog": 69, "panics": 80, "tracebacks": 76, "gotest": 55, "nginx": 50,
		"npm": 47, "dmesg": 45, "cargo": 30, "pytest": 28,
	}
	for name, text := range logs(400) {
		enc, _ := logform.Encode(text, structure.Options{Rows: 8, Count: count})
		raw, now := count(text), count(enc.Text)
		if got := 100 - 100*now/raw; got < least[name] {
			t.Errorf("%s: %d of %d tokens are left; saved are %d %%, not %d", name, now, raw, got, least[name])
		}
	}
}

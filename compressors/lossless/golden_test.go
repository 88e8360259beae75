package lossless_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/content/contenttest"
	"github.com/pith-proxy/pith/compressors/lossless"
	"github.com/pith-proxy/pith/tokenize"
)

// golden is of what the methods make of the samples. Where it changes, version has to,
// too, or caches and the decisions of a proxy would mix the old and the new.
var golden = map[string]string{"1": "aa3c721b1904f328"}

func TestResultsBelongToTheVersion(t *testing.T) {
	samples := contenttest.Samples(t)
	sum := sha256.New()
	for _, o := range []lossless.Options{{ID: "structure", Structure: true, Least: 8}, {ID: "lossless", Structure: true, Dict: true}} {
		o.Counter = tokenize.CounterFor
		c := lossless.New(o)
		for _, class := range content.Classes {
			for _, s := range samples[class] {
				for _, times := range []int{1, 9} {
					r := compress(t, c, repeated(s.Text, times))
					fmt.Fprintf(sum, "%s %d %v %q\n", s.Name, times, r.Forms, string(r.Text))
					if r.Decode != nil {
						fmt.Fprintln(sum, r.Decode.Scheme, r.Decode.Params)
					}
				}
			}
		}
	}
	version := lossless.New(lossless.Options{}).Info().Version
	if got := hex.EncodeToString(sum.Sum(nil))[:16]; golden[version] != got {
		t.Errorf("version %s gives %s; with new results goes a new version and its entry here", version, got)
	}
}

func repeated(text string, times int) string {
	return strings.Repeat(text+"\n", times)
}

package lang_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/lang"
)

// BenchmarkRegions times a megabyte. English prose is typical; names is the
// worst case of Latin text, where words say nothing and the library is asked
// about every stretch. Cost grows with the length alone.
func BenchmarkRegions(b *testing.B) {
	texts := map[string]string{
		"english":  strings.Repeat(articles["en"]+"\n", 1),
		"mixed":    articles["en"] + "\n" + articles["zh"] + "\n" + articles["de"] + "\n" + articles["ja"] + "\n",
		"chinese":  articles["zh"] + "\n",
		"names":    "Kovalenko Brzozowska Thorvaldsen Nakamura Okonkwo Lindqvist Papadopoulos Achterberg\n",
		"newlines": "\n",
		"unbroken": "abcdefghij",
	}
	for name, s := range texts {
		text := strings.Repeat(s, 1<<20/len(s))
		b.Run(fmt.Sprintf("text=%s", name), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				lang.Regions(text)
			}
		})
	}
}

package protect_test

import (
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/protect"
)

const prose = "The tenant may not renew the lease for the upper floor unless the landlord agrees in writing before " +
	"the end of the term. Costs of heating, which came to 1,250 euros per month in 2023, are shared by all who use " +
	"the house; a list of them (see https://example.com/costs) hangs in the hall, and whoever finds a mistake in it " +
	"should tell the office, open from 9 to 12 on weekdays, as soon as they can.\n"

// BenchmarkSpans times a megabyte under the default policy. prose is typical;
// the others are what a careless scanner reads again and again. Cost grows with
// the length alone.
func BenchmarkSpans(b *testing.B) {
	p, err := protect.NewPolicy(nil, nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, s := range map[string]string{
		"prose": prose, "backticks": "`", "digits": "7", "slashes": "/", "ats": "@", "www": "www.a<",
		"brackets": "[", "numbers": "7 ", "negations": "not ", "han": "不是", "tags": "<system>",
	} {
		text := strings.Repeat(s, 1<<20/len(s))
		b.Run("text="+name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				p.Spans(text)
			}
		})
	}
}

package codetree

import (
	"context"
	"os"
	"testing"
)

// BenchmarkParse divides this package's longest sample, with and without looking at the
// tree; the difference is what the division itself costs. It should grow with the text.
func BenchmarkParse(b *testing.B) {
	for _, tt := range []struct{ name, file string }{{"go", "fallback_scan.go"}, {"python", "testdata/split/g1.py"}, {"typescript", "testdata/split/a.ts"}} {
		text, err := os.ReadFile(tt.file)
		if err != nil {
			b.Fatal(err)
		}
		source := string(text)
		l := Detect(tt.file, source)
		b.Run(tt.name+"/divide", func(b *testing.B) {
			b.SetBytes(int64(len(source)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(context.Background(), source, l); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(tt.name+"/tree", func(b *testing.B) {
			b.SetBytes(int64(len(source)))
			for b.Loop() {
				l.dialect().parse(context.Background(), source).Close()
			}
		})
	}
}

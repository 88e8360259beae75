package compat_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

// BenchmarkCompress times all but the model, on meeting talk. Cost should grow
// with the text; tokenizing it twice, as the reference does, is most of it.
func BenchmarkCompress(b *testing.B) {
	talk := string(pool(b)[8])
	for name, family := range families {
		c := tiny(b, family, evenToy(5))
		for _, kb := range []int{8, 80, 800} {
			b.Run(fmt.Sprintf("family=%s/kb=%d", name, kb), func(b *testing.B) {
				req := compat.Defaults(strings.Repeat(talk, kb/8))
				req.ForceTokens = []string{"\n", "."}
				b.SetBytes(int64(len(req.Contexts[0])))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Compress(context.Background(), req); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

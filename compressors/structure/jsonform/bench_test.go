package jsonform

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
)

// kinds returns documents of about size bytes. The first five are typical; the others are
// made to be slow: nothing but exceptions, brackets, a table at each level, records that
// have no common order, strings with nothing but escapes.
func kinds(size int) []struct{ name, text string } {
	grow := func(n int, f func(int) string) string {
		one := len(f(n))
		return f(max(n, n*size/one))
	}
	table := func(n int) string { return marshal(customers(n)) }
	return []struct{ name, text string }{
		{"pretty", grow(100, func(n int) string { return pretty(issues(n), "  ") })},
		{"compact", grow(100, func(n int) string { return marshal(issues(n)) })},
		{"table", grow(100, table)},
		{"stream", grow(100, events)},
		{"chinese", grow(100, hits)},
		{"odd", "[" + strings.Repeat("1, 2 ,3,4  ,5,\n6 ,", size/18) + "7]"},
		{"deep", "[" + strings.Repeat(strings.Repeat("[", 500)+strings.Repeat("]", 500)+",", size/1001) + "1]"},
		{"nested", "[" + strings.Repeat(strings.Repeat(`{"a":[{"b":1,"c":[2]},{"b":3,"c":[4]}],"d":[`, 100)+strings.Repeat("]}", 100)+",", size/5000) + "1]"},
		{"no_order", "[" + strings.Repeat(`{"a":1,"b":2},{"b":1,"a":2},`, size/28) + "{}]"},
		{"escapes", `["` + strings.Repeat(`\u0041\/\u00e9\ud83d`, size/21) + `"]`},
		{"digits", "[" + strings.Repeat("1", size) + "]"},
		{"not_json", "[" + strings.Repeat("[1,2],", size/6) + "1]]"},
	}
}

// BenchmarkEncode times documents of two sizes; cost grows with the size alone. Half of
// it is to count tokens, three times over.
func BenchmarkEncode(b *testing.B) { encodeKinds(b, structure.Options{Count: counter(b)}) }

// BenchmarkEncodeOnly does without.
func BenchmarkEncodeOnly(b *testing.B) { encodeKinds(b, byBytes) }

func encodeKinds(b *testing.B, o structure.Options) {
	for _, size := range []int{1 << 18, 1 << 22} {
		for _, k := range kinds(size) {
			b.Run(fmt.Sprintf("text=%s/kB=%d", k.name, size>>10), func(b *testing.B) {
				b.SetBytes(int64(len(k.text)))
				b.ReportAllocs()
				for b.Loop() {
					Encode(k.text, o)
				}
			})
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, size := range []int{1 << 18, 1 << 22} {
		for _, k := range kinds(size) {
			e, ok := Encode(k.text, byBytes)
			if !ok {
				continue
			}
			b.Run(fmt.Sprintf("text=%s/kB=%d", k.name, size>>10), func(b *testing.B) {
				b.SetBytes(int64(len(k.text)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Decode(e.Text, e.Layout, len(k.text)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

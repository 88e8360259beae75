package logform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/logform"
	"github.com/pith-proxy/pith/tokenize"
)

// about returns lines of f, numbered, until there are size bytes.
func about(size int, f func(i int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(f(i))
		b.WriteByte('\n')
	}
	return b.String()
}

// hard returns texts that are made to be slow, of about size bytes.
func hard(size int) map[string]string {
	return map[string]string{
		"all_lines_equal":     about(size, func(int) string { return "the same line" }),
		"all_lines_different": about(size, func(i int) string { return fmt.Sprintf("%x", uint64(i+1)*0x9e3779b97f4a7c15) }),
		"one_line":            about(1, func(int) string { return strings.Repeat("a word ", size/7) }),
		"one_word":            about(1, func(int) string { return strings.Repeat("_1", size/2) }),
		"two_alternate":       about(size, func(i int) string { return []string{"ping", "pong"}[i%2] }),
		"long_beginnings":     about(size, func(i int) string { return strings.Repeat("/a/b:c.d", 40) + fmt.Sprint(i) }),
		"many_templates": about(size, func(i int) string {
			i /= 3
			return fmt.Sprintf("event%c%c%c%c of kind x%d took 12 ms", 'a'+i%26, 'a'+i/26%26, 'a'+i/676%26, 'a'+i/17576%26, i)
		}),
		"long_lines":     about(size, func(i int) string { return strings.Repeat("a long line of words ", size/500) + fmt.Sprint(i) }),
		"short_lines":    about(size, func(i int) string { return fmt.Sprint(i % 1000) }),
		"empty_lines":    strings.Repeat("\n", size),
		"same_byte":      strings.Repeat("a", size/2) + "\n" + strings.Repeat("a", size/2),
		"long_and_alike": about(size, func(i int) string { return strings.Repeat("aaaaaaaa", 1000) + fmt.Sprint(i) }),
	}
}

// BenchmarkEncode times logs and texts that are made to be slow. Tokens are not counted, a
// quarter of the bytes stands for them, so that only this package is timed; cost should
// grow with the size, and less where templates are sought in some lines only.
func BenchmarkEncode(b *testing.B) {
	o := structure.Options{Rows: 8, Count: func(s string) int { return (len(s) + 3) / 4 }}
	for _, size := range []int{100_000, 1_000_000, 16_000_000} {
		texts := hard(size)
		texts["service"] = logs(size / 90)["service"]
		texts["syslog"] = logs(size / 90)["syslog"]
		for name, text := range texts {
			b.Run(fmt.Sprintf("text=%s/kB=%d", name, size/1000), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					logform.Encode(text, o)
				}
			})
		}
	}
}

// BenchmarkEncodeCounted is BenchmarkEncode with tokens counted, for a log of 1 MB.
func BenchmarkEncodeCounted(b *testing.B) {
	counter, err := tokenize.CounterFor("o200k_base")
	if err != nil {
		b.Fatal(err)
	}
	text := logs(11_000)["service"]
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		logform.Encode(text, structure.Options{Rows: 8, Count: counter.Count})
	}
}

// BenchmarkDecode times the way back.
func BenchmarkDecode(b *testing.B) {
	text := logs(11_000)["service"]
	enc, _ := logform.Encode(text, structure.Options{Rows: 8, Count: func(s string) int { return (len(s) + 3) / 4 }})
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := logform.Decode(enc.Text, enc.Layout, len(text)); err != nil {
			b.Fatal(err)
		}
	}
}

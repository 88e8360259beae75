package plainform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/plainform"
)

// shapes are texts of which a benchmark repeats as many as it wants.
var shapes = []struct{ name, text string }{
	{"plain", "2026-11-02 10:15:07 INFO  server: request 17 took 23 ms and sent 4096 bytes\n"},
	{"crlf", "2026-11-02 10:15:07 INFO  server: request 17 took 23 ms and sent 4096 bytes\r\n"},
	{"colours", "\x1b[2m2026-11-02T10:15:07Z\x1b[0m \x1b[32mINFO\x1b[0m server: request 17 took 23 ms and sent 4096 bytes\n"},
	{"grep", "\x1b[35m\x1b[Ka/b.go\x1b[m\x1b[K\x1b[36m\x1b[K:\x1b[m\x1b[K17:\tfunc \x1b[01;31m\x1b[Kmain\x1b[m\x1b[K() {\n"},
	{"man", "     N\bNA\bAM\bME\bE is what _\bf_\bi_\bl_\be means here, and the rest of this row is not bold at all\n"},
	{"progress", "Receiving objects:  17% (170/1000), 1.20 MiB | 400.00 KiB/s\rReceiving objects:  18% (180/1000), 1.20 MiB | 400.00 KiB/s\rReceiving objects: 100% (1000/1000), done.\n"},
	{"rows", "a: wait for it\nb: wait for it\nc: wait for it\n\x1b[3A\x1b[2Ka: done\n\x1b[2Kb: wait\n\x1b[2Kc: wait\n"},
	{"redraw_one_row", "\x1b[4A\x1b[2K\rb: 17 of 100 done\x1b[4B\r"},
	{"spaces_at_ends", "a row of a table    with padding      \nand another one     \n\n\n\n"},
	{"indented", "        if x {\r\n            return y\r\n        }\r\n"},
	{"one_byte_rows", "a\n"},
	{"returns", "\r"},
	{"backspaces", "a\b"},
	{"erase_left", "ab\x1b[1K"},
	{"up_and_down", "\x1b[A\n"},
	{"escapes", "\x1b"},
	{"strings_without_end", "\x1b]0;"},
}

func upTo(size int, text string) string {
	return "b\nc\nd\ne\n" + strings.Repeat(text, size/len(text)+1)
}

// BenchmarkNoise times what is typical up to rows; redraw_one_row is a bad case that
// exists, and the last ones are made to be slow. Cost grows with the size alone.
func BenchmarkNoise(b *testing.B) { bench(b, plainform.EncodeNoise) }

// BenchmarkSpace times the same texts.
func BenchmarkSpace(b *testing.B) { bench(b, plainform.EncodeSpace) }

func bench(b *testing.B, encode encode) {
	for _, x := range shapes {
		for _, size := range []int{16_000, 1_000_000} {
			text := upTo(size, x.text)
			b.Run(fmt.Sprintf("text=%s/kB=%d", x.name, size/1000), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					encode(text, structure.Options{})
				}
			})
		}
	}
}

// BenchmarkDecode undoes both forms of colours and of spaces at line ends.
func BenchmarkDecode(b *testing.B) {
	for _, x := range []struct {
		name, text string
		encode     encode
		decode     func(string, []byte, int) (string, error)
	}{
		{"noise", shapes[2].text, plainform.EncodeNoise, plainform.DecodeNoise},
		{"space", shapes[8].text, plainform.EncodeSpace, plainform.DecodeSpace},
	} {
		text := upTo(1_000_000, x.text)
		e, _ := x.encode(text, structure.Options{})
		b.Run("form="+x.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := x.decode(e.Text, e.Layout, len(text)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

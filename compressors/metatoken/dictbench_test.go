package metatoken

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// BenchmarkEncodeDict times texts of 1 MB, and of 8 MB where the name says so. logs is
// typical; the others are made to be slow. Cost should grow with the size alone.
func BenchmarkEncodeDict(b *testing.B) {
	c := counter(b, "o200k_base")
	c.Count("load")
	for _, x := range slowTexts(1_000_000) {
		b.Run(x.name, func(b *testing.B) { benchEncode(b, x.text, c) })
	}
	for _, x := range slowTexts(8 << 20) {
		switch x.name {
		case "logs", "one_line", "one_byte", "random", "unique_words":
			b.Run(x.name+"_8MB", func(b *testing.B) { benchEncode(b, x.text, c) })
		}
	}
}

func benchEncode(b *testing.B, text string, c Counter) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		EncodeDict(text, DictOptions{Counters: []Counter{c}})
	}
}

func BenchmarkDecodeDict(b *testing.B) {
	text := logText(1, 1_000_000)
	out, ok := EncodeDict(text, DictOptions{Counters: []Counter{counter(b, "o200k_base")}})
	if !ok {
		b.Fatal("not encoded")
	}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeDict(out.Text, out.Layout, len(text)); err != nil {
			b.Fatal(err)
		}
	}
}

type namedText struct{ name, text string }

func slowTexts(n int) []namedText {
	r := rand.New(rand.NewPCG(1, 2))
	upTo := func(part func() string) string {
		var b strings.Builder
		for b.Len() < n {
			b.WriteString(part())
		}
		return b.String()[:n]
	}
	same := func(s string) string { return upTo(func() string { return s }) }
	clause := "the quick brown fox jumps over the lazy dog, "
	return []namedText{
		{"logs", logText(1, n)},
		{"one_byte", same("a")},
		{"spaces", same(" ")},
		{"newlines", same("\n")},
		{"dots", same(".")},
		{"colons_slashes", same("://")},
		{"quotes", same("'\"")},
		{"brackets", same("( ")},
		{"short_words", same("a ")},
		{"clause", same(clause)},
		{"clause_lines", same(clause + "\n")},
		{"one_line", strings.ReplaceAll(logText(2, n), "\n", " ")},
		{"random", upTo(func() string { return string([]byte{byte(r.Uint32()), byte(r.Uint32())}) })},
		{"two_words", upTo(func() string { return []string{"alpha ", "beta "}[r.IntN(2)] })},
		{"hex", upTo(func() string { return fmt.Sprintf("%016x", r.Uint64()) })},
		{"unique_words", upTo(func() string { return fmt.Sprintf("w%x ", r.Uint64()) })},
		{"near_phrases", upTo(func() string {
			return fmt.Sprintf("the worker %d has found nothing to do in the queue of jobs; ", r.IntN(50))
		})},
		{"phrase_and_suffix", upTo(func() string { return clause + []string{"", "x", ".y", "/z", " "}[r.IntN(5)] })},
		{"blocks_of_lines", upTo(func() string {
			b := ""
			for i := range 30 {
				b += fmt.Sprintf("so it is %d\n", i)
			}
			return b + fmt.Sprintf("and %d\n", r.IntN(9))
		})},
		{"fibonacci", fibonacciText(n)},
	}
}

func fibonacciText(n int) string {
	a, b := "over the hill ", "down "
	for len(a) < n {
		a, b = a+b, a
	}
	return a[:n]
}

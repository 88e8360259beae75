package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/stat"
	"github.com/pith-proxy/pith/compressors/lossless"
)

// speed measures how long a text takes, with counting and restoring it for comparison,
// which are part of every request, and counting alone.
func (b *bench) speed() error {
	texts := []source{
		{"records, pretty JSON", pretty(grown(made()[2].text))},
		{"log", logLines(20_000)},
		{"search hits", hits(20_000)},
		{"prose", strings.Repeat("The harbour was quiet that morning, and nobody spoke of the ships that had left. It was May.\n\n", 12_000)},
		{"code", strings.Repeat("func f(x int) int {\n\tif x > 3 {\n\t\treturn x * 2\n\t}\n\treturn 0\n}\n\n", 16_000)},
		{"random letters", noise(1 << 20)},
	}
	texts[0].text = larger(texts[0], 1<<20)
	markdown.Heading("Speed at 1 MB, medians of 5", "text", "structure, ms", "lossless, ms", "of it counting once, ms", "restoring lossless, ms")
	for i, s := range texts {
		text := s.text
		if i > 0 {
			text = text[:min(len(text), 1<<20)]
		}
		counting := b.median(func() error { b.counter.Count(text); return nil })
		structure := b.median(func() error { _, err := b.apply(b.structure, text); return err })
		whole := b.median(func() error { _, err := b.apply(b.whole, text); return err })
		restoring := stat.Spread{}
		if r, err := b.apply(b.whole, text); err != nil {
			return err
		} else if r.Decode != nil {
			restoring = b.median(func() error { _, err := lossless.Decode(string(r.Text), *r.Decode); return err })
		}
		markdown.Row(s.name, markdown.Number(structure.Median-restoring.Median), markdown.Number(whole.Median-restoring.Median), markdown.Number(counting.Median), markdown.Number(restoring.Median))
	}
	return b.growth(texts)
}

// growth shows how the cost grows to 64 MB.
func (b *bench) growth(texts []source) error {
	sizes := []int{1, 4, 16, 63}
	columns := []string{"structure, ms"}
	for _, mb := range sizes {
		columns = append(columns, fmt.Sprintf("%d MB", mb))
	}
	markdown.Heading("Growth", columns...)
	for _, s := range texts[:3] {
		cells := []string{s.name}
		for _, mb := range sizes {
			text := larger(s, mb<<20)
			start := time.Now()
			if _, err := b.apply(b.structure, text); err != nil {
				return err
			}
			cells = append(cells, markdown.Number(stat.Milliseconds(time.Since(start))))
		}
		markdown.Row(cells...)
	}
	return nil
}

// median is of five runs, in milliseconds.
func (b *bench) median(f func() error) stat.Spread {
	var times []float64
	for range 5 {
		start := time.Now()
		if err := f(); err != nil {
			return stat.Spread{}
		}
		times = append(times, stat.Milliseconds(time.Since(start)))
	}
	return stat.SpreadOf(times)
}

// larger makes a text of a size, by making it anew with more in it.
func larger(s source, size int) string {
	switch s.name {
	case "log":
		return logLines(size / 70)[:size]
	case "search hits":
		return hits(size / 45)[:size]
	}
	one := strings.TrimSuffix(strings.TrimPrefix(s.text, "["), "]")
	n := size/len(one) + 1
	return "[" + strings.TrimSuffix(strings.Repeat(one+",", n), ",") + "]"
}

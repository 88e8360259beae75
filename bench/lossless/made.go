package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// grown repeats records until they are more than a megabyte.
func grown(text string) []any {
	var records, out []any
	if json.Unmarshal([]byte(text), &records) != nil {
		return nil
	}
	for len(out) < 8_000 {
		out = append(out, records...)
	}
	return out
}

// logLines are lines of a web service by a handful of templates.
func logLines(n int) string {
	rng := rand.New(rand.NewPCG(3, 4))
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "2026-03-%02dT%02d:%02d:%02d.%03dZ ", 1+i/86400%28, i/3600%24, i/60%60, i%60, rng.IntN(1000))
		switch rng.IntN(4) {
		case 0:
			fmt.Fprintf(&b, "INFO http: request %08x handled in %d ms, status 200\n", rng.Uint32(), rng.IntN(900))
		case 1:
			fmt.Fprintf(&b, "WARN scheduler: task queue is above the high watermark on node-%d (depth %d)\n", rng.IntN(40), rng.IntN(2000))
		case 2:
			fmt.Fprintf(&b, "ERROR billing: upstream did not answer within %d s; attempt %d of 5\n", rng.IntN(30), 1+rng.IntN(5))
		default:
			fmt.Fprintf(&b, "DEBUG cache: evicted %d entries of tenant %d\n", rng.IntN(5000), rng.IntN(300))
		}
	}
	return b.String()
}

// hits are lines as grep -n prints them.
func hits(n int) string {
	rng := rand.New(rand.NewPCG(5, 6))
	var b strings.Builder
	line, file := 0, 0
	for range n {
		if line += 1 + rng.IntN(40); rng.IntN(9) == 0 {
			line, file = 1, file+1
		}
		fmt.Fprintf(&b, "service/part%d/handler%d.go:%d:\tif err := s.run%d(ctx, req); err != nil {\n", file/20, file, line, rng.IntN(99))
	}
	return b.String()
}

// noise is letters in no order, in words.
func noise(size int) string {
	rng := rand.New(rand.NewPCG(8, 9))
	b := make([]byte, size)
	for i := range b {
		b[i] = byte('a' + rng.IntN(26))
		if rng.IntN(6) == 0 {
			b[i] = ' '
		}
		if rng.IntN(400) == 0 {
			b[i] = '\n'
		}
	}
	return string(b)
}

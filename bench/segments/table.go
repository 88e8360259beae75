package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/stat"
)

// quantile of values in any order.
func quantile(values []time.Duration, q float64) time.Duration {
	return stat.Quantile(slices.Sorted(slices.Values(values)), q)
}

func percent(part, all int) string {
	if all == 0 {
		return markdown.None
	}
	return fmt.Sprintf("%.1f%%", 100*float64(part)/float64(all))
}

// per is a quotient; none is of nothing.
func per(a, b int64) string {
	if b == 0 {
		return markdown.None
	}
	return markdown.Number(float64(a) / float64(b))
}

func megabytes(n int64) string { return markdown.Number(float64(n) / (1 << 20)) }

package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/stat"
)

// tail is a quantile of the sorted times, if there are enough of them for it.
func tail(sorted []time.Duration, q float64) string {
	if float64(len(sorted))*(1-q) < 0.999 {
		return markdown.None
	}
	return markdown.Millis(stat.Quantile(sorted, q))
}

// added is a difference of medians over the rounds.
func added(a, b []time.Duration) string { return spread(stat.Differences(a, b)) }

func spread(s stat.Spread) string {
	return fmt.Sprintf("**%s** (%s to %s)", markdown.Number(s.Median), markdown.Number(s.Low), markdown.Number(s.High))
}

// perRequest is processor time; 0 is none that is known.
func perRequest(cpu time.Duration, n int) string {
	if cpu == 0 || n == 0 {
		return markdown.None
	}
	return markdown.Millis(cpu / time.Duration(n))
}

func sizeName(n int) string {
	if n >= mb {
		return fmt.Sprintf("%d MB", n/mb)
	}
	return strconv.FormatFloat(float64(n)/kb, 'f', -1, 64) + " KB"
}

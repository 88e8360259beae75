package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/stat"
)

const none = "–"

// heading prints the title of a part and the first two lines of its table.
func heading(title string, columns ...string) {
	fmt.Printf("\n### %s\n\n", title)
	columnsOf(columns...)
}

func columnsOf(columns ...string) {
	row(columns...)
	fmt.Println("|" + strings.Repeat(" --- |", len(columns)))
}

func row(cells ...string) { fmt.Println("| " + strings.Join(cells, " | ") + " |") }

// number has three digits that count.
func number(x float64) string {
	switch {
	case x <= -100 || x >= 100:
		return strconv.FormatFloat(x, 'f', 0, 64)
	case x <= -10 || x >= 10:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case x <= -1 || x >= 1:
		return strconv.FormatFloat(x, 'f', 2, 64)
	}
	return strconv.FormatFloat(x, 'f', 3, 64)
}

func ms(d time.Duration) string { return number(stat.Milliseconds(d)) }

// quantile of values in any order.
func quantile(values []time.Duration, q float64) time.Duration {
	return stat.Quantile(slices.Sorted(slices.Values(values)), q)
}

func count[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

func percent(part, all int) string {
	if all == 0 {
		return none
	}
	return fmt.Sprintf("%.1f%%", 100*float64(part)/float64(all))
}

// per is a quotient; none is of nothing.
func per(a, b int64) string {
	if b == 0 {
		return none
	}
	return number(float64(a) / float64(b))
}

func megabytes(n int64) string { return number(float64(n) / (1 << 20)) }

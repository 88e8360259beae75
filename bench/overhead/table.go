package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/stat"
)

const none = "–"

// heading prints the first two lines of a table.
func heading(title string, columns ...string) {
	fmt.Printf("\n### %s\n\n", title)
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

// tail is a quantile of the sorted times, if there are enough of them for it.
func tail(sorted []time.Duration, q float64) string {
	if float64(len(sorted))*(1-q) < 0.999 {
		return none
	}
	return ms(stat.Quantile(sorted, q))
}

// added is a difference of medians over the rounds.
func added(a, b []time.Duration) string { return spread(stat.Differences(a, b)) }

func spread(s stat.Spread) string {
	return fmt.Sprintf("**%s** (%s to %s)", number(s.Median), number(s.Low), number(s.High))
}

// perRequest is processor time; 0 is none that is known.
func perRequest(cpu time.Duration, n int) string {
	if cpu == 0 || n == 0 {
		return none
	}
	return ms(cpu / time.Duration(n))
}

func sizeName(n int) string {
	if n >= mb {
		return fmt.Sprintf("%d MB", n/mb)
	}
	return strconv.FormatFloat(float64(n)/kb, 'f', -1, 64) + " KB"
}

func count[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

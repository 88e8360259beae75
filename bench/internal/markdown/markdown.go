// Package markdown prints the tables that benchmarks end in.
package markdown

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/stat"
)

// None stands where there is no figure.
const None = "–"

// Heading prints a title and the first two lines of a table.
func Heading(title string, columns ...string) {
	fmt.Printf("\n### %s\n\n", title)
	Columns(columns...)
}

// Columns prints the first two lines of a table.
func Columns(columns ...string) {
	Row(columns...)
	fmt.Println("|" + strings.Repeat(" --- |", len(columns)))
}

// Row prints one line of a table.
func Row(cells ...string) { fmt.Println("| " + strings.Join(cells, " | ") + " |") }

// Number has three digits that count.
func Number(x float64) string {
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

// Millis is a time in milliseconds, without the unit.
func Millis(d time.Duration) string { return Number(stat.Milliseconds(d)) }

// Count is a whole number.
func Count[T int | int64](n T) string { return strconv.FormatInt(int64(n), 10) }

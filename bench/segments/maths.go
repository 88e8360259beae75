package main

import (
	"math"
	"slices"
	"time"
)

// line is y = a + b·x, the nearest to some points by least squares, and the share of the
// variance of y that it explains.
type line struct{ a, b, r2 float64 }

// fit wants two points at least, with two different x.
func fit(x, y []float64) line {
	n := float64(len(x))
	var sx, sy float64
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
	}
	mx, my := sx/n, sy/n
	var xx, xy, yy float64
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx, xy, yy = xx+dx*dx, xy+dx*dy, yy+dy*dy
	}
	l := line{b: xy / xx, r2: 1}
	l.a = my - l.b*mx
	if yy > 0 {
		l.r2 = xy * xy / (xx * yy)
	}
	return l
}

// fitPower is fit for y = e^a · x^b; nothing may be 0 or less.
func fitPower(x, y []float64) line { return fit(logs(x), logs(y)) }

func logs(x []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = math.Log(x[i])
	}
	return out
}

// smirnov returns the greatest distance between the distribution functions of two
// samples, and how likely one as great is if both are of one distribution (Kolmogorov and
// Smirnov's test, two-sided). That is exact for times that are all different, and too
// high, if anything, for others. Both have to have a value.
func smirnov(a, b []time.Duration) (distance, likely float64) {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	m, n := len(a), len(b)
	most := 0 // times m·n, which is a whole number
	for i, j := 0, 0; i < m && j < n; {
		x := min(a[i], b[j])
		for i < m && a[i] == x {
			i++
		}
		for j < n && b[j] == x {
			j++
		}
		most = max(most, i*n-j*m, j*m-i*n)
	}
	return float64(most) / float64(m*n), strayed(m, n, most)
}

// strayed is the share of all orders of m and n values in which i of the first m and j of
// the others come first, for some i and j, with |i/m - j/n| ≥ far/(m·n).
//
// Of the orders that begin with i and j values, i/(i+j) have one of the first m last.
func strayed(m, n, far int) float64 {
	share := make([]float64, n+1) // of the orders that begin with i and j values; of the row before, right of j
	for i := range m + 1 {
		for j := range n + 1 {
			switch off := i*n - j*m; {
			case off >= far || -off >= far:
				share[j] = 1
			case i+j == 0:
				share[j] = 0
			case j == 0:
			default:
				share[j] = (float64(i)*share[j] + float64(j)*share[j-1]) / float64(i+j)
			}
		}
	}
	return share[n]
}

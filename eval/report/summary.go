package report

import (
	"bufio"
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// KeptRate is the name under which [CheckSummary] asks for the tolerance of an arm's
// kept rate.
const KeptRate = "kept_rate"

// Summary returns the means over all tasks as a small text table for a committed file:
// a line for each arm, rate and measure, without timings, in the order of the report.
// White space in names becomes "_".
func Summary(r *Report) []byte {
	x := newIndex(r)
	var b bytes.Buffer
	fmt.Fprintf(&b, "# set %s, unit %s, %d items, reader %s\n", word(r.Set), word(r.Unit), r.items(), word(x.readerOrNone()))
	fmt.Fprintf(&b, "# %-22s %6s  %-20s %9s %7s\n", "arm", "rate", "measure", "mean", "kept")
	for _, a := range r.Arms {
		for _, rate := range x.rates(a) {
			c := x.at(a, rate, "")
			if c == nil {
				continue
			}
			for _, m := range r.Measures {
				if v, ok := x.value(a, rate, "", m.Name); ok {
					fmt.Fprintf(&b, "%-24s %6s  %-20s %9s %7s\n", word(a.Name), rateWord(rate), word(m.Name), three(v.Mean), three(c.KeptRate.Mean))
				}
			}
		}
	}
	return b.Bytes()
}

func (x *index) readerOrNone() string {
	if x.Reader == nil {
		return "none"
	}
	return x.Reader.Name
}

// word makes a name one field.
func word(s string) string {
	if s = strings.Join(strings.Fields(s), "_"); s == "" {
		return "-"
	}
	return s
}

func rateWord(rate float64) string {
	if rate == 0 {
		return "own"
	}
	return strconv.FormatFloat(rate, 'f', -1, 64)
}

// three is v with three decimals, and never "-0.000".
func three(v float64) string {
	return strconv.FormatFloat(math.Round(v*1000)/1000+0, 'f', 3, 64)
}

// summaryLine is what a line of a summary says.
type summaryLine struct {
	arm, rate, measure string
	mean, kept         float64
}

func (l summaryLine) key() [3]string { return [3]string{l.arm, l.rate, l.measure} }

func (l summaryLine) name() string { return l.arm + " at " + l.rate + ", " + l.measure }

// CheckSummary returns in words every line of got that is worse than in golden, where
// both are from [Summary]: a mean that is lower, or a kept rate that is higher (an arm
// that keeps more has an easier task), by more than the tolerance that the function
// gives for the arm and the measure or [KeptRate]; a nil one allows nothing. Lines that
// only one has, a head that differs and lines it cannot read are returned too. What got
// better is not.
func CheckSummary(golden, got []byte, tolerance func(arm, measure string) float64) []string {
	if tolerance == nil {
		tolerance = func(string, string) float64 { return 0 }
	}
	wantHead, want, bad := parseSummary("golden", golden)
	gotHead, have, worse := parseSummary("got", got)
	out := append(bad, worse...)
	if wantHead != gotHead {
		out = append(out, fmt.Sprintf("measured something else: %q, was %q", gotHead, wantHead))
	}
	now := map[[3]string]summaryLine{}
	for _, l := range have {
		now[l.key()] = l
	}
	for _, w := range want {
		g, ok := now[w.key()]
		delete(now, w.key())
		switch {
		case !ok:
			out = append(out, "missing: "+w.name())
			continue
		case beyond(w.mean-g.mean, tolerance(w.arm, w.measure)):
			out = append(out, fmt.Sprintf("worse: %s is %s, was %s", w.name(), three(g.mean), three(w.mean)))
		}
		if beyond(g.kept-w.kept, tolerance(w.arm, KeptRate)) {
			out = append(out, fmt.Sprintf("keeps more: %s keeps %s, was %s", w.name(), three(g.kept), three(w.kept)))
		}
	}
	for _, l := range have {
		if _, left := now[l.key()]; left {
			out = append(out, "new: "+l.name())
			delete(now, l.key())
		}
	}
	return out
}

// beyond compares at a precision under that of the file, so that 0.501−0.500 is 0.001.
// What is not a number is beyond everything.
func beyond(by, tolerance float64) bool { return !(by <= tolerance+1e-9) }

func parseSummary(which string, text []byte) (head string, lines []summaryLine, bad []string) {
	seen := map[[3]string]bool{}
	sc := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; sc.Scan(); n++ {
		s := strings.TrimSpace(sc.Text())
		if n == 1 {
			head = s
		}
		if s == "" || strings.HasPrefix(s, "#") {
			continue
		}
		f := strings.Fields(s)
		if len(f) != 5 {
			bad = append(bad, fmt.Sprintf("%s line %d: not five fields", which, n))
			continue
		}
		mean, err1 := strconv.ParseFloat(f[3], 64)
		kept, err2 := strconv.ParseFloat(f[4], 64)
		l := summaryLine{f[0], f[1], f[2], mean, kept}
		if err1 != nil || err2 != nil || seen[l.key()] {
			bad = append(bad, fmt.Sprintf("%s line %d: not a number, or there twice", which, n))
			continue
		}
		seen[l.key()] = true
		lines = append(lines, l)
	}
	if err := sc.Err(); err != nil {
		bad = append(bad, which+": "+err.Error())
	}
	return head, lines, bad
}

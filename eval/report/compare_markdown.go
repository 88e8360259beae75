package report

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// WriteMarkdown writes the verdict, then every line that changed for better or worse,
// then kept rates, timings and what had no partner.
func (c *Comparison) WriteMarkdown(w io.Writer) error {
	m := &markdown{}
	m.para("# " + md(c.B) + " against " + md(c.A))
	m.para("**" + c.outcome() + "**")
	m.WriteString("- a: " + md(c.A) + ", " + c.OfA.words() + "\n")
	m.para("- b: " + md(c.B) + ", " + c.OfB.words())
	for _, d := range c.Differ {
		m.para("Forced although " + md(d) + ".")
	}
	m.para(c.method())
	if c.ByLength {
		m.para("A report is from before items had digests: items with the same ID were taken for the same where their texts have the same length, which another text or question may have, too.")
	}
	c.mdLines(m, "Regressions", func(l Line) bool { return l.Regression })
	c.mdLines(m, "Over all tasks", func(l Line) bool { return l.Task == "" && l.Verdict != Same })
	c.mdLines(m, "By task", func(l Line) bool { return l.Task != "" && l.Verdict != Same })
	c.mdKept(m)
	c.mdTimings(m)
	c.mdUnpaired(m)
	_, err := w.Write(append(bytes.TrimRight(m.Bytes(), "\n"), '\n'))
	if err != nil {
		return fmt.Errorf("write comparison: %w", err)
	}
	return nil
}

func (c *Comparison) count(is func(Line) bool) (n int) {
	for _, l := range c.Lines {
		if is(l) {
			n++
		}
	}
	return n
}

func (o Origin) words() string {
	return "set " + md(o.Set) + ", pith " + md(o.Pith) + ", seed " + strconv.FormatUint(o.Seed, 10)
}

// outcome is the verdict. It says what it is not over.
func (c *Comparison) outcome() string {
	kept := len(c.keptMore())
	n := kept + c.count(func(l Line) bool { return l.Regression })
	switch {
	case n > 0:
		s := plural(n, "regression") + ": " + md(c.B) + " is worse. "
		if kept > 0 {
			s += "It keeps more of the texts at the same asked rate: " + md(listed(c.keptMore())) + ". "
		}
		return strings.TrimSpace(s + md(c.Lack))
	case c.Lack != "":
		return md(c.Lack)
	}
	if n := c.lonely(); n > 0 {
		return "No regression in what both have: " + plural(n, "result") + " of " + md(c.A) + " have no partner."
	}
	return "No regression."
}

// lonely counts the results of a without a partner.
func (c *Comparison) lonely() (n int) {
	for _, u := range c.Unpaired {
		if u.In == "a" && u.Measure == "" {
			n += u.Items
		}
	}
	return n
}

func (c *Comparison) method() string {
	by := func(v string) string {
		return count(c.count(func(l Line) bool { return l.Verdict == v })) + " " + v
	}
	s := plural(len(c.Lines), "line") + " compared, item by item: " + by(Better) + ", " + by(Worse) + ", " + by(Same)
	if c.count(func(l Line) bool { return l.Verdict == Few }) > 0 {
		s += ", " + by(Few) + " (fewer than " + strconv.Itoa(fewPairs) + " pairs: no verdict)"
	}
	s += ". A line is better or worse if the 95 % interval of its difference (" + count(c.Resamples) + " paired bootstrap resamples, seed " +
		strconv.FormatUint(c.Seed, 10) + ") lies beyond the tolerance of " + num(c.Tolerance) + c.nats() + "; looked at alone, at least one equal line in twenty does so by chance, and more with few items."
	s += " A regression is a worse line that stands when all tested lines are counted, " + count(c.Tested) + " over all tasks and " + count(c.TestedTasks) +
		" by task (Holm; 5 % for any false alarm)."
	if !c.Arms {
		s += " To keep more of the texts at the same asked rate, by more than a hundredth of it and the tolerance, is such a line."
	}
	if c.count(func(l Line) bool { return l.LeftOut > 0 }) > 0 {
		s += " Items of which either kept more than a hundredth over its limit are left out, and of a reader's score those that did not fit the model, as in a report's gains: \u201c38 of 40\u201d."
	}
	return s + " Timings never decide."
}

// nats says what a tolerance means for a measure that is no share.
func (c *Comparison) nats() string {
	if c.Tolerance == 0 || c.count(func(l Line) bool { return l.Measure == likelihood }) == 0 {
		return ""
	}
	return " (of " + likelihood + " in nats a token: " + num(c.Tolerance) + " makes an answer less likely by " + short1(100*(1-math.Exp(-c.Tolerance))) + " % a token)"
}

func (c *Comparison) mdLines(m *markdown, title string, is func(Line) bool) {
	var rows [][]string
	for _, l := range c.Lines {
		if !is(l) {
			continue
		}
		task := md(l.Task)
		if task == "" {
			task = "all"
		}
		verdict := l.Verdict
		if l.Regression {
			verdict = "**regression**"
		}
		if l.KeepsMore {
			verdict += ", but keeps more"
		}
		rows = append(rows, []string{md(l.Arm), ratio(l.Rate), md(l.Measure) + " " + mdBadge(l.Kind), task, verdict,
			l.itemsOf(), count(l.Changed), num(l.A), num(l.B), signed(l.Diff.Mean), within(l.Diff, l.Items, "")})
	}
	if len(rows) == 0 {
		return
	}
	m.para("## " + title)
	m.table(5, []string{"arm", "asked", "measure", "task", "verdict", "items", "changed", md(c.A), md(c.B), "difference", "95 %"}, rows)
}

// itemsOf is "38 of 40" if pairs were left out.
func (l Line) itemsOf() string {
	if l.LeftOut == 0 {
		return count(l.Items)
	}
	return count(l.Items) + " of " + count(l.Items+l.LeftOut)
}

func (c *Comparison) mdKept(m *markdown) {
	var rows [][]string
	for _, k := range c.Kept {
		if k.Diff.Low <= 0 && k.Diff.High >= 0 {
			continue
		}
		who := md(c.B)
		if k.Diff.Mean < 0 {
			who = md(c.A)
		}
		says := who + " has an advantage"
		if k.Regression {
			says = "**regression**: " + who + " keeps more"
		}
		rows = append(rows, []string{md(k.Arm), ratio(k.Rate), says, count(k.Items), percent(k.A), percent(k.B), points(k.Diff.Mean), points(k.Diff.Low) + " to " + points(k.Diff.High)})
	}
	if len(rows) == 0 {
		return
	}
	m.para("## Kept rate")
	m.para("Where one keeps more of the texts at the same asked rate, its values are not quite comparable.")
	m.table(3, []string{"arm", "asked", "", "items", md(c.A), md(c.B), "points", "95 %"}, rows)
}

// points is a difference of shares in hundredths: "+1.2".
func points(v float64) string {
	s := fixed(100*v, 1)
	if v > 0 && s != "0.0" {
		return "+" + s
	}
	return s
}

func (c *Comparison) mdTimings(m *markdown) {
	var rows [][]string
	for _, t := range c.Timings {
		rows = append(rows, []string{md(t.Arm), count(t.Items), millis(t.A), millis(t.B), fixed(t.B/t.A, 2) + "×"})
	}
	if len(rows) > 0 {
		m.para("## Median time of a text")
		m.para("Of each text the longest of its rates, since what was read for one serves the others.")
		m.table(1, []string{"arm", "items", md(c.A), md(c.B), "ratio"}, rows)
	}
}

func (c *Comparison) mdUnpaired(m *markdown) {
	var rows [][]string
	for _, u := range c.Unpaired {
		in, what := c.A, "whole items"
		if u.In == "b" {
			in = c.B
		}
		where := "only in "
		if u.Measure != "" {
			what = "values of " + md(u.Measure)
		}
		if u.Other {
			where, what = "in ", "whole items: another text or question has the same ID in the other"
		}
		rows = append(rows, []string{where + md(in), md(u.Arm), ratio(u.Rate), what, count(u.Items)})
	}
	if len(rows) > 0 {
		m.para("## Without a partner")
		m.para("Left out of every line above.")
		m.table(4, []string{"", "arm", "asked", "what", "items"}, rows)
	}
}

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

func (c *Comparison) outcome() string {
	n := c.count(func(l Line) bool { return l.Regression })
	switch {
	case n > 0:
		return strings.TrimSpace(plural(n, "regression") + ": " + md(c.B) + " is worse. " + c.Lack)
	case c.Lack != "":
		return c.Lack
	}
	return "No regression."
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
	return s + " A regression is a worse line that stands when all tested lines are counted, " + count(c.Tested) + " over all tasks and " + count(c.TestedTasks) +
		" by task (Holm; 5 % for any false alarm). Timings never decide."
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
			count(l.Items), count(l.Changed), num(l.A), num(l.B), signed(l.Diff.Mean), within(l.Diff, l.Items, "")})
	}
	if len(rows) == 0 {
		return
	}
	m.para("## " + title)
	m.table(5, []string{"arm", "asked", "measure", "task", "verdict", "items", "changed", md(c.A), md(c.B), "difference", "95 %"}, rows)
}

func (c *Comparison) mdKept(m *markdown) {
	var rows [][]string
	for _, k := range c.Kept {
		if k.Diff.Low <= 0 && k.Diff.High >= 0 {
			continue
		}
		who := c.B
		if k.Diff.Mean < 0 {
			who = c.A
		}
		rows = append(rows, []string{md(k.Arm), ratio(k.Rate), md(who) + " has an advantage", count(k.Items), percent(k.A), percent(k.B)})
	}
	if len(rows) == 0 {
		return
	}
	m.para("## Kept rate")
	m.para("Where one keeps more of the texts at the same asked rate, its values are not quite comparable.")
	m.table(3, []string{"arm", "asked", "", "items", md(c.A), md(c.B)}, rows)
}

func (c *Comparison) mdTimings(m *markdown) {
	var rows [][]string
	for _, t := range c.Timings {
		rows = append(rows, []string{md(t.Arm), ratio(t.Rate), count(t.Items), millis(t.A), millis(t.B), fixed(t.B/t.A, 2) + "×"})
	}
	if len(rows) > 0 {
		m.para("## Median time of a text")
		m.table(2, []string{"arm", "asked", "items", md(c.A), md(c.B), "ratio"}, rows)
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

package report

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// drawing writes SVG. Text is escaped, and characters that XML cannot hold are
// replaced; coordinates have one decimal.
type drawing struct{ strings.Builder }

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s)) // a Builder never fails
	return b.String()
}

func px(v float64) string {
	v = math.Round(v*10) / 10
	if v == 0 {
		v = 0 // not -0
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// raw writes markup: only constants and escaped parts belong in it.
func (d *drawing) raw(format string, args ...any) { fmt.Fprintf(d, format, args...) }

func (d *drawing) line(x1, y1, x2, y2 float64, attrs string) {
	d.raw(`<path d="M%s %sL%s %s" %s/>`, px(x1), px(y1), px(x2), px(y2), attrs)
}

func (d *drawing) text(x, y float64, anchor, class, s string) {
	d.raw(`<text x="%s" y="%s" text-anchor="%s" class="%s">%s</text>`, px(x), px(y), anchor, class, escape(s))
}

// group opens a group that draws in a style's colour; its parts use currentColor, as
// the page sets another colour in the dark and some viewers know no variables.
func (d *drawing) group(s style) {
	d.raw(`<g class="%s" color="%s">`, s.class, s.color)
}

func (d *drawing) end() { d.WriteString("</g>\n") }

// stroke are the attributes of a style's line.
func (s style) stroke() string {
	a := `fill="none" stroke="currentColor" stroke-width="` + px(s.width) + `"`
	if s.dash != "" {
		a += ` stroke-dasharray="` + s.dash + `"`
	}
	return a
}

// markers is the number of shapes that [drawing.marker] knows.
const markers = 8

// marker draws a style's mark, with a tooltip if tip is not empty.
func (d *drawing) marker(x, y float64, s style, tip string) {
	fill := `fill="currentColor"`
	if s.open {
		fill = `class="o" fill="#fff"`
	}
	d.raw(`<path d="%s" %s stroke="currentColor" stroke-width="1.4"`, shape(s.marker, x, y), fill)
	if tip == "" {
		d.WriteString("/>")
		return
	}
	d.raw(`><title>%s</title></path>`, escape(tip))
}

// shape returns the outline of a mark about 8 wide.
func shape(kind int, x, y float64) string {
	switch kind {
	case 0: // circle
		return fmt.Sprintf("M%s %sa4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", px(x-4), px(y))
	case 1: // square
		return outline(x, y, -3.5, -3.5, 3.5, -3.5, 3.5, 3.5, -3.5, 3.5)
	case 2: // triangle up
		return outline(x, y, 0, -4.6, 4.4, 3.4, -4.4, 3.4)
	case 3: // diamond
		return outline(x, y, 0, -5, 5, 0, 0, 5, -5, 0)
	case 4: // triangle down
		return outline(x, y, 0, 4.6, 4.4, -3.4, -4.4, -3.4)
	case 5: // plus
		return outline(x, y, -1.5, -4.5, 1.5, -4.5, 1.5, -1.5, 4.5, -1.5, 4.5, 1.5, 1.5, 1.5, 1.5, 4.5, -1.5, 4.5, -1.5, 1.5, -4.5, 1.5, -4.5, -1.5, -1.5, -1.5)
	case 6: // star
		return regular(x, y, 10, 5.4, 2.4)
	default: // hexagon, on its side
		return regular(x, y, 6, 4.4, 4.4)
	}
}

// regular goes round in n steps with a radius that alternates.
func regular(x, y float64, n int, outer, inner float64) string {
	var at []float64
	for i := range n {
		r := outer
		if i%2 == 1 {
			r = inner
		}
		a := 2 * math.Pi * float64(i) / float64(n)
		at = append(at, r*math.Sin(a), -r*math.Cos(a))
	}
	return outline(x, y, at...)
}

func outline(x, y float64, at ...float64) string {
	var b strings.Builder
	for i := 0; i < len(at); i += 2 {
		c := "L"
		if i == 0 {
			c = "M"
		}
		b.WriteString(c + px(x+at[i]) + " " + px(y+at[i+1]))
	}
	return b.String() + "z"
}

// textWidth guesses the width of a text of 12 pixels: there is no font here.
func textWidth(s string) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case r > 0x2e80:
			w += 12
		case strings.ContainsRune("iljt.,:;'|!()[] ", r):
			w += 4.4
		case strings.ContainsRune("mwMW%", r):
			w += 11
		default:
			w += 7.3
		}
	}
	return w
}

// fit shortens s to a width.
func fit(s string, width float64) string {
	if textWidth(s) <= width {
		return s
	}
	rs := []rune(s)
	for len(rs) > 0 && textWidth(string(rs))+8 > width {
		rs = rs[:len(rs)-1]
	}
	return string(rs) + "…"
}

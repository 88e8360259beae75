package report

import (
	"math"
	"slices"
	"strings"
)

// A plot is lines over two axes.
type plot struct {
	id     string // of its elements: unique in a page
	title  string
	desc   string // what it shows, for those who do not see it
	note   string // under the title where the plot stands alone
	w, h   float64
	narrow bool // the legend stands under the plot and not beside it
	alone  bool // a file of its own: with title, background and fonts
	x, y   axis
	series []series
}

type axis struct {
	label string
	ticks []tick
	lo    float64
	hi    float64
	log   bool
	flip  bool    // the highest value comes first
	wide  bool    // its labels take more room
	rule  float64 // a value that is marked by a line; 0 for none
}

// series is what one arm does.
type series struct {
	name   string
	style  style
	points []point
	level  bool // one value for all x: a line across
	lone   bool // single points without a line
	note   string
}

type point struct {
	x, y      float64
	low, high float64 // of y
	tip       string
}

// box is the inside of the axes.
type box struct{ left, top, right, bottom float64 }

const labelGap = 15.5

func (p *plot) svg() string {
	for i := range p.series {
		p.series[i].points = drawable(p.series[i].points, p.x.log, p.y.log)
	}
	d := new(drawing)
	b, height := p.layout()
	d.raw(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" role="img" aria-labelledby="%s-t %s-d"`,
		px(p.w), px(height), px(p.w), px(height), p.id, p.id)
	d.WriteString(` font-family="system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif" font-size="12">` + "\n")
	d.raw("<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">%s</desc>\n", p.id, escape(p.title), p.id, escape(p.desc))
	if p.alone {
		p.drawHead(d, height)
	}
	xs := p.x.scale(b.left, b.right)
	ys := p.y.scale(b.bottom, b.top)
	p.drawAxes(d, b, xs, ys)
	for i := range p.series {
		p.drawSeries(d, b, xs, ys, i)
	}
	if p.narrow {
		p.drawLegend(d, b)
	} else {
		p.drawLabels(d, b, xs, ys)
	}
	d.WriteString("</svg>")
	return d.String()
}

// drawable leaves out what has no place on the axes.
func drawable(points []point, logX, logY bool) []point {
	var out []point
	for _, p := range points {
		if !finite(p.x) || !finite(p.y) || logX && p.x <= 0 || logY && p.y <= 0 {
			continue
		}
		if !finite(p.low) || !finite(p.high) || logY && p.low <= 0 {
			p.low, p.high = p.y, p.y
		}
		out = append(out, p)
	}
	return out
}

// layout returns the inside of the axes and the height of the whole.
func (p *plot) layout() (box, float64) {
	b := box{left: 46, top: 12, right: p.w - 14}
	if p.y.label != "" || p.y.wide {
		b.left = 64
	}
	if p.alone {
		b.top = 88
	}
	if p.narrow {
		b.bottom = b.top + p.h
		rows := (len(p.series) + p.columns() - 1) / p.columns()
		return b, b.bottom + 54 + float64(rows)*18
	}
	widest := 60.0
	for _, s := range p.series {
		widest = max(widest, textWidth(s.label()))
	}
	b.right = p.w - min(widest, 200) - 60
	b.bottom = b.top + max(p.h, float64(len(p.series))*labelGap)
	return b, b.bottom + 52
}

func (s series) label() string { return s.name + s.note }

func (a axis) scale(from, to float64) scale {
	if a.flip {
		from, to = to, from
	}
	return scale{lo: a.lo, hi: a.hi, from: from, to: to, log: a.log}
}

func (p *plot) drawHead(d *drawing, height float64) {
	d.WriteString("<style>.t{font-size:16px;font-weight:600;fill:#1c2128}.m,.k{fill:#57606a}.l{fill:#1c2128}</style>\n")
	d.raw(`<rect width="%s" height="%s" rx="8" fill="#fff" stroke="#d0d7de"/>`+"\n", px(p.w), px(height))
	d.text(20, 30, "start", "t", p.title)
	for i, line := range wrap(p.note, p.w-40, 2) {
		d.text(20, 49+float64(i)*15, "start", "m", line)
	}
}

// wrap breaks s into at most n lines of a width.
func wrap(s string, width float64, n int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case textWidth(line+" "+word) <= width || len(lines) == n-1:
			line += " " + word
		default:
			lines, line = append(lines, line), word
		}
	}
	if line != "" {
		lines = append(lines, fit(line, width))
	}
	return lines
}

func (p *plot) drawAxes(d *drawing, b box, xs, ys scale) {
	d.WriteString(`<g class="grid" color="#d8dee4" stroke="currentColor" fill="none">`)
	for _, t := range p.y.ticks {
		d.line(b.left, ys.at(t.v), b.right, ys.at(t.v), `stroke-width="0.7"`)
	}
	for _, t := range p.x.ticks {
		d.line(xs.at(t.v), b.bottom, xs.at(t.v), b.bottom+4, "")
	}
	d.line(b.left, b.bottom, b.right, b.bottom, "")
	d.end()
	if p.y.rule != 0 {
		d.raw(`<g class="n0" color="#3a3f46">`)
		d.line(b.left, ys.at(p.y.rule), b.right, ys.at(p.y.rule), `stroke="currentColor" stroke-width="1.2"`)
		d.end()
	}
	for _, t := range p.y.ticks {
		d.text(b.left-7, ys.at(t.v)+4, "end", "k", t.label)
	}
	last := math.Inf(-1)
	for _, t := range byPlace(p.x.ticks, xs) {
		at := xs.at(t.v)
		if at-last < max(textWidth(t.label), textWidth(t.below))/2+22 {
			continue
		}
		last = at
		d.text(at, b.bottom+17, "middle", "k", t.label)
		if t.below != "" {
			d.text(at, b.bottom+31, "middle", "m", t.below)
		}
	}
	under := 34.0
	if slices.ContainsFunc(p.x.ticks, func(t tick) bool { return t.below != "" }) {
		under = 46
	}
	d.text((b.left+b.right)/2, b.bottom+under, "middle", "m", p.x.label)
	if p.y.label != "" {
		d.raw(`<text transform="translate(14 %s) rotate(-90)" text-anchor="middle" class="m">%s</text>`, px((b.top+b.bottom)/2), escape(p.y.label))
	}
	d.WriteString("\n")
}

// drawSeries draws whiskers first, then the line, then the marks on top.
func (p *plot) drawSeries(d *drawing, b box, xs, ys scale, i int) {
	s := p.series[i]
	if len(s.points) == 0 {
		return
	}
	d.group(s.style)
	if s.level {
		p.drawLevel(d, b, ys, s)
		d.end()
		return
	}
	// Marks at one place are moved apart by a pixel or two.
	shift := (float64(i) - float64(len(p.series)-1)/2) * p.w / 700
	place := func(pt point) (x, y float64) {
		return min(b.right, max(b.left, xs.at(pt.x)+shift)), ys.at(pt.y)
	}
	for _, pt := range s.points {
		if pt.high > pt.low {
			x, _ := place(pt)
			d.line(x, ys.at(pt.low), x, ys.at(pt.high), `stroke="currentColor" stroke-width="1.2" stroke-opacity="0.5"`)
		}
	}
	if !s.lone && len(s.points) > 1 {
		var path strings.Builder
		for j, pt := range s.points {
			x, y := place(pt)
			path.WriteString(map[bool]string{true: "M", false: "L"}[j == 0] + px(x) + " " + px(y))
		}
		d.raw(`<path d="%s" stroke-linejoin="round" %s/>`, path.String(), s.style.stroke())
	}
	for _, pt := range s.points {
		x, y := place(pt)
		d.marker(x, y, s.style, pt.tip)
	}
	d.end()
}

func (p *plot) drawLevel(d *drawing, b box, ys scale, s series) {
	pt := s.points[0]
	if pt.high > pt.low {
		d.raw(`<rect x="%s" y="%s" width="%s" height="%s" fill="currentColor" fill-opacity="0.09"/>`,
			px(b.left), px(ys.at(pt.high)), px(b.right-b.left), px(ys.at(pt.low)-ys.at(pt.high)))
	}
	y := ys.at(pt.y)
	d.raw(`<path d="M%s %sL%s %s" %s><title>%s</title></path>`, px(b.left), px(y), px(b.right), px(y), s.style.stroke(), escape(pt.tip))
}

package report

import "slices"

// byPlace returns ticks from left to right.
func byPlace(ticks []tick, s scale) []tick {
	out := slices.Clone(ticks)
	slices.SortStableFunc(out, func(a, b tick) int { return cmpFloat(s.at(a.v), s.at(b.v)) })
	return out
}

func cmpFloat(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// drawLabels writes each name at the right end, as near as it goes to where its line
// ends.
func (p *plot) drawLabels(d *drawing, b box, xs, ys scale) {
	type label struct {
		s    series
		end  point
		want float64
	}
	var labels []label
	for _, s := range p.series {
		if len(s.points) == 0 {
			continue
		}
		end := s.points[0]
		for _, pt := range s.points {
			if xs.at(pt.x) > xs.at(end.x) {
				end = pt
			}
		}
		labels = append(labels, label{s, end, ys.at(end.y)})
	}
	slices.SortStableFunc(labels, func(a, b label) int { return cmpFloat(a.want, b.want) })
	want := make([]float64, len(labels))
	for i, l := range labels {
		want[i] = l.want
	}
	for i, y := range spread(want, labelGap, b.top+4, b.bottom-2) {
		l := labels[i]
		d.group(l.s.style)
		if !l.s.lone {
			if !l.s.level {
				d.line(min(b.right, xs.at(l.end.x)+10), l.want, b.right, l.want, `fill="none" stroke="currentColor" stroke-width="0.8" stroke-opacity="0.35"`)
			}
			d.line(b.right, l.want, b.right+14, y, `fill="none" stroke="currentColor" stroke-width="0.8" stroke-opacity="0.55"`)
		}
		d.line(b.right+16, y, b.right+40, y, l.s.style.stroke())
		if !l.s.level {
			d.marker(b.right+28, y, l.s.style, "")
		}
		d.end()
		d.text(b.right+45, y+4, "start", "l", fit(l.s.label(), p.w-b.right-48))
	}
}

// columns is how many names fit beside one another under a narrow plot.
func (p *plot) columns() int {
	for _, s := range p.series {
		if textWidth(s.label()) > p.w/2-48 {
			return 1
		}
	}
	return 2
}

func (p *plot) drawLegend(d *drawing, b box) {
	n := p.columns()
	rows := (len(p.series) + n - 1) / n
	for i, s := range p.series {
		x := 8 + float64(i/rows)*p.w/float64(n)
		y := b.bottom + 64 + float64(i%rows)*18
		d.group(s.style)
		d.line(x, y, x+24, y, s.style.stroke())
		if !s.level {
			d.marker(x+12, y, s.style, "")
		}
		d.end()
		d.text(x+30, y+4, "start", "l", fit(s.label(), p.w/float64(n)-40))
	}
}

// spread moves ascending places apart by at least gap, within [lo, hi] if that is
// possible, and each as little as it goes: places that collide become a block around
// the mean of where they want to be.
func spread(want []float64, gap, lo, hi float64) []float64 {
	type block struct {
		sum  float64 // of where its first place would be
		n    int
		from float64
	}
	room := func(b block) block {
		b.from = min(max(b.sum/float64(b.n), lo), max(lo, hi-gap*float64(b.n-1)))
		return b
	}
	var blocks []block
	for _, w := range want {
		b := room(block{sum: w, n: 1})
		for len(blocks) > 0 {
			last := blocks[len(blocks)-1]
			if last.from+gap*float64(last.n) <= b.from+1e-9 {
				break
			}
			b = room(block{sum: last.sum + b.sum - gap*float64(last.n*b.n), n: last.n + b.n})
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	out := make([]float64, 0, len(want))
	for _, b := range blocks {
		for i := range b.n {
			out = append(out, b.from+gap*float64(i))
		}
	}
	return out
}

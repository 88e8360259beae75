package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

//go:embed page.js
var pageJS string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"num": num, "signed": signed, "interval": interval, "count": count, "percent": percent, "ratio": ratio,
	"asked": asked, "millis": millis, "dollars": dollars, "fixed": fixed, "plural": plural, "thousands": thousands, "within": within,
}).Parse(pageHTML))

// WriteHTML writes one page that needs nothing else: no fonts, scripts or pictures from
// elsewhere, which its own Content-Security-Policy forbids too. Its script only chooses
// between tables that are all there without it. Equal reports give equal bytes.
func (r *Report) WriteHTML(w io.Writer) error {
	if err := r.validate(); err != nil {
		return fmt.Errorf("write html: %w", err)
	}
	if err := page.Execute(w, newView(r)); err != nil {
		return fmt.Errorf("write html: %w", err)
	}
	return nil
}

// WriteSVG writes the plot of one measure against what was kept as a picture of its
// own, on a white ground: for a README.
func (r *Report) WriteSVG(w io.Writer, measure string) error {
	if err := r.validate(); err != nil {
		return fmt.Errorf("write svg: %w", err)
	}
	for _, m := range r.Measures {
		if m.Name != measure {
			continue
		}
		x := newIndex(r)
		p := x.quality(m)
		p.id, p.w, p.h, p.alone = "plot", 860, 360, true
		p.title = r.Set + ": " + m.Name + " against what was kept"
		kind := "Offline, no LLM read anything. "
		if m.Kind == OfReader {
			kind = "Answers by " + x.readerName() + ". "
		}
		p.note = kind + m.About
		_, err := io.WriteString(w, p.svg()+"\n")
		return err
	}
	return fmt.Errorf("write svg: no measure %q in the report", measure)
}

func (x *index) readerName() string {
	if x.Reader == nil {
		return "an LLM"
	}
	return x.Reader.Name
}

// view is what the page shows, in its order.
type view struct {
	*Report
	CSS      template.CSS
	JS       template.JS
	Policy   string
	Title    string
	Measured string
	ReadBy   string
	Middle   int // of the rates: the one shown first
	Bold     string
	Summary  []pane
	Kinds    []kindView
	Achieved figure
	Latency  figure
	KeptRows []keptRow
	Heat     []pane
	Needles  []gridPane
	Economy  economyView
	HurtLead string
	Hurts    []hurtView
	Examples []exampleView
	How      []string
}

// figure is one plot twice: for wide and for narrow screens.
type figure struct{ Wide, Narrow template.HTML }

type kindView struct {
	Kind, Badge, Means string
	Measures           []measureView
}

type measureView struct {
	Measure
	Caveat   string
	Takeaway string
	Figure   figure
	Rates    []string
	Rows     []measureRow
}

type measureRow struct {
	Arm   Arm
	Note  string // that it is over other items
	Cells []valueCell
}

type valueCell struct {
	Value
	OK   bool
	Best bool
	Kept string // "kept 60 %" of an arm that kept more than was asked
	Over string // what Gain is over, said with it

	Unanswered string // "3 without an answer", of a reader's score
}

type hurtView struct {
	Arm    Arm
	Count  int
	Open   bool // what holds over all tasks is shown without a click
	All    []hurtSentence
	ByTask []hurtSentence
}

type hurtSentence struct{ Kind, Text string }

func newView(r *Report) *view {
	x := newIndex(r)
	v := &view{
		Report: r, CSS: template.CSS(pageCSS), JS: template.JS(pageJS),
		Policy:   policy(),
		Title:    "pith eval: " + r.Set,
		Measured: r.measured(),
		ReadBy:   r.readBy(),
		Bold:     boldMeans,
		Summary:  x.summary(),
		KeptRows: x.keptRows(),
		Heat:     x.heat(),
		Needles:  x.needles(),
		Economy:  x.economy(),
		HurtLead: x.hurtsLead(),
		Examples: x.examples(),
		How:      x.method(),
	}
	if m, ok := x.middle(); ok {
		v.Middle = slices.Index(r.Rates, m)
	}
	for _, k := range []kindView{
		{Kind: Offline, Badge: "offline", Means: offlineMeans},
		{Kind: OfReader, Badge: "reader", Means: readMeans},
	} {
		for _, m := range x.ofKind(k.Kind) {
			k.Measures = append(k.Measures, x.measureView(m, k.Kind+strconv.Itoa(len(k.Measures))))
		}
		if len(k.Measures) > 0 {
			v.Kinds = append(v.Kinds, k)
		}
	}
	if p := x.achieved(); len(p.series) > 0 {
		v.Achieved = p.both("achieved", 300)
	}
	if p := x.latency(); len(p.series) > 0 {
		v.Latency = p.both("latency", 320)
	}
	for _, p := range x.pains() {
		v.Hurts = append(v.Hurts, hurtView{
			Arm: p.arm, Count: p.count, Open: p.arm.Kind != kindBaseline && len(p.all) > 0, All: sentences(p.all), ByTask: sentences(p.tasks),
		})
	}
	return v
}

func sentences(lines []painLine) []hurtSentence {
	var out []hurtSentence
	for _, l := range lines {
		out = append(out, hurtSentence{l.Kind, l.sentence()})
	}
	return out
}

// both draws a plot for a wide and for a narrow screen.
func (p plot) both(id string, height float64) figure {
	p.id, p.w, p.h = id, 1000, height
	f := figure{Wide: template.HTML(p.svg())}
	p.id, p.w, p.h, p.narrow = id+"-n", 350, 250, true
	f.Narrow = template.HTML(p.svg())
	return f
}

// policy allows the page's own style and script, by their digests, and nothing else.
func policy() string {
	return "default-src 'none'; style-src '" + digest(pageCSS) + "'; script-src '" + digest(pageJS) + "'; base-uri 'none'; form-action 'none'"
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func (x *index) measureView(m Measure, id string) measureView {
	v := measureView{Measure: m, Caveat: caveat(m.Name), Takeaway: x.takeaway(m)}
	if p := x.quality(m); len(p.series) > 0 {
		v.Figure = p.both("q-"+id, 330)
	}
	for _, r := range x.Rates {
		v.Rates = append(v.Rates, asked(r))
	}
	for _, a := range x.Arms {
		row := measureRow{Arm: a, Note: x.partialRow(a, m.Name)}
		any := false
		for _, rate := range x.Rates {
			c := x.valueCell(a, rate, m.Name)
			any = any || c.OK
			row.Cells = append(row.Cells, c)
		}
		if any {
			v.Rows = append(v.Rows, row)
		}
	}
	return v
}

// valueCell is over all tasks.
func (x *index) valueCell(a Arm, rate float64, measure string) valueCell {
	v, ok := x.value(a, rate, "", measure)
	if !ok {
		return valueCell{}
	}
	if a.Fixed || a.Kind == kindNone || a.Name == x.Against {
		v.Gain = nil // there is no other arm at the same rate
	}
	c := valueCell{Value: v, OK: true, Best: x.isBest(a, rate, measure), Kept: x.keptMore(a, rate, "", measure)}
	if v.Gain != nil {
		c.Over = gainText(v)
	}
	if x.kindOf(measure) == OfReader {
		c.Unanswered = x.at(a, rate, "").unanswered()
	}
	return c
}

// Label is what stands beside an arm's name.
func (a Arm) Label() string {
	var parts []string
	if a.Kind == kindNone {
		return "the whole text"
	}
	if a.Kind != "" {
		parts = append(parts, a.Kind)
	}
	if a.Question {
		parts = append(parts, "sees the question")
	}
	if a.Fixed {
		parts = append(parts, "own rate")
	}
	return strings.Join(parts, ", ")
}

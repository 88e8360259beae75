package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/html"
)

func pageOf(t *testing.T, r *Report) (string, *html.Node) {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), doc
}

func walk(n *html.Node, each func(*html.Node)) {
	each(n)
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, each)
	}
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	var b strings.Builder
	walk(n, func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
	})
	return b.String()
}

func find(n *html.Node, tag string) (out []*html.Node) {
	walk(n, func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == tag {
			out = append(out, n)
		}
	})
	return out
}

var fullPage = sync.OnceValue(func() string {
	var b bytes.Buffer
	if err := fullRead().WriteHTML(&b); err != nil {
		return err.Error()
	}
	return b.String()
})

func fullDoc(t *testing.T) *html.Node {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(fullPage()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestPageNeedsNothingElse(t *testing.T) {
	page, doc := fullPage(), fullDoc(t)
	ids := map[string]bool{}
	var links []string
	walk(doc, func(n *html.Node) {
		if n.Type != html.ElementNode {
			return
		}
		switch n.Data {
		case "link", "img", "iframe", "object", "embed", "base", "form", "audio", "video", "use", "image", "foreignobject":
			t.Errorf("there is a <%s>", n.Data)
		}
		for _, a := range n.Attr {
			switch {
			case a.Key == "id" && ids[a.Val]:
				t.Errorf("id %q is there twice", a.Val)
			case a.Key == "id":
				ids[a.Val] = true
			case a.Key == "href":
				links = append(links, a.Val)
			case a.Key == "src" || a.Key == "srcset" || a.Key == "style" || strings.HasPrefix(a.Key, "on"):
				t.Errorf("<%s> has %s", n.Data, a.Key)
			}
		}
	})
	for _, l := range links {
		if !strings.HasPrefix(l, "#") || !ids[l[1:]] {
			t.Errorf("link to %q leads nowhere in the page", l)
		}
	}
	bare := strings.ReplaceAll(page, `xmlns="http://www.w3.org/2000/svg"`, "")
	if i := strings.Index(bare, "://"); i >= 0 {
		t.Errorf("an address: %q", bare[max(0, i-20):i+20])
	}
	if strings.Contains(pageCSS, "url(") || strings.Contains(pageCSS, "@import") {
		t.Error("the style loads something")
	}
}

func TestPolicyAllowsTheStyleAndTheScript(t *testing.T) {
	_, doc := pageOf(t, small())
	policy := ""
	for _, m := range find(doc, "meta") {
		if attr(m, "http-equiv") == "Content-Security-Policy" {
			policy = attr(m, "content")
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %q is not strict", policy)
	}
	styles, scripts := find(doc, "style"), find(doc, "script")
	if len(styles) != 1 || len(scripts) != 1 {
		t.Fatalf("%d styles, %d scripts, want one of each", len(styles), len(scripts))
	}
	for directive, n := range map[string]*html.Node{"style-src": styles[0], "script-src": scripts[0]} {
		sum := sha256.Sum256([]byte(textOf(n)))
		want := directive + " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q has no %q", policy, want)
		}
	}
}

const hostile = "</script></style></title></svg>]]><script>alert(1)</script><img src=x onerror=alert(2)>\" onload=\"x' & | `${a}` {{.}} \u202eevil\u202c \x00\x01 قال"

// poisoned puts a hostile text into every string of the small report.
func poisoned() *Report {
	r := small()
	h := func(s *string) { *s += hostile }
	rename := func(s string) string { return s + hostile }
	for _, s := range []*string{&r.Pith, &r.Set, &r.Unit, &r.Through, &r.Reader.Name, &r.Notes[0]} {
		h(s)
	}
	r.Against = rename(r.Against)
	for i := range r.Tasks {
		for _, s := range []*string{&r.Tasks[i].Name, &r.Tasks[i].Title, &r.Tasks[i].Set, &r.Tasks[i].Kind, &r.Tasks[i].Language, &r.Tasks[i].Metric} {
			h(s)
		}
	}
	for i := range r.Measures {
		h(&r.Measures[i].Name)
		h(&r.Measures[i].About)
	}
	for i := range r.Arms {
		h(&r.Arms[i].Name)
		h(&r.Arms[i].About)
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		h(&c.Arm)
		if c.Task != "" {
			h(&c.Task)
		}
		values := map[string]Value{}
		for k, v := range c.Values {
			values[rename(k)] = v
		}
		c.Values = values
	}
	for i := range r.Lengths {
		h(&r.Lengths[i].Arm)
	}
	for i := range r.Grids {
		h(&r.Grids[i].Arm)
		h(&r.Grids[i].Measure)
	}
	h(&r.Economics[0].Arm)
	r.Economics[0].Cached = map[string]float64{rename("openai"): 0.5}
	for _, s := range []*string{&r.Vendors[0].Name, &r.Vendors[0].AsOf, &r.Vendors[0].OtherModels[0]} {
		h(s)
	}
	for i := range r.Hurts {
		h(&r.Hurts[i].Arm)
		h(&r.Hurts[i].Measure)
		h(&r.Hurts[i].Than)
		if r.Hurts[i].Task != "" {
			h(&r.Hurts[i].Task)
		}
	}
	for i := range r.Outcomes {
		h(&r.Outcomes[i].ID)
		h(&r.Outcomes[i].Task)
		h(&r.Outcomes[i].Arm)
	}
	e := &r.Examples[0]
	for _, s := range []*string{&e.ID, &e.Question, &e.Answers[0], &e.Text} {
		h(s)
	}
	for i := range e.Shown {
		h(&e.Shown[i].Arm)
		h(&e.Shown[i].Answer)
		if e.Shown[i].Spans == nil {
			h(&e.Shown[i].Text)
		}
	}
	return r
}

func TestPageEscapesEverything(t *testing.T) {
	_, clean := pageOf(t, small())
	page, doc := pageOf(t, poisoned())
	for _, tag := range []string{"script", "style", "title", "svg", "img", "section", "nav"} {
		want := len(find(clean, tag))
		if tag == "title" {
			continue // of plots too, whose number depends on values
		}
		if got := len(find(doc, tag)); got != want {
			t.Errorf("%d <%s>, want %d", got, tag, want)
		}
	}
	walk(doc, func(n *html.Node) {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") {
				t.Errorf("<%s> got an attribute %s", n.Data, a.Key)
			}
		}
	})
	if body := textOf(doc); !strings.Contains(body, "<script>alert(1)</script><img src=x onerror=alert(2)>") {
		t.Error("the hostile text is not shown as text")
	}
	if strings.Contains(page, "<script>alert") || strings.Contains(page, "<img") {
		t.Error("the hostile text is markup")
	}
	checkSVGs(t, page)
}

var svgs = regexp.MustCompile(`(?s)<svg.*?</svg>`)

// checkSVGs wants each picture of a page to be XML with a title and a description.
func checkSVGs(t *testing.T, page string) {
	t.Helper()
	all := svgs.FindAllString(page, -1)
	if len(all) == 0 {
		t.Fatal("no plots")
	}
	for i, s := range all {
		dec := xml.NewDecoder(strings.NewReader(s))
		seen := map[string]int{}
		for {
			tok, err := dec.Token()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatalf("plot %d: %v", i, err)
			}
			if e, ok := tok.(xml.StartElement); ok {
				seen[e.Name.Local]++
			}
		}
		if seen["desc"] != 1 || seen["title"] == 0 || seen["script"] > 0 || seen["image"] > 0 {
			t.Errorf("plot %d has elements %v", i, seen)
		}
		if strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Errorf("plot %d has a coordinate that is no number", i)
		}
	}
}

func TestPlotsAreXML(t *testing.T) {
	checkSVGs(t, fullPage())
	for name, r := range map[string]*Report{
		"offline": madeOnce(two), "hostile": poisoned(),
		"one_item": made(plan{arms: thirteen[:3], rates: []float64{0.5}, tasks: 1, items: 1, resample: 20}),
	} {
		page, _ := pageOf(t, r)
		checkSVGs(t, page)
		for _, m := range r.Measures {
			var b bytes.Buffer
			if err := r.WriteSVG(&b, m.Name); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			checkSVGs(t, b.String())
		}
	}
	if err := small().WriteSVG(io.Discard, "nothing"); err == nil || !strings.Contains(err.Error(), `no measure "nothing"`) {
		t.Errorf("got %v", err)
	}
}

// TestEmptyReports: nothing in, no panic and no empty frames out.
func TestEmptyReports(t *testing.T) {
	for name, r := range map[string]*Report{
		"nothing":  {Format: Format},
		"no_items": made(plan{arms: thirteen, rates: []float64{0.5}, tasks: 2, items: 0, resample: 20}),
		"no_rates": made(plan{arms: thirteen[:1], tasks: 1, items: 2, resample: 20}),
	} {
		page, doc := pageOf(t, r)
		if err := r.WriteMarkdown(io.Discard); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, s := range find(doc, "tbody") {
			if len(find(s, "tr")) == 0 && len(r.Arms) > 0 {
				t.Errorf("%s: a table without rows: %s", name, textOf(s.Parent))
			}
		}
		if strings.Contains(page, "NaN") {
			t.Errorf("%s: NaN in the page", name)
		}
	}
}

// TestTablesSayWhatTheReportSays reads the numbers back from the page.
func TestTablesSayWhatTheReportSays(t *testing.T) {
	r := fullRead()
	x := newIndex(r)
	doc := fullDoc(t)
	checked := 0
	walk(doc, func(pane *html.Node) {
		if pane.Type != html.ElementNode || attr(pane, "class") != "pane" {
			return
		}
		rate := 0.0
		for _, v := range r.Rates {
			if asked(v) == attr(pane, "data-b") {
				rate = v
			}
		}
		rows := find(pane, "tr")
		head := find(rows[0], "th")
		for _, row := range rows[1:] {
			cells := append(find(row, "th"), find(row, "td")...)
			if len(cells) != len(head) {
				t.Fatalf("%d cells under %d heads", len(cells), len(head))
			}
			for i, c := range cells {
				arm, task, measure := textOf(head[i]), "", attr(pane, "data-a")
				if measure == "" { // the summary
					if i < 2 || i == len(cells)-1 {
						continue
					}
					arm, measure = strings.TrimSpace(textOf(find(cells[0], "bdi")[0])), textOf(head[i].FirstChild)
				} else if i == 0 {
					continue
				} else {
					for _, tk := range r.Tasks {
						if tk.Title == textOf(cells[0]) {
							task = tk.Name
						}
					}
				}
				v, ok := x.value(x.arms[arm], rate, task, measure)
				want := missing
				if ok {
					want = num(v.Mean)
					checked++
				}
				got := textOf(c)
				if spans := find(c, "span"); len(spans) > 0 {
					got = textOf(spans[0])
				}
				if got != want {
					t.Errorf("%s %v %s %s: the page says %q, the report %q", arm, rate, task, measure, got, want)
				}
			}
		}
	})
	if want := 4*(13*5+4) + 4*4*(8*13+1); checked != want {
		t.Errorf("%d numbers checked, want %d", checked, want)
	}
}

func TestMarkdownTablesAreWhole(t *testing.T) {
	for name, r := range map[string]*Report{"full": fullRead(), "hostile": poisoned()} {
		var b bytes.Buffer
		if err := r.WriteMarkdown(&b); err != nil {
			t.Fatal(err)
		}
		width := 0
		for i, line := range strings.Split(b.String(), "\n") {
			if !strings.HasPrefix(line, "|") {
				width = 0
				continue
			}
			n := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if width != 0 && n != width {
				t.Errorf("%s line %d has %d bars, want %d", name, i+1, n, width)
			}
			width = n
		}
		if strings.Contains(b.String(), "<script") || strings.Contains(b.String(), "<img") {
			t.Errorf("%s: markup in the Markdown", name)
		}
	}
}

func TestMarkdownHasTheNumbers(t *testing.T) {
	var b bytes.Buffer
	r := fullRead()
	if err := r.WriteMarkdown(&b); err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Cells {
		if c.Task != "" {
			continue
		}
		for name, v := range c.Values {
			if want := num(v.Mean) + "** (" + interval(v.Estimate); !strings.Contains(b.String(), want) && !strings.Contains(b.String(), strings.Replace(want, "**", "", 1)) {
				t.Errorf("%s at %v: no %s %s", c.Arm, c.Rate, name, want)
			}
		}
	}
}

func TestCostsMoreIsSaidInWords(t *testing.T) {
	_, doc := pageOf(t, small())
	found := ""
	for _, td := range find(doc, "td") {
		if strings.Contains(attr(td, "class"), "more") {
			found += textOf(td) + ";"
		}
	}
	if want := "1.25×" + " costs more;"; strings.ReplaceAll(found, "costs", " costs") != want {
		t.Errorf("got %q, want %q", found, want)
	}
	if p := price(1.0049, true); p.More || p.Text != "1.00×" {
		t.Errorf("%v is called more", p)
	}
}

func ExampleReport_WriteSVG() {
	r := &Report{Format: Format, Measures: []Measure{{Name: "survival", Kind: Offline}}}
	var b bytes.Buffer
	fmt.Println(r.WriteSVG(&b, "survival"), strings.HasPrefix(b.String(), "<svg"))
	// Output: <nil> true
}

package jsonform

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/tokenize"
)

func counter(t testing.TB) func(string) int {
	c, err := tokenize.CounterFor("o200k_base")
	if err != nil {
		t.Fatal(err)
	}
	return c.Count
}

// TestMeasure prints the tokens of documents as they are, as minified JSON, in our form,
// and as CSV where they are a flat table; then those of the files in the directory
// PITH_JSONFORM_DATA.
func TestMeasure(t *testing.T) {
	count := counter(t)
	t.Logf("%-24s %8s %8s %8s %7s %7s %7s %7s", "", "source", "minified", "ours", "saved", "of min", "CSV", "layout")
	all := documents()
	files, err := filepath.Glob(filepath.Join(os.Getenv("PITH_JSONFORM_DATA"), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, struct{ name, text string }{filepath.Base(name), string(raw)})
	}
	for _, d := range all {
		content, _, ok := split(d.text)
		if !ok {
			t.Errorf("%s is no JSON", d.name)
			continue
		}
		e, ok := Encode(d.text, structure.Options{Count: count})
		if !ok {
			e.Text = d.text
		} else if back, err := Decode(e.Text, e.Layout, len(d.text)); err != nil || back != d.text {
			t.Errorf("%s does not come back: %v", d.name, err)
		}
		source, least, ours := count(d.text), count(content), count(e.Text)
		share := func(of int) float64 { return 100 - 100*float64(ours)/float64(of) }
		t.Logf("%-24s %8d %8d %8d %6.1f%% %6.1f%% %7d %7d", d.name, source, least, ours, share(source), share(least), count(asCSV(d.text)), len(e.Layout))
		if dir := os.Getenv("PITH_JSONFORM_OUT"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, d.name+".txt"), []byte(e.Text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// asCSV writes an array of flat records as CSV; "" if text is something else.
func asCSV(text string) string {
	var rows []map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if d.Decode(&rows) != nil {
		var outer map[string][]map[string]any
		if json.Unmarshal([]byte(text), &outer) != nil || len(outer) != 1 {
			return ""
		}
		for _, rows = range outer {
		}
	}
	var keys []string
	for key := range rows[0] {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var b strings.Builder
	w := csv.NewWriter(&b)
	lines := [][]string{keys}
	for _, row := range rows {
		var line []string
		for _, key := range keys {
			cell := marshal(row[key])
			if s, ok := row[key].(string); ok {
				cell = s
			} else if strings.ContainsAny(cell, "{[") {
				return ""
			}
			line = append(line, cell)
		}
		lines = append(lines, line)
	}
	if err := w.WriteAll(lines); err != nil {
		return ""
	}
	return b.String()
}

// An estimate decides where nothing is counted: it must not be far off.
func TestWeigh(t *testing.T) {
	count := counter(t)
	for _, d := range documents() {
		content, l, _ := split(d.text)
		table, share := tabulate(content, l.Stream, count)
		if table == "" {
			t.Errorf("%s has no table", d.name)
			continue
		}
		want := float64(count(table)) / float64(count(content))
		t.Logf("%-24s share %.3f, estimated %.3f; of the content %d, estimated %d", d.name, want, share, count(content), weigh([]byte(content)))
		if share < want-0.1 || share > want+0.1 {
			t.Errorf("%s: %.3f is estimated as %.3f", d.name, want, share)
		}
	}
}

// What uniform records must save against JSON without white space.
func TestSavings(t *testing.T) {
	count := counter(t)
	for _, d := range documents() {
		least, ok := map[string]float64{"three records": 0.25, "100 customers": 0.3, "1000 customers": 0.3, "100 metrics": 0.3, "1000 metrics": 0.3}[d.name]
		if !ok {
			continue
		}
		content, _, _ := split(d.text)
		e, ok := Encode(d.text, structure.Options{Count: count})
		if got := 1 - float64(count(e.Text))/float64(count(content)); !ok || got < least {
			t.Errorf("%s: saves %.3f", d.name, got)
		}
	}
}

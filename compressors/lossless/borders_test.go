package lossless_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/content/contenttest"
	"github.com/pith-proxy/pith/compressors/lossless"
)

// What stood on lines of its own between two regions still does, with the blank lines
// around it, whatever was done to its neighbours.
func TestBordersStay(t *testing.T) {
	samples := contenttest.Samples(t)
	var kinds []string
	for _, class := range []content.Class{content.JSON, content.NDJSON, content.Log, content.Table, content.Search, content.Prose, content.Code, content.Trace} {
		kinds = append(kinds, strings.Repeat(strings.TrimRight(samples[class][0].Text, "\n")+"\n", 6))
	}
	kinds = append(kinds, "```json\n"+strings.Repeat("{\"identifier\": 12345, \"name\": \"one of them\"}\n", 8)+"```\n",
		"[\n"+strings.Repeat("  {\"identifier\": 12345, \"price\": 43.5},\n", 20)+"  {\"identifier\": 12346, \"price\": 43.5}\n]\n",
		strings.Repeat("2026-03-01T10:00:00Z INFO server: request handled in 3 ms by worker 7\n", 20))
	rng := rand.New(rand.NewPCG(21, 22))
	changed := 0
	for range 300 {
		var doc strings.Builder
		var marks []string
		for i := range 2 + rng.IntN(3) {
			doc.WriteString(kinds[rng.IntN(len(kinds))])
			gap := strings.Repeat("\n", rng.IntN(3))
			mark := fmt.Sprintf("%sThis sentence has the number %d and stands between two of them, for people to read.\n%s", gap, i, gap)
			doc.WriteString(mark)
			marks = append(marks, "\n"+mark)
		}
		doc.WriteString(kinds[rng.IntN(len(kinds))])
		for name, c := range methods(t) {
			if name == "metatoken" || name == "lossless" {
				continue // a phrase may stand for the mark itself
			}
			r := compress(t, c, doc.String(), func(req *pith.Request) { // a row of a log could stand for the mark
				req.Options.Lossless.Forms = []string{"noise", "json", "csv", "markdown", "frames", "columns", "hits", "paths"}
			})
			if r.Status == pith.StatusCompressed {
				changed++
			}
			for _, m := range marks {
				if !strings.Contains(string(r.Text), m) {
					t.Fatalf("%s, by %v: the border %q is gone from\n%s\n--- it was\n%s", name, r.Forms, m, string(r.Text), doc.String())
				}
			}
		}
	}
	if changed < 200 {
		t.Errorf("only %d were changed", changed)
	}
}

// A log in short form ends before something else begins, and there is one at most.
func TestOneLog(t *testing.T) {
	log := strings.Repeat("2026-03-01T10:00:00Z INFO server: request handled in 3 ms by worker 7\n2026-03-01T10:00:07Z WARN server: the queue of worker 9 is long\n", 12)
	prose := strings.Repeat("The harbour was quiet that morning and nobody spoke of the ship that had left the day before.\nIn the evening the lamps were lit, one after the other, and the boats came home.\n", 12)
	doc := log + "\n" + prose + "\n" + prose + "\n" + log + "\n" + prose + "\n" + prose + "\n" + prose
	r := compress(t, methods(t)["structure"], doc)
	text := string(r.Text)
	if strings.Count(text, "Log in short form") != 1 || strings.Count(text, "\n(end of the log)\n\nThe harbour") != 1 {
		t.Errorf("by %v:\n%s", r.Forms, text)
	}
}

// Hits by file are not followed by what would read as one more.
func TestHitsEnd(t *testing.T) {
	var hits strings.Builder
	for i := range 40 {
		fmt.Fprintf(&hits, "service/proxy/handler.go:%d:\tif err := s.run(ctx, req); err != nil {\n", 10+7*i)
	}
	json := "[\n" + strings.Repeat("  {\"identifier\": 12345, \"price\": 43.5},\n", 20) + "  {\"identifier\": 12346, \"price\": 43.5}\n]\n"
	c := methods(t)["structure"]
	if r := compress(t, c, hits.String()+"\n"+json); !strings.HasPrefix(string(r.Text), "service/proxy/handler.go\n10:") {
		t.Errorf("by %v", r.Forms)
	}
	if r := compress(t, c, hits.String()+"\n"+json+"\n14: files were searched and that is all there is\n"); !strings.HasPrefix(string(r.Text), hits.String()) {
		t.Errorf("by %v:\n%s", r.Forms, string(r.Text))
	}
}

// What needs its bytes keeps them.
func TestKept(t *testing.T) {
	red := "\x1b[31m"
	for _, tt := range []struct{ name, text string }{
		{"program_with_escapes", strings.Repeat("RED=\""+red+"\"; echo \"${RED}error\"\nif [ -n \"$1\" ]; then\n  exit 1\nfi\n", 20)},
		{"diff_by_words", "diff --git a/x b/x\n@@ -1,3 +1,3 @@\n" + strings.Repeat("within "+red+"14"+"\x1b[m\x1b[32m21\x1b[m days of the notice\n", 30)},
		{"struck_out", strings.Repeat("the price was \x1b[9m12 euros\x1b[m 9 euros\n", 40)},
		{"patch", "A patch for you, which I tried.\n\n" + strings.Repeat("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,4 +1,4 @@\n a\n \n-b   \n+c\n \n\n", 20)},
		{"rows_of_commas", "url,status,ms\n" + strings.Repeat("/api/v2/orders/by-customer/recent/1000,200,12\n/api/v2/orders/by-customer/recent/2000,404,8\n", 20)},
		{"program_of_imports", strings.Repeat("export{default}from'./components/forms/fields/Field0';\nexport{default}from'./components/forms/fields/Field1';\n", 20)},
	} {
		for _, name := range []string{"structure", "structure_auto"} {
			if r := compress(t, methods(t)[name], tt.text); r.Text != pith.Text(tt.text) {
				t.Errorf("%s by %s, as %v:\n%s", tt.name, name, r.Forms, string(r.Text)[:min(len(r.Text), 600)])
			}
		}
	}
}

// Colours that only repeat what the first sign of a line says may go, and frames that tell
// of a failure stay.
func TestNoise(t *testing.T) {
	c := methods(t)["structure"]
	diff := "\x1b[1mdiff --git a/x b/x\x1b[m\n\x1b[36m@@ -1,3 +1,3 @@\x1b[m\n" + strings.Repeat(" same line as before\n\x1b[31m-the old line\x1b[m\n\x1b[32m+\x1b[m\x1b[32mthe new line\x1b[m\n", 20)
	if r := compress(t, c, diff); len(r.Forms) != 1 || r.Forms[0] != lossless.FormNoise || strings.Contains(string(r.Text), "\x1b") {
		t.Errorf("diff: %v", r.Forms)
	}
	var frames strings.Builder
	for i := range 40 {
		what := "ok      "
		if i == 17 {
			what = "FAILED: timeout"
		}
		fmt.Fprintf(&frames, "\rChecking host%d ... %s", i, what)
	}
	r := compress(t, c, frames.String()+"\ndone\n")
	if !strings.Contains(string(r.Text), "host17 ... FAILED: timeout") || strings.Contains(string(r.Text), "host12") {
		t.Errorf("frames: %s", string(r.Text))
	}
}

// What no method may touch is there as often as it was, or nothing was changed.
func TestPreserve(t *testing.T) {
	c := methods(t)["structure"]
	text := "[\n" + strings.Repeat("  {\"id\": 1, \"name\": \"x y\"},\n", 30) + "  {\"id\": 2, \"name\": \"z\"}\n]"
	if r := compress(t, c, text); r.Status != pith.StatusCompressed {
		t.Fatal("not compressed")
	}
	r := compress(t, c, text, func(req *pith.Request) { req.Options.Preserve.Literals = []string{`"name": "x y"`} })
	if r.Status != pith.StatusUnchanged {
		t.Errorf("by %v", r.Forms)
	}
}

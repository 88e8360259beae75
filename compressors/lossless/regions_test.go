package lossless

import (
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/compressors/content/contenttest"
)

const (
	someProse = "The harbour was quiet that morning and nobody spoke of the ship that had left the day before.\n\n"
	someJSON  = `{"id": 1, "name": "a long enough name", "tags": ["x", "y"], "size": 12345678}`
	someLog   = "2026-03-01T10:00:00Z INFO server: request handled in 3 ms\n2026-03-01T10:00:01Z INFO server: request handled in 4 ms\n2026-03-01T10:00:02Z WARN server: queue is long\n"
	someCode  = "func f(x int) int {\n\tif x > 3 {\n\t\treturn x * 2\n\t}\n\treturn 0\n}\n"
)

func TestRegions(t *testing.T) {
	long := strings.Repeat(someProse, 4)
	for _, tt := range []struct {
		name, text string
		want       string // classes
	}{
		{"prose", long, "prose"},
		{"json", someJSON, "json"},
		{"log", strings.Repeat(someLog, 3), "log"},
		{"json_in_prose", long + someJSON + "\n" + long, "prose json prose"},
		{"fence", long + "```json\n" + someJSON + "\n```\n" + long, "prose json prose"},
		{"fence_of_code", long + "```go\n" + someCode + "```\n" + long, "prose code prose"},
		{"fence_without_end", long + "```json\n" + someJSON + "\n", "prose json"},
		{"fence_without_name", long + "```\n" + strings.Repeat(someLog, 2) + "```\n" + long, "prose log prose"},
		{"short_json", long + "{\"a\": 1}\n" + long, "prose json prose"},
		{"json_lines", long + someJSON + "\n" + someJSON + "\n\n" + someJSON + "\n" + long, "prose ndjson prose"},
		{"patch_in_mail", long + "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n a\n-b\n+c\n \n" + long, "diff"},
		{"brackets_that_do_not_close", long + "[see the notes below, where\n" + long, "prose"},
		{"json_and_more_on_its_line", long + someJSON + " as it was\n" + long, "prose"},
		{"program_with_fences", someCode + "// ```\n" + strings.Repeat(someCode, 3) + "// ```\n", "code"},
		{"mixture", strings.Repeat(someLog, 2) + "\n" + long + long + long + strings.Repeat(someLog, 2) + "\n" + strings.Repeat(someCode+someCode+"\n", 4), "log prose log code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var classes []string
			for _, r := range regions(tt.text) {
				c := string(r.class)
				if c == string(content.Markdown) {
					c = "prose"
				}
				if k := len(classes) - 1; c == "other" || k >= 0 && classes[k] == c {
					continue // what frames something
				}
				classes = append(classes, c)
			}
			if got := strings.Join(classes, " "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// Regions are all of the text, in order, whatever it is.
func FuzzRegions(f *testing.F) {
	for _, list := range contenttest.Samples(f) {
		for _, s := range list {
			f.Add(s.Text)
		}
	}
	f.Add("```\n{\n```\n[[[\n{\"a\": \"\\\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		for _, r := range regions(text) {
			b.WriteString(r.text)
		}
		if b.String() != text {
			t.Fatal("the regions are not the text")
		}
	})
}

// Finding the ends of JSON takes linear time, also where there are none.
func BenchmarkRegions(b *testing.B) {
	for name, unit := range map[string]string{"prose": someProse, "json": someJSON + "\n", "log": someLog, "open_brackets": "[\n", "open_strings": "{\"a\n",
		"open_fences": "```\n", "closed": "{}\n", "long_open": "{\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\":[\n"} {
		text := strings.Repeat(unit, 1<<20/len(unit))
		b.Run("text="+name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				regions(text)
			}
		})
	}
}

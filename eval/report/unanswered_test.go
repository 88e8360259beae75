package report

import (
	"bytes"
	"strings"
	"testing"
)

// TestUnansweredIsSaid: beside the kept rate in the summary, and beside each score, but not
// beside what nobody had to read.
func TestUnansweredIsSaid(t *testing.T) {
	r := small()
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Arm == "llmlingua2" && c.Task == "" {
			c.Unanswered = 3
		}
	}
	var md, html bytes.Buffer
	if err := r.WriteMarkdown(&md); err != nil {
		t.Fatal(err)
	}
	if err := r.WriteHTML(&html); err != nil {
		t.Fatal(err)
	}
	// At two rates in the table of scores, and in the summary, which in HTML has both.
	const said = "3 without an answer"
	if n := strings.Count(md.String(), said); n != 3 {
		t.Errorf("said %d times in Markdown:\n%s", n, md.String())
	}
	if n := strings.Count(html.String(), said); n != 4 {
		t.Errorf("said %d times in HTML", n)
	}
	for line := range strings.Lines(md.String()) {
		if strings.Contains(line, said) && !strings.HasPrefix(line, "| llmlingua2 ") {
			t.Errorf("said of another arm: %s", line)
		}
	}
	md.Reset()
	if err := small().WriteMarkdown(&md); err != nil || strings.Contains(md.String(), "without an answer") {
		t.Errorf("said where all was answered, or %v", err)
	}
}

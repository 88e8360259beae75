package suite

import (
	"bytes"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/report"
)

// TestLongExamplesAreClipped: a report does not hold the whole of a long text, and spans
// are of the part that it holds.
func TestLongExamplesAreClipped(t *testing.T) {
	o := readerRun("")
	o.Set.Items[0].Context = strings.Repeat(o.Set.Items[0].Context+" ", 3*report.ExampleBytes/len(o.Set.Items[0].Context))
	whole := o.Set.Items[0].Context
	r := mustRun(t, o)
	e := r.Examples[0]
	if e.ID != "0-0" || len(e.Text) != report.ExampleBytes || e.Bytes != len(whole) || !strings.HasPrefix(whole, e.Text) {
		t.Fatalf("%s has %d bytes of %d", e.ID, len(e.Text), e.Bytes)
	}
	for _, s := range e.Shown {
		last := 0
		for _, span := range s.Spans {
			last = span[1]
		}
		if last > len(e.Text) || len(s.Text) > report.ExampleBytes || s.Full != eval.Words.Count(whole) {
			t.Errorf("%s: spans to %d, a text of %d bytes, of %d words", s.Arm, last, len(s.Text), s.Full)
		}
	}
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), whole) {
		t.Error("the whole text is in the report")
	}
	if _, err := report.Read(&b); err != nil {
		t.Error(err)
	}
}

package main

import (
	"strings"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/report"
)

func TestOutcomeTable(t *testing.T) {
	half := map[string]report.Value{"score": {Items: 2, Estimate: eval.Estimate{Mean: 0.5}}}
	r := &report.Report{
		Rates: []float64{0.5, 0.25}, Measures: []report.Measure{{Name: "survival"}, {Name: "score"}}, Reader: &report.Reader{Name: "parrot"},
		Cells: []report.Cell{
			{Arm: "none", Items: 4, KeptRate: eval.Estimate{Mean: 1}, Values: half, Unanswered: 3},
			{Arm: "none", Task: "qa", Items: 4},
			{Arm: "bm25", Rate: 0.5, Items: 4},
			{Arm: "bm25", Rate: 0.25, Items: 4, KeptRate: eval.Estimate{Mean: 0.249}, Values: half},
		},
	}
	const silent = `
  method     kept  items  no answer  survival  score
    none  100.0 %      4          3         -  0.500
    bm25   24.9 %      4          0         -  0.500
Asked to keep 0.25, means over items; score: the answers of parrot; the rest: nobody read it.
No answer: the prompt was too long for the model or taken by its filter, or nothing was said. Most metrics give that 0.
`
	const all = `
  method     kept  items  survival  score
    none  100.0 %      4         -  0.500
    bm25   24.9 %      4         -  0.500
Asked to keep 0.25, means over items; score: the answers of parrot; the rest: nobody read it.
`
	for _, want := range []string{silent, all} {
		var out strings.Builder
		if err := writeOutcome(&out, r); err != nil || "\n"+out.String() != want {
			t.Errorf("%v; got\n%swant%s", err, out.String(), want)
		}
		r.Cells[0].Unanswered = 0
	}
}

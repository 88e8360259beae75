package dataset

import (
	"fmt"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// readQMSum reads meetings as the authors' repository has them (Zhong et al.,
// arXiv:2104.05938): an item for each query, the general ones first. The text is the
// whole transcript, a line for each turn, as LongBench's qmsum has it.
func readQMSum(f file, c *collector) error {
	type query struct {
		Query  string `json:"query"`
		Answer string `json:"answer"`
	}
	t, _, _ := c.from.task(qmSum)
	meeting := 0
	return f.each(func(place string, raw []byte) error {
		var row struct {
			General  []query `json:"general_query_list"`
			Specific []query `json:"specific_query_list"`
			Turns    []struct {
				Speaker string `json:"speaker"`
				Content string `json:"content"`
			} `json:"meeting_transcripts"`
		}
		if err := decode(raw, &row); err != nil {
			return err
		}
		if err := require(member{"meeting_transcripts", row.Turns != nil},
			member{"general_query_list or specific_query_list", row.General != nil || row.Specific != nil}); err != nil {
			return err
		}
		meeting++
		lines := make([]string, len(row.Turns))
		for i, turn := range row.Turns {
			lines[i] = turn.Speaker + ": " + turn.Content
		}
		context := strings.Join(lines, "\n")
		add := func(kind string, queries []query) error {
			for i, q := range queries {
				it := eval.Item{ID: fmt.Sprintf("%s/%d/%s/%d", f.stem(), meeting, kind, i+1), Language: t.Language,
					Question: q.Query, Context: context, Answers: []string{q.Answer}}
				if err := require(member{"query of a " + kind + " query", q.Query != ""}); err != nil {
					return err
				}
				if err := c.add(t, it, f.name+": "+place); err != nil {
					return err
				}
			}
			return nil
		}
		if err := add("general", row.General); err != nil {
			return err
		}
		return add("specific", row.Specific)
	})
}

package dataset

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/pith-proxy/pith/eval"
)

// taskOfStem splits a file's name into the task and whether it is LongBench-E's:
// "qasper_e" is, "multifieldqa_en" is not.
func taskOfStem(stem string) (task string, e bool) { return strings.CutSuffix(stem, "_e") }

// chooseLongBench returns the files of the edition and the tasks that are wanted.
func (c *collector) chooseLongBench(files []file) ([]file, error) {
	var out []file
	edition := false // some file is of the edition
	for _, f := range files {
		task, e := taskOfStem(f.stem())
		if e != c.o.E {
			continue
		}
		edition = true
		if _, _, known := c.from.task(task); known && !c.o.wants(task) {
			c.unasked = append(c.unasked, task)
			continue
		}
		out = append(out, f)
	}
	switch {
	case edition:
		return out, nil
	case c.o.E:
		return nil, errors.New("LongBench-E was asked for, but no file is called TASK_e.jsonl")
	}
	return nil, errors.New("all files are LongBench-E's: ask for LongBench-E")
}

// readLongBench reads LongBench's rows (Bai et al., arXiv:2308.14508). The data set that
// a row names may end in "_e".
func readLongBench(f file, c *collector) error {
	return f.each(func(place string, raw []byte) error {
		var row struct {
			ID       string   `json:"_id"`
			Dataset  string   `json:"dataset"`
			Language string   `json:"language"`
			Input    *string  `json:"input"`
			Context  *string  `json:"context"`
			Answers  []string `json:"answers"`
			Classes  []string `json:"all_classes"`
			Length   int      `json:"length"`
		}
		if err := decode(raw, &row); err != nil {
			return err
		}
		if err := require(member{"_id", row.ID != ""}, member{"dataset", row.Dataset != ""}, member{"input", row.Input != nil},
			member{"context", row.Context != nil}, member{"answers", row.Answers != nil}); err != nil {
			return err
		}
		name, _ := taskOfStem(row.Dataset)
		t, _, ok := c.from.task(name)
		if !ok {
			return errors.New("member dataset is none of LongBench's tasks; in questions of your own, call it task")
		}
		if c.o.E {
			t.Set = longBenchE
		}
		return c.add(t, eval.Item{ID: row.ID, Language: row.Language, Question: *row.Input, Context: *row.Context,
			Answers: row.Answers, Classes: row.Classes, Length: row.Length}, f.name+": "+place)
	})
}

// readLongBench2 reads LongBench v2's rows (Bai et al., arXiv:2412.15204). White space
// around texts is taken off as the authors' pred.py does, and the question gets its choices.
func readLongBench2(f file, c *collector) error {
	t, _, _ := c.from.task(longBench2)
	return f.each(func(place string, raw []byte) error {
		var row struct {
			ID       string  `json:"_id"`
			Question *string `json:"question"`
			A        *string `json:"choice_A"`
			B        *string `json:"choice_B"`
			C        *string `json:"choice_C"`
			D        *string `json:"choice_D"`
			Answer   string  `json:"answer"`
			Context  *string `json:"context"`
		}
		if err := decode(raw, &row); err != nil {
			return err
		}
		if err := require(member{"_id", row.ID != ""}, member{"question", row.Question != nil}, member{"choice_A", row.A != nil},
			member{"choice_B", row.B != nil}, member{"choice_C", row.C != nil}, member{"choice_D", row.D != nil},
			member{"answer", row.Answer != ""}, member{"context", row.Context != nil}); err != nil {
			return err
		}
		if len(row.Answer) != 1 || row.Answer < "A" || row.Answer > "D" {
			return errors.New("member answer must be A, B, C or D")
		}
		question := fmt.Sprintf("%s\nChoices:\n(A) %s\n(B) %s\n(C) %s\n(D) %s",
			strip(*row.Question), strip(*row.A), strip(*row.B), strip(*row.C), strip(*row.D))
		return c.add(t, eval.Item{ID: row.ID, Question: question, Context: strip(*row.Context),
			Answers: []string{row.Answer}, Classes: []string{"A", "B", "C", "D"}}, f.name+": "+place)
	})
}

// strip is Python's str.strip, which takes off the separators U+001C to U+001F too.
func strip(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f })
}

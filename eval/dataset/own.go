package dataset

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// readOwn reads questions of the user's own; the package comment has their members. An
// item without an ID is named by file and row, one without a task is of the task that the
// file's name is.
func readOwn(f file, c *collector) error {
	n := 0
	return f.each(func(place string, raw []byte) error {
		var row struct {
			ID       json.RawMessage `json:"id"`
			Task     string          `json:"task"`
			Language string          `json:"language"`
			Context  texts           `json:"context"`
			Question *string         `json:"question"`
			Input    *string         `json:"input"`
			Answers  texts           `json:"answers"`
			Answer   texts           `json:"answer"`
			Classes  texts           `json:"classes"`
		}
		if err := decode(raw, &row); err != nil {
			return err
		}
		if loneSurrogate(raw) {
			return errors.New(`\u with half of a character (a lone surrogate): write the character, or both halves`)
		}
		n++
		if row.Question == nil {
			row.Question = row.Input
		}
		if row.Answers == nil {
			row.Answers = row.Answer
		}
		if !slices.Contains(languages, row.Language) {
			return errors.New("member language must be en, zh or code; leave it out for others")
		}
		t, err := c.ownTask(row.Task, f.stem(), row.Language)
		if err != nil {
			return err
		}
		asks := strings.Contains(t.Prompt, "{input}")
		if err := require(member{"context", row.Context != nil}, member{"question or input", row.Question != nil || !asks},
			member{"answers or answer", row.Answers != nil}); err != nil {
			return err
		}
		id, err := idOf(row.ID)
		if err != nil {
			return err
		}
		it := eval.Item{ID: id, Language: row.Language, Context: strings.Join(row.Context, "\n\n"),
			Answers: row.Answers, Classes: row.Classes}
		if id == "" {
			it.ID = fmt.Sprintf("%s/%d", f.stem(), n)
		}
		if row.Question != nil {
			it.Question = *row.Question
		}
		if asks && strings.TrimSpace(it.Question) == "" {
			return errors.New("the question is empty")
		}
		return c.add(t, it, f.name+": "+place)
	})
}

// languages are those that a row may name; "" for none of them.
var languages = []string{"", "en", "zh", "code"}

// ownTask returns the task of a row, that of the row's name or, without one, the file's.
// The language of its first row is the task's.
func (c *collector) ownTask(name, stem, language string) (Task, error) {
	if name == "" {
		name = stem
	}
	metric := c.o.Metric
	if metric == "" {
		metric = "qa_f1"
		if language == "zh" {
			metric = "qa_f1_zh"
		}
	}
	if i := slices.IndexFunc(c.tasks, func(t Task) bool { return t.Name == name }); i >= 0 {
		if c.tasks[i].Metric != metric {
			return Task{}, errors.New("one task has rows in zh and in others: name a metric, or give each its task")
		}
		return c.tasks[i], nil
	}
	t := c.from.Defaults
	t.Name, t.Title, t.Language, t.Metric = name, name, language, metric
	if c.o.Prompt != "" {
		t.Prompt = c.o.Prompt
	}
	if c.o.MaxTokens != 0 {
		t.MaxTokens = c.o.MaxTokens
	}
	return t, nil
}

// idOf reads an ID, which may be a number.
func idOf(raw json.RawMessage) (string, error) {
	if len(raw) == 0 || string(raw) == "null" {
		return "", nil
	}
	var s string
	var n json.Number
	switch {
	case json.Unmarshal(raw, &s) == nil:
		return s, nil
	case json.Unmarshal(raw, &n) == nil:
		return n.String(), nil
	}
	return "", errors.New("member id must be a string or a number")
}

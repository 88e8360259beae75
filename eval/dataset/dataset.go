// Package dataset reads what compression is measured on: LongBench and other published
// sets as their authors give them away, and a user's own questions. It knows how each
// task is asked, how long an answer may be and which metric scores it.
//
//	set, err := dataset.Open("longbench/", dataset.Options{Tasks: []string{"hotpotqa"}, Sample: 20})
//	task, _ := set.Task("hotpotqa")
//	q := task.Ask(item, counter)
//	prompt := q.Prompt(shortened(q.Item.Context, q.Item.Question))
//
// [Open] finds out by their content what files hold:
//
//   - LongBench, as a folder of TASK.jsonl, as the archive data.zip just as it is
//     downloaded, or as one .jsonl file; LongBench-E is in the files TASK_e.jsonl;
//   - LongBench v2: data.json, or the same rows as JSONL;
//   - QMSum: JSONL or JSON of the authors' repository, an item for each query;
//   - GSM8K: test.jsonl, with demonstrations from the train.jsonl beside it;
//   - BIG-Bench Hard: the folder bbh, with demonstrations from the folder cot-prompts;
//   - questions of the user's own: JSONL, an object a line, with context (a string, or
//     several, which are joined with blank lines), question or input, answers or answer,
//     and, not needed, id, task, language (en, zh or code) and classes.
//
// It opens files and nothing else: what is not on disk is not fetched, and an archive is
// not unpacked to disk. Generated needles are not here, but fit in a [Set] all the same.
package dataset

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// A Task says how items are asked and how answers to them are scored.
type Task struct {
	Name     string `json:"name"`     // as [eval.Item.Dataset]: "hotpotqa"
	Set      string `json:"set"`      // "longbench"
	Title    string `json:"title"`    // for people: "HotpotQA"
	Language string `json:"language"` // "en", "zh", "code"
	Kind     Kind   `json:"kind"`

	// Prompt is the authors' template, with {context} and {input} once each at most.
	Prompt    string `json:"prompt"`
	MaxTokens int    `json:"max_tokens"` // the authors' cap of an answer
	Metric    string `json:"metric"`     // a name of package metric
	FirstLine bool   `json:"first_line"` // of an answer only the first line is scored

	// Instruction is what is asked of an item that has no input: a sentence of Prompt.
	Instruction string `json:"instruction,omitempty"`
}

// Kind is what a task asks for.
type Kind string

// The kinds of tasks.
const (
	QA        Kind = "qa"        // a short answer that stands in the text
	Summary   Kind = "summary"   // a summary of the text
	FewShot   Kind = "few-shot"  // examples to follow
	Synthetic Kind = "synthetic" // count or find paragraphs
	Code      Kind = "code"      // the next line
	Needle    Kind = "needle"    // facts that were hidden in the text
	Choice    Kind = "choice"    // one of four
)

// Fill returns the prompt for one item: what Python's str.format makes of the authors'
// templates. Braces in context and input stay as they are.
func (t Task) Fill(context, input string) string {
	before, after, _ := strings.Cut(t.Prompt, "{context}")
	fill := func(s string) string { return strings.ReplaceAll(s, "{input}", input) }
	if !strings.Contains(t.Prompt, "{context}") {
		return fill(t.Prompt)
	}
	return fill(before) + context + fill(after)
}

// Set is some items with their tasks.
type Set struct {
	Name  string // the folder's or file's, without its path
	Tasks []Task // that items have, in the order of the items
	Items []eval.Item
	Notes []string // where the items are from, what was left out and why
	There []string // all tasks that there are, also those that were not asked for
}

// Task returns the task of that name.
func (s *Set) Task(name string) (Task, bool) {
	i := slices.IndexFunc(s.Tasks, func(t Task) bool { return t.Name == name })
	if i < 0 {
		return Task{}, false
	}
	return s.Tasks[i], true
}

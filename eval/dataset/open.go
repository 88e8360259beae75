package dataset

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Options say which items are wanted. The zero value wants all.
type Options struct {
	Tasks  []string // names; none for all there are
	Sample int      // at most so many items of each task, evenly spread over the file; 0 for all
	E      bool     // of LongBench, the files TASK_e.jsonl

	// Elsewhere says that other sets may have what is missing of Tasks: that it is not
	// here is no error, and the set may be empty.
	Elsewhere bool

	// For questions of the user's own. The zero values are a plain template for questions
	// and answers, qa_f1, but qa_f1_zh for a task in "zh", and 128.
	Prompt    string // with {context} once and {input} at most once
	Metric    string // a name of package metric
	MaxTokens int    // of an answer

	// Of GSM8K. It is an error if there are fewer; of the default, 8, there may be.
	Demonstrations int
}

func (o Options) validate() error {
	var errs []error
	for name, n := range map[string]int{"Sample": o.Sample, "MaxTokens": o.MaxTokens, "Demonstrations": o.Demonstrations} {
		if n < 0 {
			errs = append(errs, fmt.Errorf("%s must not be negative; got %d", name, n))
		}
	}
	if o.Prompt != "" && (strings.Count(o.Prompt, "{context}") != 1 || strings.Count(o.Prompt, "{input}") > 1) {
		errs = append(errs, errors.New("a prompt must have {context} once and {input} at most once"))
	}
	slices.SortFunc(errs, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errs...)
}

// A format is one way to write items down.
type format struct {
	set   string // its name in the registry
	looks string // what Open looks for, for people
	fits  func(members map[string]any) bool
	read  func(file, *collector) error
}

// formats are tried in order on a file's first value. A function, for the readers refer
// to it in their errors.
func formats() []format {
	has := func(names ...string) func(map[string]any) bool {
		return func(m map[string]any) bool {
			for _, n := range names {
				if _, ok := m[n]; !ok {
					return false
				}
			}
			return true
		}
	}
	return []format{
		{longBench2, "choice_A", has("choice_A"), readLongBench2},
		{qmSum, "meeting_transcripts", has("meeting_transcripts"), readQMSum},
		{bbh, "examples", has("examples"), readBBH},
		{longBench, "dataset and context", has("dataset", "context"), readLongBench},
		{own, "context with question or input", has("context"), readOwn},
		{gsm8k, "question, and answer with ####", looksGSM8K, readGSM8K},
	}
}

// lookedFor lists what a file's first value may be.
func lookedFor() string {
	var forms []string
	for _, f := range formats() {
		forms = append(forms, fmt.Sprintf("%s (%s)", setOf(f.set).Title, f.looks))
	}
	return "looked for JSON or JSONL of objects with the members of " + strings.Join(forms, ", ")
}

// Open reads the items of a file, a folder or an archive that path names. The package
// comment lists the forms, which are found by content. Items come task by task in the
// order of [Tasks], or of first appearance for tasks that are not there, and within a
// task in the order of files by name and of rows.
//
// Errors name the file and the row. It is an error if a file is not UTF-8, an ID comes
// twice, a member is missing or has the wrong type, the task's metric cannot score an item
// (see [metric.Check]), a task that was asked for has no items, or a folder holds several
// sets. Of published sets, items without text or answer are left out and counted in
// [Set.Notes]; of the user's own they are errors. An item may have 64 MiB, an archive 2 GiB
// unpacked.
func Open(path string, o Options) (Set, error) {
	if err := o.validate(); err != nil {
		return Set{}, fmt.Errorf("open data set: %w", err)
	}
	set, err := open(path, o)
	if err != nil {
		return Set{}, fmt.Errorf("open data set: %w", err)
	}
	return set, nil
}

func open(path string, o Options) (Set, error) {
	files, done, err := find(path)
	if err != nil {
		return Set{}, err
	}
	defer done()
	form, files, others, err := classify(path, files)
	if err != nil {
		return Set{}, err
	}
	if err := o.suits(form.set); err != nil {
		return Set{}, err
	}
	c := newCollector(form.set, o)
	if files, err = c.choose(files); err != nil {
		return Set{}, fmt.Errorf("%s: %w", path, err)
	}
	for _, f := range files {
		if err := form.read(f, c); err != nil {
			return Set{}, err
		}
	}
	set, err := c.set()
	if err != nil {
		return Set{}, fmt.Errorf("%s: %w", path, err)
	}
	set.Name = nameOf(path)
	if len(others) > 0 {
		set.Notes = append(set.Notes, "not read, for they hold no items: "+strings.Join(others, ", "))
	}
	return set, nil
}

// suits reports options that the set would ignore.
func (o Options) suits(set string) error {
	if o.E && set != longBench {
		return fmt.Errorf("this is %s, of which there is no LongBench-E", setOf(set).Title)
	}
	if set != own && (o.Prompt != "" || o.Metric != "" || o.MaxTokens != 0) {
		return fmt.Errorf("prompt, metric and length of answers are for questions of your own; "+
			"those of %s are its authors'", setOf(set).Title)
	}
	return nil
}

// classify finds the one format that files have. others are the names of JSON files in a
// folder that have none.
func classify(path string, files []file) (form format, of []file, others []string, err error) {
	for _, f := range files {
		members, err := f.first()
		if err != nil {
			return format{}, nil, nil, err
		}
		i := slices.IndexFunc(formats(), func(f format) bool { return f.fits(members) })
		if i < 0 {
			others = append(others, f.base)
			continue
		}
		this := formats()[i]
		if len(of) > 0 && this.set != form.set {
			return format{}, nil, nil, fmt.Errorf("%s is %s and %s is %s: name one of them", of[0].name,
				setOf(form.set).Title, f.name, setOf(this.set).Title)
		}
		form, of = this, append(of, f)
	}
	if len(of) == 0 {
		return format{}, nil, nil, fmt.Errorf("%s: no form of a data set that is known; %s", path, lookedFor())
	}
	return form, of, others, nil
}

// choose leaves out files that hold other items than those wanted: of LongBench those of
// the other edition and of other tasks, of sets with a test file the rest.
func (c *collector) choose(files []file) ([]file, error) {
	if c.from.Name == longBench {
		return c.chooseLongBench(files)
	}
	if test := slices.IndexFunc(files, func(f file) bool { return f.stem() == "test" }); test >= 0 &&
		(c.from.Name == qmSum || c.from.Name == gsm8k) {
		return files[test : test+1], nil
	}
	return files, nil
}

func (o Options) wants(task string) bool { return len(o.Tasks) == 0 || slices.Contains(o.Tasks, task) }

// nameOf is the last element of a path, also of ".".
func nameOf(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return filepath.Base(path)
}

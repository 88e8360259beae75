package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/metric"
	"github.com/pith-proxy/pith/eval/needle"
	"github.com/pith-proxy/pith/onnx/hub"
	"github.com/pith-proxy/pith/tokenize"
)

// needleSet is the name of the set that is made up, not read.
const needleSet = "needles"

// setFlags say what is measured on.
type setFlags struct {
	paths   []string
	options dataset.Options
	needle  needle.Options
	file    string // the needles' haystack

	given func(flag string) bool // whether the command line has it
}

func (f *setFlags) add(fl *pflag.FlagSet) {
	f.given = fl.Changed
	fl.StringSliceVar(&f.paths, "dataset", nil, "a folder, zip or JSONL file, a set that pith eval pull brought, or needles; several by commas")
	fl.StringSliceVar(&f.options.Tasks, "tasks", nil, "only these tasks; pith eval list lists them")
	fl.IntVar(&f.options.Sample, "sample", 0, "at most as many items of each task, the same ones each time; 0 for all")
	fl.BoolVar(&f.options.E, "longbench-e", false, "of LongBench, the files of LongBench-E")
	fl.StringVar(&f.options.Prompt, "prompt", "", "for your own JSONL: the prompt, with {context} and {input}")
	fl.StringVar(&f.options.Metric, "metric", "", "for your own JSONL: the metric")
	fl.IntVar(&f.options.MaxTokens, "max-tokens", 0, "for your own JSONL: the most tokens of an answer")
	fl.IntVar(&f.options.Demonstrations, "demonstrations", 8, "for GSM8K: examples in the prompt")
	fl.StringSliceVar(&f.needle.Kinds, "needle-kinds", nil, "kinds of needles; all if not given")
	fl.IntSliceVar(&f.needle.Lengths, "needle-lengths", []int{2000, 8000}, "tokens of the texts that needles are in")
	fl.Float64SliceVar(&f.needle.Depths, "needle-depths", []float64{0, 0.25, 0.5, 0.75, 1}, "where needles are, 0 at the start and 1 at the end")
	fl.IntVar(&f.needle.Repeats, "needle-repeats", 1, "texts of each kind, length and depth")
	fl.StringVar(&f.needle.Language, "needle-language", "", "en or zh; both if not given")
	fl.StringVar(&f.file, "haystack", "", "file with text to hide needles in, instead of made-up prose")
}

func (f *setFlags) validate() error {
	var errs []error
	if len(f.paths) == 0 {
		errs = append(errs, errors.New("give --dataset: a folder, a file, or needles"))
	}
	if m := f.options.Metric; m != "" && !slices.Contains(metric.Names(), m) {
		errs = append(errs, fmt.Errorf("--metric: no metric %q; there are %s", m, strings.Join(metric.Names(), ", ")))
	}
	if p := f.options.Prompt; p != "" && strings.Count(p, "{context}") != 1 {
		errs = append(errs, errors.New("--prompt needs {context} once, and may have {input}"))
	}
	if f.options.Sample < 0 || f.options.MaxTokens < 0 || f.options.Demonstrations < 1 {
		errs = append(errs, errors.New("--sample and --max-tokens must not be negative, --demonstrations must be at least 1"))
	}
	if f.needle.Repeats < 1 {
		errs = append(errs, errors.New("--needle-repeats must be at least 1"))
	}
	return errors.Join(errs...)
}

func (f *setFlags) open(home string, seed uint64, counter tokenize.Counter) (dataset.Set, error) {
	if err := f.validate(); err != nil {
		return dataset.Set{}, usageError{err}
	}
	var all dataset.Set
	var there []string // tasks
	for _, path := range f.paths {
		set, err := f.one(path, home, seed, counter)
		if errors.Is(err, fs.ErrNotExist) {
			return dataset.Set{}, usageError{fmt.Errorf("--dataset %s: there is no such file or folder, and no set of that name was pulled; see `pith eval list`", path)}
		}
		if err != nil {
			return dataset.Set{}, usageError{fmt.Errorf("--dataset: %w", err)}
		}
		there = append(there, set.There...)
		if err := join(&all, set); err != nil {
			return dataset.Set{}, usageError{fmt.Errorf("--dataset %s: %w", path, err)}
		}
	}
	for _, want := range f.options.Tasks {
		if !slices.Contains(there, want) {
			return dataset.Set{}, usageError{fmt.Errorf("--dataset: no items of the task %q; it has %s", want, strings.Join(there, ", "))}
		}
	}
	if f.given("demonstrations") && !slices.ContainsFunc(all.Tasks, func(t dataset.Task) bool { return t.Set == "gsm8k" }) {
		return dataset.Set{}, usageError{errors.New("--demonstrations is for GSM8K alone, and --dataset has none of it")}
	}
	return all, nil
}

func (f *setFlags) one(path, home string, seed uint64, counter tokenize.Counter) (dataset.Set, error) {
	if path == needleSet {
		o := f.needle
		o.Seed, o.Counter, o.Sample = seed, counter, f.options.Sample
		if f.file != "" {
			text, err := os.ReadFile(f.file)
			if err != nil {
				return dataset.Set{}, fmt.Errorf("--haystack: %s", err) // not one of --dataset
			}
			if o.Haystack = string(text); strings.TrimSpace(o.Haystack) == "" {
				return dataset.Set{}, fmt.Errorf("--haystack: %s has no text", f.file)
			}
		}
		set, err := needle.Generate(o)
		if err != nil {
			return dataset.Set{}, err
		}
		return only(set, f.options.Tasks), nil
	}
	if dir, ok := hub.DatasetDir(home, path); ok {
		path = dir
	}
	o := f.options
	o.Elsewhere = true
	if !f.given("demonstrations") {
		o.Demonstrations = 0 // the same number, if there are as many
	}
	return dataset.Open(path, o)
}

// only keeps the items of the named tasks; without names all.
func only(set dataset.Set, tasks []string) dataset.Set {
	for _, t := range set.Tasks {
		set.There = append(set.There, t.Name)
	}
	if len(tasks) == 0 {
		return set
	}
	set.Tasks = slices.DeleteFunc(set.Tasks, func(t dataset.Task) bool { return !slices.Contains(tasks, t.Name) })
	set.Items = slices.DeleteFunc(set.Items, func(it eval.Item) bool { return !slices.Contains(tasks, it.Dataset) })
	return set
}

// join adds the tasks and items of set, if it has any.
func join(all *dataset.Set, set dataset.Set) error {
	if len(set.Items) == 0 {
		return nil
	}
	if all.Name != "" {
		all.Name += ", "
	}
	all.Name += set.Name
	for _, t := range set.Tasks {
		if _, there := all.Task(t.Name); there {
			return fmt.Errorf("a set before it has a task %s too; run them one by one", t.Name)
		}
		all.Tasks = append(all.Tasks, t)
	}
	all.Items = append(all.Items, set.Items...)
	all.Notes = append(all.Notes, set.Notes...)
	return nil
}

package suite

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/measure"
	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/eval/report"
)

// spy is an arm that tells of each call first.
type spy struct {
	eval.Arm
	name string
	tell func(arm string, item eval.Item, limit eval.Limit) error
}

func (s spy) Name() string { return s.name }

func (s spy) Compress(ctx context.Context, item eval.Item, limit eval.Limit) (eval.Kept, error) {
	if err := s.tell(s.name, item, limit); err != nil {
		return eval.Kept{}, err
	}
	return s.Arm.Compress(ctx, item, limit)
}

type fakeMeasure struct {
	name, about string
	of          func(item eval.Item, kept eval.Kept) (float64, bool, error)
}

func (m fakeMeasure) Name() string  { return m.name }
func (m fakeMeasure) About() string { return m.about }
func (m fakeMeasure) Of(_ context.Context, item eval.Item, kept eval.Kept) (float64, bool, error) {
	return m.of(item, kept)
}

type fakeReader struct {
	name   string
	answer func(ctx context.Context, p reader.Prompt) (reader.Answer, error)
}

func (f fakeReader) Name() string { return f.name }
func (f fakeReader) Answer(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
	return f.answer(ctx, p)
}

// settled is a reader with settings.
type settled struct{ fakeReader }

func (settled) Settings() string { return "temperature 1" }

var gold = regexp.MustCompile(`gold\d+`)

// finds answers with the first gold word of a prompt.
func finds(_ context.Context, p reader.Prompt) (reader.Answer, error) {
	said := gold.FindString(p.Text)
	return reader.Answer{Text: "\n" + said + "\n<&> more\xff\xfe", PromptTokens: eval.Words.Count(p.Text), CompletionTokens: 3}, nil
}

func scores(metric, prediction string, answers, _ []string) (float64, error) {
	if metric != "exact" {
		return 0, fmt.Errorf("no metric %s", metric)
	}
	if prediction == answers[0] {
		return 1, nil
	}
	return 0, nil
}

func survives(item eval.Item, kept eval.Kept) (float64, bool, error) {
	if len(item.Answers) == 0 {
		return 0, false, nil
	}
	if strings.Contains(kept.Text, item.Answers[0]) {
		return 1, true, nil
	}
	return 0, true, nil
}

func share(item eval.Item, kept eval.Kept) (float64, bool, error) {
	return float64(len(kept.Text)) / float64(len(item.Context)), true, nil
}

func offline() []measure.Measure {
	return []measure.Measure{fakeMeasure{"survival", "is it there", survives}, fakeMeasure{"share", "of bytes", share}}
}

// fakeSet has tasks of different sizes, the last one without answers and metric.
func fakeSet(sizes ...int) dataset.Set {
	set := dataset.Set{Name: "fake", Notes: []string{"made up"}}
	rng := rand.New(rand.NewPCG(1, 2))
	for t, size := range sizes {
		task := dataset.Task{Name: fmt.Sprintf("task%d", t), Set: "fake", Title: "T", Kind: dataset.QA,
			Prompt: "Read this: {context}\nQ: {input}", MaxTokens: 8, Metric: "exact", FirstLine: true}
		if t > 0 && t == len(sizes)-1 {
			task.Metric = ""
		}
		set.Tasks = append(set.Tasks, task)
		for n := range size {
			words := make([]string, 4+rng.IntN(60))
			for w := range words {
				words[w] = fmt.Sprintf("w%d", rng.IntN(1000))
			}
			it := eval.Item{ID: fmt.Sprintf("%d-%d", t, n), Dataset: task.Name, Question: "where?"}
			if task.Metric != "" {
				answer := fmt.Sprintf("gold%d", t*1000+n)
				words[rng.IntN(len(words))] = answer
				it.Answers = []string{answer}
			}
			it.Context = strings.Join(words, " ")
			set.Items = append(set.Items, it)
		}
	}
	return set
}

// fakeArms are the whole text, baselines, one of pith and one with a rate of its own.
func fakeArms(tell func(arm string, item eval.Item, limit eval.Limit) error) []Arm {
	if tell == nil {
		tell = func(string, eval.Item, eval.Limit) error { return nil }
	}
	base := map[string]eval.Arm{}
	for _, a := range eval.Baselines(1, eval.DocFreqOfItems(nil)) {
		base[a.Name()] = a
	}
	half := tooMuch{base["head"]}
	return []Arm{
		{Arm: spy{eval.Full(), "none", tell}, Kind: "none", Fixed: true},
		{Arm: spy{base["random"], "random", tell}, Kind: "baseline"},
		{Arm: spy{base["head"], "head", tell}, Kind: "baseline"},
		{Arm: spy{base["tail"], "ours", tell}, Kind: "pith", State: "v1", Question: true,
			Takes: func(t dataset.Task) bool { return t.Name != "task1" }},
		{Arm: spy{half, "own", tell}, Kind: "pith", Fixed: true},
	}
}

// tooMuch keeps half of what it may, says no spans, and refuses short texts.
type tooMuch struct{ eval.Arm }

func (h tooMuch) Compress(ctx context.Context, item eval.Item, limit eval.Limit) (eval.Kept, error) {
	if limit.Units < 12 {
		return eval.Kept{Refused: true}, nil
	}
	limit.Units /= 2
	k, err := h.Arm.Compress(ctx, item, limit)
	k.Spans = nil
	return k, err
}

// offlineRun are options without a reader, and readerRun with one.
func offlineRun(dir string) Options {
	return Options{Set: fakeSet(6, 3, 2), Arms: fakeArms(nil), Rates: []float64{0.25, 0.5}, Counter: eval.Words,
		Measures: offline(), Against: "random", Resamples: 40, Seed: 7, Dir: dir, Examples: 2, Version: "v", Through: "process"}
}

func readerRun(dir string) Options {
	o := offlineRun(dir)
	o.Reader, o.Score, o.Answers = fakeReader{"fake", finds}, scores, true
	o.Input, o.Output = 2, 10
	return o
}

// calls counts arms' and readers' calls of a run.
type calls struct {
	mu            sync.Mutex
	arms, readers int
}

// watch has a run's calls counted.
func watch(o *Options) *calls {
	c := &calls{}
	o.Arms = fakeArms(func(string, eval.Item, eval.Limit) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.arms++
		return nil
	})
	if o.Reader != nil {
		o.Reader = fakeReader{"fake", func(ctx context.Context, p reader.Prompt) (reader.Answer, error) {
			c.mu.Lock()
			c.readers++
			c.mu.Unlock()
			return finds(ctx, p)
		}}
	}
	return c
}

func mustRun(t *testing.T, o Options) *report.Report {
	t.Helper()
	r, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	Strip(r)
	return r
}

func same(t *testing.T, what string, got, want *report.Report) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s: the report is another", what)
	}
}

func journalOf(dir string) string { return filepath.Join(dir, journalName) }

// stopAfter ends a context at the n-th call.
func stopAfter(n int64, stop func()) func(string, eval.Item, eval.Limit) error {
	var seen atomic.Int64
	return func(string, eval.Item, eval.Limit) error {
		if seen.Add(1) == n {
			stop()
		}
		return nil
	}
}

var errFake = errors.New("out of order")

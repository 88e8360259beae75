package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip"
	"github.com/pith-proxy/pith/eval"
)

// codeFlags are the flags of `pith eval code`.
type codeFlags struct {
	data    string
	tasks   []string
	rates   []float64
	counter string
	tail    int
	sample  int
	seed    uint64
	json    bool
}

func codeCommand(p process, load loader) *cobra.Command {
	var f codeFlags
	cmd := &cobra.Command{
		Use:   "code",
		Short: "How many names that the next line needs are still in compressed code",
		Long: `How many of the names that the next line of code needs, and that only the
material in front of it tells, are still in the compressed material, for
LongCodeZip with each of its scorers and for baselines at equal budgets. The
last lines in front of the one that is asked for are the query. No LLM writes
anything: survival bounds what one could write. --data is a folder of
LongBench's JSONL files.`,
		Example: "  pith eval code --data longbench/ --rates 0.5,0.25,0.125",
		Args:    exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			return f.run(cmd.Context(), p, c)
		}),
	}
	fl := cmd.Flags()
	fl.StringVar(&f.data, "data", "", "folder with TASK.jsonl files of LongBench's form")
	fl.StringSliceVar(&f.tasks, "tasks", eval.CodeTasks, "tasks of --data")
	fl.Float64SliceVar(&f.rates, "rates", []float64{0.5, 0.25, 0.125}, "rates to keep of the material")
	fl.StringVar(&f.counter, "counter", "", "what budgets are counted in: a target model or an encoding; o200k_base if not given")
	fl.IntVar(&f.tail, "query-tokens", 256, "the most tokens of the query")
	fl.IntVar(&f.sample, "sample", 0, "as many items, the same ones each time; 0 for all")
	fl.Uint64Var(&f.seed, "seed", 1, "of random functions and the bootstrap")
	fl.BoolVar(&f.json, "json", false, "print the report as JSON")
	addSettings(cmd, "home", "engine.workers", "engine.provider")
	return cmd
}

func (f *codeFlags) run(ctx context.Context, p process, c *Config) error {
	if f.data == "" {
		return usageError{errors.New("give --data")}
	}
	counter, err := eval.CounterFor(f.counter)
	if err != nil {
		return err
	}
	all, err := eval.ReadLongBenchDir(f.data, f.tasks)
	if errors.Is(err, fs.ErrNotExist) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	if f.sample > 0 {
		all = eval.Sample(all, f.sample)
	}
	items, tasks := eval.CodeItems(all, f.tail, counter)
	a, err := newApp(c)
	if err != nil {
		return err
	}
	defer a.Close()
	arms, err := a.codeArms(ctx, f.seed)
	if err != nil {
		return err
	}
	bar := newProgress(p.stderr, "items", false)
	report, err := eval.CodeSurvival(ctx, items, tasks, eval.SurvivalOptions{
		Arms: arms, Rates: f.rates, Counter: counter, Seed: f.seed, Against: bm25Lines,
		Progress: func(done, total int) { bar.set(int64(done), int64(total)) },
	})
	bar.clear()
	if err != nil {
		return err
	}
	report.Tail = f.tail
	report.Notes = append(report.Notes, "pith "+version+", "+source(f.data, ""))
	if f.json {
		return report.WriteJSON(p.stdout)
	}
	return report.WriteMarkdown(p.stdout)
}

const bm25Lines = "bm25 lines"

// codeArms are the method with each scorer and with none, each also without its fine
// stage, and baselines.
func (a *app) codeArms(ctx context.Context, seed uint64) ([]eval.Arm, error) {
	scorers, err := a.openScorers(ctx)
	if err != nil {
		return nil, err
	}
	scorers = append(scorers, named{eval.RandomGains(seed), "random"})
	var arms []eval.Arm
	for _, s := range scorers {
		for _, rankOnly := range []bool{false, true} {
			arm, err := codeArm(s, rankOnly)
			if err != nil {
				return nil, err
			}
			arms = append(arms, arm)
		}
	}
	return append(append(arms, eval.CodeBaselines(bm25Lines, longcodezip.NewLexical())...), eval.Full()), nil
}

func codeArm(s named, rankOnly bool) (eval.Arm, error) {
	l, err := longcodezip.New(longcodezip.Options{Counter: eval.CounterFor, Prefilter: longcodezip.NewLexical(),
		Scorers: []longcodezip.Source{{Name: s.name, Lexical: isLexical(s), Open: func(context.Context) (longcodezip.Scorer, error) { return s.Scorer, nil }}}})
	if err != nil {
		return nil, err
	}
	label := "longcodezip, " + s.name
	if rankOnly {
		label += ", rank only"
	}
	return &eval.Pith{Label: label, Func: l.Compress, Question: true, Kind: pith.KindCode,
		Options: pith.Options{Strictness: pith.Hard, Scope: pith.ScopeGlobal, Code: pith.CodeOptions{RankOnly: rankOnly}}}, nil
}

// named is a scorer under the name that users know it by.
type named struct {
	longcodezip.Scorer
	name string
}

// Name is for reports.
func (n named) Name() string { return n.name }

func isLexical(n named) bool {
	_, ok := n.Scorer.(*longcodezip.Lexical)
	return ok
}

// openScorers opens the scorers of code, those of models remembering what they said.
func (a *app) openScorers(ctx context.Context) ([]named, error) {
	var out []named
	for _, source := range a.scorers {
		s, err := source.Open(ctx)
		if err != nil {
			return nil, fmt.Errorf("open scorer %s: %w", source.Name, err)
		}
		if fused, ok := s.(*longcodezip.Fused); ok { // only what its model says is the same whatever else is asked about
			model := eval.Remembering(fused.Apart()).(languageModel)
			out = append(out, named{longcodezip.NewFused(model), source.Name}, named{model, source.Name + " without words"})
			continue
		}
		if !source.Lexical {
			s = eval.Remembering(s)
		}
		out = append(out, named{s, source.Name})
	}
	return out, nil
}

// languageModel is what a [longcodezip.Fused] is made of.
type languageModel interface {
	longcodezip.Scorer
	longcodezip.LineReader
}

// retrievalFlags are the flags of `pith eval retrieval`.
type retrievalFlags struct {
	source     string
	language   string
	candidates int
	sample     int
	seed       uint64
	json       bool
}

func retrievalCommand(p process, load loader) *cobra.Command {
	var f retrievalFlags
	cmd := &cobra.Command{
		Use:   "retrieval",
		Short: "How well functions are found by their own documentation",
		Long: `How well functions are found by the first paragraph of their own documentation,
which is taken out of them: the rank that each scorer of LongCodeZip gives the
right one among others of its folder. --source is a folder of source files, as
a language's standard library.`,
		Example: `  pith eval retrieval --source "$(go env GOROOT)/src" --language go`,
		Args:    exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			return f.run(cmd.Context(), p, c)
		}),
	}
	fl := cmd.Flags()
	fl.StringVar(&f.source, "source", "", "folder of source files")
	fl.StringVar(&f.language, "language", "", "go, python or rust")
	fl.IntVar(&f.candidates, "candidates", 50, "functions to choose from, the right one among them")
	fl.IntVar(&f.sample, "sample", 200, "questions")
	fl.Uint64Var(&f.seed, "seed", 1, "of the choice of questions and the bootstrap")
	fl.BoolVar(&f.json, "json", false, "print the report as JSON")
	addSettings(cmd, "home", "engine.workers", "engine.provider")
	return cmd
}

func (f *retrievalFlags) run(ctx context.Context, p process, c *Config) error {
	if f.source == "" || f.candidates < 2 || f.sample < 1 {
		return usageError{errors.New("give --source, at least 2 candidates and a sample of at least 1")}
	}
	functions, err := eval.Functions(ctx, f.source, f.language)
	if err != nil {
		return usageError{err}
	}
	a, err := newApp(c)
	if err != nil {
		return err
	}
	defer a.Close()
	scorers, err := a.openScorers(ctx)
	if err != nil {
		return err
	}
	o := eval.RetrievalOptions{Questions: eval.Questions(functions, f.sample, f.candidates, f.seed), Seed: f.seed}
	for _, s := range scorers {
		o.Scorers = append(o.Scorers, s)
		if isLexical(s) {
			o.Against = s.name
		}
	}
	bar := newProgress(p.stderr, "questions", false)
	o.Progress = func(done, total int) { bar.set(int64(done), int64(total)) }
	report, err := eval.Retrieval(ctx, o)
	bar.clear()
	if err != nil {
		return err
	}
	report.Notes = append(report.Notes, fmt.Sprintf("pith %s, %s: %d functions", version, f.language, len(functions)))
	if f.json {
		return report.WriteJSON(p.stdout)
	}
	return report.WriteMarkdown(p.stdout)
}

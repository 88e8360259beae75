package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/cmd/pith/internal/files"
	"github.com/pith-proxy/pith/compressors"
	"github.com/pith-proxy/pith/compressors/longcodezip"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
	"github.com/pith-proxy/pith/compressors/protect"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// compressFlags are the flags of `pith compress`.
type compressFlags struct {
	req      pith.Request
	rate     float64
	target   int
	at       float64
	question string
	instruct string
	language string
	preserve []string
	budget   string
	scope    string
	profile  string
	marks    string
	json     bool
	diff     bool
	decode   string
	quiet    bool
}

// methodNames are what --method takes.
var methodNames = []string{"auto", "llmlingua2", longcodezip.ID, "lossless", "structure", "metatoken", "none"}

func compressCommand(p process, load loader) *cobra.Command {
	var f compressFlags
	cmd := &cobra.Command{
		Use:   "compress [FILE|FOLDER|-]...",
		Short: "Compress a text, or several files, and print them",
		Long: `Compress a text, or several files, and print them. Of a folder, the files are taken that a
reader of its code would open: not what .gitignore and .ignore name, nor what is hidden, binary,
generated, or over 1 MiB. Several files share one budget, and each is printed below a line with its path.`,
		Example: `  pith compress --rate 0.33 report.txt
  pith compress --question "When was the contract renewed?" --target-tokens 500 - < report.txt
  pith compress --method longcodezip --question "Where are retries configured?" --target-tokens 4000 src/ main.go
  pith compress --diff report.txt
  pith compress --method lossless --decode build.pith build.log > small.log   # pith decompress --decode build.pith small.log`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(exclusive(cmd, "rate", "target-tokens", "threshold"), exclusive(cmd, "json", "diff"), f.check(cmd)); err != nil {
				return err
			}
			c, err := load(cmd)
			if err != nil {
				return err
			}
			in, err := readInputs(p, args, f.wanted())
			if err != nil {
				return err
			}
			return f.run(cmd, p, c, in)
		},
	}
	fl := cmd.Flags()
	fl.Float64VarP(&f.rate, "rate", "r", 0, "fraction of tokens to keep, in (0, 1]; 0.5 if no budget is given")
	fl.IntVarP(&f.target, "target-tokens", "t", 0, "most tokens to keep")
	fl.Float64Var(&f.at, "threshold", 0, "keep words of at least this keep probability, in (0, 1)")
	fl.StringVarP(&f.question, "question", "q", "", "what the text will be asked; keeps what bears on it")
	fl.StringVar(&f.instruct, "instruction", "", "what the reader is told to do; used as the question is")
	fl.StringVarP(&f.req.Method, "method", "m", "auto", "one of "+strings.Join(methodNames, ", "))
	fl.StringSliceVar(&f.req.Options.Lossless.Forms, "form", nil, "form that a lossless method may use; may be repeated; all but html and space if not given")
	fl.IntVar(&f.req.Options.Lossless.LegendRows, "legend-rows", 0, "most definitions that the reader has to look up; 8 if not given, -1 for none")
	fl.BoolVar(&f.req.Options.Lossless.Inline, "inline", false, "define repeated phrases where they first stand")
	fl.BoolVar(&f.req.Options.Lossless.Warm, "warm", false, "the system prompt has the sentence that explains a dictionary")
	fl.StringVar(&f.decode, "decode", "", "write what `pith decompress` needs to this file")
	fl.StringVar(&f.req.Model, "model", "", "model of the method, by language if not given; bm25 ranks code without one")
	fl.StringVar(&f.req.Options.Tokenizer, "tokenizer", "", "target model or encoding whose tokens are counted; o200k_base if not given")
	fl.StringVar(&f.language, "language", "", "language of the text, ISO 639-1, or of code its programming language; detected if not given")
	fl.StringArrayVar(&f.preserve, "preserve", nil, "pattern (RE2) of text that must stay; may be repeated")
	fl.StringArrayVar(&f.req.Options.ForceTokens, "force-token", nil, "string whose every occurrence stays; may be repeated")
	fl.StringVar(&f.budget, "budget", "", "hard (hold it or fail) or soft")
	fl.StringVar(&f.scope, "scope", "", "chunk or global: over what the rate is spent")
	fl.StringVar(&f.profile, "profile", "", "service, or compat: what the Python package llmlingua does, mistakes included")
	fl.BoolVar(&f.req.Options.Code.RankOnly, "rank-only", false, "keep or leave out whole functions of code, and nothing inside them")
	fl.StringArrayVar(&f.req.Options.Code.Keep, "keep", nil, "name of a definition that stays, such as Box.size; * is any characters; may be repeated")
	fl.StringVar(&f.marks, "marks", "", "what stands where code was left out: counted, range, short or none")
	fl.BoolVar(&f.json, "json", false, "print the result as JSON")
	fl.BoolVar(&f.diff, "diff", false, "print the whole text with kept and dropped words marked")
	fl.BoolVar(&f.quiet, "quiet", false, "no summary and no progress on the standard error")
	_ = cmd.RegisterFlagCompletionFunc("method", cobra.FixedCompletions(methodNames, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("marks", cobra.FixedCompletions([]string{"counted", "range", "short", "none"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions([]string{"service", "compat"}, cobra.ShellCompDirectiveNoFileComp))
	addSettings(cmd, "home", "engine.workers", "engine.provider", "models.use", "models.window")
	return cmd
}

// check reports what the flags cannot do together.
func (f *compressFlags) check(cmd *cobra.Command) error {
	if f.diff && f.profile == string(pith.ProfileCompat) {
		return usageError{errors.New("--diff marks the source's own words, which the compat profile does not tell")}
	}
	if f.diff && policy.LosslessMethod(f.req.Method) {
		return usageError{errors.New("--diff marks words that were dropped, and method " + f.req.Method + " drops none")}
	}
	if f.diff && f.req.Method == longcodezip.ID {
		return usageError{errors.New("--diff marks words that were dropped; of code, --marks range says which lines were")}
	}
	for _, name := range []string{"rank-only", "keep", "marks"} {
		if cmd.Flags().Changed(name) && f.req.Method != longcodezip.ID && f.req.Method != compressors.AutoID {
			return usageError{fmt.Errorf("--%s is about code; give --method %s", name, longcodezip.ID)}
		}
	}
	return nil
}

// wanted says which files of folders are for the method: what it cannot cut would take the
// budget from what it can.
func (f *compressFlags) wanted() func(name, text string) bool {
	if f.req.Method != longcodezip.ID {
		return nil
	}
	return func(name, text string) bool { return files.IsCode(name, text) || codetree.Detect(name, "") != nil }
}

// checkMany reports what the flags cannot do with several texts.
func (f *compressFlags) checkMany() error {
	switch {
	case f.diff:
		return usageError{errors.New("--diff is for one text; give one file")}
	case f.decode != "":
		return usageError{errors.New("--decode is for one text; give one file, or --json, which has it for each")}
	}
	return nil
}

// request makes the request that the flags ask for.
func (f *compressFlags) request(cmd *cobra.Command, in *inputs) (pith.Request, error) {
	req := f.req
	req.Contexts = in.contexts(f.language, f.profile == string(pith.ProfileCompat))
	req.Question, req.Instruction = pith.Text(f.question), pith.Text(f.instruct)
	req.Options.Code.Marks = pith.Marks(f.marks)
	req.Options.ReturnChunks = f.json && f.profile != string(pith.ProfileCompat)
	req.Options.Strictness = pith.Strictness(f.budget)
	req.Options.Scope = pith.Scope(f.scope)
	req.Options.ReturnLabels = f.diff
	req.Profile = pith.Profile(f.profile)
	req.Options.ReturnSpans = f.json && req.Profile != pith.ProfileCompat && !policy.LosslessMethod(req.Method) && req.Method != longcodezip.ID
	req.Options.ReturnDecode = (f.json || f.decode != "") && req.Profile != pith.ProfileCompat
	for name, zero := range map[string]bool{"rate": f.rate == 0, "target-tokens": f.target == 0, "threshold": f.at == 0} {
		if zero && cmd.Flags().Changed(name) {
			return req, usageError{fmt.Errorf("--%s must not be 0", name)}
		}
	}
	req.Budget = pith.Budget{Rate: f.rate, TargetTokens: f.target, Threshold: f.at}
	var err error
	if req.Options.Preserve.Patterns, err = protect.ParsePatterns(f.preserve); err != nil {
		return req, err
	}
	return req, req.Validate()
}

func (f *compressFlags) run(cmd *cobra.Command, p process, c *Config, in *inputs) error {
	if in.many {
		if err := f.checkMany(); err != nil {
			return err
		}
	}
	req, err := f.request(cmd, in)
	if err != nil {
		return err
	}
	if f.json {
		if err := in.checkUTF8(); err != nil {
			return err
		}
	}
	a, err := newApp(c)
	if err != nil {
		return err
	}
	defer a.Close()
	var bar *progress
	if !f.quiet {
		bar = newProgress(p.stderr, "compressing", false)
	}
	ctx := context.WithValue(cmd.Context(), progressKey{}, func(done, total int) { bar.set(int64(done), int64(total)) })
	res, err := a.compress(ctx, req)
	bar.clear()
	if err != nil {
		return err
	}
	if in.many {
		return f.printMany(p, req, res, in)
	}
	return f.printOne(p, req, res, in.files[0].Text)
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/protect"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// maxInput is the most bytes that the command reads.
const maxInput = 64 << 20

// compressFlags are the flags of `pith compress`.
type compressFlags struct {
	req      pith.Request
	rate     float64
	target   int
	at       float64
	question string
	language string
	preserve []string
	budget   string
	scope    string
	profile  string
	json     bool
	diff     bool
	decode   string
	quiet    bool
}

// methodNames are what --method takes.
var methodNames = []string{"auto", "llmlingua2", "lossless", "structure", "metatoken", "none"}

func compressCommand(p process, load loader) *cobra.Command {
	var f compressFlags
	cmd := &cobra.Command{
		Use:   "compress [FILE|-]",
		Short: "Compress a text and print it",
		Example: `  pith compress --rate 0.33 report.txt
  pith compress --question "When was the contract renewed?" --target-tokens 500 - < report.txt
  pith compress --diff report.txt
  pith compress --method lossless --decode build.pith build.log > small.log   # pith decompress --decode build.pith small.log`,
		Args: exactly(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := errors.Join(exclusive(cmd, "rate", "target-tokens", "threshold"), exclusive(cmd, "json", "diff"), f.check()); err != nil {
				return err
			}
			c, err := load(cmd)
			if err != nil {
				return err
			}
			text, err := readInput(p, args)
			if err != nil {
				return err
			}
			return f.run(cmd, p, c, text)
		},
	}
	fl := cmd.Flags()
	fl.Float64VarP(&f.rate, "rate", "r", 0, "fraction of tokens to keep, in (0, 1]; 0.5 if no budget is given")
	fl.IntVarP(&f.target, "target-tokens", "t", 0, "most tokens to keep")
	fl.Float64Var(&f.at, "threshold", 0, "keep words of at least this keep probability, in (0, 1)")
	fl.StringVarP(&f.question, "question", "q", "", "what the text will be asked; keeps what bears on it")
	fl.StringVarP(&f.req.Method, "method", "m", "auto", "one of "+strings.Join(methodNames, ", "))
	fl.StringSliceVar(&f.req.Options.Lossless.Forms, "form", nil, "form that a lossless method may use; may be repeated; all but html and space if not given")
	fl.IntVar(&f.req.Options.Lossless.LegendRows, "legend-rows", 0, "most definitions that the reader has to look up; 8 if not given, -1 for none")
	fl.BoolVar(&f.req.Options.Lossless.Inline, "inline", false, "define repeated phrases where they first stand")
	fl.BoolVar(&f.req.Options.Lossless.Warm, "warm", false, "the system prompt has the sentence that explains a dictionary")
	fl.StringVar(&f.decode, "decode", "", "write what `pith decompress` needs to this file")
	fl.StringVar(&f.req.Model, "model", "", "model of the method; by language if not given")
	fl.StringVar(&f.req.Options.Tokenizer, "tokenizer", "", "target model or encoding whose tokens are counted; o200k_base if not given")
	fl.StringVar(&f.language, "language", "", "language of the text, ISO 639-1; detected if not given")
	fl.StringArrayVar(&f.preserve, "preserve", nil, "pattern (RE2) of text that must stay; may be repeated")
	fl.StringArrayVar(&f.req.Options.ForceTokens, "force-token", nil, "string whose every occurrence stays; may be repeated")
	fl.StringVar(&f.budget, "budget", "", "hard (hold it or fail) or soft")
	fl.StringVar(&f.scope, "scope", "", "chunk or global: over what the rate is spent")
	fl.StringVar(&f.profile, "profile", "", "service, or compat: what the Python package llmlingua does, mistakes included")
	fl.BoolVar(&f.json, "json", false, "print the result as JSON")
	fl.BoolVar(&f.diff, "diff", false, "print the whole text with kept and dropped words marked")
	fl.BoolVar(&f.quiet, "quiet", false, "no summary and no progress on the standard error")
	_ = cmd.RegisterFlagCompletionFunc("method", cobra.FixedCompletions(methodNames, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("profile", cobra.FixedCompletions([]string{"service", "compat"}, cobra.ShellCompDirectiveNoFileComp))
	addSettings(cmd, "home", "engine.workers", "engine.provider", "models.use", "models.window")
	return cmd
}

func readInput(p process, args []string) (string, error) {
	in := p.stdin
	if len(args) == 1 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return "", usageError{err}
		}
		defer f.Close()
		in = f
	} else if isTerminal(in) {
		fmt.Fprintln(p.stderr, "pith: reading from the terminal; end with Ctrl-D")
	}
	data, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err != nil {
		return "", fmt.Errorf("read input: %w", err)
	}
	if len(data) > maxInput {
		return "", usageError{fmt.Errorf("the input is over %d MiB; split it", maxInput>>20)}
	}
	return string(data), nil
}

// check reports what the flags cannot do together.
func (f *compressFlags) check() error {
	if f.diff && f.profile == string(pith.ProfileCompat) {
		return usageError{errors.New("--diff marks the source's own words, which the compat profile does not tell")}
	}
	if f.diff && policy.LosslessMethod(f.req.Method) {
		return usageError{errors.New("--diff marks words that were dropped, and method " + f.req.Method + " drops none")}
	}
	return nil
}

// request makes the request that the flags ask for.
func (f *compressFlags) request(cmd *cobra.Command, text string) (pith.Request, error) {
	req := f.req
	req.Contexts = []pith.Context{{Text: pith.Text(text), Language: f.language}}
	req.Question = pith.Text(f.question)
	req.Options.Strictness = pith.Strictness(f.budget)
	req.Options.Scope = pith.Scope(f.scope)
	req.Options.ReturnLabels = f.diff
	req.Profile = pith.Profile(f.profile)
	req.Options.ReturnSpans = f.json && req.Profile != pith.ProfileCompat && !policy.LosslessMethod(req.Method)
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

func (f *compressFlags) run(cmd *cobra.Command, p process, c *Config, text string) error {
	req, err := f.request(cmd, text)
	if err != nil {
		return err
	}
	if f.json && !utf8.ValidString(text) {
		return usageError{errors.New("the input is not UTF-8, which JSON cannot hold; leave out --json, and give --decode FILE to restore it")}
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
	if !f.quiet {
		summarize(p.stderr, res)
	}
	if f.decode != "" {
		if err := writeDecode(f.decode, &res.Contexts[0]); err != nil {
			return err
		}
	}
	switch {
	case f.json:
		return printJSON(p.stdout, res, req.Options.ReturnSpans)
	case f.diff && res.Contexts[0].Forms == nil:
		return printDiff(p.stdout, text, res.Contexts[0], colourful(p))
	}
	_, err = io.WriteString(p.stdout, string(res.Contexts[0].Text))
	return err
}

func summarize(w io.Writer, res pith.Result) {
	for _, c := range res.Contexts {
		for _, warning := range c.Warnings {
			fmt.Fprintln(w, "pith: warning:", warning)
		}
		kept := 100.0
		if c.InputTokens > 0 {
			kept = 100 * float64(c.OutputTokens) / float64(c.InputTokens)
		}
		how := ""
		if c.Forms != nil {
			how = ", as " + strings.Join(c.Forms, ", ")
		}
		fmt.Fprintf(w, "pith: %s, %d of %d tokens kept (%.1f %%)%s\n", c.Status, c.OutputTokens, c.InputTokens, kept, how)
	}
}

// printed is the JSON of a result on the command line.
type printed struct {
	Method       string      `json:"method"`
	Version      string      `json:"version"`
	Models       []string    `json:"models"`
	Status       pith.Status `json:"status"`
	Text         string      `json:"text"`
	InputTokens  int         `json:"input_tokens"`
	OutputTokens int         `json:"output_tokens"`
	Score        *float64    `json:"score,omitempty"`
	Spans        [][2]int    `json:"spans,omitzero"` // none in the compat profile
	Forms        []string    `json:"forms,omitempty"`
	Decode       *decodeJSON `json:"decode,omitempty"`
	Warnings     []string    `json:"warnings,omitempty"`
}

func printJSON(w io.Writer, res pith.Result, spans bool) error {
	if len(res.Contexts) == 0 {
		return errors.New("no result")
	}
	c := res.Contexts[0]
	out := printed{Method: res.Method, Version: res.Version, Models: res.Models, Status: c.Status, Text: string(c.Text),
		InputTokens: c.InputTokens, OutputTokens: c.OutputTokens, Score: c.Score, Warnings: c.Warnings, Forms: c.Forms}
	if c.Decode != nil {
		out.Decode = &decodeJSON{c.Decode.Scheme, c.Decode.Params}
	}
	if spans && c.Forms == nil {
		out.Spans = [][2]int{}
	}
	for _, s := range c.Spans {
		out.Spans = append(out.Spans, [2]int{s.Start, s.End})
	}
	return writeJSON(w, out)
}

package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/onnx"
	"github.com/pith-proxy/pith/onnx/hub"
	"github.com/pith-proxy/pith/onnx/models"
)

func modelsCommand(p process, load loader) *cobra.Command {
	cmd := &cobra.Command{Use: "models", Short: "List, show, pull or verify models", Args: exactly(cobra.NoArgs)}
	cmd.AddCommand(listModels(load), showModel(load), pullModel(p, load), verifyModel(load))
	for _, c := range cmd.Commands() {
		addSettings(c, "home")
	}
	return cmd
}

func listModels(load loader) *cobra.Command {
	return &cobra.Command{Use: "list", Short: "List the models here and those that can be pulled", Args: exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error {
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tWHERE\tLANGUAGES\tLICENCE")
			here := map[string]bool{}
			for _, e := range models.List(c.exeDir, c.Home) {
				here[e.Name] = true
				fmt.Fprintln(w, describe(e))
			}
			for _, e := range hub.Catalogue() {
				if !here[e.Name] {
					fmt.Fprintf(w, "%s\tcan be pulled from %s\t%s\t%s\n", e.Name, e.Repo, strings.Join(e.Languages, " "), e.License)
				}
			}
			return w.Flush()
		})}
}

func describe(e models.Entry) string {
	where := e.Dir
	if e.BuiltIn {
		where = "built in"
	}
	if e.Err != nil {
		return fmt.Sprintf("%s\t%s\tcannot be used: %v\t", e.Name, where, e.Err)
	}
	return fmt.Sprintf("%s\t%s\t%s\t%s", e.Name, where, strings.Join(e.Spec.Languages, " "), e.Spec.License)
}

func showModel(load loader) *cobra.Command {
	return &cobra.Command{Use: "show NAME", Short: "Print a model's description", Args: exactly(cobra.ExactArgs(1)),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, args []string) error {
			files, err := models.Find(args[0], c.exeDir, c.Home)
			if err != nil {
				return usageError{err}
			}
			spec, err := onnx.ReadSpec(files)
			if err != nil {
				return err
			}
			return writeJSON(cmd.OutOrStdout(), spec)
		})}
}

func verifyModel(load loader) *cobra.Command {
	return &cobra.Command{Use: "verify [NAME...]", Short: "Compare models with their digests",
		RunE: configured(load, func(cmd *cobra.Command, c *Config, args []string) error {
			if len(args) == 0 {
				for _, e := range models.List(c.exeDir, c.Home) {
					args = append(args, e.Name)
				}
			}
			var errs []error
			for _, name := range args {
				if err := verify(name, c); err != nil {
					errs = append(errs, fmt.Errorf("%s: %w", name, err))
					continue
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: every digest is right\n", name)
			}
			return errors.Join(errs...)
		})}
}

func verify(name string, c *Config) error {
	files, err := models.Find(name, c.exeDir, c.Home)
	if err != nil {
		return usageError{err}
	}
	return onnx.VerifyFiles(files)
}

func pullModel(p process, load loader) *cobra.Command {
	o := hub.Options{}
	quiet := false
	cmd := &cobra.Command{Use: "pull NAME|OWNER/REPO[@REVISION]",
		Short: "Fetch a published model from the Hugging Face hub or HF_ENDPOINT",
		Long: "Fetch a published model from the Hugging Face hub or HF_ENDPOINT into the home folder.\n" +
			"`pith models list` shows the names. A pull that was stopped goes on where it was.",
		Args: exactly(cobra.ExactArgs(1)),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, args []string) error {
			o.Home = c.Home
			o.UserAgent = "pith/" + version
			o.Progress = pullProgress(p.stderr, quiet)
			dir, err := hub.Pull(cmd.Context(), o.WithEnv(p.getenv), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), dir)
			return nil
		})}
	f := cmd.Flags()
	f.BoolVar(&o.Quantized, "quantized", false, "the int8 graph, where the repository has one")
	f.StringVar(&o.Family, "family", "", "bert, xlm-roberta or causal-lm, for a repository outside the list")
	f.StringVar(&o.As, "as", "", "name of the model here")
	f.StringSliceVar(&o.Languages, "languages", nil, "languages of the model, ISO 639-1")
	f.BoolVar(&quiet, "quiet", false, "no progress")
	return cmd
}

// pullProgress shows a bar on a terminal, and a line for each step elsewhere.
func pullProgress(w io.Writer, quiet bool) func(hub.Event) {
	if quiet {
		return nil
	}
	bar := newProgress(w, "", true)
	last := ""
	return func(e hub.Event) {
		step := strings.TrimSpace(string(e.Phase) + " " + e.File)
		if bar == nil && step != last {
			fmt.Fprintln(w, "pith:", step)
			last = step
		}
		bar.describe(step)
		bar.set(e.ModelDone, e.ModelTotal)
		if e.Phase == hub.PhaseDone {
			bar.clear()
		}
	}
}

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

func newRoot(p process) *cobra.Command {
	var file string
	root := &cobra.Command{
		Use:           "pith",
		Short:         "Make prompts smaller without making answers worse",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          exactly(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.PersistentFlags().StringVarP(&file, "config", "c", "", "configuration file (YAML); also PITH_CONFIG")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w; see `%s --help`", err, cmd.CommandPath())}
	})
	load := func(cmd *cobra.Command) (*Config, error) {
		c, err := loadConfig(cmd, file, p.getenv)
		if err != nil {
			return nil, err
		}
		c.exeDir, c.getenv = p.exeDir, p.getenv
		return c, nil
	}
	root.AddCommand(
		serveCommand(load),
		compressCommand(p, load),
		decompressCommand(p),
		metatokenCommand(p),
		modelsCommand(p, load),
		configCommand(load),
		evalCommand(p, load),
		replayCommand(p, load),
		keysCommand(),
		cacheCommand(p, load),
		healthCommand(load),
		fakeUpstreamCommand(),
		versionCommand(),
	)
	return root
}

// loader reads the configuration of a command: defaults, file, environment and
// the command's flags, each stronger than the one before.
type loader func(*cobra.Command) (*Config, error)

// exactly makes a wrong number of arguments a usage error.
func exactly(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError{fmt.Errorf("%w; see `%s --help`", err, cmd.CommandPath())}
		}
		return nil
	}
}

// exclusive returns an error if more than one of the flags is set.
func exclusive(cmd *cobra.Command, names ...string) error {
	var set []string
	for _, n := range names {
		if cmd.Flags().Changed(n) {
			set = append(set, "--"+n)
		}
	}
	if len(set) > 1 {
		return usageError{fmt.Errorf("%s exclude each other; give one", strings.Join(set, " and "))}
	}
	return nil
}

// configured reads the configuration before it calls run.
func configured(load loader, run func(cmd *cobra.Command, c *Config, args []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		c, err := load(cmd)
		if err != nil {
			return err
		}
		return run(cmd, c, args)
	}
}

// writeJSON prints v for people to read and programs to parse.
func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"
)

func configCommand(load loader) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Check or print the configuration", Args: exactly(cobra.NoArgs)}
	check := &cobra.Command{Use: "check", Short: "Report every mistake in the configuration", Args: exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, _ *Config, _ []string) error {
			fmt.Fprintln(cmd.OutOrStdout(), "the configuration is valid")
			return nil
		})}
	show := &cobra.Command{Use: "print", Short: "Print every key with its value and environment name", Args: exactly(cobra.NoArgs),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, _ []string) error { return printConfig(cmd, c) })}
	addSettings(check)
	addSettings(show)
	cmd.AddCommand(check, show)
	return cmd
}

func printConfig(cmd *cobra.Command, c *Config) error {
	k := koanf.New(".")
	if err := k.Load(structs.Provider(*c, "koanf"), nil); err != nil {
		return err
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "KEY\tVALUE\tENVIRONMENT\tMEANING")
	for _, s := range settings {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.key, s.value(k), s.env(), s.help)
	}
	return w.Flush()
}

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/onnx/hub"
)

func pullDatasetCommand(p process, load loader) *cobra.Command {
	var files []string
	quiet := false
	cmd := &cobra.Command{
		Use:   "pull NAME|OWNER/NAME[@REVISION]",
		Short: "Fetch a published data set from the Hugging Face hub or HF_ENDPOINT",
		Long: `Fetches files of a data set's repository on the Hugging Face hub, or on HF_ENDPOINT,
into the home folder and prints their folder. NAME, OWNER/NAME or the folder is
what --dataset of ` + "`pith eval run`" + ` takes. A source.json beside the files says
which commit they are of. A pull that was stopped goes on where it was; files that
were pulled before stay and are brought to the same commit. A folder in which you
changed a pulled file, or put one of your own, is not replaced: the error names it.`,
		Example: "  pith eval pull longbench\n" +
			"  pith eval pull OWNER/NAME@v1 --file data/test.jsonl",
		Args: exactly(cobra.ExactArgs(1)),
		RunE: configured(load, func(cmd *cobra.Command, c *Config, args []string) error {
			d, err := datasetNamed(args[0])
			if err != nil {
				return usageError{err}
			}
			d.Files = append(d.Files, files...)
			o := hub.Options{Home: c.Home, UserAgent: "pith/" + version, Progress: pullProgress(p.stderr, quiet)}
			dir, err := hub.PullDataset(cmd.Context(), o.WithEnv(p.getenv), d)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), dir)
			return nil
		}),
	}
	cmd.Flags().StringArrayVar(&files, "file", nil, "path of a file in the repository, beside those of a set that pith knows; may be repeated")
	cmd.Flags().BoolVar(&quiet, "quiet", false, "no progress")
	addSettings(cmd, "home")
	return cmd
}

// datasetNamed understands the name of a known set or OWNER/NAME of a repository, each
// with an optional @REVISION.
func datasetNamed(ref string) (hub.Dataset, error) {
	name, revision, pinned := strings.Cut(ref, "@")
	if pinned && revision == "" {
		return hub.Dataset{}, fmt.Errorf("%s: name a branch, a tag or a commit after @", ref)
	}
	if strings.Contains(name, "/") {
		return hub.Dataset{Repo: name, Revision: revision}, nil
	}
	known := dataset.Known()
	i := slices.IndexFunc(known, func(s dataset.Source) bool { return s.Name == name })
	if i < 0 {
		return hub.Dataset{}, fmt.Errorf("no data set %q: use one of %s, or OWNER/NAME of a repository", name, strings.Join(onHub(known), ", "))
	}
	s := known[i]
	if s.Repo == "" {
		return hub.Dataset{}, fmt.Errorf("%s is not fetched from a hub: get it (%s) and give its path to --dataset", s.Title, s.Where)
	}
	return hub.Dataset{Repo: s.Repo, Revision: revision, Name: s.Name, Files: s.Files, License: s.Licence}, nil
}

// onHub returns the names of the sets that can be pulled.
func onHub(sets []dataset.Source) []string {
	var names []string
	for _, s := range sets {
		if s.Repo != "" {
			names = append(names, s.Name)
		}
	}
	return names
}

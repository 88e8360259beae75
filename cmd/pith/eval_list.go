package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/measure"
	"github.com/pith-proxy/pith/eval/needle"
	"github.com/pith-proxy/pith/onnx/hub"
)

func listCommand(p process, load loader) *cobra.Command {
	asJSON := false
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List data sets, tasks, methods and measures",
		Args:  exactly(cobra.NoArgs),
		RunE: configured(load, func(_ *cobra.Command, c *Config, _ []string) error {
			sets, err := listSets(c.Home, dataset.Known())
			if err != nil {
				return err
			}
			l := evalList{Datasets: sets, Tasks: dataset.Tasks(), Methods: evalMethods(), Measures: listMeasures(measure.All())}
			if asJSON {
				return writeJSON(p.stdout, l)
			}
			return l.write(p.stdout)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the lists as JSON")
	addSettings(cmd, "home")
	return cmd
}

// evalList is what `pith eval` can measure, on what, and with what.
type evalList struct {
	Datasets []listedSet     `json:"datasets"`
	Tasks    []dataset.Task  `json:"tasks"`
	Methods  []methodInfo    `json:"methods"`
	Measures []listedMeasure `json:"measures"`
}

// listedSet is a data set that is known, was pulled, or both.
type listedSet struct {
	Name       string `json:"name"`
	Title      string `json:"title"`
	Repository string `json:"repository,omitempty"` // on the hub; "" if it cannot be pulled
	Where      string `json:"where,omitempty"`      // in words
	Licence    string `json:"licence,omitempty"`
	Dir        string `json:"dir,omitempty"`     // "" if it was not pulled
	Commit     string `json:"commit,omitempty"`  // of what was pulled
	Problem    string `json:"problem,omitempty"` // why what was pulled cannot be used
}

type listedMeasure struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

// listSets returns the known sets in their order, needles, and what else was pulled by
// name.
func listSets(home string, known []dataset.Source) ([]listedSet, error) {
	pulled, err := hub.Datasets(home)
	if err != nil {
		return nil, fmt.Errorf("list pulled data sets: %w", err)
	}
	var out []listedSet
	for _, s := range known {
		out = append(out, listedSet{Name: s.Name, Title: s.Title, Repository: s.Repo, Where: s.Where, Licence: s.Licence})
	}
	out = append(out, listedSet{Name: needleSet, Title: "Needles", Where: "made up for each run, of the kinds " + strings.Join(needle.Kinds(), ", ")})
	for _, d := range pulled {
		i := slices.IndexFunc(out, func(s listedSet) bool { return s.Name == d.Name })
		if i < 0 {
			i = len(out)
			out = append(out, listedSet{Name: d.Name})
		}
		out[i].add(d)
	}
	return out, nil
}

// add notes what was pulled. Its own word on where it is from goes before ours.
func (s *listedSet) add(d hub.DatasetInfo) {
	s.Dir = d.Dir
	if d.Err != nil {
		s.Problem = d.Err.Error()
		return
	}
	s.Repository, s.Commit = d.Source.Repo, d.Source.Commit
	if d.Source.License != "" {
		s.Licence = d.Source.License
	}
	if s.Title == "" {
		s.Title = d.Source.Repo
	}
}

// place says where the set is, or how to get it.
func (s listedSet) place() string {
	switch {
	case s.Problem != "":
		return fmt.Sprintf("%s cannot be used: %s", s.Dir, s.Problem)
	case s.Dir != "":
		return fmt.Sprintf("%s, commit %.12s of %s", s.Dir, s.Commit, s.Repository)
	case s.Repository != "":
		return fmt.Sprintf("not here; `pith eval pull %s` fetches it from %s", s.Name, s.Repository)
	case s.Name == needleSet:
		return s.Where
	}
	return "not here; get " + s.Where
}

// listMeasures returns the measures, and the one that has to open a model to say more.
func listMeasures(all []measure.Measure) []listedMeasure {
	var out []listedMeasure
	for _, m := range all {
		out = append(out, listedMeasure{m.Name(), m.About()})
	}
	return append(out, listedMeasure{likelihood, "how much the kept text helps a small language model (models.code) to predict " +
		"the gold answer, in nats a token; slow, so only when it is named. A stand-in, not an answer score."})
}

func (l evalList) write(w io.Writer) error {
	sets := table{{"DATA SET", "TITLE", "WHERE"}}
	for _, s := range l.Datasets {
		sets = append(sets, []string{s.Name, s.Title, s.place()})
		if s.Licence != "" {
			sets = append(sets, []string{"", "", "licence: " + s.Licence})
		}
	}
	tasks := table{{"TASK", "DATA SET", "LANGUAGE", "KIND", "METRIC", "MOST TOKENS"}}
	for _, t := range l.Tasks {
		tasks = append(tasks, []string{t.Name, t.Set, t.Language, string(t.Kind), t.Metric, fmt.Sprint(t.MaxTokens)})
	}
	methods := table{{"METHOD", "KIND", "RATE", "QUESTION", "ABOUT"}}
	for _, m := range l.Methods {
		methods = append(methods, []string{m.Name, m.Kind, either(m.Fixed, "its own", "as asked"), either(m.Question, "used", "not used"), m.About})
	}
	measures := table{{"MEASURE", "ABOUT"}}
	for _, m := range l.Measures {
		measures = append(measures, []string{m.Name, m.About})
	}
	for i, t := range []table{sets, tasks, methods, measures} {
		if i > 0 {
			if _, err := fmt.Fprintln(w); err != nil {
				return err
			}
		}
		if err := t.write(w); err != nil {
			return err
		}
	}
	return nil
}

func either(is bool, yes, no string) string {
	if is {
		return yes
	}
	return no
}

// table is rows of as many cells; the last cell of a row may be long.
type table [][]string

const cellWidth = 76 // characters of a line of a row's last cell; words are not cut

// write aligns the columns. A last cell that is long goes on below itself.
func (t table) write(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range t {
		last := len(row) - 1
		for i, line := range wrapped(row[last], cellWidth) {
			if i > 0 {
				row = make([]string, last+1)
			}
			fmt.Fprintln(tw, strings.Join(append(slices.Clone(row[:last]), line), "\t"))
		}
	}
	return tw.Flush()
}

// wrapped breaks text between words into lines of at most width characters, where words allow
// it. There is at least one.
func wrapped(text string, width int) []string {
	out := []string{""}
	for _, word := range strings.Fields(text) {
		last := &out[len(out)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) > width:
			out = append(out, word)
		default:
			*last += " " + word
		}
	}
	return out
}

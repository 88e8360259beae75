package dataset

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
)

//go:embed tasks.json
var tasksJSON []byte

// Names of sets. LongBench-E has LongBench's tasks and files of its own.
const (
	longBench  = "longbench"
	longBenchE = "longbench-e"
	longBench2 = "longbench-v2"
	qmSum      = "qmsum"
	gsm8k      = "gsm8k"
	bbh        = "bbh"
	own        = "own"
)

// A Source is a published set and where a user gets it. Nothing here fetches one.
type Source struct {
	Name    string   // as [Task.Set]: "longbench"
	Title   string   // for people: "LongBench"
	Repo    string   // dataset repository on a Hugging Face hub; "" if its files there are not read
	Files   []string // of Repo, to be put into one folder
	Where   string   // in words
	Licence string   // in words
}

// published is a set of tasks.json.
type published struct {
	Name     string            `json:"name"`
	Title    string            `json:"title"`
	Source   string            `json:"source"` // of the prompts, with their licence
	Repo     string            `json:"repo"`
	Files    []string          `json:"files"`
	Where    string            `json:"where"`
	Licence  string            `json:"licence"` // of the texts
	Defaults Task              `json:"defaults"`
	Raw      []json.RawMessage `json:"tasks"` // members that differ from Defaults

	tasks []Task
}

var registry = sync.OnceValue(func() []published {
	sets, err := parseRegistry(tasksJSON)
	if err != nil {
		panic("dataset: tasks.json: " + err.Error()) // part of the binary; a test reads it
	}
	return sets
})

func parseRegistry(data []byte) ([]published, error) {
	var file struct {
		Sets []published `json:"sets"`
	}
	if err := strictly(data, &file); err != nil {
		return nil, err
	}
	for i := range file.Sets {
		s := &file.Sets[i]
		s.Defaults.Set = s.Name
		for _, raw := range s.Raw {
			t := s.Defaults
			if err := strictly(raw, &t); err != nil {
				return nil, fmt.Errorf("set %s: %w", s.Name, err)
			}
			s.tasks = append(s.tasks, t)
		}
	}
	return file.Sets, nil
}

func strictly(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// Tasks returns the tasks that come with the package, set by set; LongBench's in the
// order of its paper. A name is unique within a set: "qmsum" is a task of two.
func Tasks() []Task {
	var out []Task
	for _, s := range registry() {
		out = append(out, s.tasks...)
	}
	return out
}

// Known returns the published sets that [Open] reads.
func Known() []Source {
	var out []Source
	for _, s := range registry() {
		if s.Name == own {
			continue
		}
		out = append(out, Source{Name: s.Name, Title: s.Title, Repo: s.Repo, Files: slices.Clone(s.Files),
			Where: s.Where, Licence: s.Licence})
	}
	return out
}

// setOf returns the set of that name, which must be one of the constants.
func setOf(name string) published {
	i := slices.IndexFunc(registry(), func(s published) bool { return s.Name == name })
	return registry()[i]
}

// task returns the set's task of that name and its place in the set.
func (s published) task(name string) (Task, int, bool) {
	i := slices.IndexFunc(s.tasks, func(t Task) bool { return t.Name == name })
	if i < 0 {
		return Task{}, len(s.tasks), false
	}
	return s.tasks[i], i, true
}

package eval

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// QATasks are LongBench's English question-answering tasks with short answers.
// Of MiniLongBench's 67 items in them, 39 hold a gold answer under [MatchWords]:
// 2wikimqa 12, hotpotqa 11, musique 6, narrativeqa 4, qasper 4,
// multifieldqa_en 1 and triviaqa 1.
var QATasks = []string{"2wikimqa", "hotpotqa", "musique", "narrativeqa", "qasper", "multifieldqa_en", "triviaqa"}

// ReadLongBench reads items in LongBench's JSONL, as its official archive has
// them.
func ReadLongBench(r io.Reader) ([]Item, error) {
	type row struct {
		ID       string   `json:"_id"`
		Dataset  string   `json:"dataset"`
		Language string   `json:"language"`
		Input    string   `json:"input"`
		Context  string   `json:"context"`
		Answers  []string `json:"answers"`
		Classes  []string `json:"all_classes"`
		Length   int      `json:"length"`
	}
	var items []Item
	err := readLines(r, func(v row) error {
		if v.ID == "" || v.Dataset == "" {
			return errors.New("not a LongBench row: _id or dataset is missing")
		}
		items = append(items, Item{ID: v.ID, Dataset: v.Dataset, Language: v.Language, Question: v.Input,
			Context: v.Context, Answers: v.Answers, Classes: v.Classes, Length: v.Length})
		return nil
	})
	return items, err
}

// ReadLongBenchDir reads TASK.jsonl of each task in dir, in the order of tasks.
// A task whose file is missing is left out; it is an error if all are.
func ReadLongBenchDir(dir string, tasks []string) ([]Item, error) {
	var all []Item
	for _, task := range tasks {
		items, err := readFile(filepath.Join(dir, task+".jsonl"), ReadLongBench)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, items...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no items: %s has none of the files TASK.jsonl asked for", dir)
	}
	return all, nil
}

func readFile[T any](path string, read func(io.Reader) (T, error)) (T, error) {
	f, err := os.Open(path)
	if err != nil {
		var zero T
		return zero, err
	}
	defer f.Close()
	v, err := read(f)
	if err != nil {
		return v, fmt.Errorf("%s: %w", path, err)
	}
	return v, nil
}

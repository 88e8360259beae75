package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ReadSQuAD reads SQuAD 1.1, SQuAD 2.0 and XQuAD as they are published: one
// JSON object. Questions without an answer are left out. dataset and language
// name the set, for the file does not.
func ReadSQuAD(r io.Reader, dataset, language string) ([]Item, error) {
	var file struct {
		Data []struct {
			Paragraphs []struct {
				Context string `json:"context"`
				QAs     []struct {
					ID       string `json:"id"`
					Question string `json:"question"`
					Answers  []struct {
						Text string `json:"text"`
					} `json:"answers"`
				} `json:"qas"`
			} `json:"paragraphs"`
		} `json:"data"`
	}
	if err := json.NewDecoder(r).Decode(&file); err != nil {
		return nil, fmt.Errorf("read SQuAD: %w", err)
	}
	if len(file.Data) == 0 {
		return nil, errors.New("read SQuAD: no articles under data")
	}
	var items []Item
	for _, article := range file.Data {
		for _, p := range article.Paragraphs {
			for _, qa := range p.QAs {
				it := Item{ID: qa.ID, Dataset: dataset, Language: language, Question: qa.Question, Context: p.Context}
				for _, a := range qa.Answers {
					it.Answers = append(it.Answers, a.Text)
				}
				if len(it.Answers) > 0 {
					items = append(items, it)
				}
			}
		}
	}
	return items, nil
}

// ReadSQuADFile is [ReadSQuAD] on a file.
func ReadSQuADFile(path, dataset, language string) ([]Item, error) {
	return readFile(path, func(r io.Reader) ([]Item, error) { return ReadSQuAD(r, dataset, language) })
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// keepAnswers refuses to replace a report that answers were read for, and maybe paid, by
// one without them: by a run whose reader, "" for none, is another.
func keepAnswers(out, reader string) error {
	before, err := answeredBy(filepath.Join(out, "report.json"))
	switch {
	case err != nil:
		return usageError{fmt.Errorf("--out: %w; give another folder", err)}
	case before == "" || before == reader:
		return nil
	case reader == "":
		return usageError{fmt.Errorf("--out %s: the report there has the answers of %s, and this run, which has no reader, would replace it: give another --out, or the same --reader and --reader-model", out, before)}
	}
	return usageError{fmt.Errorf("--out %s: the report there has the answers of %s, and this run, which asks %s, would replace it: give another --out, or the same --reader and --reader-model", out, before, reader)}
}

// answeredBy returns the name of the reader whose answers a report.json has; "" if it has
// none or there is no report.
func answeredBy(path string) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("%s is no regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	var r struct { // of any format, so that no old report is lost
		Reader struct {
			Name    string `json:"name"`
			Answers int    `json:"answers"`
		} `json:"reader"`
	}
	if err := json.NewDecoder(file).Decode(&r); err != nil {
		return "", fmt.Errorf("%s is not the JSON of a report", path)
	}
	if r.Reader.Answers == 0 {
		return "", nil
	}
	return r.Reader.Name, nil
}

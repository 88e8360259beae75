//go:build unix

package dataset

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A pipe is refused before it is opened, which would be to wait for ever.
func TestPipesAreRefused(t *testing.T) {
	mine := `{"context":"C","question":"Q","answer":"Ada"}`
	for name, tc := range map[string]struct {
		files map[string]string
		pipe  string
	}{
		"rows":           {map[string]string{"a.jsonl": mine}, "b.jsonl"},
		"archive":        {map[string]string{"a.json": mine}, "data.zip"},
		"demonstrations": {map[string]string{"navigate.json": `{"examples":[{"input":"a","target":"b"}]}`, "cot-prompts/x.txt": ""}, "cot-prompts/navigate.txt"},
	} {
		dir := folder(t, tc.files)
		if err := syscall.Mkfifo(filepath.Join(dir, tc.pipe), 0o600); err != nil {
			t.Skip("no pipes here:", err)
		}
		done := make(chan error, 1)
		go func() {
			_, err := Open(dir, Options{})
			done <- err
		}()
		select {
		case err := <-done:
			if err == nil || !strings.Contains(err.Error(), filepath.Base(tc.pipe)+" is no regular file") {
				t.Errorf("%s: %v", name, err)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: it waits for the pipe", name)
		}
	}
}

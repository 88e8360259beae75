package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/pith-proxy/pith/compressors"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/tokenize"
)

// modelFolder makes a folder that stands in for a model.
func modelFolder(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "model")
	err := os.MkdirAll(filepath.Join(dir, "sub"), 0o755)
	for name, text := range map[string]string{"config.json": "{}", "model.bin": "weights", "sub/vocab.txt": "a b"} {
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// The state of a model changes with its content, and with nothing else.
func TestModelState(t *testing.T) {
	state := func(dir string) string {
		t.Helper()
		s, err := modelState(t.Context(), dir)
		if err != nil || !strings.HasPrefix(s, "folder ") {
			t.Fatalf("%q, %v", s, err)
		}
		return s
	}
	want := state(modelFolder(t))
	for _, tt := range []struct {
		name string
		edit func(dir string) error
		same bool
	}{
		{"another_place", func(string) error { return nil }, true},
		{"touched", func(dir string) error { return os.Chmod(filepath.Join(dir, "model.bin"), 0o600) }, true},
		{"hidden_folder", func(dir string) error {
			return errors.Join(os.Mkdir(filepath.Join(dir, ".git"), 0o755), os.WriteFile(filepath.Join(dir, ".git", "HEAD"), []byte("x"), 0o644))
		}, true},
		{"pipe", func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600) }, true},
		{"link_that_leads_nowhere", func(dir string) error { return os.Symlink("nowhere", filepath.Join(dir, "link")) }, true},
		{"file_as_a_link", func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, "model.bin"), dir+".blob"), os.Symlink(dir+".blob", filepath.Join(dir, "model.bin")))
		}, true},
		{"same_size", func(dir string) error { return os.WriteFile(filepath.Join(dir, "model.bin"), []byte("Weights"), 0o644) }, false},
		{"in_a_folder", func(dir string) error { return os.WriteFile(filepath.Join(dir, "sub", "vocab.txt"), nil, 0o644) }, false},
		{"renamed", func(dir string) error {
			return os.Rename(filepath.Join(dir, "model.bin"), filepath.Join(dir, "other.bin"))
		}, false},
		{"one_more", func(dir string) error { return os.WriteFile(filepath.Join(dir, "empty"), nil, 0o644) }, false},
		{"one_less", func(dir string) error { return os.Remove(filepath.Join(dir, "config.json")) }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := modelFolder(t)
			if err := tt.edit(dir); err != nil {
				t.Fatal(err)
			}
			if got := state(dir); (got == want) != tt.same {
				t.Errorf("state %s, of the other %s", got, want)
			}
		})
	}
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(modelFolder(t), link); err != nil {
		t.Fatal(err)
	}
	if got := state(link); got != want {
		t.Errorf("through a link %s, not %s", got, want)
	}
	if got, err := modelState(t.Context(), "owner/name"); err != nil || got != `name "owner/name"` {
		t.Errorf("of a name %q, %v", got, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := modelState(ended, modelFolder(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("after the context's end: %v", err)
	}
}

// Another model in the same folder, or another revision of a name, is another state of
// the arm: results of the one are not taken for the other's.
func TestPeerState(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3")
	}
	fake, err := filepath.Abs("../../eval/arms/testdata/python")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", fake)
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	counter, err := tokenize.CounterFor("o200k_base")
	if err != nil {
		t.Fatal(err)
	}
	state := func(model string) string {
		t.Helper()
		f := &methodFlags{names: []string{"llmlingua"}, through: viaProcess, python: "python3", model: model}
		a := &app{config: &Config{getenv: func(string) string { return "" }}, router: compressors.NewRouter(nil)}
		out, shut, err := f.arms(t.Context(), a, dataset.Set{}, counter, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer shut()
		return out[0].State
	}
	dir := modelFolder(t)
	one := state(dir)
	if again := state(modelFolder(t)); again != one {
		t.Errorf("an equal model has the state %s, not %s", again, one)
	}
	if err := os.WriteFile(filepath.Join(dir, "model.bin"), []byte("Weights"), 0o644); err != nil {
		t.Fatal(err)
	}
	if other := state(dir); other == one {
		t.Errorf("another model has the same state %s", one)
	}
	if s := state("owner/pinned"); !strings.Contains(s, `name "owner/pinned" "0123abcd"`) {
		t.Errorf("a name and its revision are not in %s", s)
	}
}

// A running pith that answers with a redirect is not one that texts are sent to.
func TestServedStateFollowsNoRedirect(t *testing.T) {
	srv := httptest.NewServer(http.RedirectHandler("http://other.example/sekret", http.StatusTemporaryRedirect))
	defer srv.Close()
	_, err := servedState(srv.URL+"/sekret", "sekret")
	if err == nil || !strings.Contains(err.Error(), "redirect to http://other.example, which is not followed") || strings.Contains(err.Error(), "sekret") {
		t.Errorf("error %v", err)
	}
}

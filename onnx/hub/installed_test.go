package hub

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestInstalled(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	o := testOptions(t, h)
	if got, err := Installed(o.Home); len(got) != 0 || err != nil {
		t.Fatalf("an empty home has %v, %v", got, err)
	}
	dir, err := Pull(t.Context(), o, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	models := filepath.Dir(dir)
	if err := errors.Join(os.Mkdir(filepath.Join(models, "broken"), 0o755), os.Symlink(dir, filepath.Join(models, "link")), os.WriteFile(filepath.Join(models, "note.txt"), nil, 0o644)); err != nil {
		t.Fatal(err)
	}
	got, err := Installed(o.Home)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, i := range got {
		lines = append(lines, fmt.Sprintf("%s %v %v", i.Name, i.Err == nil, i.Bytes > 1<<20))
	}
	if s := strings.Join(lines, ", "); s != "broken false false, link false false, someone--a.model true true" {
		t.Errorf("got %s", s)
	}
}

func TestRemove(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	o := testOptions(t, h)
	dir, err := Pull(t.Context(), o, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"..", "../x", "", ".partial", "a/b"} {
		if err := Remove(o.Home, name); err == nil {
			t.Errorf("removed %q", name)
		}
	}
	mine := filepath.Join(filepath.Dir(dir), "mine")
	if err := os.Mkdir(mine, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Remove(o.Home, "mine"); err == nil {
		t.Error("removed a folder that no pull made")
	}
	if err := Remove(o.Home, "someone--a.model"); err != nil {
		t.Error(err)
	}
	if got := names(filepath.Dir(dir)); strings.Join(got, " ") != ".partial mine" {
		t.Errorf("left %v", got)
	}
	if err := Remove(o.Home, "someone--a.model"); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("second removal: %v", err)
	}
}

func TestVerify(t *testing.T) {
	h := newFakeHub(t)
	files := bertFiles(1)
	files["onnx/model.onnx"] = fakeFile{data: onnxFile(1, 9, "w.data", bertInputs...), lfs: true}
	files["onnx/w.data"] = fakeFile{data: []byte("weights"), lfs: true}
	h.add(testRepo, commit(1), files)
	o := testOptions(t, h)
	for _, c := range []struct {
		name  string
		spoil func(dir string) error
		words string
	}{
		{"sound", func(string) error { return nil }, ""},
		{"graph", flip("model.onnx"), "model.onnx has"},
		{"tokenizer", flip("tokenizer.json"), "tokenizer.json has"},
		{"data", flip("w.data"), "w.data has"},
		{"config", flip("config.json"), "config.json has"},
		{"missing", func(d string) error { return os.Remove(filepath.Join(d, "model.onnx")) }, "model.onnx"},
		{"linked", func(d string) error {
			at := filepath.Join(d, "model.onnx")
			return errors.Join(os.Rename(at, d+".x"), os.Symlink(d+".x", at))
		}, "model.onnx"},
		{"card_leaves_the_folder", func(d string) error {
			return os.WriteFile(filepath.Join(d, cardFile), []byte(`{"graph":{"file":"../x","sha256":"00"}}`), 0o644)
		}, `"../x"`},
		{"no_card", func(d string) error { return os.Remove(filepath.Join(d, cardFile)) }, "no model"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o.Home = t.TempDir()
			dir, err := Pull(t.Context(), o, testRepo)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(dir); err != nil {
				t.Fatal(err)
			}
			err = Verify(dir)
			if (err == nil) != (c.words == "") || err != nil && !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v, want %q", err, c.words)
			}
		})
	}
}

// flip changes one bit in the middle of a file.
func flip(name string) func(string) error {
	return func(dir string) error {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		b[len(b)/2] ^= 1
		return os.WriteFile(filepath.Join(dir, name), b, 0o644)
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	unlock, err := lock(t.Context(), path, func() { t.Error("busy without a holder") })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := lock(ctx, path, cancel); !errors.Is(err, context.Canceled) {
		t.Errorf("a held lock was given: %v", err)
	}
	time.AfterFunc(10*time.Millisecond, unlock)
	again, err := lock(t.Context(), path, func() {})
	if err != nil {
		t.Fatal(err)
	}
	again()
	// The file a dead process left holds nothing back.
	last, err := lock(t.Context(), path, func() { t.Error("a stale lock holds") })
	if err != nil {
		t.Fatal(err)
	}
	last()
}

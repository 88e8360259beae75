package models

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/pith-proxy/pith/onnx"
)

func TestFind(t *testing.T) {
	exe, home, extra := t.TempDir(), t.TempDir(), t.TempDir()
	// In the order of search; each is removed before the next is looked for.
	places := []string{
		filepath.Join(exe, "models", Multi),
		filepath.Join(home, "models", Multi),
		filepath.Join(extra, Multi),
	}
	for _, dir := range places {
		writeModel(t, dir, `{"name":"`+dir+`"}`)
	}
	for _, want := range places {
		files, err := Find(Multi, exe, home, extra)
		if err != nil {
			t.Fatal(err)
		}
		spec, err := onnx.ReadSpec(files)
		if err != nil || spec.Name != want {
			t.Errorf("got %+v, %v; want %s", spec, err, want)
		}
		os.RemoveAll(want)
	}
	if _, err := Find(Multi, exe, home, extra, ""); !errors.Is(err, ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
}

func writeModel(t *testing.T, dir, spec string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "pith-model.json"), []byte(spec), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestBuiltInModels(t *testing.T) {
	for _, name := range []string{Small, Code} {
		t.Run(name, func(t *testing.T) { testBuiltIn(t, name) })
	}
}

func testBuiltIn(t *testing.T, model string) {
	files, err := Find(model, "", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"model.onnx", "tokenizer.json", "pith-model.json", "vectors.json", "README.md"} {
		got, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(model, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs from the file", name)
		}
		info, err := fs.Stat(files, name)
		if err != nil || info.Size() != int64(len(want)) || info.Name() != name {
			t.Errorf("stat %s: %v, %v", name, info, err)
		}
	}
	if _, err := fs.ReadFile(files, "none"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want fs.ErrNotExist", err)
	}
}

func TestNames(t *testing.T) {
	tests := map[string]bool{
		"a": true, "owner/name": true, "a.b-c_D9": true, "Owner/Name-1.0": true,
		"": false, ".": false, "..": false, "../a": false, "a/..": false, "/a": false, "a/": false, "a/b/c": false,
		"a\\b": false, "a b": false, ".hidden": false, "a/.b": false, "é": false, "a\x00": false,
	}
	for name, want := range tests {
		if got := ValidName(name); got != want {
			t.Errorf("ValidName(%q) = %v", name, got)
		}
		if !want {
			if _, err := Find(name, "/", "/", "/"); !errors.Is(err, ErrNotFound) {
				t.Errorf("Find(%q): %v", name, err)
			}
		}
	}
}

func TestList(t *testing.T) {
	home := t.TempDir()
	writeModel(t, filepath.Join(home, "models", "owner", "pulled"), `{"name":"pulled"}`)
	writeModel(t, filepath.Join(home, "models", "broken"), `{`)
	writeModel(t, filepath.Join(home, "models", Multi), `{"name":"hidden by none"}`)
	writeModel(t, filepath.Join(home, "models", Small), `{"name":"hidden by the built-in one"}`)
	var names []string
	for _, e := range List("", home, ".") {
		names = append(names, e.Name)
		switch e.Name {
		case "broken":
			if e.Err == nil {
				t.Error("no error for the broken one")
			}
		case Small, Code:
			if !e.BuiltIn || e.Dir != "" || e.Spec.Name != e.Name || e.Spec.Causal() != (e.Name == Code) {
				t.Errorf("got %+v", e)
			}
		case Multi: // home comes before the extra folder
			if e.BuiltIn || e.Spec.Name != "hidden by none" {
				t.Errorf("got %+v", e)
			}
		}
	}
	if want := []string{"broken", "owner/pulled", Code, Multi, Small}; !equal(names, want) {
		t.Errorf("got %v, want %v", names, want)
	}
}

func equal(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// The in-memory files keep fs.File's contract.
func TestMemFile(t *testing.T) {
	files := builtIn{fstest.MapFS{}, map[string][]byte{"a": []byte("abc")}}
	f, err := files.Open("a")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || info.IsDir() || info.Size() != 3 || info.Mode() != 0o444 {
		t.Errorf("got %v, %v", info, err)
	}
}

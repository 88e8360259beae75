// Package models finds models by name: those built into the program, those in
// the folder beside it, and those that were pulled.
//
//	files, err := models.Find("pith-multi", exeDir, home)
//	m, err := onnx.Load(ctx, files, engine, onnx.Options{Verify: true})
//
// pith-small and pith-code are in the program itself, so that a lone binary beside its
// runtime library works. pith-multi is in the folder models beside the program. Pulled
// models lie in models below $PITH_HOME.
package models

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/onnx"
)

// The models that come with the program.
const (
	Small = "pith-small" // English
	Multi = "pith-multi" // nine languages
	Code  = "pith-code"  // a causal language model of source code
)

// Names are the models that come with the program.
var Names = []string{Small, Multi, Code}

// ErrNotFound says that there is no model of that name in any of the places.
var ErrNotFound = errors.New("model not found")

// Find returns the files of a model: the built-in ones, else those in
// exeDir/models/NAME, in home/models/NAME, or in NAME in one of the extra
// folders, in this order; "" skips a place. A name is one path element or two,
// as in "owner/name".
func Find(name, exeDir, home string, extra ...string) (fs.FS, error) {
	if !ValidName(name) {
		return nil, fmt.Errorf("%w: %q is no model name", ErrNotFound, name)
	}
	if slices.Contains(inProgram, name) {
		return built(name)
	}
	dirs := folders(exeDir, home, extra)
	for _, dir := range dirs {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if isModel(path) {
			return os.DirFS(path), nil
		}
	}
	return nil, fmt.Errorf("%w: %s is not in %s; `pith models pull %s` fetches published models",
		ErrNotFound, name, strings.Join(dirs, ", "), name)
}

// Entry is a model that can be loaded.
type Entry struct {
	Name    string
	BuiltIn bool
	Dir     string // "" if it is built in
	Spec    *onnx.Spec
	Err     error // the folder is there but its description cannot be read
}

// List returns the models that [Find] finds, by name.
func List(exeDir, home string, extra ...string) []Entry {
	seen := map[string]bool{}
	var out []Entry
	for _, name := range inProgram {
		seen[name] = true
		files, err := built(name)
		out = append(out, entry(name, "", files, err))
	}
	for _, dir := range folders(exeDir, home, extra) {
		for _, pattern := range []string{"*", "*/*"} {
			found, _ := fs.Glob(os.DirFS(dir), pattern+"/pith-model.json")
			for _, path := range found {
				name := strings.TrimSuffix(path, "/pith-model.json")
				if seen[name] || !ValidName(name) {
					continue
				}
				seen[name] = true
				full := filepath.Join(dir, filepath.FromSlash(name))
				out = append(out, entry(name, full, os.DirFS(full), nil))
			}
		}
	}
	slices.SortFunc(out, func(a, b Entry) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func entry(name, dir string, files fs.FS, err error) Entry {
	e := Entry{Name: name, BuiltIn: dir == "", Dir: dir, Err: err}
	if err == nil {
		e.Spec, e.Err = onnx.ReadSpec(files)
	}
	return e
}

func folders(exeDir, home string, extra []string) []string {
	var dirs []string
	for _, base := range []string{exeDir, home} {
		if base != "" {
			dirs = append(dirs, filepath.Join(base, "models"))
		}
	}
	for _, dir := range extra {
		if dir != "" {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func isModel(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, "pith-model.json"))
	return err == nil && info.Mode().IsRegular()
}

// ValidName reports whether name can be a model's: one or two path elements of
// letters, digits, '.', '_' and '-', none beginning with a dot.
func ValidName(name string) bool {
	parts := strings.Split(name, "/")
	if len(parts) > 2 {
		return false
	}
	for _, p := range parts {
		if p == "" || p[0] == '.' || strings.Trim(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") != "" {
			return false
		}
	}
	return true
}

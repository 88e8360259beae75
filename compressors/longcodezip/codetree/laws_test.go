package codetree

import (
	"context"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// sources are files that every machine with this repository and its toolchain has.
func sources(t *testing.T, root string, most int) map[string]string {
	out := map[string]string{}
	_ = filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || len(out) >= most {
			return nil
		}
		l := Detect(file, "")
		if l == nil || l.grammar == "" {
			return nil
		}
		if text, err := os.ReadFile(file); err == nil && len(text) < 100<<10 {
			out[file] = string(text)
		}
		return nil
	})
	if len(out) == 0 {
		t.Skipf("no sources at %s", root)
	}
	return out
}

// TestLaws: whatever is left out of a file that parses, what is left parses.
func TestLaws(t *testing.T) {
	goroot := build.Default.GOROOT
	for _, tt := range []struct {
		name, root string
		most       int
	}{
		{"compressors", "../..", 40},
		{"scripts", "../../../scripts", 20},
		{"web", "../../../web", 20},
		{"go_net", filepath.Join(goroot, "src/net/http"), 40},
		{"go_types", filepath.Join(goroot, "src/go"), 40},
		{"go_cgo", filepath.Join(goroot, "src/runtime/cgo"), 40},
		{"go_wasm", filepath.Join(goroot, "lib/wasm"), 10},
		{"go_python", filepath.Join(goroot, "src/runtime/runtime-gdb.py"), 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for file, source := range sources(t, tt.root, tt.most) {
				f := parsed(t, source, Detect(file, source).Name)
				for seed, n := range []int{2, 10, 1} {
					left := f.Render(some(f, uint64(seed), n), Marks{})
					if !f.Broken && !f.Language.Valid(context.Background(), left) {
						t.Fatalf("%s, seed %d: no longer valid", file, seed)
					}
				}
			}
		})
	}
}

// TestSampleLaws: the same of the samples, and for each part alone.
func TestSampleLaws(t *testing.T) {
	for file, source := range sources(t, "testdata/split", 100) {
		f := parsed(t, source, Detect(file, source).Name)
		for seed := range uint64(20) {
			checkRender(t, f, some(f, seed, 2+int(seed%5)))
		}
		f.Root.All(func(alone *Node) bool {
			if alone.Kind != Frame && alone.Kind != Group {
				checkRender(t, f, func(n *Node) bool { return n == alone })
			}
			return true
		})
	}
}

func FuzzParse(f *testing.F) {
	for _, source := range edges() {
		if len(source) < 1000 {
			for i := range Languages() {
				if Languages()[i].grammar != "" {
					f.Add(source, uint8(i), uint64(1))
				}
			}
		}
	}
	for file, source := range sources(&testing.T{}, "testdata/split", 100) {
		l := Detect(file, source)
		for i, m := range Languages() {
			if l == m {
				f.Add(source, uint8(i), uint64(1))
			}
		}
	}
	f.Fuzz(func(t *testing.T, source string, language uint8, seed uint64) {
		if len(source) > 8<<10 {
			return
		}
		all := Languages()
		l := all[int(language)%len(all)]
		file, err := Parse(context.Background(), source, l)
		if err != nil {
			t.Fatal(err)
		}
		checkShape(t, file)
		again, _ := Parse(context.Background(), source, l)
		if outline(file) != outline(again) {
			t.Fatal("two calls differ")
		}
		left := file.Render(some(file, seed, 2), Marks{})
		if l.grammar != "" && l.Valid(context.Background(), source) && !l.Valid(context.Background(), left) {
			t.Fatalf("no longer valid:\n%s", left)
		}
	})
}

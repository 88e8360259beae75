package hub

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
)

const part = "more/part 1.jsonl"

// appendTo writes in place, as an editor or a shell does.
func appendTo(path, what string) error {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(what)
	return errors.Join(err, f.Close())
}

// Whatever a person does to a pulled file, and whenever, a pull leaves it where it is and
// names it. Moved away it is theirs, and the same command goes on.
func TestChangedFileIsNotReplaced(t *testing.T) {
	elsewhere := filepath.Join(t.TempDir(), "hours of work")
	if err := os.WriteFile(elsewhere, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, edit := range []struct {
		name string
		do   func(at string) error
		want string // what is there afterwards
	}{
		{"appended", func(at string) error { return appendTo(at, "mine\n") }, "{\"n\":1}\nmine\n"},
		{"same_size", func(at string) error { return os.WriteFile(at, []byte("{\"m\":9}\n"), 0o644) }, "{\"m\":9}\n"},
		{"shorter", func(at string) error { return os.Truncate(at, 3) }, "{\"n"},
		{"empty", func(at string) error { return os.Truncate(at, 0) }, ""},
		{"another_in_its_place", func(at string) error {
			err := os.WriteFile(at+"~", []byte("mine"), 0o644)
			return errors.Join(err, os.Rename(at+"~", at))
		}, "mine"},
		{"link_in_its_place", func(at string) error { return errors.Join(os.Remove(at), os.Symlink(elsewhere, at)) }, "mine"},
	} {
		for _, when := range []struct {
			name  string
			phase Phase // "" is before the pull
		}{{"before", ""}, {"download", PhaseDownload}, {"install", PhaseInstall}} {
			t.Run(edit.name+"_"+when.name, func(t *testing.T) {
				h := newFakeHub(t)
				h.add(dataRepo, commit(1), dataFiles(1))
				o := testOptions(t, h)
				dir, err := PullDataset(t.Context(), o, dataset(part, "README.md"))
				if err != nil {
					t.Fatal(err)
				}
				at, edited := filepath.Join(dir, filepath.FromSlash(part)), false
				change := func() {
					edited = true
					if err := edit.do(at); err != nil {
						t.Error(err)
					}
				}
				if when.phase == "" {
					change()
				}
				o.Progress = func(e Event) {
					if e.Phase == when.phase && !edited && (e.Phase == PhaseInstall || e.File == "data.zip") {
						change()
					}
				}
				record := read(t, dir, sourceFile)
				_, err = PullDataset(t.Context(), o, dataset("data.zip"))
				if !errors.Is(err, ErrDisk) || pith.CodeOf(err) != pith.CodeInvalid || !strings.Contains(err.Error(), part+" than was pulled") || !strings.Contains(err.Error(), "move the file away") {
					t.Fatalf("got %v", err)
				}
				if got, _ := os.ReadFile(at); string(got) != edit.want || !bytes.Equal(read(t, dir, sourceFile), record) {
					t.Errorf("the file is %q, want %q", got, edit.want)
				}
				if n := h.bytesOf("data.zip"); when.phase == "" && n != 0 {
					t.Errorf("%d bytes travelled before the file was noticed", n)
				}

				away := filepath.Join(o.Home, "mine")
				if err := os.Rename(at, away); err != nil {
					t.Fatal(err)
				}
				if _, err := PullDataset(t.Context(), o, dataset("data.zip")); err != nil {
					t.Fatal(err)
				}
				if got, _ := os.ReadFile(away); string(got) != edit.want || VerifyDataset(t.Context(), dir) != nil || string(read(t, dir, part)) != "{\"n\":1}\n" {
					t.Errorf("the moved file is %q, want %q; source %v", got, edit.want, VerifyDataset(t.Context(), dir))
				}
				if n := h.bytesOf("data.zip"); n != 1<<20 {
					t.Errorf("%d bytes travelled, want those of one download", n)
				}
			})
		}
	}
}

// Nor is what somebody puts into the folder, or makes in its place, during the pull.
func TestFilesMadeDuringAPullStay(t *testing.T) {
	for _, c := range []struct {
		name   string
		before []string // pulled before
		words  string
	}{
		{"into_the_folder", []string{"README.md"}, "mine.jsonl, which no pull made"},
		{"in_place_of_none", nil, "made by somebody during the pull"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFakeHub(t)
			h.add(dataRepo, commit(1), dataFiles(1))
			o := testOptions(t, h)
			if c.before != nil {
				if _, err := PullDataset(t.Context(), o, dataset(c.before...)); err != nil {
					t.Fatal(err)
				}
			}
			dir := filepath.Join(o.Home, "datasets", "questions")
			mine, done := filepath.Join(dir, "mine.jsonl"), false
			o.Progress = func(e Event) {
				if e.Phase == PhaseDownload && e.Done > 0 && !done {
					done = true
					if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(mine, []byte("mine"), 0o644)); err != nil {
						t.Error(err)
					}
				}
			}
			_, err := PullDataset(t.Context(), o, dataset("data.zip"))
			if !errors.Is(err, ErrDisk) || !strings.Contains(err.Error(), c.words) || !strings.Contains(err.Error(), "move it away") {
				t.Errorf("got %v", err)
			}
			if string(read(t, dir, "mine.jsonl")) != "mine" {
				t.Error("the file changed")
			}
			if c.before == nil {
				err = os.Rename(dir, filepath.Join(o.Home, "mine"))
			} else {
				err = os.Remove(mine)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := PullDataset(t.Context(), o, dataset("data.zip")); err != nil || VerifyDataset(t.Context(), dir) != nil {
				t.Errorf("afterwards %v", err)
			}
			if n := h.bytesOf("data.zip"); n != 1<<20 {
				t.Errorf("%d bytes travelled, want those of one download", n)
			}
		})
	}
}

// The record of where files came from is not replaced if somebody writes it during a pull.
func TestChangedRecordIsNotReplaced(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	dir, err := PullDataset(t.Context(), o, dataset("README.md"))
	if err != nil {
		t.Fatal(err)
	}
	mine := bytes.Replace(read(t, dir, sourceFile), []byte(`"main"`), []byte(`"mine"`), 1)
	o.Progress = func(e Event) {
		if e.Phase == PhaseInstall {
			if err := os.WriteFile(filepath.Join(dir, sourceFile), mine, 0o644); err != nil {
				t.Error(err)
			}
		}
	}
	if _, err := PullDataset(t.Context(), o, dataset("data.zip")); !errors.Is(err, ErrDisk) || !strings.Contains(err.Error(), sourceFile) {
		t.Errorf("got %v", err)
	}
	if !bytes.Equal(read(t, dir, sourceFile), mine) || !bytes.Contains(mine, []byte("mine")) {
		t.Error("the record was replaced")
	}
}

// Deleting what is damaged is how to have it fetched again.
func TestDeletedFileIsPulledAgain(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	dir, err := PullDataset(t.Context(), o, dataset("data.zip", "README.md"))
	if err = errors.Join(err, os.Remove(filepath.Join(dir, "data.zip"))); err != nil {
		t.Fatal(err)
	}
	if err := VerifyDataset(t.Context(), dir); err == nil {
		t.Fatal("nothing is missing")
	}
	if _, err := PullDataset(t.Context(), o, dataset()); err != nil || VerifyDataset(t.Context(), dir) != nil {
		t.Errorf("%v, %v", err, VerifyDataset(t.Context(), dir))
	}
}

// A pull that was killed between linking a file into its place and clearing up leaves a
// partial file that is the user's file too, wherever that goes.
func TestLeftLinkIsNotWrittenThrough(t *testing.T) {
	for name, edit := range map[string]func(at string) error{
		"longer":  func(at string) error { return appendTo(at, "mine") },
		"shorter": func(at string) error { return os.Truncate(at, 100) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newFakeHub(t)
			h.add(dataRepo, commit(1), dataFiles(1))
			o := testOptions(t, h)
			dir, err := PullDataset(t.Context(), o, dataset("data.zip", "README.md"))
			if err != nil {
				t.Fatal(err)
			}
			work, err := plainDir(filepath.Join(o.Home, "datasets"), ".partial", "questions", "files")
			at, away := filepath.Join(dir, "data.zip"), filepath.Join(o.Home, "mine.zip")
			if err = errors.Join(err, os.Link(at, filepath.Join(work, dataFiles(1)["data.zip"].sha256())), os.Rename(at, away), edit(away)); err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(away)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := PullDataset(t.Context(), o, dataset("data.zip")); err != nil || VerifyDataset(t.Context(), dir) != nil {
				t.Fatal(err)
			}
			if got, err := os.ReadFile(away); err != nil || !bytes.Equal(got, want) {
				t.Errorf("the user's file of %d bytes has %d now, %v", len(want), len(got), err)
			}
		})
	}
}

// What is written between the last look at the bytes and the swap is found by its time.
func TestSwapLooksOnceMore(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(dir string) error
		ok   bool
	}{
		{"nothing", func(string) error { return nil }, true},
		{"gone", func(dir string) error { return os.Remove(filepath.Join(dir, "a")) }, true},
		{"stranger", func(dir string) error { return os.WriteFile(filepath.Join(dir, "b"), nil, 0o644) }, false},
		{"longer", func(dir string) error { return appendTo(filepath.Join(dir, "a"), "mine") }, false},
		{"touched", func(dir string) error { return os.Chtimes(filepath.Join(dir, "a"), time.Time{}, time.Unix(9, 0)) }, false},
		{"another_file", func(dir string) error {
			return errors.Join(os.Rename(filepath.Join(dir, "a"), filepath.Join(filepath.Dir(dir), "was")), os.WriteFile(filepath.Join(dir, "a"), []byte("old"), 0o644))
		}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			dir, stage, old := filepath.Join(root, "set"), filepath.Join(root, "new"), filepath.Join(root, "old")
			err := errors.Join(os.Mkdir(dir, 0o755), os.Mkdir(stage, 0o755), os.WriteFile(filepath.Join(dir, "a"), []byte("old"), 0o644),
				os.WriteFile(filepath.Join(stage, "a"), []byte("new"), 0o644))
			if err != nil {
				t.Fatal(err)
			}
			before, err := list(dir)
			if err = errors.Join(err, c.do(dir)); err != nil {
				t.Fatal(err)
			}
			want, err := list(dir)
			if err != nil {
				t.Fatal(err)
			}
			err = swap(dir, stage, old, func(old string) error { return before.still(old, dir) })
			if c.ok {
				if err != nil || string(read(t, dir, "a")) != "new" {
					t.Errorf("not replaced: %v", err)
				}
				return
			}
			if !errors.Is(err, ErrDisk) || want.still(dir, dir) != nil {
				t.Errorf("got %v, and the folder is not what it was: %v", err, want.still(dir, dir))
			}
		})
	}
}

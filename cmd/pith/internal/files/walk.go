package files

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Limits bound what is read.
type Limits struct {
	Count int   // most files in all
	Bytes int64 // most bytes in all
	One   int64 // longer files of a folder are passed by
}

// A File is what was found.
type File struct {
	Path string // with slashes, beginning as the folder was given
	Text string
}

// Skipped counts what was passed by and why. What ignore files name, and what is hidden, is
// not counted.
type Skipped struct {
	Vendored   int // folders of code that comes from elsewhere
	Generated  int // files that no person wrote, or that were minified
	Binary     int
	TooLong    int // longer than Limits.One
	Empty      int // nothing, or white space
	Unwanted   int // by Walk.Want
	Links      int // symbolic links
	Unreadable int // files and folders
}

// ErrTooMuch says that a limit was passed.
var ErrTooMuch = errors.New("too much")

// A Walk gathers files. Its zero value is not usable; set Limits.
type Walk struct {
	Limits

	// Want says which files of folders are wanted; nil is all.
	Want func(name, text string) bool

	Files   []File
	Skipped Skipped

	bytes int64
}

// Take adds a text that was named by itself. Errors are [ErrTooMuch].
func (w *Walk) Take(name, text string) error {
	if len(w.Files) == w.Count {
		return fmt.Errorf("%w: more than %d files", ErrTooMuch, w.Count)
	}
	if w.bytes += int64(len(text)); w.bytes > w.Limits.Bytes {
		return fmt.Errorf("%w: more than %d MiB", ErrTooMuch, w.Limits.Bytes>>20)
	}
	w.Files = append(w.Files, File{name, text})
	return nil
}

// Folder adds what is in a folder and those in it, sorted by path. Errors are
// [ErrTooMuch], or that the folder itself cannot be read.
func (w *Walk) Folder(name string) error {
	root, err := filepath.Abs(name)
	if err != nil {
		return err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return err
	}
	f := &folder{dir: root, name: filepath.ToSlash(name)}
	f.enter(root)
	first := len(w.Files)
	if err := w.walk(f); err != nil {
		return err
	}
	slices.SortFunc(w.Files[first:], func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

// A folder is one that is walked.
type folder struct {
	dir   string   // on the disk
	name  string   // as files are named after it
	parts []string // its path below the top of its repository
	gits  []rules  // of .gitignore, from the top down
	own   []rules  // of .ignore
}

// enter reads the ignore files from the top of the repository that root is in down to
// root's; without a repository only those of root.
func (f *folder) enter(root string) {
	top := repository(root)
	if top == "" {
		f.read(root)
		return
	}
	if text, err := small(filepath.Join(top, ".git", "info", "exclude")); err == nil {
		f.gits = append(f.gits, parseRules(text, 0))
	}
	f.read(top)
	below, err := filepath.Rel(top, root)
	if err != nil || below == "." {
		return
	}
	for part := range strings.SplitSeq(filepath.ToSlash(below), "/") {
		f.parts = append(f.parts, part)
		f.read(filepath.Join(top, filepath.Join(f.parts...)))
	}
}

// repository returns the nearest folder at or above dir that has a .git; "" is none.
func repository(dir string) string {
	for {
		if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			return ""
		}
		dir = up
	}
}

// read adds the ignore files of a folder, which is at f.parts.
func (f *folder) read(dir string) {
	if text, err := small(filepath.Join(dir, ".gitignore")); err == nil {
		f.gits = append(slices.Clip(f.gits), parseRules(text, len(f.parts)))
	}
	if text, err := small(filepath.Join(dir, ".ignore")); err == nil {
		f.own = append(slices.Clip(f.own), parseRules(text, len(f.parts)))
	}
}

// small reads a file that is one, and not a link to one: git follows no such link either.
func small(name string) (string, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return "", fs.ErrInvalid
	}
	data, err := os.ReadFile(name)
	return string(data), err
}

// below is a folder in f.
func (f *folder) below(name string) *folder {
	sub := &folder{dir: filepath.Join(f.dir, name), name: path.Join(f.name, name), gits: f.gits, own: f.own,
		parts: append(slices.Clip(f.parts), name)}
	sub.read(sub.dir)
	return sub
}

// ignores reports whether an entry is hidden or ignored.
func (f *folder) ignores(e fs.DirEntry) bool {
	if strings.HasPrefix(e.Name(), ".") {
		return true
	}
	at := append(slices.Clip(f.parts), e.Name())
	ignore, said := ignored(f.own, at, e.IsDir())
	if !said {
		ignore, _ = ignored(f.gits, at, e.IsDir())
	}
	return ignore
}

func (w *Walk) walk(f *folder) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		switch {
		case f.ignores(e):
		case e.IsDir() && slices.Contains(vendored, e.Name()):
			w.Skipped.Vendored++
		case e.IsDir():
			if err := w.walk(f.below(e.Name())); errors.Is(err, ErrTooMuch) {
				return err
			} else if err != nil {
				w.Skipped.Unreadable++
			}
		case e.Type()&fs.ModeSymlink != 0:
			w.Skipped.Links++
		case e.Type().IsRegular():
			if err := w.look(f, e); err != nil {
				return err
			}
		}
	}
	return nil
}

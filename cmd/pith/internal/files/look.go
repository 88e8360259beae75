package files

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/go-enry/go-enry/v2"

	"github.com/pith-proxy/pith/compressors/content"
)

// vendored are folders of code that comes from elsewhere. The library that tells languages
// has a longer list, but with names such as cache and env in it, which are people's own.
var vendored = []string{"__pycache__", "bower_components", "node_modules", "site-packages", "vendor"}

// look adds a file of a folder, or counts why not.
func (w *Walk) look(f *folder, e fs.DirEntry) error {
	text, err := readUpTo(filepath.Join(f.dir, e.Name()), w.One)
	name := path.Join(f.name, e.Name())
	switch {
	case err != nil:
		w.Skipped.Unreadable++
	case int64(len(text)) > w.One:
		w.Skipped.TooLong++
	case enry.IsBinary(text):
		w.Skipped.Binary++
	case strings.TrimSpace(string(text)) == "":
		w.Skipped.Empty++
	case enry.IsGenerated(strings.Join(append(f.parts[:len(f.parts):len(f.parts)], e.Name()), "/"), text):
		w.Skipped.Generated++
	case w.Want != nil && !w.Want(name, string(text)):
		w.Skipped.Unwanted++
	default:
		return w.Take(name, string(text))
	}
	return nil
}

// readUpTo reads a file, or one byte more than most of it.
func readUpTo(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, most+1))
}

// IsCode reports whether a file is a program by its name, or by a first line that says what
// runs it.
func IsCode(name, text string) bool {
	language := content.Language(path.Base(name), "")
	if language == "" && strings.HasPrefix(text, "#!") {
		language, _ = enry.GetLanguageByShebang([]byte(text[:min(len(text), 256)]))
	}
	return enry.GetLanguageType(language) == enry.Programming
}

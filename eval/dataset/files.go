package dataset

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// maxArchive is the most bytes that an archive may hold unpacked. LongBench's holds less
// than a quarter.
const maxArchive = 2 << 30

// A file is one that may hold items.
type file struct {
	name string // for errors: the path as given, in an archive after that of the archive
	base string // without the folder: "hotpotqa.jsonl"

	// sibling opens a file by its slash-separated path from this one's folder. The error
	// is [fs.ErrNotExist] if there is none.
	sibling func(rel string) (io.ReadCloser, error)
}

// stem is the file's name without folder and ending.
func (f file) stem() string { return strings.TrimSuffix(f.base, path.Ext(f.base)) }

// each reads the file's values; errors have its name. See [eachValue].
func (f file) each(each func(place string, raw []byte) error) error {
	return f.eachOf(f.base, f.name, each)
}

func (f file) eachOf(rel, name string, each func(place string, raw []byte) error) error {
	r, err := f.sibling(rel)
	if err != nil {
		return err
	}
	defer r.Close()
	if err := eachValue(r, maxValue, each); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// first returns the members of the file's first value, nil if it has none or is no object.
func (f file) first() (map[string]any, error) {
	var value any
	enough := errors.New("")
	err := f.each(func(_ string, raw []byte) error {
		if err := decode(raw, &value); err != nil {
			return err
		}
		return enough
	})
	if errors.Is(err, enough) {
		err = nil
	}
	members, _ := value.(map[string]any)
	return members, err
}

// places are the folders of the authors' repositories and archives that hold items.
var places = []string{".", "data", "bbh", "data/ALL/jsonl", "grade_school_math/data"}

// find returns the files that path stands for: itself, a folder's, or an archive's. done
// releases them.
func find(name string) (files []file, done func(), err error) {
	nothing := func() {}
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, nothing, err
	case info.IsDir():
		return findDir(name)
	case !info.Mode().IsRegular():
		return nil, nothing, fmt.Errorf("%s is neither a file nor a folder", name)
	}
	head, err := magic(name)
	switch {
	case err != nil:
		return nil, nothing, err
	case len(head) == 0:
		return nil, nothing, fmt.Errorf("%s is empty", name)
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return nil, nothing, fmt.Errorf("%s is compressed with gzip, which is not read: unpack it first (gunzip)", name)
	case bytes.HasPrefix(head, []byte("PK")):
		return findZip(name)
	case bytes.Equal(head, []byte("PAR1")):
		return nil, nothing, fmt.Errorf("%s is Parquet, which is not read: get the JSONL or JSON of the same set", name)
	}
	return []file{onDisk(filepath.Dir(name), name)}, nothing, nil
}

func onDisk(dir, name string) file {
	return file{name: name, base: filepath.Base(name), sibling: func(rel string) (io.ReadCloser, error) {
		return openRegular(filepath.Join(dir, filepath.FromSlash(rel)))
	}}
}

// openRegular opens a file, or what a link to one stands for. To open a pipe would be to
// wait for whoever writes into it.
func openRegular(name string) (io.ReadCloser, error) {
	if err := regular(name); err != nil {
		return nil, err
	}
	return os.Open(name)
}

func regular(name string) error {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file; take it out of the folder", name)
	}
	return err
}

func findDir(dir string) ([]file, func(), error) {
	nothing := func() {}
	for _, place := range places {
		sub := filepath.Join(dir, filepath.FromSlash(place))
		entries, err := os.ReadDir(sub)
		if errors.Is(err, fs.ErrNotExist) || err != nil && place != "." {
			continue
		}
		if err != nil {
			return nil, nothing, err
		}
		var files []file
		rows, archive := false, ""
		for _, e := range entries {
			full := filepath.Join(sub, e.Name())
			if e.IsDir() || e.Name() != "data.zip" && !mayHoldItems(e.Name()) {
				continue
			}
			if err := regular(full); err != nil {
				return nil, nothing, fmt.Errorf("%s: %s", dir, err) // of a link to nothing too: the folder itself is there
			}
			if e.Name() == "data.zip" {
				archive = full
				continue
			}
			files = append(files, onDisk(sub, full))
			rows = rows || strings.HasSuffix(full, ".jsonl")
		}
		if archive != "" && !rows { // a .json beside it describes it
			return findZip(archive)
		}
		if len(files) > 0 {
			return files, nothing, nil
		}
	}
	return nil, nothing, fmt.Errorf("%s holds no .jsonl, no .json and no data.zip; %s", dir, lookedFor())
}

// mayHoldItems leaves out hidden files, those that archives from a Mac carry too, and what
// a pull writes beside the files that it brings.
func mayHoldItems(base string) bool {
	return base != "source.json" && !strings.HasPrefix(base, ".") && (strings.HasSuffix(base, ".jsonl") || strings.HasSuffix(base, ".json"))
}

func magic(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	head := make([]byte, 4)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, err
	}
	return head[:n], nil
}

// findZip lists an archive. Its files are read from it as they are needed; none can grow
// past the size that the archive states for it, so that the sum bounds them all.
func findZip(name string) ([]file, func(), error) {
	nothing := func() {}
	z, err := zip.OpenReader(name)
	if err != nil {
		return nil, nothing, fmt.Errorf("%s: not a whole archive, get it again: %w", name, err)
	}
	done := func() { _ = z.Close() }
	var total uint64
	var names []string
	for _, e := range z.File {
		if total += min(e.UncompressedSize64, maxArchive+1); total > maxArchive {
			done()
			return nil, nothing, fmt.Errorf("%s: over %d GiB unpacked, which is no set known here", name, maxArchive>>30)
		}
		if fs.ValidPath(e.Name) && mayHoldItems(path.Base(e.Name)) && !strings.HasPrefix(e.Name, "__MACOSX/") {
			names = append(names, e.Name)
		}
	}
	slices.Sort(names)
	var files []file
	for _, entry := range slices.Compact(names) {
		files = append(files, inZip(&z.Reader, name, entry))
	}
	if len(files) == 0 {
		done()
		return nil, nothing, fmt.Errorf("%s holds no .jsonl and no .json; %s", name, lookedFor())
	}
	return files, done, nil
}

func inZip(z *zip.Reader, archive, entry string) file {
	return file{name: archive + ": " + entry, base: path.Base(entry), sibling: func(rel string) (io.ReadCloser, error) {
		return z.Open(path.Join(path.Dir(entry), rel))
	}}
}

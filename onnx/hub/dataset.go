package hub

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// sourceFile names, in the folder of a data set, where its files came from.
const sourceFile = "source.json"

// A DatasetSource is a source.json: what exactly lies in the folder beside it.
type DatasetSource struct {
	Repo     string        `json:"repository"`
	Revision string        `json:"revision"` // as asked for
	Commit   string        `json:"commit"`   // what it was
	License  string        `json:"license,omitempty"`
	Files    []DatasetFile `json:"files"` // by path
}

// A DatasetFile is a file of a data set. Path is the same in the repository and in
// the folder.
type DatasetFile struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
}

// has reports whether the source lists a file.
func (s *DatasetSource) has(path string) bool {
	return s != nil && slices.ContainsFunc(s.Files, func(f DatasetFile) bool { return f.Path == path })
}

// A DatasetInfo is a data set that lies in HOME/datasets.
type DatasetInfo struct {
	Name   string
	Dir    string
	Source *DatasetSource // nil if Err is set
	Err    error          // why the folder cannot be used; digests are not checked here
}

// Datasets lists the data sets in home that a pull made, by name. Folders without a
// source.json are somebody else's and are not listed.
func Datasets(home string) ([]DatasetInfo, error) {
	root := filepath.Join(home, "datasets")
	entries, err := os.ReadDir(root)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []DatasetInfo
	for _, e := range entries {
		if checkDatasetName(e.Name()) != nil || !e.IsDir() {
			continue
		}
		i := DatasetInfo{Name: e.Name(), Dir: filepath.Join(root, e.Name())}
		if i.Source, i.Err = ReadDatasetSource(i.Dir); errors.Is(i.Err, fs.ErrNotExist) {
			continue
		}
		out = append(out, i)
	}
	return out, nil
}

// DatasetDir returns the folder of a pulled data set, by the name it was pulled under
// or by its repository, and whether one is there.
func DatasetDir(home, name string) (string, bool) {
	name = datasetName(name)
	if home == "" || checkDatasetName(name) != nil {
		return "", false
	}
	dir := filepath.Join(home, "datasets", name)
	_, err := ReadDatasetSource(dir)
	return dir, err == nil
}

// datasetName is the folder of a repository that has no name of its own.
func datasetName(repo string) string { return strings.ReplaceAll(repo, "/", "--") }

func checkDatasetName(name string) error {
	if !folderName.MatchString(name) || strings.Contains(name, "..") {
		return pith.Invalid("", "a data set's name has letters, digits, dots, dashes and underscores, and begins with a letter or digit")
	}
	return nil
}

// ReadDatasetSource reads the source.json of a data set's folder. What it names lies
// inside the folder.
func ReadDatasetSource(dir string) (*DatasetSource, error) {
	if info, err := os.Lstat(dir); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder: %w", dir, notDir(info))
	}
	var s DatasetSource
	if err := readJSON(filepath.Join(dir, sourceFile), 16<<20, &s); err != nil {
		return nil, fmt.Errorf("%s: %w", sourceFile, err)
	}
	if checkRepoName(s.Repo) != nil || !commitID.MatchString(s.Commit) || len(s.Files) == 0 {
		return nil, fmt.Errorf("%s names no repository, no commit or no files", sourceFile)
	}
	for _, f := range s.Files {
		if checkDatasetPath(f.Path) != nil || !hexSHA256.MatchString(f.SHA256) {
			return nil, fmt.Errorf("%s names a file %q with the digest %q", sourceFile, f.Path, f.SHA256)
		}
	}
	return &s, nil
}

// checkDatasetPath refuses what would leave the folder or hide its source.json.
func checkDatasetPath(path string) error {
	if !cleanPath(path) {
		return pith.Invalid("", "%q is not a file of a repository: give its path there, without .. and not from the root", printable(path))
	}
	first, _, _ := strings.Cut(path, "/")
	if strings.EqualFold(first, sourceFile) {
		return pith.Invalid("", "a file named %s cannot be pulled: pith keeps there where a data set came from", sourceFile)
	}
	return nil
}

// VerifyDataset computes the digests of a data set's files again and compares them
// with its source.json. The error names every file that is missing, not plain, or
// not what it should be (ErrDigest).
func VerifyDataset(ctx context.Context, dir string) error {
	s, err := ReadDatasetSource(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: %w", ErrNotInstalled, err)
		}
		return &pith.Error{Op: "hub.VerifyDataset", Code: pith.CodeInvalid, Msg: dir + " holds no pulled data set", Err: err}
	}
	var wrong []error
	for _, f := range s.Files {
		wrong = append(wrong, f.verify(ctx, dir))
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return &pith.Error{Op: "hub.VerifyDataset", Code: pith.CodeInternal, Msg: dir + " is not what was pulled: move the files away that are not, and pull it again", Err: err}
	}
	return nil
}

func (f DatasetFile) verify(ctx context.Context, dir string) error {
	sum, err := digestFile(ctx, filepath.Join(dir, filepath.FromSlash(f.Path)), sha256.New(), func(int64) {})
	if err == nil && sum != f.SHA256 {
		err = fmt.Errorf("%w: %s has %s, should have %s", ErrDigest, f.Path, sum, f.SHA256)
	}
	return err
}

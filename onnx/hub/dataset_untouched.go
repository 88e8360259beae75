package hub

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"github.com/pith-proxy/pith"
)

// contents is what a folder held, by path with slashes.
type contents map[string]fs.FileInfo

// untouched returns what lies in a data set's folder. It fails if any of it is not what a
// pull made, by the digests that here has: what somebody put there, a file that was
// changed, a link in a file's place. Replacing the folder would lose it. Files that are
// gone are no loss.
func untouched(ctx context.Context, dir string, here *DatasetSource) (contents, error) {
	all, err := list(dir)
	if err != nil {
		return nil, diskError(dir, err)
	}
	sums := map[string]DatasetFile{}
	for _, f := range here.Files {
		sums[f.Path] = f
	}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		f, listed := sums[path]
		switch {
		case path == sourceFile:
			if now, err := ReadDatasetSource(dir); err != nil || !reflect.DeepEqual(now, here) {
				return nil, changed(dir, path, err)
			}
		case !listed:
			return nil, fail(pith.CodeInvalid, ErrDisk, nil, "%s holds %s, which no pull made: move it away, since the folder would be replaced", dir, printable(path))
		default:
			if err := f.verify(ctx, dir); ctx.Err() != nil {
				return nil, context.Cause(ctx)
			} else if err != nil {
				return nil, changed(dir, path, err)
			}
		}
	}
	return all, nil
}

// still fails if the folder, which lies at now and is known as dir, holds anything else
// than c, as far as names, sizes and times can tell.
func (c contents) still(now, dir string) error {
	all, err := list(now)
	if err != nil {
		return diskError(dir, err)
	}
	for _, path := range slices.Sorted(maps.Keys(all)) {
		was, ok := c[path]
		if is := all[path]; !ok || !os.SameFile(was, is) || was.Size() != is.Size() || !was.ModTime().Equal(is.ModTime()) {
			return changed(dir, path, errors.New("it was written during the pull"))
		}
	}
	return nil
}

func changed(dir, path string, err error) error {
	return fail(pith.CodeInvalid, ErrDisk, err, "%s holds another %s than was pulled, and the folder would be replaced: move the file away, "+
		"or delete it to have it fetched again; the same command then goes on", dir, printable(path))
}

// list finds all that lies below a folder and is no folder. Links are not followed.
func list(dir string) (contents, error) {
	out := contents{}
	err := filepath.WalkDir(dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil // gone since
		}
		out[filepath.ToSlash(rel)] = info
		return err
	})
	return out, err
}

package hub

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pith-proxy/pith"
)

// noStrangers fails if a folder holds files that its source does not list, such as
// what somebody unpacked there: replacing the folder would lose them.
func noStrangers(dir string, here *DatasetSource) error {
	if here == nil {
		return nil
	}
	err := filepath.WalkDir(dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, at)
		if rel = filepath.ToSlash(rel); err == nil && rel != sourceFile && !here.has(rel) {
			return fail(pith.CodeInvalid, ErrDisk, nil, "%s holds %s, which no pull made: move it away, since the folder is replaced", dir, printable(rel))
		}
		return err
	})
	if e := (*pith.Error)(nil); err == nil || errors.As(err, &e) {
		return err
	}
	return diskError(dir, err)
}

// reuse offers the fetcher a file that is here. Only one of the right size: the
// fetcher lengthens or cuts others in place, and this is the same file on the disk.
// It checks the digest as if the bytes had come over the network. A disk that
// cannot link has them come that way.
func (p *datasetPuller) reuse(f *fetcher, file remoteFile) {
	at := filepath.Join(p.dir, filepath.FromSlash(file.path))
	if info, err := os.Lstat(at); err == nil && info.Mode().IsRegular() && info.Size() == file.size {
		_ = os.Link(at, f.partial(file))
	}
}

// install assembles the data set beside its place and moves it there.
func (p *datasetPuller) install(ctx context.Context, f *fetcher, files []remoteFile) error {
	stage := filepath.Join(p.work, "new")
	if err := os.RemoveAll(stage); err != nil {
		return err
	}
	src := DatasetSource{Repo: f.snap.repo, Revision: p.repository().revision, Commit: f.snap.commit, License: f.snap.license}
	if src.License == "" {
		src.License = p.d.License
	}
	for _, file := range files {
		at := filepath.Join(stage, filepath.FromSlash(file.path))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return err
		}
		if err := move(f.partial(file), at); err != nil {
			return err
		}
		syncDir(filepath.Dir(at))
		sum, err := file.sum(ctx, at)
		if err != nil {
			return err
		}
		src.Files = append(src.Files, DatasetFile{file.path, file.size, sum})
	}
	if err := writeRecord(stage, sourceFile, src); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return swap(p.dir, stage, p.old())
}

// sum returns the SHA-256 of a file that lies at a path. In large-file storage it was
// checked already; the others are small.
func (f remoteFile) sum(ctx context.Context, at string) (string, error) {
	if f.sha256 != "" {
		return f.sha256, nil
	}
	return digestFile(ctx, at, sha256.New(), func(int64) {})
}

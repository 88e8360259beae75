package hub

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"

	"github.com/pith-proxy/pith"
)

// reuse gives the fetcher a copy of a file that is here, whose digest it checks as if
// the bytes had come over the network. Never a link: the fetcher lengthens and cuts its
// files in place, and this one is the user's. If there is trouble the bytes do come over
// the network, as do those that are missing from half a copy.
func (p *datasetPuller) reuse(f *fetcher, file remoteFile) {
	to := f.partial(file)
	if _, err := os.Lstat(to); err == nil {
		return // an earlier pull began it
	}
	from, err := openPlain(filepath.Join(p.dir, filepath.FromSlash(file.path)), os.O_RDONLY)
	if err != nil {
		return
	}
	defer from.Close()
	if info, err := from.Stat(); err != nil || info.Size() != file.size {
		return
	}
	w, err := openPlain(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return
	}
	defer w.Close()
	if _, err := io.Copy(w, io.LimitReader(from, file.size)); err == nil {
		_ = w.Sync()
	}
}

// install assembles the data set beside its place and moves it there, over what here
// says is there; nil is nothing.
func (p *datasetPuller) install(ctx context.Context, f *fetcher, files []remoteFile, here *DatasetSource) error {
	stage := stage(p.work)
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
	return p.replace(ctx, stage, here)
}

// replace puts stage where the data set belongs, if what is there now is still what a
// pull made: it looks once more at every byte, and at sizes and times when nobody can
// open a file there by its name any more.
func (p *datasetPuller) replace(ctx context.Context, stage string, here *DatasetSource) error {
	if here == nil {
		return p.placeNew(ctx, stage)
	}
	before, err := untouched(ctx, p.dir, here)
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return swap(p.dir, stage, p.old(), func(old string) error { return before.still(old, p.dir) })
}

// placeNew moves stage to where nothing was. A folder that somebody has made there since
// stays: a rename replaces none that has anything in it.
func (p *datasetPuller) placeNew(ctx context.Context, stage string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	err := os.Rename(stage, p.dir)
	if _, there := os.Lstat(p.dir); err != nil && there == nil {
		return fail(pith.CodeInvalid, ErrDisk, err, "%s was made by somebody during the pull and is not replaced: move it away; the same command goes on where this one ended", p.dir)
	}
	if err == nil {
		syncDir(p.root)
	}
	return err
}

// sum returns the SHA-256 of a file that lies at a path. In large-file storage it was
// checked already; the others are small.
func (f remoteFile) sum(ctx context.Context, at string) (string, error) {
	if f.sha256 != "" {
		return f.sha256, nil
	}
	return digestFile(ctx, at, sha256.New(), func(int64) {})
}

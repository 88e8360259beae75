package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pith-proxy/pith"
)

// A fetcher brings the files of one snapshot into one folder of partial files.
type fetcher struct {
	c     *client
	snap  *snapshot
	dir   string
	done  int64 // bytes of finished files
	total int64 // bytes of all files
}

// newFetcher prepares to fetch files into work. It fails if the disk has no room
// for what is not there yet.
func newFetcher(c *client, snap *snapshot, work string, files []remoteFile) (*fetcher, error) {
	dir, err := plainDir(work, "files")
	if err != nil {
		return nil, diskError(work, err)
	}
	f := &fetcher{c: c, snap: snap, dir: dir, total: bytesOf(files)}
	if err := f.unshare(work, files); err != nil {
		return nil, diskError(work, err)
	}
	need := f.total
	for _, file := range files {
		if info, err := os.Lstat(f.partial(file)); err == nil {
			need -= min(info.Size(), file.size)
		}
	}
	return f, roomFor(c.o.free, dir, need)
}

// unshare forgets partial files that are also somewhere else. A pull that was killed
// while it put files in their place leaves such, and they are written to in place: that
// must not reach a file of the user's, wherever it has been moved.
func (f *fetcher) unshare(work string, files []remoteFile) error {
	if err := os.RemoveAll(stage(work)); err != nil {
		return err
	}
	for _, file := range files {
		info, err := os.Lstat(f.partial(file))
		if err != nil {
			continue
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Nlink > 1 {
			f.discard(f.partial(file))
		}
	}
	return nil
}

// partial is where a file grows. It is named for its content, so that what an
// interrupted pull left is found again even if the branch has moved since, and
// cannot be mistaken for anything else.
func (f *fetcher) partial(file remoteFile) string {
	return filepath.Join(f.dir, file.digest())
}

func (f *fetcher) report(p Phase, file remoteFile, done int64) {
	f.c.o.Progress(Event{Phase: p, File: file.path, Done: done, Total: file.size, ModelDone: f.done + done, ModelTotal: f.total})
}

// fetch returns the path of the finished and checked file. If the digest is
// wrong it starts over once, since resumed bytes may be what was wrong.
func (f *fetcher) fetch(ctx context.Context, file remoteFile) (string, error) {
	at := f.partial(file)
	for again := false; ; again = true {
		if err := f.download(ctx, file, at); err != nil {
			return "", err
		}
		sum, err := digestFile(ctx, at, file.digester(), func(n int64) { f.report(PhaseVerify, file, n) })
		if err != nil {
			return "", f.onDisk(ctx, err)
		}
		if sum == file.digest() {
			f.done += file.size
			return at, nil
		}
		f.discard(at)
		if again {
			return "", permanent{fmt.Errorf("%s: %w: got %s, the hub lists %s", printable(file.path), ErrDigest, sum, file.digest())}
		}
	}
}

// download appends until the file has its size. Tries are counted anew whenever
// bytes came, within bounds.
func (f *fetcher) download(ctx context.Context, file remoteFile, at string) error {
	for try, all := 1, 1; ; try, all = try+1, all+1 {
		have, err := f.have(file, at)
		if err != nil {
			return f.onDisk(ctx, err)
		}
		if have == file.size {
			return nil
		}
		f.report(PhaseDownload, file, have)
		gained, err := f.once(ctx, file, at, have)
		if err == nil {
			continue
		}
		if gained > 0 && all < 20*f.c.o.Retries {
			try = 1
		}
		if err := f.c.pause(ctx, try, err); err != nil {
			return err
		}
		f.report(PhaseRetry, file, have+gained)
	}
}

// have returns the size of the partial file, which exists afterwards. One that
// is too long holds something else and starts over.
func (f *fetcher) have(file remoteFile, at string) (int64, error) {
	w, err := openPlain(at, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return 0, err
	}
	defer w.Close()
	info, err := w.Stat()
	if err != nil || info.Size() <= file.size {
		return info.Size(), err
	}
	return 0, w.Truncate(0)
}

// once does one request and appends what comes. It returns how many bytes the
// file gained, also with an error.
func (f *fetcher) once(ctx context.Context, file remoteFile, at string, have int64) (int64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stall := time.AfterFunc(f.c.o.StallTimeout, func() { cancel(errStalled) })
	defer stall.Stop()

	res, err := f.ask(ctx, file, at, have)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if have, err = f.place(res, file, at, have); err != nil {
		return 0, err
	}
	body := io.TeeReader(res.Body, tick(func() { stall.Reset(f.c.o.StallTimeout) }))
	return f.append(ctx, file, at, have, body)
}

// ask sends the request for the bytes from have on. If-Range makes a server
// that has other bytes now send the whole file instead of a wrong rest.
func (f *fetcher) ask(ctx context.Context, file remoteFile, at string, have int64) (*http.Response, error) {
	header := http.Header{"Accept-Encoding": {"identity"}}
	if have > 0 {
		header.Set("Range", fmt.Sprintf("bytes=%d-", have))
		if tag := readTag(at); tag != "" {
			header.Set("If-Range", tag)
		}
	}
	parts := f.snap.repository().file(f.snap.commit, file.path)
	res, err := f.c.get(ctx, f.c.at(parts...), header, func(h http.Header) error { return f.same(h, file) })
	var s *statusError
	if errors.As(err, &s) && s.status == http.StatusRequestedRangeNotSatisfiable {
		f.discard(at)
	}
	return res, err
}

// same compares what the hub says on the way with what it listed.
func (f *fetcher) same(h http.Header, file remoteFile) error {
	if c := h.Get("X-Repo-Commit"); c != "" && c != f.snap.commit {
		return permanent{errors.New("the hub answered from another commit than the one asked for")}
	}
	if n := h.Get("X-Linked-Size"); n != "" && n != strconv.FormatInt(file.size, 10) {
		return permanent{fmt.Errorf("the hub announces another size for %s than it lists", printable(file.path))}
	}
	if tag := strings.Trim(h.Get("X-Linked-Etag"), `"`); file.sha256 != "" && hexSHA256.MatchString(tag) && tag != file.sha256 {
		return permanent{fmt.Errorf("the hub announces another digest for %s than it lists", printable(file.path))}
	}
	return nil
}

// place decides where the body of res goes and returns that offset: the end of
// what is there for a good 206, the start for a 200.
func (f *fetcher) place(res *http.Response, file remoteFile, at string, have int64) (int64, error) {
	if enc := res.Header.Get("Content-Encoding"); enc != "" && enc != "identity" {
		return 0, permanent{errors.New("a proxy re-encodes the file although it was told not to")}
	}
	if res.StatusCode == http.StatusPartialContent {
		want := fmt.Sprintf("bytes %d-%d/%d", have, file.size-1, file.size)
		if have > 0 && res.Header.Get("Content-Range") == want {
			return have, nil
		}
		f.discard(at)
		return 0, errRange
	}
	if res.ContentLength >= 0 && res.ContentLength != file.size {
		return 0, permanent{fmt.Errorf("%s: %w: %d bytes are offered, the hub lists %d", printable(file.path), ErrDigest, res.ContentLength, file.size)}
	}
	if err := writeTag(at, res.Header.Get("ETag")); err != nil {
		return 0, diskError(f.dir, err)
	}
	return 0, nil
}

// append writes the body from offset from on, never past the file's size.
func (f *fetcher) append(ctx context.Context, file remoteFile, at string, from int64, body io.Reader) (int64, error) {
	w, err := openPlain(at, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return 0, diskError(f.dir, err)
	}
	defer w.Close()
	if err := w.Truncate(from); err != nil {
		return 0, diskError(f.dir, err)
	}
	out := &offsetWriter{w: f.c.o.sink(io.NewOffsetWriter(w, from)), moved: func(n int64) { f.report(PhaseDownload, file, from+n) }}
	_, err = io.CopyBuffer(out, io.LimitReader(body, file.size-from), make([]byte, 256<<10))
	switch {
	case out.err != nil:
		return out.n, diskError(f.dir, out.err)
	case ctx.Err() != nil:
		return out.n, context.Cause(ctx)
	case err != nil:
		return out.n, bare(err)
	case from+out.n < file.size:
		return out.n, errTruncated
	}
	if k, _ := body.Read(make([]byte, 1)); k > 0 {
		f.discard(at)
		return 0, permanent{fmt.Errorf("%s: %w: more bytes come than the hub lists", printable(file.path), ErrDigest)}
	}
	if err := w.Sync(); err != nil {
		return out.n, diskError(f.dir, err)
	}
	return out.n, nil
}

// discard forgets a partial file. That it may fail is no news: the next step
// looks at what is there.
func (f *fetcher) discard(at string) {
	os.Remove(at)
	os.Remove(at + ".etag")
}

// onDisk is an error of the disk in words, unless it has its own.
func (f *fetcher) onDisk(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if e := (*pith.Error)(nil); errors.As(err, &e) {
		return err
	}
	return diskError(f.dir, err)
}

// offsetWriter counts, and keeps errors of the disk apart from the network's.
type offsetWriter struct {
	w     io.Writer
	n     int64
	err   error
	moved func(int64)
}

func (o *offsetWriter) Write(p []byte) (int, error) {
	k, err := o.w.Write(p)
	o.n += int64(k)
	o.err = err
	o.moved(o.n)
	return k, err
}

type tick func()

func (t tick) Write(p []byte) (int, error) {
	t()
	return len(p), nil
}

// writeTag keeps the ETag of the server that sends the bytes. A weak one says
// nothing about bytes and is not kept.
func writeTag(at, tag string) error {
	if len(tag) < 2 || len(tag) > 256 || tag[0] != '"' {
		err := os.Remove(at + ".etag")
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
	w, err := openPlain(at+".etag", os.O_CREATE|os.O_WRONLY|os.O_TRUNC)
	if err != nil {
		return err
	}
	defer w.Close()
	_, err = w.WriteString(tag)
	return err
}

func readTag(at string) string {
	r, err := openPlain(at+".etag", os.O_RDONLY)
	if err != nil {
		return ""
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, 257))
	if err != nil || len(b) < 2 || len(b) > 256 || b[0] != '"' || b[len(b)-1] != '"' {
		return ""
	}
	return string(b)
}

// onDisk is the name a file of the repository gets in the model's folder.
func onDisk(p plan, file remoteFile) string {
	switch file.path {
	case p.graph.path:
		return graphFile
	case p.tokenizer.path:
		return tokenizerFile
	}
	return path.Base(file.path)
}

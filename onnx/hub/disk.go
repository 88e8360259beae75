package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// freeBytes returns what an ordinary user may still write where dir is.
func freeBytes(dir string) (uint64, error) {
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return 0, err
	}
	return uint64(st.Bavail) * uint64(st.Bsize), nil // the types differ between systems
}

// roomFor checks that need bytes more fit on the disk of dir, with a little to
// spare. A system that cannot say is taken at its best.
func roomFor(free func(string) (uint64, error), dir string, need int64) error {
	have, err := free(dir)
	if err != nil || need <= 0 || have >= uint64(need)+16<<20 {
		return nil
	}
	return diskError(dir, fmt.Errorf("%d MB are needed, %d MB are free: %w", need>>20, have>>20, syscall.ENOSPC))
}

// plainDir makes the folders of rel below root, one by one, and refuses any that
// is a symbolic link. root itself may be one.
func plainDir(root string, rel ...string) (string, error) {
	if err := os.MkdirAll(root, 0o755); err != nil {
		return "", err
	}
	dir := root
	for _, part := range rel {
		dir = filepath.Join(dir, part)
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		info, err := os.Lstat(dir)
		if err != nil {
			return "", err
		}
		if !info.IsDir() {
			return "", &fs.PathError{Op: "mkdir", Path: dir, Err: notDir(info)}
		}
	}
	return dir, nil
}

func notDir(info fs.FileInfo) error {
	if info.Mode()&fs.ModeSymlink != 0 {
		return syscall.ELOOP
	}
	return syscall.ENOTDIR
}

// lock takes the lock file at path, waiting for another process (or goroutine)
// to give it up; busy is called once before the wait. The kernel lets go of a
// lock when its holder ends in whatever way, so none is ever stale, and the file
// itself means nothing and stays.
func lock(ctx context.Context, path string, busy func()) (unlock func(), err error) {
	f, err := openPlain(path, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return nil, err
	}
	for told := false; ; told = true {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() { f.Close() }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			f.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		if !told {
			busy()
		}
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			f.Close()
			return nil, err
		}
	}
}

// syncDir makes renames in dir last through a power cut. Some file systems
// cannot; then it is as good as it gets.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync()
		d.Close()
	}
}

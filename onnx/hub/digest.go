package hub

import (
	"context"
	"crypto/sha1" // git names blobs by it; for small files the hub offers nothing better
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"syscall"
)

// digester returns a hash that yields the digest the hub lists for f: SHA-256 of
// the content, or git's blob id, which is SHA-1 over a header and the content.
func (f remoteFile) digester() hash.Hash {
	if f.sha256 != "" {
		return sha256.New()
	}
	h := sha1.New()
	fmt.Fprintf(h, "blob %d\x00", f.size)
	return h
}

// digest is what digester must yield.
func (f remoteFile) digest() string {
	if f.sha256 != "" {
		return f.sha256
	}
	return f.blob
}

// digestFile feeds a file to h and returns the sum in hex. It tells done after
// each block, and stops when ctx does.
func digestFile(ctx context.Context, path string, h hash.Hash, done func(int64)) (string, error) {
	f, err := openPlain(path, os.O_RDONLY)
	if err != nil {
		return "", err
	}
	defer f.Close()
	var n int64
	buf := make([]byte, 1<<20)
	for {
		k, err := f.Read(buf)
		h.Write(buf[:k])
		n += int64(k)
		if err == io.EOF {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
		done(n)
	}
}

// openPlain opens a regular file, never through a symbolic link in the last
// part of its path.
func openPlain(path string, flag int) (*os.File, error) {
	f, err := os.OpenFile(path, flag|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o644)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

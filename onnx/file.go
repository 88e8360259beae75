package onnx

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// A source is where model files come from. One that has a file's bytes in
// memory already may offer them, which saves a copy; they are not changed.
type source interface {
	Bytes(name string) ([]byte, bool)
}

// file is an open model file: in memory, or on disk and then with its path.
type file struct {
	io.ReaderAt
	size  int64
	path  string
	data  []byte
	close func() error
}

func openFile(files fs.FS, name string) (*file, error) {
	if s, ok := files.(source); ok {
		if data, ok := s.Bytes(name); ok {
			return inMemory(data), nil
		}
	}
	f, err := files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the model folder lacks %s: %w", name, err)
	}
	if err != nil {
		return nil, err
	}
	if d, ok := f.(*os.File); ok {
		if size, ok := namesItself(d); ok {
			return &file{ReaderAt: d, size: size, path: d.Name(), close: d.Close}, nil
		}
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return inMemory(data), nil
}

// namesItself reports whether the file is found again by its name, as one of
// os.DirFS is, and its size.
func namesItself(f *os.File) (size int64, ok bool) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return 0, false
	}
	found, err := os.Stat(f.Name())
	return info.Size(), err == nil && os.SameFile(info, found)
}

func inMemory(data []byte) *file {
	return &file{ReaderAt: bytes.NewReader(data), size: int64(len(data)), data: data}
}

// Close closes a file on disk.
func (f *file) Close() error {
	if f.close == nil {
		return nil
	}
	return f.close()
}

// all returns the contents, which the caller must not change.
func (f *file) all() ([]byte, error) {
	if f.path == "" {
		return f.data, nil
	}
	data := make([]byte, f.size)
	_, err := io.ReadFull(io.NewSectionReader(f, 0, f.size), data)
	return data, err
}

package models

import (
	"bytes"
	"embed"
	"io/fs"
	"path"
	"time"
)

// The large files are embedded apart from the file system, because reading a
// file of an embed.FS copies it.
var (
	//go:embed pith-small/model.onnx
	smallGraph []byte
	//go:embed pith-small/tokenizer.json
	smallTokenizer []byte
	//go:embed pith-small/pith-model.json pith-small/vectors.json pith-small/README.md
	smallRest embed.FS

	//go:embed pith-code/model.onnx
	codeGraph []byte
	//go:embed pith-code/tokenizer.json
	codeTokenizer []byte
	//go:embed pith-code/pith-model.json pith-code/vectors.json pith-code/README.md
	codeRest embed.FS
)

// builtIn are the files of a model in the program.
type builtIn struct {
	fs.FS
	large map[string][]byte
}

// inProgram are the names of the models in the program.
var inProgram = []string{Small, Code}

// built returns the files of one of them.
func built(name string) (fs.FS, error) {
	files, graph, tokenizer := smallRest, smallGraph, smallTokenizer
	if name == Code {
		files, graph, tokenizer = codeRest, codeGraph, codeTokenizer
	}
	rest, err := fs.Sub(files, name)
	if err != nil {
		return nil, err
	}
	return builtIn{rest, map[string][]byte{"model.onnx": graph, "tokenizer.json": tokenizer}}, nil
}

// Bytes returns the contents of a large file, which must not be changed. The
// loader asks for them first.
func (b builtIn) Bytes(name string) ([]byte, bool) {
	data, ok := b.large[name]
	return data, ok
}

// Open implements fs.FS.
func (b builtIn) Open(name string) (fs.File, error) {
	if data, ok := b.large[name]; ok {
		return memFile{bytes.NewReader(data), name}, nil
	}
	return b.FS.Open(name)
}

// memFile is a read-only file in memory.
type memFile struct {
	*bytes.Reader
	name string
}

func (f memFile) Stat() (fs.FileInfo, error) { return f, nil }
func (f memFile) Close() error               { return nil }
func (f memFile) Name() string               { return path.Base(f.name) }
func (f memFile) Mode() fs.FileMode          { return 0o444 }
func (f memFile) ModTime() time.Time         { return time.Time{} }
func (f memFile) IsDir() bool                { return false }
func (f memFile) Sys() any                   { return nil }

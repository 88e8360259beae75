package onnx

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// ErrDigest says that a file is not the one its spec describes.
var ErrDigest = errors.New("wrong digest")

// VerifyFiles compares every file of a model folder whose digest the spec gives
// with that digest. A spec without one for the graph is an error: there is
// nothing to tell a good file from a bad one.
func VerifyFiles(files fs.FS) error {
	spec, err := ReadSpec(files)
	if err != nil {
		return err
	}
	if spec.Graph.SHA256 == "" {
		return fmt.Errorf("%s gives no digest for %s", specFile, spec.Graph.File.File)
	}
	all := append([]File{spec.Graph.File, spec.Tokenizer}, spec.Graph.Data...)
	for _, f := range append(all, spec.Files...) {
		if f.SHA256 == "" {
			continue
		}
		if _, err := verifyFile(context.Background(), files, f); err != nil {
			return err
		}
	}
	return nil
}

// digestFiles returns the digest of weights and tokenizer. If verify is set it
// compares each file with the spec's digest, else it believes the spec where
// that has one.
func digestFiles(ctx context.Context, files fs.FS, s *Spec, info *graphInfo, verify bool) (string, error) {
	all := sha256.New()
	for _, f := range append(append([]File{s.Graph.File}, dataFiles(s, info)...), s.Tokenizer) {
		sum := strings.ToLower(f.SHA256)
		if sum == "" || verify {
			var err error
			if sum, err = verifyFile(ctx, files, f); err != nil {
				return "", err
			}
		}
		fmt.Fprintln(all, sum)
	}
	return hex.EncodeToString(all.Sum(nil)), nil
}

// dataFiles returns the files with weights that the graph names, in order, with
// the digests that the spec has for them.
func dataFiles(s *Spec, info *graphInfo) []File {
	var out []File
	for _, name := range slices.Sorted(maps.Keys(info.data)) {
		f := File{File: name}
		for _, known := range s.Graph.Data {
			if known.File == name {
				f.SHA256 = known.SHA256
			}
		}
		out = append(out, f)
	}
	return out
}

// verifyFile returns a file's SHA-256 in hex, and an error if the spec gives
// another.
func verifyFile(ctx context.Context, files fs.FS, want File) (string, error) {
	f, err := openFile(files, want.File)
	if err != nil {
		return "", err
	}
	defer f.Close()
	sum, err := f.digest(ctx)
	if err != nil {
		return "", fmt.Errorf("read %s: %w", want.File, err)
	}
	if want.SHA256 != "" && !strings.EqualFold(sum, want.SHA256) {
		return "", fmt.Errorf("%w: %s has sha256 %s, %s says %s; fetch the model again", ErrDigest, want.File, sum, specFile, want.SHA256)
	}
	return sum, nil
}

func (f *file) digest(ctx context.Context) (string, error) {
	h := sha256.New()
	r := io.NewSectionReader(f, 0, f.size)
	for {
		if err := ctx.Err(); err != nil {
			return "", context.Cause(ctx)
		}
		n, err := io.CopyN(h, r, 1<<24)
		if err == io.EOF || n == 0 {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err != nil {
			return "", err
		}
	}
}

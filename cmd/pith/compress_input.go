package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"unicode/utf8"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/cmd/pith/internal/files"
)

// Most bytes that the command reads: in all, and of one file in a folder.
const (
	maxInput  = 64 << 20
	maxInTree = 1 << 20
)

// inputs are the texts to compress.
type inputs struct {
	files   []files.File // at least one
	many    bool         // they are told apart by their names
	skipped files.Skipped
}

// readInputs reads what the arguments name: files and folders, or the standard input if
// there is none. want says which files of folders are wanted; nil is all.
func readInputs(p process, args []string, want func(name, text string) bool) (*inputs, error) {
	if many, err := severalInputs(args); err != nil {
		return nil, err
	} else if !many {
		text, err := readInput(p, args)
		if err != nil {
			return nil, err
		}
		in := &inputs{files: []files.File{{Text: text}}}
		if len(args) == 1 && args[0] != "-" {
			in.files[0].Path = pathName(args[0])
		}
		return in, nil
	}
	w := files.Walk{Limits: files.Limits{Count: pith.MaxContexts, Bytes: maxInput, One: maxInTree}, Want: want}
	for _, arg := range args {
		if err := readArg(p, &w, arg); errors.Is(err, files.ErrTooMuch) {
			return nil, usageError{fmt.Errorf("%w in all; name fewer files or folders, or leave some out with a file named .ignore", err)}
		} else if err != nil {
			return nil, err
		}
	}
	in := &inputs{files: distinct(w.Files), many: true, skipped: w.Skipped}
	if len(in.files) == 0 {
		return nil, usageError{errors.New("there is no file to compress" + passedBy(&w.Skipped, "; passed by: "))}
	}
	return in, nil
}

// severalInputs reports whether the arguments are more than one file: a folder is.
func severalInputs(args []string) (bool, error) {
	stdin := 0
	for _, arg := range args {
		if arg == "-" {
			stdin++
		}
	}
	if stdin > 1 {
		return false, usageError{errors.New("the standard input, -, can be read once")}
	}
	return len(args) > 1 || len(args) == 1 && isFolder(args[0]), nil
}

func isFolder(name string) bool {
	info, err := os.Stat(name)
	return name != "-" && err == nil && info.IsDir()
}

func readArg(p process, w *files.Walk, arg string) error {
	if isFolder(arg) {
		err := w.Folder(arg)
		if err != nil && !errors.Is(err, files.ErrTooMuch) {
			return usageError{err}
		}
		return err
	}
	text, err := readInput(p, []string{arg})
	if err != nil {
		return err
	}
	return w.Take(pathName(arg), text)
}

// pathName is how a file is called in results.
func pathName(arg string) string { return filepath.ToSlash(filepath.Clean(arg)) }

// distinct leaves out files that were named before.
func distinct(all []files.File) []files.File {
	seen := map[string]bool{}
	return slices.DeleteFunc(all, func(f files.File) bool {
		again := seen[f.Path]
		seen[f.Path] = true
		return again
	})
}

func readInput(p process, args []string) (string, error) {
	in := p.stdin
	if len(args) == 1 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return "", usageError{err}
		}
		defer f.Close()
		in = f
	} else if isTerminal(in) {
		fmt.Fprintln(p.stderr, "pith: reading from the terminal; end with Ctrl-D")
	}
	data, err := io.ReadAll(io.LimitReader(in, maxInput+1))
	if err != nil {
		return "", fmt.Errorf("read input: %w", err)
	}
	if len(data) > maxInput {
		return "", usageError{fmt.Errorf("the input is over %d MiB; split it", maxInput>>20)}
	}
	return string(data), nil
}

// contexts are the texts as a request has them. Where words are dropped as a reference
// drops them, nothing is known of a text.
func (in *inputs) contexts(language string, bare bool) []pith.Context {
	out := make([]pith.Context, len(in.files))
	for i, f := range in.files {
		out[i] = pith.Context{ID: f.Path, Text: pith.Text(f.Text), Language: language}
		if !bare && f.Path != "" && files.IsCode(f.Path, f.Text) {
			out[i].Kind = pith.KindCode
		}
	}
	return out
}

// checkUTF8 refuses what JSON cannot hold.
func (in *inputs) checkUTF8() error {
	for _, f := range in.files {
		switch {
		case utf8.ValidString(f.Text):
		case in.many:
			return usageError{fmt.Errorf("%s is not UTF-8, which JSON cannot hold; leave out that file, or --json", f.Path)}
		default:
			return usageError{errors.New("the input is not UTF-8, which JSON cannot hold; leave out --json, and give --decode FILE to restore it")}
		}
	}
	return nil
}

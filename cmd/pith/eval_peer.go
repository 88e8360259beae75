package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pith-proxy/pith/eval/arms"
)

// peer starts the Python package and returns what its results depend on beside their
// input and this program.
func (f *methodFlags) peer(ctx context.Context) (*arms.Bridge, string, error) {
	model, err := modelState(ctx, f.model)
	if err != nil {
		return nil, "", fmt.Errorf("--llmlingua-model: %w", err)
	}
	bridge, err := arms.Start(ctx, arms.BridgeOptions{Python: f.python, Model: f.model, LLMLingua2: !f.one})
	if err != nil {
		return nil, "", err
	}
	return bridge, fmt.Sprintf("llmlingua %s %s %q %v", bridge.Version(), model, bridge.Revision(), f.one), nil
}

// modelState stands for the content of a model: a digest if it is a folder, wherever that
// lies, and else its name on the hub.
func modelState(ctx context.Context, model string) (string, error) {
	if info, err := os.Stat(model); err != nil || !info.IsDir() {
		return fmt.Sprintf("name %q", model), nil
	}
	h := sha256.New()
	err := filepath.WalkDir(model+string(filepath.Separator), func(at string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(model, at)
		switch {
		case err != nil:
			return err
		case rel == ".":
			return nil
		case e.IsDir() && strings.HasPrefix(e.Name(), "."):
			return fs.SkipDir // what git and the hub's program keep there is no part of a model
		case e.IsDir():
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		return addFile(h, rel, at)
	})
	if err != nil {
		return "", fmt.Errorf("read the model: %w", err)
	}
	return fmt.Sprintf("folder %x", h.Sum(nil)[:16]), nil
}

// addFile adds the name, the content and the size of a file, through links, as the hub's
// own cache has them. What is no file is left out.
func addFile(h hash.Hash, name, at string) error {
	if info, err := os.Stat(at); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(at)
	if err != nil {
		return err
	}
	defer f.Close()
	fmt.Fprintf(h, "%d:%s ", len(name), name)
	n, err := io.Copy(h, f)
	fmt.Fprintf(h, " %d\n", n)
	return err
}

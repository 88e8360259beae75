package hub

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/pith-proxy/pith"
)

// An Info is a model that lies in HOME/models.
type Info struct {
	Name  string
	Dir   string
	Card  *Card // nil if Err is set
	Bytes int64 // of the files in the folder
	Err   error // why the folder cannot be used; digests are not checked here
}

// Installed lists the models in home, by name. A home without models has none.
func Installed(home string) ([]Info, error) {
	models := filepath.Join(home, "models")
	entries, err := os.ReadDir(models)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var out []Info
	for _, e := range entries {
		if checkName(e.Name()) != nil || !e.IsDir() && e.Type()&fs.ModeSymlink == 0 {
			continue
		}
		i := Info{Name: e.Name(), Dir: filepath.Join(models, e.Name())}
		if i.Card, i.Err = readCard(i.Dir); i.Err == nil {
			i.Bytes = weigh(i.Dir)
		}
		out = append(out, i)
	}
	return out, nil
}

func weigh(dir string) int64 {
	var n int64
	entries, _ := os.ReadDir(dir) // the size is for show: what cannot be read counts 0
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
			n += info.Size()
		}
	}
	return n
}

// Verify computes the digests of a model's files again and compares them with
// its pith-model.json. It works for built-in models as well. The error names
// every file that is missing, not plain, or not what it should be (ErrDigest).
func Verify(dir string) error { return VerifyContext(context.Background(), dir) }

// VerifyContext is [Verify], and stops when ctx does.
func VerifyContext(ctx context.Context, dir string) error {
	c, err := readCard(dir)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = fmt.Errorf("%w: %w", ErrNotInstalled, err)
		}
		return &pith.Error{Op: "hub.Verify", Code: pith.CodeInvalid, Msg: dir + " holds no model", Err: err}
	}
	var wrong []error
	for _, f := range c.files() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		wrong = append(wrong, f.verify(ctx, dir))
	}
	if err := errors.Join(wrong...); err != nil {
		return &pith.Error{Op: "hub.Verify", Code: pith.CodeInternal, Msg: dir + " is damaged: pull or copy it again", Err: err}
	}
	return nil
}

// files lists every file the card vouches for.
func (c *Card) files() []CardFile {
	out := []CardFile{{c.Graph.File, c.Graph.SHA256}, c.Tokenizer}
	return append(append(out, c.Graph.Data...), c.Files...)
}

func (f CardFile) verify(ctx context.Context, dir string) error {
	if !folderName.MatchString(f.File) || !hexSHA256.MatchString(f.SHA256) {
		return fmt.Errorf("%s names a file %q with the digest %q", cardFile, f.File, f.SHA256)
	}
	sum, err := digestFile(ctx, filepath.Join(dir, f.File), sha256.New(), func(int64) {})
	if err == nil && sum != f.SHA256 {
		err = fmt.Errorf("%w: %s has %s, should have %s", ErrDigest, f.File, sum, f.SHA256)
	}
	return err
}

// Remove deletes a pulled model, and what interrupted pulls of it left. It
// refuses folders that no pull made.
func Remove(home, name string) error {
	if err := checkName(name); err != nil {
		return err
	}
	models := filepath.Join(home, "models")
	dir := filepath.Join(models, name)
	partial, err := plainDir(models, ".partial")
	if err != nil {
		return diskError(models, err)
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), 2*time.Second, errors.New("a pull of it is running"))
	defer cancel()
	unlock, err := lock(ctx, filepath.Join(partial, name+".lock"), func() {})
	if err != nil {
		return &pith.Error{Op: "hub.Remove", Code: pith.CodeUnavailable, Msg: name + " is being pulled: stop that first", Err: err}
	}
	defer unlock()
	return remove(dir, filepath.Join(partial, name))
}

// remove renames before it deletes, so that nobody reads half a model.
func remove(dir, work string) error {
	if err := recoverOld(dir, filepath.Join(work, "old")); err != nil {
		return diskError(dir, err)
	}
	_, gone := os.Lstat(dir)
	if err := replaceable(dir); err != nil {
		return err
	}
	leftovers := os.RemoveAll(work)
	if gone != nil {
		return &pith.Error{Op: "hub.Remove", Code: pith.CodeInvalid, Msg: "no model of this name was pulled", Err: ErrNotInstalled}
	}
	aside := work + ".removed"
	err := errors.Join(leftovers, os.RemoveAll(aside), os.Rename(dir, aside), os.RemoveAll(aside))
	if err != nil {
		return diskError(dir, err)
	}
	return nil
}

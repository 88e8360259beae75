package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/pith-proxy/pith"
)

// install assembles the model beside its place and moves it there.
func (p *puller) install(ctx context.Context, f *fetcher, plan plan, card *Card) error {
	stage := stage(p.work)
	if err := os.RemoveAll(stage); err != nil {
		return err
	}
	if err := os.Mkdir(stage, 0o755); err != nil {
		return err
	}
	for _, file := range plan.all() {
		name := onDisk(plan, file)
		if err := move(f.partial(file), filepath.Join(stage, name)); err != nil {
			return err
		}
		if err := card.note(ctx, stage, name, file); err != nil {
			return err
		}
	}
	if err := writeRecord(stage, cardFile, card); err != nil {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return swap(p.dir, stage, p.old(), nil)
}

// move links rather than renames where it can, so that the partial file is still
// there if the pull dies before the model is in place.
func move(from, to string) error {
	if os.Link(from, to) == nil {
		return nil
	}
	return os.Rename(from, to)
}

// note writes the SHA-256 of a file into the card.
func (c *Card) note(ctx context.Context, dir, name string, file remoteFile) error {
	sum, err := file.sum(ctx, filepath.Join(dir, name))
	if err != nil {
		return err
	}
	switch name {
	case graphFile:
		c.Graph.File, c.Graph.SHA256 = name, sum
	case tokenizerFile:
		c.Tokenizer = CardFile{name, sum}
	case configFile:
		c.Files = append(c.Files, CardFile{name, sum})
	default:
		c.Graph.Data = append(c.Graph.Data, CardFile{name, sum})
	}
	return nil
}

// writeRecord writes v as JSON to a new file, and makes the folder last.
func writeRecord(dir, name string, v any) error {
	b, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return err
	}
	w, err := openPlain(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return err
	}
	_, err = w.Write(append(b, '\n'))
	err = errors.Join(err, w.Sync(), w.Close())
	syncDir(dir)
	return err
}

// swap puts stage at dir. What is there steps aside to old first and comes back if
// check, where given, has something against it or the second rename fails; if the
// process dies between the two, recoverOld brings it back.
func swap(dir, stage, old string, check func(old string) error) error {
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	err := os.Rename(dir, old)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	had := err == nil
	if err = nil; had && check != nil {
		err = check(old)
	}
	if err == nil {
		err = os.Rename(stage, dir)
	}
	if err != nil && had {
		return errors.Join(err, os.Rename(old, dir))
	}
	if err != nil {
		return err
	}
	syncDir(filepath.Dir(dir))
	return os.RemoveAll(old)
}

// recoverOld undoes a swap that ended half-way. The caller holds the lock.
func recoverOld(dir, old string) error {
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	err := os.Rename(old, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// replaceable refuses to put a model where something lies that no pull made.
func replaceable(dir string) error {
	info, err := os.Lstat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return diskError(dir, err)
	}
	c, err := readCard(dir)
	if !info.IsDir() || err != nil || c.Source == nil {
		return fail(pith.CodeInvalid, ErrDisk, err, "%s was not made by a pull and is not replaced: move it away or choose another name", dir)
	}
	return nil
}

// readCard reads the card of a model's folder.
func readCard(dir string) (*Card, error) {
	var c Card
	if info, err := os.Lstat(dir); err != nil {
		return nil, err
	} else if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder: %w", dir, notDir(info))
	}
	if err := readJSON(filepath.Join(dir, cardFile), 4<<20, &c); err != nil {
		return nil, fmt.Errorf("%s: %w", cardFile, err)
	}
	return &c, nil
}

package hub

import (
	"context"
	"os"
	"path/filepath"
)

// A place is where the pulls of one name put things.
type place struct {
	root string // Home/models or Home/datasets
	name string
	dir  string // root/NAME
	work string // root/.partial/NAME: what this name's pulls leave; locked sets it
}

func newPlace(home, folder, name string) place {
	root := filepath.Join(home, folder)
	return place{root: root, name: name, dir: filepath.Join(root, name)}
}

// old is where what is replaced steps aside for an instant.
func (p *place) old() string { return filepath.Join(p.work, "old") }

// stage is where the folder that is to be is put together.
func stage(work string) string { return filepath.Join(work, "new") }

// locked calls do while no other pull of the name runs; busy is called if there is
// one to wait for.
func (p *place) locked(ctx context.Context, busy func(), do func(context.Context) error) error {
	partial, err := plainDir(p.root, ".partial")
	if err != nil {
		return diskError(p.root, err)
	}
	unlock, err := lock(ctx, filepath.Join(partial, p.name+".lock"), busy)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return diskError(partial, err)
	}
	defer unlock()
	if p.work, err = plainDir(partial, p.name); err != nil {
		return diskError(partial, err)
	}
	if err := recoverOld(p.dir, p.old()); err != nil {
		return diskError(p.root, err)
	}
	return do(ctx)
}

// clear drops what a pull of n bytes left behind, and tells that it is done.
func (p *place) clear(o Options, n int64) error {
	if err := os.RemoveAll(p.work); err != nil {
		return diskError(p.work, err)
	}
	o.Progress(Event{Phase: PhaseDone, ModelDone: n, ModelTotal: n})
	return nil
}

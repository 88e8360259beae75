package hub

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// A Dataset says what to fetch of a repository of data.
type Dataset struct {
	Repo     string   // OWNER/NAME
	Revision string   // branch, tag or commit; default main
	Name     string   // the folder's; default OWNER--NAME
	Files    []string // paths in the repository
	License  string   // noted where the hub states none
}

// PullDataset fetches files of a repository of data and returns their folder,
// Home/datasets/NAME, where they have the paths they have in the repository and a
// source.json says which commit they are of (see [DatasetSource]). Files that were
// pulled before stay, and are brought to the same commit; with none there and none
// asked for, the error lists what the repository has.
//
// Everything said of [Pull] holds: files come from one commit and are checked, a
// pull that was stopped is resumed by the next one, the folder changes in one step.
//
// A folder in which something is not what a pull made, by the digests of its source.json,
// is not replaced: neither files of others nor pulled ones that were changed since are
// lost. Both are looked for before anything is fetched and again before the folder
// changes; the error names the file (ErrDisk).
func PullDataset(ctx context.Context, o Options, d Dataset) (string, error) {
	o, base, err := o.withDefaults()
	if err != nil {
		return "", err
	}
	if d.Name == "" {
		d.Name = datasetName(d.Repo)
	}
	if err := d.check(); err != nil {
		return "", err
	}
	p := &datasetPuller{place: newPlace(o.Home, "datasets", d.Name), o: o, d: d}
	if o.Offline {
		return p.offline(ctx)
	}
	p.c = newClient(o, base)
	busy := func() { o.Progress(Event{Phase: PhaseWait}) }
	if err := p.locked(ctx, busy, p.pull); err != nil {
		return "", explain(ctx, err, p.repository(), base.Redacted())
	}
	return p.dir, nil
}

func (d Dataset) check() error {
	if err := checkRepoName(d.Repo); err != nil {
		return err
	}
	if d.Revision != "" {
		if err := checkRevision(d.Revision); err != nil {
			return err
		}
	}
	for _, f := range d.Files {
		if err := checkDatasetPath(f); err != nil {
			return err
		}
	}
	return checkDatasetName(d.Name)
}

// A datasetPuller is one pull of data.
type datasetPuller struct {
	place
	o Options
	c *client
	d Dataset
}

func (p *datasetPuller) repository() repository {
	r := repository{ofDatasets, p.d.Repo, p.d.Revision}
	if r.revision == "" {
		r.revision = "main"
	}
	return r
}

// offline accepts what is here if it is what was asked for.
func (p *datasetPuller) offline(ctx context.Context) (string, error) {
	s, err := ReadDatasetSource(p.dir)
	if err == nil {
		err = p.answers(s)
	}
	if err == nil {
		err = VerifyDataset(ctx, p.dir)
	}
	if err != nil {
		return "", fail(pith.CodeUnavailable, ErrOffline, err, "%s, as asked for, is not here and HF_HUB_OFFLINE forbids to fetch it: unset it, or copy the folder into %s", p.name, p.root)
	}
	return p.dir, nil
}

// answers reports what s lacks of what is asked for.
func (p *datasetPuller) answers(s *DatasetSource) error {
	if !strings.EqualFold(s.Repo, p.d.Repo) {
		return fmt.Errorf("%s is of %s", p.dir, s.Repo)
	}
	if r := p.d.Revision; r != "" && r != s.Revision && r != s.Commit {
		return fmt.Errorf("%s is at %s, commit %s", p.dir, s.Revision, s.Commit)
	}
	for _, f := range p.d.Files {
		if !s.has(f) {
			return fmt.Errorf("%s has no %s", p.dir, f)
		}
	}
	return nil
}

func (p *datasetPuller) pull(ctx context.Context) error {
	here, err := p.here()
	if err != nil {
		return err
	}
	p.o.Progress(Event{Phase: PhaseResolve})
	snap, err := p.c.snapshot(ctx, p.repository())
	if err != nil {
		return err
	}
	files, err := p.choose(snap, here)
	if err != nil {
		return err
	}
	if p.current(ctx, here, snap) {
		return p.finish(files)
	}
	if here != nil {
		if _, err := untouched(ctx, p.dir, here); err != nil {
			return err
		}
	}
	if err := fits(snap.repo, files, p.o.MaxBytes); err != nil {
		return err
	}
	f, err := newFetcher(p.c, snap, p.work, files)
	if err != nil {
		return err
	}
	for _, file := range files {
		p.reuse(f, file)
		if _, err := f.fetch(ctx, file); err != nil {
			return err
		}
	}
	p.o.Progress(Event{Phase: PhaseInstall, ModelDone: f.done, ModelTotal: f.total})
	if err := p.install(ctx, f, files, here); err != nil {
		return f.onDisk(ctx, err)
	}
	return p.finish(files)
}

// here returns what an earlier pull of this repository left, nil if there was none.
func (p *datasetPuller) here() (*DatasetSource, error) {
	_, err := os.Lstat(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	s, err := ReadDatasetSource(p.dir)
	if err != nil {
		return nil, fail(pith.CodeInvalid, ErrDisk, err, "%s was not made by a pull and is not replaced: move it away", p.dir)
	}
	if !strings.EqualFold(s.Repo, p.d.Repo) {
		return nil, fail(pith.CodeInvalid, ErrDisk, nil, "%s was pulled from %s and is not replaced by %s: move it away", p.dir, s.Repo, p.d.Repo)
	}
	return s, nil
}

// choose returns the files asked for and those that are here already, by path.
func (p *datasetPuller) choose(s *snapshot, here *DatasetSource) ([]remoteFile, error) {
	paths := slices.Clone(p.d.Files)
	if here != nil {
		for _, f := range here.Files {
			paths = append(paths, f.Path)
		}
	}
	if len(paths) == 0 {
		return nil, fail(pith.CodeInvalid, ErrNotFound, nil, "say with --file which files of %s to pull; it has %s", s.repo, listing(s))
	}
	slices.Sort(paths)
	var out []remoteFile
	for _, path := range slices.Compact(paths) {
		f, ok := s.find(path)
		switch {
		case !ok && slices.Contains(p.d.Files, path):
			return nil, fail(pith.CodeInvalid, ErrNotFound, nil, "%s has no file %s; it has %s", s.repo, printable(path), listing(s))
		case !ok:
			return nil, fail(pith.CodeInvalid, ErrNotFound, nil, "%s has no %s any more, which %s holds: pull %s@%s, or move the folder away", s.repo, path, p.dir, s.repo, here.Commit)
		}
		if err := f.usable(); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// current reports whether what is here is what would be fetched.
func (p *datasetPuller) current(ctx context.Context, here *DatasetSource, s *snapshot) bool {
	return here != nil && here.Commit == s.commit && here.Revision == p.repository().revision &&
		p.answers(here) == nil && VerifyDataset(ctx, p.dir) == nil
}

func (p *datasetPuller) finish(files []remoteFile) error { return p.clear(p.o, bytesOf(files)) }

package hub

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"github.com/pith-proxy/pith"
)

// Pull fetches a model and returns its folder, Home/models/NAME. name is one of
// the [Catalogue] or OWNER/NAME of a repository, each with an optional
// @REVISION. A model that is there already, at the commit the revision now
// stands for and with the right digests, is left alone.
//
// An interrupted pull is resumed by the next one of the same name. Two pulls of
// one name wait for each other. Errors are *pith.Error with words for the user;
// errors.Is tells the kinds apart (ErrNotFound and its siblings).
func Pull(ctx context.Context, o Options, name string) (string, error) {
	o, base, err := o.withDefaults()
	if err != nil {
		return "", err
	}
	t, err := parseTarget(o, name)
	if err != nil {
		return "", err
	}
	p := &puller{o: o, t: t, models: filepath.Join(o.Home, "models")}
	p.dir = filepath.Join(p.models, t.name)
	if o.Offline {
		return p.offline(ctx)
	}
	p.c = newClient(o, base)
	if err := p.locked(ctx); err != nil {
		return "", explain(ctx, err, t.entry, base.Redacted())
	}
	return p.dir, nil
}

// A puller is one pull.
type puller struct {
	o      Options
	c      *client
	t      target
	models string // Home/models
	dir    string // Home/models/NAME
	work   string // Home/models/.partial/NAME: what this name's pulls leave
}

func (p *puller) offline(ctx context.Context) (string, error) {
	if err := VerifyContext(ctx, p.dir); err != nil {
		return "", fail(pith.CodeUnavailable, ErrOffline, err, "%s is not here and HF_HUB_OFFLINE forbids to fetch it: unset it, or copy the folder into %s", p.t.name, p.models)
	}
	return p.dir, nil
}

// locked does the pull under the lock of its name.
func (p *puller) locked(ctx context.Context) error {
	partial, err := plainDir(p.models, ".partial")
	if err != nil {
		return diskError(p.models, err)
	}
	unlock, err := lock(ctx, filepath.Join(partial, p.t.name+".lock"), func() { p.o.Progress(Event{Phase: PhaseWait}) })
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		return diskError(partial, err)
	}
	defer unlock()
	if p.work, err = plainDir(partial, p.t.name); err != nil {
		return diskError(partial, err)
	}
	if err := recoverOld(p.dir, p.old()); err != nil {
		return diskError(p.models, err)
	}
	return p.pull(ctx)
}

func (p *puller) old() string { return filepath.Join(p.work, "old") }

func (p *puller) pull(ctx context.Context) error {
	p.o.Progress(Event{Phase: PhaseResolve})
	snap, err := p.c.snapshot(ctx, p.t.entry)
	if err != nil {
		return err
	}
	plan, err := choose(snap, p.t.entry, p.o.Quantized)
	if err != nil {
		return err
	}
	src := Source{Repo: snap.repo, Revision: p.t.entry.Revision, Commit: snap.commit, Graph: plan.graph.path}
	if err := replaceable(p.dir); err != nil {
		return err
	}
	if p.current(ctx, src) {
		return p.finish(plan)
	}
	if err := p.small(plan); err != nil {
		return err
	}
	f, err := p.fetcher(snap, plan)
	if err != nil {
		return err
	}
	card, err := p.download(ctx, f, &plan)
	if err != nil {
		return err
	}
	if card.License == "" {
		card.License = snap.license
	}
	card.Version, card.Source = snap.commit[:12], &src
	p.o.Progress(Event{Phase: PhaseInstall, ModelDone: f.done, ModelTotal: f.total})
	if err := p.install(ctx, f, plan, card); err != nil {
		return f.onDisk(ctx, err)
	}
	return p.finish(plan)
}

// current reports whether what is installed is what would be fetched.
func (p *puller) current(ctx context.Context, src Source) bool {
	c, err := readCard(p.dir)
	return err == nil && c.Source != nil && *c.Source == src && c.Name == p.t.name &&
		slices.Equal(c.Languages, p.t.entry.Languages) && VerifyContext(ctx, p.dir) == nil
}

// small refuses models over the limit, by what the hub lists.
func (p *puller) small(plan plan) error {
	for _, f := range plan.all() {
		if f.size > p.o.MaxBytes {
			return p.tooLarge(f.size)
		}
	}
	if n := plan.bytes(); n > p.o.MaxBytes {
		return p.tooLarge(n)
	}
	return nil
}

func (p *puller) tooLarge(n int64) error {
	return fail(pith.CodeTooLarge, ErrTooLarge, nil, "%s has %d MB; the limit is %d MB", p.t.entry.Repo, n>>20, p.o.MaxBytes>>20)
}

func (p *puller) fetcher(snap *snapshot, plan plan) (*fetcher, error) {
	dir, err := plainDir(p.work, "files")
	if err != nil {
		return nil, diskError(p.work, err)
	}
	f := &fetcher{c: p.c, snap: snap, dir: dir, total: plan.bytes()}
	need := f.total
	for _, file := range plan.all() {
		if info, err := os.Lstat(f.partial(file)); err == nil {
			need -= min(info.Size(), file.size)
		}
	}
	return f, roomFor(p.o.free, dir, need)
}

// download fetches the files and writes the card from them. The small ones come
// first, so that a repository that cannot be used is known before its weights
// are moved; the graph then says which data files it really needs.
func (p *puller) download(ctx context.Context, f *fetcher, plan *plan) (*Card, error) {
	var conf config
	var tok tokens
	if plan.config != nil {
		if err := p.read(ctx, f, *plan.config, &conf); err != nil {
			return nil, err
		}
	}
	if err := p.read(ctx, f, plan.tokenizer, &tok); err != nil {
		return nil, err
	}
	if _, err := architecture(p.t.entry, conf); err != nil {
		return nil, err
	}
	g, err := p.graph(ctx, f, plan)
	if err != nil {
		return nil, err
	}
	for _, file := range plan.data {
		if _, err := f.fetch(ctx, file); err != nil {
			return nil, err
		}
	}
	return describe(p.t, conf, tok, g)
}

// read fetches a JSON file and decodes it.
func (p *puller) read(ctx context.Context, f *fetcher, file remoteFile, v any) error {
	at, err := f.fetch(ctx, file)
	if err != nil {
		return err
	}
	if err := readJSON(at, 256<<20, v); err != nil {
		return unusable("%s of %s cannot be read: %v", printable(file.path), p.t.entry.Repo, err)
	}
	return nil
}

// graph fetches the graph and replaces the guess about its data by its own word.
func (p *puller) graph(ctx context.Context, f *fetcher, plan *plan) (*graphInfo, error) {
	at, err := f.fetch(ctx, plan.graph)
	if err != nil {
		return nil, err
	}
	r, err := openPlain(at, os.O_RDONLY)
	if err != nil {
		return nil, f.onDisk(ctx, err)
	}
	defer r.Close()
	g, err := readGraph(r, plan.graph.size)
	if errors.Is(err, errNotONNX) {
		return nil, unusable("%s of %s is not an ONNX graph", printable(plan.graph.path), p.t.entry.Repo)
	}
	if err != nil {
		return nil, f.onDisk(ctx, err)
	}
	if plan.data, err = external(f.snap, plan.graph, g.External); err != nil {
		return nil, err
	}
	f.total = plan.bytes()
	return g, p.small(*plan)
}

// finish drops what the pull left behind.
func (p *puller) finish(plan plan) error {
	if err := os.RemoveAll(p.work); err != nil {
		return diskError(p.work, err)
	}
	n := plan.bytes()
	p.o.Progress(Event{Phase: PhaseDone, ModelDone: n, ModelTotal: n})
	return nil
}

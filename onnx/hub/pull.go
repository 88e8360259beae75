package hub

import (
	"context"
	"errors"
	"os"
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
	p := &puller{place: newPlace(o.Home, "models", t.name), o: o, t: t}
	if o.Offline {
		return p.offline(ctx)
	}
	p.c = newClient(o, base)
	busy := func() { o.Progress(Event{Phase: PhaseWait}) }
	if err := p.locked(ctx, busy, p.pull); err != nil {
		return "", explain(ctx, err, t.repository(), base.Redacted())
	}
	return p.dir, nil
}

// A puller is one pull.
type puller struct {
	place
	o Options
	c *client
	t target
}

func (p *puller) offline(ctx context.Context) (string, error) {
	if err := VerifyContext(ctx, p.dir); err != nil {
		return "", fail(pith.CodeUnavailable, ErrOffline, err, "%s is not here and HF_HUB_OFFLINE forbids to fetch it: unset it, or copy the folder into %s", p.t.name, p.root)
	}
	return p.dir, nil
}

func (p *puller) pull(ctx context.Context) error {
	p.o.Progress(Event{Phase: PhaseResolve})
	snap, err := p.c.snapshot(ctx, p.t.repository())
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
	f, err := newFetcher(p.c, snap, p.work, plan.all())
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
	return fits(p.t.entry.Repo, plan.all(), p.o.MaxBytes)
}

// fits refuses files that are, alone or together, over the limit. Each is looked at
// first: sizes are a stranger's word, and their sum may overflow.
func fits(repo string, files []remoteFile, limit int64) error {
	tooLarge := func(n int64) error {
		return fail(pith.CodeTooLarge, ErrTooLarge, nil, "%s has %d MB; the limit is %d MB", repo, n>>20, limit>>20)
	}
	for _, f := range files {
		if f.size > limit {
			return tooLarge(f.size)
		}
	}
	if n := bytesOf(files); n > limit {
		return tooLarge(n)
	}
	return nil
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

func (p *puller) finish(plan plan) error { return p.clear(p.o, plan.bytes()) }

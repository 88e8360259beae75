package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/proc"
	"github.com/pith-proxy/pith/bench/internal/prose"
	"github.com/pith-proxy/pith/bench/internal/server"
)

// lab has the processes, and the ways through them.
type lab struct {
	plan
	bodies
	bin    string
	cores  layout
	vendor *child
	bare   *child
	piths  []*server.Server

	direct, simple, off, auto side // simple is the bare proxy
	logs                      []*errorLog
	messages                  []string // of the conversation
}

// open starts all processes.
func open(ctx context.Context, bin string, p plan, source *prose.Source) (l *lab, err error) {
	l = &lab{plan: p, bodies: bodies{source: source}, bin: bin, cores: layoutOf(proc.Cores())}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if l.vendor, err = startChild(l.cores.vendor, "-role", "vendor"); err != nil {
		return nil, err
	}
	if l.bare, err = startChild(l.cores.proxy, "-role", "bare", "-to", "http://"+l.vendor.addr); err != nil {
		return nil, err
	}
	l.direct = side{name: "direct", to: &target{addr: l.vendor.addr}}
	l.simple = side{name: "bare ReverseProxy", to: &target{addr: l.bare.addr}, pid: l.bare.cmd.Process.Pid}
	if l.off, err = l.pith(ctx, "pith, off", "off"); err != nil {
		return nil, err
	}
	if l.auto, err = l.pith(ctx, "pith, auto", "auto"); err != nil {
		return nil, err
	}
	return l, proc.Confine(l.cores.generator)
}

// pith starts one more.
func (l *lab) pith(ctx context.Context, name, mode string) (side, error) {
	s, err := startPith(ctx, l.bin, l.vendor.addr, mode, l.cores.proxy, "PITH_PROXY_CACHE_MINIMUM=false") // short prompts are measured, too
	if err != nil {
		return side{}, err
	}
	l.piths = append(l.piths, s)
	return side{name: name, to: &target{addr: strings.TrimPrefix(s.URL, "http://")}, pid: s.PID()}, nil
}

func (l *lab) close() error {
	var errs []error
	for _, s := range l.piths {
		errs = append(errs, s.Stop())
	}
	for _, c := range []*child{l.bare, l.vendor} {
		if c != nil {
			c.stop()
		}
	}
	return errors.Join(errs...)
}

// run measures the wanted parts and fails if anything was not as it should be.
func (l *lab) run(ctx context.Context, wanted []string) error {
	began := time.Now()
	fmt.Printf("%s\n\n%s %s; pith logs warnings only.\n", server.Machine(), l.cores, runtime.Version())
	measure := map[string]func(context.Context) error{
		"latency": l.latency, "miss": l.miss, "saturation": l.saturation, "stream": l.stream, "memory": l.memory, "conversation": l.conversation}
	for _, w := range wanted {
		if err := measure[w](ctx); err != nil {
			return fmt.Errorf("%s: %w", w, err)
		}
		for _, s := range l.sides() {
			s.to.close()
		}
	}
	fmt.Printf("\nAll of it took %d s.\n", int(time.Since(began).Seconds()))
	var errs []error
	for _, log := range l.logs {
		errs = append(errs, log.failed())
	}
	return errors.Join(errs...)
}

func (l *lab) sides() []*side { return []*side{&l.direct, &l.simple, &l.off, &l.auto} }

// log is a new place for errors.
func (l *lab) log() *errorLog {
	log := &errorLog{}
	l.logs = append(l.logs, log)
	return log
}

// plain are the jobs of the modes that change nothing, all with the same body. query
// is the vendor's.
func (l *lab) plain(query string, body []byte) []*job {
	r := requestFor(query, body)
	scan := l.auto
	scan.name = "pith, scan only"
	return []*job{
		{l.direct, r, passed(body, anything), l.log()},
		{l.simple, r, passed(body, anything), l.log()},
		{l.off, r, passed(body, untold), l.log()},
		{scan, r, passed(body, onlyScanned), l.log()},
	}
}

// deadline is as long as it may be, and the same for every request: what a text was
// shortened to is remembered for clients that ask for the same.
var deadline = []string{"X-Pith-Deadline-Ms", "60000"}

// hit is a job whose prompt has been shortened before, by at.
func (l *lab) hit(ctx context.Context, at side, size int) (*job, error) {
	pieces := l.pieces(size, l.most)
	if err := l.prime(ctx, at, pieces); err != nil {
		return nil, err
	}
	return l.known(at, chat(pieces...), len(pieces))
}

// prime has every text shortened by itself.
func (l *lab) prime(ctx context.Context, at side, pieces []string) error {
	for _, p := range pieces {
		body := chat(p)
		j := job{at, requestFor("", body, deadline...), shortened(body, 0, 1, nil), l.log()}
		j.run()
		if err := errors.Join(j.errs.failed(), ctx.Err()); err != nil {
			return fmt.Errorf("to shorten a text of %d bytes for the first time: %w", len(body), err)
		}
	}
	return nil
}

// known is a job with a body of which so many texts are known.
func (l *lab) known(at side, body []byte, texts int) (*job, error) {
	at.name = "pith, memo hit"
	j := &job{at, requestFor("", body, deadline...), nil, l.log()}
	first, err := at.to.do(j.request) // which says what all others have to be like
	if err != nil {
		return nil, err
	}
	same := first.header.Get(received)
	j.check = shortened(body, texts, 0, &same)
	return j, j.judge(first)
}

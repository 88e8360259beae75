package main

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/pith-proxy/pith/bench/internal/markdown"
	"github.com/pith-proxy/pith/bench/internal/proc"
)

// memory measures how much more a fresh pith holds while it holds many bodies.
func (l *lab) memory(ctx context.Context) error {
	markdown.Heading(fmt.Sprintf("Memory with %d bodies of 1 MB in flight", l.held), "mode", "MB before", "MB at most", "growth by byte in flight", "errors")
	for _, kind := range []string{"off", "scan only", "memo hit, one text of 4 KB shortened"} {
		if err := l.memoryOf(ctx, kind); err != nil {
			return err
		}
	}
	return nil
}

func (l *lab) memoryOf(ctx context.Context, kind string) error {
	mode := "auto"
	if kind == "off" {
		mode = "off"
	}
	s, err := l.pith(ctx, "pith, "+kind, mode)
	if err != nil {
		return err
	}
	j, err := l.heldJob(ctx, s, kind)
	if err != nil {
		return err
	}
	before, err := proc.MemoryOf(s.pid)
	if err == nil {
		err = proc.ForgetPeak(s.pid)
	}
	if err != nil {
		markdown.Row(s.name, err.Error(), markdown.None, markdown.None, markdown.None)
		return nil
	}
	for range l.flights {
		var wg sync.WaitGroup
		for range l.held {
			wg.Go(j.run)
		}
		wg.Wait()
	}
	after, err := proc.MemoryOf(s.pid)
	s.to.close()
	if err != nil {
		return err
	}
	growth := float64(after.Peak-before.Now) / float64(l.held*mb)
	markdown.Row(s.name, markdown.Count(before.Now/mb), markdown.Count(after.Peak/mb), fmt.Sprintf("**%.2f**", growth), markdown.Count(j.errs.n.Load()))
	return ctx.Err()
}

// heldJob is a request of a megabyte that the vendor takes its time to answer. One was
// sent before, so that what a first request needs is not counted.
func (l *lab) heldJob(ctx context.Context, s side, kind string) (j *job, err error) {
	wait := fmt.Sprintf("?wait=%v", l.think)
	if !strings.HasPrefix(kind, "memo") {
		body := scanned(l.source, mb)
		check := onlyScanned
		if kind == "off" {
			check = untold
		}
		j = &job{s, requestFor(wait, body), passed(body, check), l.log()}
		j.run()
		return j, j.errs.failed()
	}
	text := l.asking(4 * kb)
	if err := l.prime(ctx, s, []string{text}); err != nil {
		return nil, err
	}
	body := scanned(l.source, mb, text)
	if j, err = l.known(s, body, 1); err == nil {
		j.request = requestFor(wait, body, deadline...)
	}
	return j, err
}

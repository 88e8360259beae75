package main

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/pith-proxy/pith/bench/internal/proc"
)

// side is one of the ways from the client to the vendor.
type side struct {
	name string
	to   *target
	pid  int // of the process in between; 0 if there is none
}

// job is what one side is sent at one size, and what has to come of it.
type job struct {
	side
	request []byte
	check   func(reply) error
	errs    *errorLog
}

// run does one exchange.
func (j *job) run() {
	r, err := j.to.do(j.request)
	if err == nil {
		err = j.judge(r)
	}
	if err != nil {
		j.errs.add(fmt.Errorf("%s: %w", j.name, err))
	}
}

func (j *job) judge(r reply) error {
	if r.status != http.StatusOK {
		return fmt.Errorf("status %d", r.status)
	}
	if string(r.body) != answerBody {
		return fmt.Errorf("the answer's %d bytes are not the vendor's", len(r.body))
	}
	return j.check(r)
}

// cpu is the processor time of the process in between so far.
func (s *side) cpu() time.Duration {
	if s.pid == 0 {
		return 0
	}
	d, err := proc.CPU(s.pid)
	if err != nil {
		return 0 // printed as unknown
	}
	return d
}

// What has to be true of an answer for its time to count as the mode's.

// passed is for all that change nothing: the vendor got what was sent.
func passed(body []byte, more func(reply) error) func(reply) error {
	want := receiptOf(body)
	return func(r reply) error {
		if got := r.header.Get(received); got != want {
			return fmt.Errorf("the vendor got %q instead of %q", got, want)
		}
		return more(r)
	}
}

func anything(reply) error { return nil }

// untold is for mode off, which says nothing of itself.
func untold(r reply) error {
	if s := r.header.Get("X-Pith-Status"); s != "" {
		return fmt.Errorf("mode off says %q", s)
	}
	return nil
}

// onlyScanned is for a prompt that was read, and in which nothing was looked up.
func onlyScanned(r reply) error {
	status, reason, cache := r.header.Get("X-Pith-Status"), r.header.Get("X-Pith-Reason"), r.header.Get("X-Pith-Cache")
	if status != "unchanged" || reason != "nothing_to_compress" || cache != "" {
		return fmt.Errorf("not a mere scan: %q, %q, %q", status, reason, cache)
	}
	return nil
}

// shortened is for a prompt of which so many texts were known and so many were not.
// What the vendor got is shorter than what was sent, and each time the same if the
// prompt is.
func shortened(body []byte, hits, misses int, same *string) func(reply) error {
	want := fmt.Sprintf("hit=%d,miss=%d", hits, misses)
	return func(r reply) error {
		status, cache, got := r.header.Get("X-Pith-Status"), r.header.Get("X-Pith-Cache"), r.header.Get(received)
		if status != "compressed" || cache != want {
			return fmt.Errorf("not what is to be measured: %q, %q with cache %q instead of %q", status, r.header.Get("X-Pith-Reason"), cache, want)
		}
		length, _, _ := strings.Cut(got, "-")
		if n, err := strconv.Atoi(length); err != nil || n >= len(body) {
			return fmt.Errorf("the vendor got %q of %d bytes", got, len(body))
		}
		if same != nil && got != *same {
			return fmt.Errorf("the vendor got %q and before %q", got, *same)
		}
		return nil
	}
}

// errorLog counts errors and keeps the first of them.
type errorLog struct {
	n     atomic.Int64
	first atomic.Pointer[error]
}

func (l *errorLog) add(err error) {
	l.n.Add(1)
	l.first.CompareAndSwap(nil, &err)
}

// failed is an error if there was one.
func (l *errorLog) failed() error {
	if e := l.first.Load(); e != nil {
		return fmt.Errorf("%d errors; the first: %w", l.n.Load(), *e)
	}
	return nil
}

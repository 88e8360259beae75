package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"

	"github.com/pith-proxy/pith/bench/internal/server"
)

// lab has what all parts share.
type lab struct {
	*author
	plan     plan
	bin      string
	redis    *redisServer
	vendor   *recorder
	first    *replica // the one that reads texts first
	replicas []*replica

	docs          []*document // nil until they were read
	before, after footprint   // of the reading of the longest
	asked         int         // questions
	dropped       int64       // writes that Redis was too slow for
}

// tenant is whose requests most are.
const tenant = "tenant-a"

func open(ctx context.Context, bin, redis string, p plan) (l *lab, err error) {
	l = &lab{plan: p, bin: bin}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if l.author, err = newAuthor(); err != nil {
		return l, err
	}
	if l.redis, err = startRedis(ctx, redis); err != nil {
		return l, err
	}
	if l.vendor, err = startRecorder(); err != nil {
		return l, err
	}
	l.first, err = l.start(ctx)
	return l, err
}

// start starts one more replica.
func (l *lab) start(ctx context.Context, settings ...string) (*replica, error) {
	s, err := server.Start(l.bin, append(settings, "PITH_CACHE_MASTER_KEY=a secret of this benchmark",
		"PITH_REDIS_URL=redis://"+l.redis.addr, "PITH_UPSTREAMS_OPENAI_BASE_URL=http://"+l.vendor.addr+"/v1")...)
	if err != nil {
		return nil, err
	}
	r := &replica{s}
	if err := r.warm(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	l.replicas = append(l.replicas, r)
	return r, nil
}

// with has f use a replica of its own, whose memory is empty.
func (l *lab) with(ctx context.Context, settings []string, f func(*replica) error) error {
	r, err := l.start(ctx, settings...)
	if err != nil {
		return err
	}
	err = f(r)
	l.replicas = slices.DeleteFunc(l.replicas, func(x *replica) bool { return x == r })
	return errors.Join(err, r.Stop())
}

func (l *lab) close() error {
	var errs []error
	for _, r := range l.replicas {
		errs = append(errs, r.Stop())
	}
	if l.vendor != nil {
		_ = l.vendor.srv.Close()
	}
	if l.redis != nil {
		l.redis.stop()
	}
	return errors.Join(errs...)
}

// lost tells of writes to Redis that were dropped: what they were of, other replicas read
// again.
func (l *lab) lost(ctx context.Context) error {
	s, err := l.first.stats(ctx)
	if n := s.Redis.Dropped - l.dropped; n > 0 {
		fmt.Printf("\n**Redis was too slow for %d writes of what was read, and they were dropped.**\n", n)
	}
	l.dropped = s.Redis.Dropped
	return err
}

// question is one that was not asked before.
func (l *lab) question() string {
	l.asked++
	return question(l.asked)
}

// recorder is a vendor that keeps the last body it got.
type recorder struct {
	srv  *http.Server
	addr string
	body []byte // to be read after the answer has come
}

func startRecorder() (*recorder, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &recorder{addr: l.Addr().String()}
	r.srv = &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		r.body, _ = io.ReadAll(req.Body)
		_, _ = io.WriteString(w, "{}")
	})}
	go func() { _ = r.srv.Serve(l) }()
	return r, nil
}

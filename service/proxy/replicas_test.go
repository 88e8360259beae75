package proxy

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/cache"
	"github.com/pith-proxy/pith/cache/redistest"
	"github.com/pith-proxy/pith/service/proxy/ledger"
)

// replicas are proxies that share one Redis.
type replicas struct {
	t     *testing.T
	redis *redistest.Server
	all   []*bench
}

const replicaKey = "a master key of the replicas"

func newReplicas(t *testing.T, n int, server *redistest.Server) *replicas {
	r := &replicas{t: t, redis: server}
	for range n {
		r.all = append(r.all, newBench(t, r.join))
	}
	return r
}

// join gives a replica its cache and a ledger that is shared through it.
func (r *replicas) join(o *Options) {
	c, err := cache.Open(cache.Options{MasterKey: replicaKey, Redis: cache.Redis{URL: r.redis.URL()}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.Close() })
	o.Memory = func(ctx context.Context, tenant string) pith.Memory { return c.Tenant(ctx, tenant) }
	o.Decisions = o.Memory
	if o.Ledger, err = ledger.Open(ledger.Options{Shared: true}); err != nil {
		r.t.Fatal(err)
	}
}

// talk has a conversation of which each request goes to any of the replicas, and calls
// trouble before each turn. No turn that is repeated may change its form.
func (r *replicas) talk(sp speech, seed uint64, header []string, trouble func(n int)) (shortened, rawTexts int) {
	r.t.Helper()
	rnd := rand.New(rand.NewPCG(seed, 5))
	var history, before []string
	for n := range turns {
		trouble(n)
		history = append(history, sp.turn(rnd, n)...)
		b := r.all[rnd.IntN(len(r.all))]
		a := b.post(sp.path, sp.body(history), append(header, sp.header...)...)
		if a.status != 200 {
			r.t.Fatalf("turn %d: status %d: %s", n, a.status, a.body)
		}
		now := turnsOf(r.t, a.sent.Body, sp.list)
		for i, was := range before {
			if now[i] != was {
				r.t.Fatalf("turn %d: what the client said at %d was sent in another form than before", n, i)
			}
		}
		before = now
		if a.header.Get("X-Pith-Tokens-Saved") != "" {
			shortened++
		}
		if reason := a.header.Get("X-Pith-Reason"); strings.Contains(reason, "deadline") || strings.Contains(reason, "failed") {
			rawTexts++
		}
	}
	return shortened, rawTexts
}

// unreliable has every third text fail, in one way or another.
func unreliable(calls *atomic.Int64) func(context.Context, pith.Request) (pith.Result, error) {
	return func(ctx context.Context, req pith.Request) (pith.Result, error) {
		switch calls.Add(1) % 6 {
		case 1:
			panic("x")
		case 4:
			<-ctx.Done()
			return pith.Result{}, ctx.Err()
		}
		return halve(req), nil
	}
}

// Three replicas say the same of each text, also of those that one of them had no time
// for, and a replica that starts anew knows it.
func TestReplicasShareDecisions(t *testing.T) {
	for name, sp := range speeches {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newReplicas(t, 3, redistest.Start(t, redistest.Options{}))
			var calls atomic.Int64
			for _, b := range r.all {
				b.halver.set(unreliable(&calls))
			}
			shortened, rawTexts := r.talk(sp, 1, []string{"X-Pith-Deadline-Ms", "100"}, func(n int) {
				if n%7 == 3 {
					b := r.all[n%3]
					_ = b.ledger.Close()
					b.start(r.join)
				}
			})
			if shortened == 0 && name != "chat_parts" || rawTexts == 0 {
				t.Errorf("in %d requests something was shortened, in %d something stayed raw: the test shows nothing", shortened, rawTexts)
			}
		})
	}
}

// Whatever Redis does, no request fails and no text changes its form: forms are functions
// of the texts.
func TestReplicasWithABrokenRedis(t *testing.T) {
	troubles := map[string]struct {
		options redistest.Options
		do      func(s *redistest.Server, n int)
	}{
		"killed": {do: func(s *redistest.Server, n int) {
			switch n {
			case 10, 30:
				s.Stop()
			case 20, 40:
				s.Restart()
			}
		}},
		"paused": {do: func(s *redistest.Server, n int) {
			switch n % 10 {
			case 3:
				s.Pause()
			case 6:
				s.Resume()
			}
		}},
		"slow": {options: redistest.Options{Proxy: true}, do: func(s *redistest.Server, n int) {
			if n == 5 {
				s.Slow(50e6)
			}
		}},
		"full": {options: redistest.Options{Args: []string{"--maxmemory", "1mb", "--maxmemory-policy", "noeviction"}}, do: func(*redistest.Server, int) {}},
		"garbled": {do: func(s *redistest.Server, n int) {
			if n%5 == 0 {
				for k := range s.Dump() {
					s.Do("SET", k, fmt.Sprint("garbage ", n))
				}
			}
		}},
		"lost": {do: func(s *redistest.Server, n int) {
			if n%5 == 0 {
				s.Do("FLUSHALL")
			}
		}},
	}
	for name, trouble := range troubles {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := redistest.Start(t, trouble.options)
			r := newReplicas(t, 3, s)
			shortened, _ := r.talk(speeches["chat"], 2, []string{"X-Pith-Deadline-Ms", "5000"}, func(n int) { trouble.do(s, n) })
			if shortened == 0 {
				t.Error("nothing was shortened: the test shows nothing")
			}
		})
	}
}

// Nothing of a prompt can be read in Redis, nor whose it is.
func TestRedisShowsNothing(t *testing.T) {
	s := redistest.Start(t, redistest.Options{})
	r := newReplicas(t, 2, s)
	const canary = "Canarysson"
	text := strings.Replace(rag(1, longText), "the", canary+" the", 1)
	for _, key := range []string{"Bearer sk-canary-1", "Bearer sk-canary-2"} {
		for _, b := range r.all {
			b.post("/v1/chat/completions", chat(user(text)), "Authorization", key)
		}
	}
	dump := s.Dump()
	if len(dump) < 4 {
		t.Fatalf("%d keys in Redis", len(dump))
	}
	for k, v := range dump {
		for _, secret := range []string{canary, "canary", "gpt", "halver", "deadline"} {
			if strings.Contains(k, secret) || strings.Contains(v, secret) {
				t.Errorf("%q can be read in Redis", secret)
			}
		}
	}
}

// Two tenants share nothing, and the second pays for the text again.
func TestTenantsShareNothing(t *testing.T) {
	r := newReplicas(t, 1, redistest.Start(t, redistest.Options{}))
	b := r.all[0]
	body := chat(user(rag(1, longText)))
	for i, key := range []string{"one", "two", "one", "two"} {
		a := b.post("/v1/chat/completions", body, "Authorization", "Bearer "+key)
		if got, want := b.halver.count(), min(i+1, 2); got != want {
			t.Errorf("request %d: the compressor was asked %d times, want %d", i, got, want)
		}
		hit := strings.Contains(a.header.Get("X-Pith-Cache"), "hit=1") || strings.Contains(a.header.Get("X-Pith-Cache"), "hits=1")
		if hit != (i >= 2) {
			t.Errorf("request %d: X-Pith-Cache %q", i, a.header.Get("X-Pith-Cache"))
		}
	}
}

// A new version of the compressor changes nothing in a conversation that lives, and a new
// conversation gets it.
func TestUpgradeInTheMiddle(t *testing.T) {
	r := newReplicas(t, 1, redistest.Start(t, redistest.Options{}))
	b := r.all[0]
	first := chat(user(rag(1, longText)))
	before := b.post("/v1/chat/completions", first)
	_ = b.ledger.Close()
	b.start(r.join, func(o *Options) { o.Version = "2" })
	b.halver.set(func(_ context.Context, req pith.Request) (pith.Result, error) {
		res := halve(req)
		for i := range res.Contexts {
			res.Contexts[i].Text = "Shorter: " + res.Contexts[i].Text
		}
		return res, nil
	})
	if after := b.post("/v1/chat/completions", first); string(after.sent.Body) != string(before.sent.Body) {
		t.Error("the upgrade changed a text of a conversation that lives")
	}
	if a := b.post("/v1/chat/completions", chat(user(rag(1, longText)+" Why?"))); !strings.Contains(string(a.sent.Body), "Shorter: ") {
		t.Error("a new conversation did not get the new version")
	}
}

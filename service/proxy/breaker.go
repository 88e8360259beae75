package proxy

import (
	"sync"
	"time"
)

// breaker stops the shortening of new texts for a tenant whose requests the vendor
// refuses after they were edited. It cannot know that the edit was the cause; raw
// texts are the safe side.
type breaker struct {
	most   int           // refusals within window; 0 turns it off
	window time.Duration // 1 min
	pause  time.Duration // 10 min
	now    func() time.Time

	mu      sync.Mutex
	tenants map[string]*refusals
}

type refusals struct {
	since time.Time
	n     int
	until time.Time // no edits before
}

// mostTenants bounds the memory of the breaker; beyond, it forgets.
const mostTenants = 10_000

func newBreaker(most int) *breaker {
	return &breaker{most: most, window: time.Minute, pause: 10 * time.Minute, now: time.Now, tenants: map[string]*refusals{}}
}

// open reports whether the tenant's new texts are to stay raw.
func (b *breaker) open(tenant []byte) bool {
	if b.most == 0 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.tenants[string(tenant)]
	return t != nil && b.now().Before(t.until)
}

// refused counts one refusal and reports whether it opened the breaker.
func (b *breaker) refused(tenant []byte) bool {
	if b.most == 0 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	now := b.now()
	t := b.tenants[string(tenant)]
	if t == nil {
		if len(b.tenants) >= mostTenants {
			clear(b.tenants)
		}
		t = &refusals{since: now}
		b.tenants[string(tenant)] = t
	}
	if now.Sub(t.since) > b.window {
		t.since, t.n = now, 0
	}
	t.n++
	if t.n < b.most || now.Before(t.until) {
		return false
	}
	t.until, t.n = now.Add(b.pause), 0
	return true
}

package cache

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// epochAge is how old an epoch may be when a Space is asked for.
	epochAge = time.Second
	// mostTenants bounds the tenants whose secrets are kept; beyond, one is forgotten
	// and derived again when it is next asked for.
	mostTenants = 10_000
)

// tenant knows the present epoch of one.
type tenant struct {
	c       *Cache
	id      string
	name    string                // of the epoch in Redis
	space   atomic.Pointer[Space] // of the present epoch
	flushes int                   // seen here, under the lock; to learn of an old one is none
	learned atomic.Bool           // Redis was asked once and answered
	owes    atomic.Bool           // Redis does not know of a flush yet

	mu     sync.Mutex // before Cache.mu
	asked  time.Time
	asking chan struct{} // closed when Redis has answered, or not; nil when it was not asked
}

// Tenant returns the Space of a tenant at its present epoch. If more than a second has
// passed since Redis was last asked for the epoch, it asks again and waits for that
// within the read budget; if there is no answer, the epoch is the last one that was
// known. Ask for a Space once a request.
func (c *Cache) Tenant(ctx context.Context, id string) *Space {
	t := c.tenant(id)
	if c.remote != nil {
		t.refresh(ctx)
	}
	return t.space.Load()
}

func (c *Cache) tenant(id string) *tenant {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t := c.tenants[id]; t != nil {
		return t
	}
	for old, t := range c.tenants { // in no order
		if len(c.tenants) < mostTenants || t.owes.Load() {
			break
		}
		delete(c.tenants, old)
	}
	t := &tenant{c: c, id: id, name: epochName(c.master, id)}
	t.space.Store(t.at(c.epochs[id]))
	c.tenants[id] = t
	return t
}

func (t *tenant) at(epoch int64) *Space {
	return &Space{c: t.c, t: t, epoch: epoch, generation: t.flushes, secrets: newSecrets(t.c.master, t.c.opts.MasterKey != "", t.id, epoch)}
}

// refresh waits for a question to Redis that is under way or due.
func (t *tenant) refresh(ctx context.Context) {
	asking, left := t.ask()
	if asking == nil {
		return
	}
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-asking:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// ask returns what to wait for, and for how long. All who come while one question is
// under way share its time.
func (t *tenant) ask() (<-chan struct{}, time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, budget := t.c.now(), t.c.opts.ReadBudget
	if !t.learned.Load() { // without it nothing is shared
		budget = max(budget, forRecords)
	}
	if t.asking != nil {
		return t.asking, budget - now.Sub(t.asked)
	}
	if age := now.Sub(t.asked); age >= 0 && age < epochAge && !t.asked.IsZero() {
		return nil, 0
	}
	asking := make(chan struct{})
	_, ok := t.c.remote.start(false, budget, func(ctx context.Context, _ func()) error { return t.learn(ctx) },
		func() { t.answered(asking) })
	if !ok {
		return nil, 0
	}
	t.asked, t.asking = now, asking
	return asking, budget
}

func (t *tenant) answered(asking chan struct{}) {
	t.mu.Lock()
	t.asking = nil
	t.mu.Unlock()
	close(asking)
}

// learn compares our epoch with that of Redis, and both go to the higher.
func (t *tenant) learn(ctx context.Context) error {
	theirs, err := getEpoch(ctx, t.c.remote.client, t.name)
	if errors.Is(err, errEpoch) {
		t.c.counts.format.Add(1)
		return nil // Redis is well, and the next flush mends this
	}
	if err != nil {
		return err
	}
	ours := t.meet(theirs)
	if theirs >= ours {
		return nil
	}
	return t.tell(ctx, ours)
}

// meet takes a higher epoch over and returns the one that counts.
func (t *tenant) meet(theirs int64) (ours int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	ours = max(theirs, t.space.Load().epoch)
	if t.learned.Load() && ours > t.space.Load().epoch {
		t.flushes++
	}
	if t.owes.Load() && theirs == ours && theirs > t.space.Load().epoch {
		ours++ // somebody else's flush, of which we did not know, may be older than ours
	}
	t.raise(ours)
	if theirs == ours {
		t.owes.Store(false)
	}
	t.learned.Store(true)
	return ours
}

// tell writes the epoch to Redis.
func (t *tenant) tell(ctx context.Context, epoch int64) error {
	if err := set(ctx, t.c.remote.client, []entry{{t.name, strconv.AppendInt(nil, epoch, 10), 0}}); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.space.Load().epoch == epoch {
		t.owes.Store(false)
	}
	return nil
}

// raise wants the lock. It never lowers the epoch.
func (t *tenant) raise(epoch int64) {
	if epoch <= t.space.Load().epoch {
		return
	}
	t.space.Store(t.at(epoch))
	t.c.mu.Lock()
	t.c.epochs[t.id] = max(t.c.epochs[t.id], epoch)
	t.c.mu.Unlock()
	t.c.memory.forget(t.id)
}

// flush raises the epoch, above that of Redis too if it can be known.
func (t *tenant) flush(ctx context.Context) error {
	r := t.c.remote
	if r == nil {
		t.leap(0)
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 2*r.patience)
	defer cancel()
	theirs, err := getEpoch(ctx, r.client, t.name)
	epoch := t.leap(theirs)
	if err != nil && !errors.Is(err, errEpoch) {
		return err
	}
	if err := t.tell(ctx, epoch); err != nil {
		return err
	}
	t.learned.Store(true)
	return nil
}

// leap raises the epoch to now, or just above what is known if that is later.
func (t *tenant) leap(theirs int64) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	epoch := max(t.c.now().UnixMilli(), theirs+1, t.space.Load().epoch+1)
	t.flushes++
	t.raise(epoch)
	t.owes.Store(t.c.remote != nil)
	return epoch
}

var errEpoch = errors.New("an epoch that is none")

// getEpoch returns 0 for a tenant that was never flushed.
func getEpoch(ctx context.Context, client redis.UniversalClient, name string) (int64, error) {
	v, err := get(ctx, client, []string{name})
	if err != nil || v[0] == nil {
		return 0, err
	}
	// Not more than JSON can hold: whoever can write a higher one here could leave no room above.
	epoch, err := strconv.ParseInt(string(v[0]), 10, 64)
	if err != nil || epoch < 0 || epoch >= 1<<53 {
		return 0, errEpoch
	}
	return epoch, nil
}

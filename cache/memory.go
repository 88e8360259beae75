package cache

import (
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
)

// memory is the layer in the process. Values are plain there.
type memory struct {
	cells *otter.Cache[Key, *cell]
	max   int64
}

type cell struct {
	value  []byte
	tenant string       // whose it is: a Space asked for another's key has none
	renew  atomic.Int64 // when Redis wants it again, Unix nanoseconds
}

// cellSize is what a cell costs besides its value: measured, see TestCellSize.
const cellSize = 224

func newMemory(o *Options) *memory {
	opts := &otter.Options[Key, *cell]{
		MaximumWeight:    uint64(o.MaxBytes),
		Weigher:          func(_ Key, c *cell) uint32 { return uint32(min(len(c.value)+cellSize, 1<<31)) },
		ExpiryCalculator: otter.ExpiryAccessing[Key, *cell](o.TTL),
	}
	if o.Now != nil {
		opts.Clock = clock(o.Now)
	}
	return &memory{cells: otter.Must(opts), max: o.MaxBytes} // fails on options that contradict each other only
}

// clock makes a time source of Options.Now. Without ticks, what is over goes when there
// is something to do besides.
type clock func() time.Time

func (c clock) NowNano() int64                      { return c().UnixNano() }
func (c clock) Tick(time.Duration) <-chan time.Time { return nil }

func (m *memory) get(tenant string, k Key) *cell {
	if c, ok := m.cells.GetIfPresent(k); ok && c.tenant == tenant {
		return c
	}
	return nil
}

// put keeps what is there already: a value of a key never changes.
func (m *memory) put(tenant string, k Key, value []byte, renew time.Time) {
	c := &cell{value: value, tenant: tenant}
	c.renew.Store(renew.UnixNano())
	m.cells.SetIfAbsent(k, c)
}

// forget lets go of all that is the tenant's.
func (m *memory) forget(tenant string) {
	for k, c := range m.cells.All() {
		if c.tenant == tenant {
			m.cells.Invalidate(k)
		}
	}
}

func (m *memory) stop() { m.cells.StopAllGoroutines() }

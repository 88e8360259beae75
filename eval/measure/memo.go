package measure

import (
	"context"
	"strings"
	"sync"

	"github.com/pith-proxy/pith/eval"
)

// scorer is a [Measure] that first finds what is looked for, F, which depends on the
// item alone, and then how much of it was kept.
type scorer[F any] struct {
	name, about string

	// find says what is looked for; ok is false if there is nothing.
	find func(item eval.Item) (facts F, ok bool)

	// score is called with what find returned, by several goroutines at a time.
	score func(item eval.Item, facts F, kept eval.Kept) float64

	// needsText says that there is no value for a text that an arm refused. Set it where
	// nothing kept is not the worst that can be.
	needsText bool

	found memo[F]
}

// Name implements [Measure].
func (s *scorer[F]) Name() string { return s.name }

// About implements [Measure].
func (s *scorer[F]) About() string { return s.about }

// Of implements [Measure]. Its only error is ctx's.
func (s *scorer[F]) Of(ctx context.Context, item eval.Item, kept eval.Kept) (float64, bool, error) {
	if err := ctx.Err(); err != nil {
		return 0, false, err
	}
	facts, ok := s.found.of(item, s.find)
	if !ok || s.needsText && kept.Refused {
		return 0, false, nil
	}
	return s.score(item, facts, kept), true, nil
}

// memoSize is how many items' facts are kept: all of a usual run, whichever way it goes
// through items and arms.
const memoSize = 512

// memo remembers what was found in the last [memoSize] items. The zero value is ready.
type memo[F any] struct {
	mu   sync.Mutex
	byID map[memoKey]*memoEntry[F]
	ring [memoSize]memoKey // in the order they came
	next int
}

// memoKey is what facts depend on. Its strings are the item's own, so that a look-up
// compares pointers where it can.
type memoKey struct{ dataset, language, question, context, answers, needles string }

type memoEntry[F any] struct {
	once  sync.Once
	facts F
	ok    bool
}

func (m *memo[F]) of(item eval.Item, find func(eval.Item) (F, bool)) (F, bool) {
	key := memoKey{item.Dataset, item.Language, item.Question, item.Context, strings.Join(item.Answers, "\x00"), strings.Join(item.Needles, "\x00")}
	e := m.entry(key)
	e.once.Do(func() { e.facts, e.ok = find(item) })
	return e.facts, e.ok
}

// entry returns the entry of key. A new one takes the place of the oldest.
func (m *memo[F]) entry(key memoKey) *memoEntry[F] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.byID[key]; e != nil {
		return e
	}
	if m.byID == nil {
		m.byID = map[memoKey]*memoEntry[F]{}
	}
	if len(m.byID) == memoSize {
		delete(m.byID, m.ring[m.next])
	}
	e := &memoEntry[F]{}
	m.byID[key], m.ring[m.next] = e, key
	m.next = (m.next + 1) % memoSize
	return e
}

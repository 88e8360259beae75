package fakeupstream

import (
	"context"
	"net/http"
	"slices"
	"sync"
)

// a book keeps the requests in the order in which they came.
type book struct {
	mu      sync.Mutex
	entries []*entry
	seq     int
	uses    map[string]int // of scripts
	changed chan struct{}  // closed at the next change
}

func newBook() book { return book{uses: map[string]int{}, changed: make(chan struct{})} }

// tell wakes those who wait for a change. The lock must be held.
func (b *book) tell() {
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *book) open(r *http.Request) *entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seq++
	e := &entry{book: b, rec: Recorded{Seq: b.seq, Method: r.Method, Target: r.RequestURI, Proto: r.Proto, Host: r.Host,
		Header: r.Header.Clone(), TransferEncoding: slices.Clone(r.TransferEncoding), ContentLength: r.ContentLength}}
	b.entries = append(b.entries, e)
	b.tell()
	return e
}

func (b *book) drop(e *entry) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.entries = slices.DeleteFunc(b.entries, func(other *entry) bool { return other == e })
}

// use counts a use of a script, this one included.
func (b *book) use(script string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.uses[script]++
	return b.uses[script]
}

// Requests returns what has been recorded, in the order of arrival. Requests that
// are not over yet have Done false.
func (s *Server) Requests() []Recorded {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return s.book.list()
}

func (b *book) list() []Recorded {
	recs := make([]Recorded, len(b.entries))
	for i, e := range b.entries {
		recs[i] = e.rec.clone()
	}
	return recs
}

// Reset forgets the requests, and counts requests and uses of scripts from one
// again. Requests that are not over go on, unrecorded.
func (s *Server) Reset() {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	s.book.entries, s.book.seq = nil, 0
	clear(s.book.uses)
	s.book.tell()
}

// Wait returns the requests as soon as done says so of them. If ctx ends first it
// returns them as they are, and ctx's error.
func (s *Server) Wait(ctx context.Context, done func([]Recorded) bool) ([]Recorded, error) {
	for {
		s.book.mu.Lock()
		recs, changed := s.book.list(), s.book.changed
		s.book.mu.Unlock()
		if done(recs) {
			return recs, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return recs, ctx.Err()
		}
	}
}

// WaitDone waits until at least n requests have come and none is going on.
func (s *Server) WaitDone(ctx context.Context, n int) ([]Recorded, error) {
	return s.Wait(ctx, func(recs []Recorded) bool {
		return len(recs) >= n && !slices.ContainsFunc(recs, func(r Recorded) bool { return !r.Done })
	})
}

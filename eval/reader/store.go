package reader

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// Store keeps answers in a folder:
//
//	answers/DIGEST   an answer, written whole before anyone gets to see it
//	intents/DIGEST   a call for it may have been sent; bytes for the answer's room
//	aside/           files that stood for answers and were none
//	lock             held while the store is open
//
// The answer is written over its intent, which then moves: where files are overwritten in
// place, a disk that fills up during a call does not cost its answer.
//
// An intent without an answer is a call in doubt: the process was killed, or the line
// broke, and nobody here knows whether the vendor charged for it. Files hold answers and
// token counts, no prompts and no keys, and are for their owner alone. One process has a
// store at a time; in it a Store is safe for concurrent use, and several clients may
// share it.
type Store struct {
	dir     string
	lock    *os.File
	flights flights

	mu      sync.Mutex
	closed  bool
	intents map[digest]intent
}

// intent is what is known of a call whose answer is not there.
type intent int

const (
	fresh   intent = iota // was never sent
	left                  // an earlier process may have sent it
	resumed               // this process may have sent it
)

// OpenStore opens the store in dir, which it makes if it has to. It is an error if
// another process has it.
func OpenStore(dir string) (*Store, error) {
	s := &Store{dir: dir, intents: make(map[digest]intent)}
	if err := s.open(); err != nil {
		_ = s.Close()
		return nil, fmt.Errorf("open store of answers: %w", err)
	}
	return s, nil
}

func (s *Store) open() error {
	for _, d := range []string{s.dir, s.path("answers"), s.path("intents"), s.path("aside")} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
		if d == s.dir {
			continue // may be a folder of the user's, with other files
		}
		if err := os.Chmod(d, 0o700); err != nil {
			return err
		}
	}
	lock, err := os.OpenFile(s.path("lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	s.lock = lock
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("%s is in use by another run; wait for its end or name another folder", s.dir)
	}
	if err := syncDir(s.dir); err != nil {
		return err
	}
	return s.recover()
}

// recover learns what is in doubt, and tidies up.
func (s *Store) recover() error {
	intents, err := os.ReadDir(s.path("intents"))
	if err != nil {
		return err
	}
	for _, e := range intents {
		if d, ok := parseDigest(e.Name()); ok {
			if err := s.recoverIntent(d); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Store) recoverIntent(d digest) error {
	switch _, err := os.Lstat(s.answerPath(d)); {
	case errors.Is(err, fs.ErrNotExist):
		s.intents[d] = left
		return nil
	case err != nil:
		return err
	}
	return os.Remove(s.intentPath(d))
}

// InDoubt returns how many calls may have been sent and have no answer here.
func (s *Store) InDoubt() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.intents)
}

// Close lets another process have the store. No call may be under way or follow.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.lock == nil {
		return nil
	}
	s.closed = true
	return s.lock.Close()
}

// get returns a stored answer. A file that is not one is put aside and reported as
// damaged.
func (s *Store) get(d digest) (a Answer, ok, damaged bool, err error) {
	path := s.answerPath(d)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Answer{}, false, false, nil
	}
	if err != nil {
		return Answer{}, false, false, fmt.Errorf("read stored answer: %w", err)
	}
	if info.Mode().IsRegular() {
		file, err := os.ReadFile(path)
		if err != nil {
			return Answer{}, false, false, fmt.Errorf("read stored answer: %w", err)
		}
		if a, err := decodeRecord(d, file); err == nil {
			return a, true, false, nil
		}
	}
	if err := s.putAside(d); err != nil {
		return Answer{}, false, false, fmt.Errorf("put a damaged answer aside: %w", err)
	}
	return Answer{}, false, true, nil
}

// each calls f with every answer that is whole.
func (s *Store) each(f func(digest, Answer)) error {
	entries, err := os.ReadDir(s.path("answers"))
	if err != nil {
		return fmt.Errorf("read stored answers: %w", err)
	}
	for _, e := range entries {
		d, ok := parseDigest(e.Name())
		if !ok {
			continue
		}
		file, err := os.ReadFile(s.answerPath(d))
		if err != nil {
			return fmt.Errorf("read stored answers: %w", err)
		}
		if a, err := decodeRecord(d, file); err == nil {
			f(d, a)
		}
	}
	return nil
}

func (s *Store) putAside(d digest) error {
	for n := 1; ; n++ {
		to := s.path("aside", d.String()+"."+strconv.Itoa(n))
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			return os.Rename(s.answerPath(d), to)
		} else if err != nil {
			return err
		}
	}
}

// before returns what is known of a call.
func (s *Store) before(d digest) intent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.intents[d]
}

// intend says on disk that a call is about to be sent, and takes room for an answer of
// that many bytes. Without an error, the note outlives a power cut. Calls for one digest
// come one at a time, see flights.
func (s *Store) intend(d digest, room int) error {
	s.mu.Lock()
	before, closed := s.intents[d], s.closed
	s.mu.Unlock()
	if closed {
		return errors.New("the store of answers is closed")
	}
	if before != resumed {
		if err := s.writeIntent(d, room); err != nil {
			return fmt.Errorf("note a call before it is sent: %w", err)
		}
	}
	s.mu.Lock()
	s.intents[d] = resumed
	s.mu.Unlock()
	return nil
}

func (s *Store) writeIntent(d digest, room int) error {
	return errors.Join(s.overwrite(d, make([]byte, room)), syncDir(s.path("intents")))
}

// overwrite writes b into an intent from its beginning, and no empty file in between:
// that would give the room away.
func (s *Store) overwrite(d digest, b []byte) error {
	f, err := os.OpenFile(s.intentPath(d), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(b, 0)
	if err == nil {
		err = f.Truncate(int64(len(b)))
	}
	return errors.Join(err, f.Sync(), f.Close())
}

// withdraw takes an intent back: the vendor cannot have charged for the call.
func (s *Store) withdraw(d digest) {
	s.mu.Lock()
	delete(s.intents, d)
	s.mu.Unlock()
	_ = os.Remove(s.intentPath(d)) // one that stays is in doubt, which is safe
}

// put stores an answer. Without an error, it outlives a power cut.
func (s *Store) put(d digest, a Answer) error {
	if err := s.write(d, a); err != nil {
		return fmt.Errorf("store an answer that was paid for: %w", err)
	}
	s.withdraw(d)
	return nil
}

func (s *Store) write(d digest, a Answer) error {
	b, err := encodeRecord(d, a)
	if err != nil {
		return err
	}
	if err := s.overwrite(d, b); err != nil {
		return err
	}
	if err := os.Rename(s.intentPath(d), s.answerPath(d)); err != nil {
		return err
	}
	return syncDir(s.path("answers"))
}

func (s *Store) path(parts ...string) string {
	return filepath.Join(append([]string{s.dir}, parts...)...)
}

func (s *Store) answerPath(d digest) string { return s.path("answers", d.String()) }
func (s *Store) intentPath(d digest) string { return s.path("intents", d.String()) }

// syncDir makes new names in dir last through a power cut. Some file systems cannot;
// then it is as good as it gets.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil
	}
	return errors.Join(err, f.Close())
}

func parseDigest(name string) (d digest, ok bool) {
	b, err := hex.DecodeString(name)
	if err != nil || len(b) != len(d) {
		return d, false
	}
	copy(d[:], b)
	return d, d.String() == name // upper case is not ours
}

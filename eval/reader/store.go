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
//	answers/DIGEST   an answer, with what it cost and what is in doubt beside it
//	intents/DIGEST   a call that may have been sent; zeros for the answer's room
//	aside/           files that stood for answers and were none
//	lock             held while the store is open
//
// A call has one file, a log: a line before each try, with what was sent and what all
// tries so far may have cost, and at last the answer. Then it moves to the answers, so
// that nobody sees one that is not whole; if the process ends in between, the next one
// moves it. Where files are overwritten in place, a disk that fills up during a call does
// not cost its answer.
//
// An intent without an answer is a call in doubt: the process was killed, or the line
// broke, and nobody here knows whether the vendor charged for it. Files hold answers,
// token counts and amounts, no prompts and no keys, and are for their owner alone. One
// process has a store at a time; in it a Store is safe for concurrent use, and several
// clients may share it.
type Store struct {
	dir     string
	lock    *os.File
	flights flights

	mu      sync.Mutex
	closed  bool
	intents map[digest]intent
}

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

// state is what an answer's file is.
type state int

const (
	absent state = iota
	damaged
	whole
)

// load reads an answer's file. Of a damaged one the line has the doubt.
func (s *Store) load(d digest) (line, state, error) {
	file, err := readRegular(s.answerPath(d))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return line{}, absent, nil
	case errors.Is(err, errNotRegular): // nobody's answer, but one may have stood here
		return line{Digest: d.String(), Doubt: unknownCall}, damaged, nil
	case err != nil:
		return line{}, absent, fmt.Errorf("read stored answer: %w", err)
	}
	l, ok := decodeAnswer(d, file)
	if !ok {
		return l, damaged, nil
	}
	return l, whole, nil
}

// get is load, but for an answer that this process could not move to its place before.
func (s *Store) get(d digest) (line, state, error) {
	s.mu.Lock()
	in := s.intents[d]
	s.mu.Unlock()
	if in.answered {
		if err := s.move(d); err != nil {
			return line{}, absent, fmt.Errorf("store an answer that was paid for: %w", err)
		}
	}
	return s.load(d)
}

// each calls f with every answer, and with what is known of damaged ones and of calls in
// doubt, whose lines have none.
func (s *Store) each(f func(digest, line)) error {
	entries, err := os.ReadDir(s.path("answers"))
	if err != nil {
		return fmt.Errorf("read stored answers: %w", err)
	}
	for _, e := range entries {
		d, ok := parseDigest(e.Name())
		if !ok {
			continue
		}
		l, is, err := s.load(d)
		if err != nil {
			return err
		}
		if is != absent {
			f(d, l)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for d, in := range s.intents {
		f(d, in.line)
	}
	return nil
}

// putAside moves what stands at a path of d's and is not what it should be.
func (s *Store) putAside(path string, d digest) error {
	for n := 1; ; n++ {
		to := s.path("aside", d.String()+"."+strconv.Itoa(n))
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			return os.Rename(path, to)
		} else if err != nil {
			return err
		}
	}
}

var errNotRegular = errors.New("not a regular file")

// readRegular waits for no pipe and follows no link.
func readRegular(path string) ([]byte, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errNotRegular
	}
	return os.ReadFile(path)
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

package reader

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// intent is a call whose answer is not among the answers.
type intent struct {
	line          // the last in its file
	end      int  // where the next one goes
	ours     bool // this process has made room for the answer
	answered bool // its last line is the answer, which could not be moved
}

// before returns what is known of a call that has no answer. Its Doubt is zero if the call
// was never sent.
func (s *Store) before(d digest) line {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.intents[d].line
}

// note says on disk how a call stands, and takes that many bytes of room for this line, for
// more of the kind and for the answer. Without an error, a note that is to last outlives a
// power cut. Calls for one digest come one at a time, see flights.
func (s *Store) note(d digest, l line, room int, lasting bool) error {
	s.mu.Lock()
	in, closed := s.intents[d], s.closed
	s.mu.Unlock()
	if closed {
		return errors.New("the store of answers is closed")
	}
	b, err := l.encode()
	if err == nil {
		err = s.append(d, in, b, room, lasting)
	}
	if err != nil {
		return fmt.Errorf("note a call before it is sent: %w", err)
	}
	s.keep(d, intent{line: l, end: in.end + len(b), ours: true})
	return nil
}

func (s *Store) keep(d digest, in intent) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.intents[d] = in
}

// append adds a line to an intent. The first one of a process brings zeros for the room
// that the answer will need: over them it can be written on a disk that has filled up.
func (s *Store) append(d digest, in intent, b []byte, room int, lasting bool) error {
	if !in.ours && len(b) < room {
		b = append(b, make([]byte, room-len(b))...)
	}
	f, err := os.OpenFile(s.intentPath(d), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(b, int64(in.end))
	if err == nil && lasting {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil && !in.ours {
		err = syncDir(s.path("intents"))
	}
	return err
}

// withdraw takes an intent back: the vendor cannot have charged for the call.
func (s *Store) withdraw(d digest) {
	s.forget(d)
	_ = os.Remove(s.intentPath(d)) // one that stays is in doubt, which is safe
}

func (s *Store) forget(d digest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.intents, d)
}

// put stores an answer. Without an error, it outlives a power cut.
func (s *Store) put(d digest, l line) error {
	err := s.finish(d, l)
	if err == nil {
		err = s.move(d)
	}
	if err != nil {
		return fmt.Errorf("store an answer that was paid for: %w", err)
	}
	return nil
}

// finish adds the answer to its intent, and ends the file there.
func (s *Store) finish(d digest, l line) error {
	s.mu.Lock()
	in := s.intents[d]
	s.mu.Unlock()
	b, err := l.encode()
	if err != nil {
		return err
	}
	f, err := os.OpenFile(s.intentPath(d), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(b, int64(in.end))
	if err == nil {
		err = f.Truncate(int64(in.end + len(b)))
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	in.answered = true
	s.keep(d, in)
	return nil
}

// move makes an intent with an answer the answer.
func (s *Store) move(d digest) error {
	if err := os.Rename(s.intentPath(d), s.answerPath(d)); err != nil {
		return err
	}
	s.forget(d)
	return syncDir(s.path("answers"))
}

// recoverIntent learns how a call stands that an earlier process has left.
func (s *Store) recoverIntent(d digest) error {
	path := s.intentPath(d)
	file, err := readRegular(path)
	if errors.Is(err, errNotRegular) {
		return s.putAside(path, d)
	}
	if err != nil {
		return err
	}
	switch _, is, err := s.load(d); {
	case err != nil:
		return err
	case is == whole:
		return os.Remove(path)
	case is == damaged: // and the process ended before it could put it aside
		if err := s.putAside(s.answerPath(d), d); err != nil {
			return err
		}
	}
	l, end := lastLine(d, file)
	switch {
	case end == 0:
		l = line{Digest: d.String(), Doubt: unknownCall}
	case l.Answer != nil: // and the process ended before it could move it
		return s.adopt(d, end)
	case l.Doubt.Calls == 0:
		return os.Remove(path)
	}
	s.intents[d] = intent{line: l, end: end}
	return nil
}

// adopt stores the answer that ends there in an intent.
func (s *Store) adopt(d digest, end int) error {
	f, err := os.OpenFile(s.intentPath(d), os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Truncate(int64(end)), f.Sync(), f.Close()); err != nil {
		return err
	}
	return s.move(d)
}

// spoil puts a damaged answer aside. That it was paid for is noted before, as a call in
// doubt.
func (s *Store) spoil(d digest, l line, room int) error {
	if err := s.note(d, l, room, true); err != nil {
		return err
	}
	if err := s.putAside(s.answerPath(d), d); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("put a damaged answer aside: %w", err)
	}
	return nil
}

package ledger

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// The file: the magic line, the secret, and a record for each raw text: the key and
// until when (Unix seconds, eight bytes, big-endian). Later records of a key count.
const (
	magic      = "pith ledger 1\n"
	secretSize = 32
	recordSize = len(Key{}) + 8
)

// journal appends to the file. A nil journal writes nowhere.
type journal struct {
	path   string
	secret []byte

	mu      sync.Mutex
	file    *os.File
	records int
	err     error // after the first one nothing is written
}

// openJournal reads the file, if there is one. It has to be rewritten before the
// first record is added.
func openJournal(path string, load func(Key, int64)) (*journal, error) {
	j := &journal{path: path, secret: newSecret()}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return j, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	defer f.Close()
	r := bufio.NewReader(f)
	head := make([]byte, len(magic)+secretSize)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(magic)]) != magic {
		return nil, fmt.Errorf("ledger: %s is not a ledger; move it away or name another file", path)
	}
	j.secret = head[len(magic):]
	var buf [recordSize]byte
	for {
		if _, err := io.ReadFull(r, buf[:]); err != nil {
			return j, nil // the end, or a record that was cut short when the machine stopped
		}
		load(Key(buf[:len(Key{})]), int64(binary.BigEndian.Uint64(buf[len(Key{}):])))
	}
}

// rewrite writes the file anew, with the given records alone.
func (j *journal) rewrite(live func(each func(Key, int64))) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return
	}
	file, n, err := writeJournal(j.path, j.secret, live)
	if err != nil {
		j.err = fmt.Errorf("ledger: %w", err)
		return
	}
	if j.file != nil {
		_ = j.file.Close()
	}
	j.file, j.records = file, n
}

// writeJournal leaves either the old file or a whole new one, whatever happens.
func writeJournal(path string, secret []byte, live func(each func(Key, int64))) (*os.File, int, error) {
	// CreateTemp makes files that only their owner may read, as the secret wants.
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return nil, 0, err
	}
	w, n := bufio.NewWriter(tmp), 0
	_, _ = w.WriteString(magic)
	_, _ = w.Write(secret)
	live(func(k Key, until int64) {
		_, _ = w.Write(record(k, until))
		n++
	})
	if err = errors.Join(w.Flush(), tmp.Sync()); err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
		return nil, 0, err
	}
	return tmp, n, nil
}

func record(k Key, until int64) []byte {
	return binary.BigEndian.AppendUint64(append(make([]byte, 0, recordSize), k[:]...), uint64(until))
}

// add appends a record and returns how many the file has. It is in the system's
// hands when add returns, so that the end of this process does not lose it.
func (j *journal) add(k Key, until int64) int {
	if j == nil {
		return 0
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		_, j.err = j.file.Write(record(k, until))
		j.records++
	}
	return j.records
}

func (j *journal) failure() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.err
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.file.Close()
}

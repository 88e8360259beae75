package ledger

import (
	"bufio"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// The file: the magic line, a salt, a check of the key, and records. A record is its
// length (four bytes, big-endian), a nonce, and, sealed with AES-256-GCM, the key,
// until when it counts (Unix seconds, eight bytes) and the entry; see encode. Later
// records of a key count.
const (
	magic     = "pith ledger 1\n"
	saltSize  = 32
	checkSize = 16
	fixedSize = len(Key{}) + 8
	maxRecord = 256 << 20
)

// secrets are derived from the operator's key and the file's salt. Without a key they
// only keep what is in the file from being read by accident.
type secrets struct {
	salt  []byte
	names []byte // for Key
	check []byte
	seal  cipher.AEAD
}

func newSecrets(key string, salt []byte) *secrets {
	derive := func(use string, n int) []byte {
		b, _ := hkdf.Key(sha256.New, []byte(key), salt, "pith ledger "+use, n) // fails on absurd lengths only
		return b
	}
	block, _ := aes.NewCipher(derive("records", 32))
	seal, _ := cipher.NewGCM(block)
	return &secrets{salt: salt, names: derive("names", 32), check: derive("check", checkSize), seal: seal}
}

func newSalt() []byte {
	b := make([]byte, saltSize)
	_, _ = rand.Read(b) // never fails
	return b
}

// journal appends to the file. A nil journal writes nowhere.
type journal struct {
	path    string
	secrets *secrets

	lock *os.File

	mu   sync.Mutex
	file *os.File
	size int64
	err  error // after the first one nothing is written
}

// openJournal reads the file, if there is one. It has to be rewritten before the
// first record is added.
func openJournal(path, key string, load func(Key, int64, Entry)) (*journal, error) {
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	j, err := readJournal(path, key, load)
	if err != nil {
		_ = lock.Close()
		return nil, err
	}
	j.lock = lock
	return j, nil
}

// lockFile keeps a second process away, which would write the file anew under the
// first one's hands. The lock is on a file beside it, since that one is replaced.
func lockFile(path string) (*os.File, error) {
	lock, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("ledger: %s is in use by another process; give each its own file", path)
	}
	return lock, nil
}

func readJournal(path, key string, load func(Key, int64, Entry)) (*journal, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return &journal{path: path, secrets: newSecrets(key, newSalt())}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<20)
	head := make([]byte, len(magic)+saltSize+checkSize)
	if _, err := io.ReadFull(r, head); err != nil || string(head[:len(magic)]) != magic {
		return nil, fmt.Errorf("ledger: %s is not a ledger; move it away or name another file", path)
	}
	j := &journal{path: path, secrets: newSecrets(key, head[len(magic):len(magic)+saltSize])}
	if !hmac.Equal(j.secrets.check, head[len(magic)+saltSize:]) {
		return nil, fmt.Errorf("ledger: %s was written with another key", path)
	}
	for j.read(r, load) {
	}
	return j, nil
}

// read reads one record and reports whether there may be more. One that is damaged is
// passed over; one that was cut short when the machine stopped is the end.
func (j *journal) read(r io.Reader, load func(Key, int64, Entry)) bool {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return false
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxRecord || int(n) < j.secrets.seal.NonceSize() {
		return false
	}
	buf := make([]byte, n)
	if _, err := io.ReadFull(r, buf); err != nil {
		return false
	}
	nonce, sealed := buf[:j.secrets.seal.NonceSize()], buf[j.secrets.seal.NonceSize():]
	plain, err := j.secrets.seal.Open(sealed[:0], nonce, sealed, nil)
	if err != nil || len(plain) < fixedSize {
		return true
	}
	e, ok := decode(plain[fixedSize:])
	if !ok {
		return true
	}
	load(Key(plain[:len(Key{})]), int64(binary.BigEndian.Uint64(plain[len(Key{}):])), e)
	return true
}

func (s *secrets) record(k Key, until int64, e *Entry) []byte {
	plain := binary.BigEndian.AppendUint64(append(make([]byte, 0, fixedSize), k[:]...), uint64(until))
	plain = append(plain, e.encode()...)
	nonce := make([]byte, s.seal.NonceSize())
	_, _ = rand.Read(nonce)
	n := len(nonce) + len(plain) + s.seal.Overhead()
	out := binary.BigEndian.AppendUint32(make([]byte, 0, 4+n), uint32(n))
	return s.seal.Seal(append(out, nonce...), nonce, plain, nil)
}

// rewrite writes the file anew, with the given records alone.
func (j *journal) rewrite(live func(each func(Key, int64, *Entry))) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return
	}
	file, size, err := j.write(live)
	if err != nil {
		j.err = fmt.Errorf("ledger: %w", err)
		return
	}
	if j.file != nil {
		_ = j.file.Close()
	}
	j.file, j.size = file, size
}

// write leaves either the old file or a whole new one, whatever happens.
func (j *journal) write(live func(each func(Key, int64, *Entry))) (*os.File, int64, error) {
	// CreateTemp makes files that only their owner may read, as the texts want.
	tmp, err := os.CreateTemp(filepath.Dir(j.path), filepath.Base(j.path)+".*")
	if err != nil {
		return nil, 0, err
	}
	w := bufio.NewWriterSize(tmp, 1<<20)
	size := int64(0)
	put := func(b []byte) {
		_, _ = w.Write(b) // Flush tells
		size += int64(len(b))
	}
	put([]byte(magic))
	put(j.secrets.salt)
	put(j.secrets.check)
	live(func(k Key, until int64, e *Entry) { put(j.secrets.record(k, until, e)) })
	if err = errors.Join(w.Flush(), tmp.Sync()); err == nil {
		err = os.Rename(tmp.Name(), j.path)
	}
	if err != nil {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name())
		return nil, 0, err
	}
	return tmp, size, nil
}

// add appends a record and returns how long the file is. The record is in the
// system's hands when add returns, so that the end of this process does not lose it.
func (j *journal) add(k Key, until int64, e *Entry) int64 {
	if j == nil {
		return 0
	}
	b := j.secrets.record(k, until, e)
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err == nil {
		_, j.err = j.file.Write(b)
		j.size += int64(len(b))
	}
	return j.size
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
	return errors.Join(j.file.Close(), j.lock.Close())
}

package suite

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"
)

// The journal is a file of JSON lines, {"sum": …, "row": …}, where sum is a digest of the
// row's bytes. The first row says what the file is; each of the others is a result. Rows
// are only ever added; of several with a key the last counts.
const (
	journalName   = "journal.jsonl"
	journalKind   = "pith eval"
	journalFormat = 1
)

// Rows are in the system's hands at once, so that the end of the process loses none. The
// end of the machine loses those since the last sync: fewer than syncRows, or those of
// about syncAfter.
const (
	syncRows  = 64
	syncAfter = time.Second
)

// head is the first row.
type head struct {
	Kind   string `json:"kind"`
	Format int    `json:"format"`
}

// row is one result.
type row struct {
	Key     string             `json:"key"`
	Kept    int                `json:"kept"`
	Refused bool               `json:"refused,omitempty"`
	Values  map[string]float64 `json:"values"`
	Millis  float64            `json:"ms"`
	Read    *reading           `json:"read,omitempty"`
	Shown   *shown             `json:"shown,omitempty"`
}

// reading is what a reader said.
type reading struct {
	PromptTokens     int    `json:"prompt_tokens"`
	CachedTokens     int    `json:"cached_tokens,omitempty"`
	CompletionTokens int    `json:"completion_tokens"`
	Estimated        bool   `json:"estimated,omitempty"` // the tokens, by the reader itself
	Answer           string `json:"answer"`
	Finish           string `json:"finish,omitempty"`
	InDoubt          bool   `json:"in_doubt,omitempty"` // an earlier call for it may have been charged too
}

// shown is what was kept of an example: spans of its text, or a text of its own.
type shown struct {
	Spans [][2]int `json:"spans,omitempty"`
	Text  string   `json:"text,omitempty"`
}

type line struct {
	Sum string          `json:"sum"`
	Row json.RawMessage `json:"row"`
}

func checksum(row []byte) string {
	s := sha256.Sum256(row)
	return hex.EncodeToString(s[:8])
}

func encodeLine(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	out, err := json.Marshal(line{checksum(data), data})
	return append(out, '\n'), err
}

// decodeLine fails for a line that is not as it was written.
func decodeLine(data []byte, v any) error {
	var l line
	if err := json.Unmarshal(data, &l); err != nil {
		return err
	}
	if checksum(l.Row) != l.Sum {
		return errors.New("the checksum is another")
	}
	return json.Unmarshal(l.Row, v)
}

// file is what a journal needs of one.
type file interface {
	io.WriteCloser
	Sync() error
}

// journal appends results to a file. A nil journal keeps none. It is safe for concurrent
// use.
type journal struct {
	found   map[string]*row // what was in the file; not changed
	damaged int             // lines that were passed over

	mu       sync.Mutex
	file     file
	unsynced int
	synced   time.Time
	err      error // after the first one nothing is written
}

// openJournal opens the one in dir, or begins it. Until it is closed no other run can.
func openJournal(dir string) (*journal, error) {
	if dir == "" {
		return nil, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	// Answers and examples are in it: for its owner alone.
	path := filepath.Join(dir, journalName)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("another run writes to %s; wait for its end or name another folder", dir)
	}
	j := &journal{found: map[string]*row{}, file: f, synced: time.Now()}
	if err := j.load(f); err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("journal %s: %w", path, err)
	}
	return j, nil
}

// load reads the file and makes it ready to be appended to: a last line that was cut
// short goes, and a file without lines gets the first one.
func (j *journal) load(f *os.File) error {
	first, err := encodeLine(head{journalKind, journalFormat})
	if err != nil {
		return err
	}
	whole, err := j.read(f, first)
	if err != nil {
		return err
	}
	if err := f.Truncate(whole); err != nil {
		return err
	}
	if whole > 0 {
		return nil
	}
	if _, err := f.Write(first); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if d, err := os.Open(filepath.Dir(f.Name())); err == nil {
		_ = d.Sync() // some file systems cannot; then it is as good as it gets
		_ = d.Close()
	}
	return nil
}

// read takes in the rows and returns how many bytes whole lines take up. A file that has
// none may hold only a beginning of the line that is to be the first.
func (j *journal) read(f io.Reader, first []byte) (whole int64, err error) {
	r := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		data, err := r.ReadBytes('\n')
		if err == io.EOF {
			if n == 1 && !bytes.HasPrefix(first, data) {
				return 0, errNoJournal
			}
			return whole, nil
		}
		if err != nil {
			return 0, err
		}
		whole += int64(len(data))
		if n == 1 {
			if err := checkHead(data); err != nil {
				return 0, err
			}
			continue
		}
		var got row
		if err := decodeLine(bytes.TrimSpace(data), &got); err != nil || got.Key == "" {
			j.damaged++
			continue
		}
		j.found[got.Key] = &got
	}
}

var errNoJournal = errors.New("the file is not a journal of an evaluation; move it away or name another folder")

func checkHead(data []byte) error {
	var h head
	if err := decodeLine(bytes.TrimSpace(data), &h); err != nil || h.Kind != journalKind {
		return errNoJournal
	}
	if h.Format != journalFormat {
		return fmt.Errorf("the file has format %d, and this version of pith goes on with format %d only; name another folder, or use the version that began it", h.Format, journalFormat)
	}
	return nil
}

// take returns the result with a key that was in the file, or nil.
func (j *journal) take(key string) *row {
	if j == nil {
		return nil
	}
	return j.found[key]
}

// add appends a result.
func (j *journal) add(r *row) error {
	if j == nil {
		return nil
	}
	data, err := encodeLine(r)
	if err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return j.err
	}
	// One write a line: it is there whole, or is the last one.
	if _, err = j.file.Write(data); err == nil {
		j.unsynced++
		err = j.sync(j.unsynced >= syncRows || time.Since(j.synced) >= syncAfter)
	}
	if err != nil {
		j.err = fmt.Errorf("write journal: %w", err)
	}
	return j.err
}

func (j *journal) sync(due bool) error {
	if !due || j.unsynced == 0 {
		return nil
	}
	j.unsynced, j.synced = 0, time.Now()
	return j.file.Sync()
}

// close syncs and lets other runs in.
func (j *journal) close() error {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	var err error
	if j.err == nil {
		err = j.sync(true)
	}
	if err = errors.Join(err, j.file.Close()); err != nil {
		return fmt.Errorf("close journal: %w", err)
	}
	return nil
}

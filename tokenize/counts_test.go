package tokenize

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"os"
	"testing"
)

// recorded is a line of testdata/counts.jsonl.gz; record_counts.py tells how it
// was made.
type recorded struct {
	Text   string    `json:"t"`
	Bytes  []byte    `json:"b"`
	O200k  [2]uint32 `json:"o"` // tokens, crc32 of the ids
	CL100k [2]uint32 `json:"c"`
}

func readRecorded(t testing.TB) []recorded {
	t.Helper()
	f, err := os.Open("testdata/counts.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var all []recorded
	for lines := bufio.NewScanner(z); lines.Scan(); {
		var r recorded
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		if r.Bytes != nil {
			r.Text = string(r.Bytes)
		}
		all = append(all, r)
	}
	if len(all) < 3000 {
		t.Fatalf("%d texts recorded, want at least 3000", len(all))
	}
	return all
}

func TestCountsAreThoseOfTiktoken(t *testing.T) {
	for _, r := range readRecorded(t) {
		check(t, o200k, r.Text, r.O200k)
		check(t, cl100k, r.Text, r.CL100k)
	}
}

func check(t *testing.T, e *encoding, text string, want [2]uint32) {
	t.Helper()
	if got := e.Count(text); got != int(want[0]) {
		t.Errorf("%s: %q has %d tokens, want %d", e.name, text, got, want[0])
	}
	if got := crcOf(e.ids(text)); got != want[1] {
		t.Errorf("%s: %q has other ids: %v", e.name, text, e.ids(text))
	}
}

func crcOf(ids []uint32) uint32 {
	var b []byte
	for _, id := range ids {
		b = binary.LittleEndian.AppendUint32(b, id)
	}
	return crc32.ChecksumIEEE(b)
}

// ids returns the tokens themselves, by the path a count takes.
func (e *encoding) ids(text string) []uint32 {
	var ids []uint32
	e.Pieces(text, func(piece string, _ int) bool {
		m := &merger{bpe: e.ready.bpe}
		piece = toUTF8(piece)
		starts := append(m.merge(piece), int32(len(piece)))
		for i, end := range starts[1:] {
			id, _ := e.ready.bpe.ranks.id(piece[starts[i]:end])
			ids = append(ids, id)
		}
		return true
	})
	return ids
}

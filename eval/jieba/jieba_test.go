package jieba

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// load returns jieba's own dictionary, as the set-up fetches it.
func load(t testing.TB) *Segmenter {
	t.Helper()
	dir, err := Find("../../.native")
	if err != nil {
		t.Skipf("run scripts/native.sh, or set PITH_JIEBA_DIR: %v", err)
	}
	s, err := shared(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var (
	once   sync.Once
	loaded *Segmenter
	broken error
)

func shared(dir string) (*Segmenter, error) {
	once.Do(func() { loaded, broken = Load(dir) })
	return loaded, broken
}

func TestCutMatchesReference(t *testing.T) {
	s := load(t)
	f, err := os.Open("testdata/words.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	if err := json.NewDecoder(z).Decode(&rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) < 1500 {
		t.Fatalf("got %d vectors, want at least 1500", len(rows))
	}
	for i, want := range rows {
		text := strings.Join(want, "")
		if got := s.Cut(text); !slices.Equal(got, want) {
			t.Errorf("row %d: Cut(%q)\n got %q\nwant %q", i, text, got, want)
		}
	}
}

func TestCutMatchesReferenceOnWholeTexts(t *testing.T) {
	dir := os.Getenv("PITH_EVAL_DATA")
	if dir == "" {
		t.Skip("set PITH_EVAL_DATA to the folder that holds minilongbench")
	}
	s := load(t)
	raw, err := os.ReadFile("testdata/digests.json")
	if err != nil {
		t.Fatal(err)
	}
	var want map[string][]string
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	for task, digests := range want {
		contexts := readContexts(t, filepath.Join(dir, "minilongbench", task+".jsonl"))
		if len(contexts) != len(digests) {
			t.Fatalf("%s: got %d rows, want %d", task, len(contexts), len(digests))
		}
		for i, text := range contexts {
			h := sha256.New()
			for _, w := range s.Cut(text) {
				h.Write(append([]byte(w), 0))
			}
			if got := hex.EncodeToString(h.Sum(nil)); got != digests[i] {
				t.Errorf("%s row %d: other words than the reference's", task, i)
			}
		}
	}
}

func readContexts(t *testing.T, path string) (contexts []string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines := bufio.NewReader(f)
	dec := json.NewDecoder(lines)
	for dec.More() {
		var row struct{ Context string }
		if err := dec.Decode(&row); err != nil {
			t.Fatal(err)
		}
		contexts = append(contexts, row.Context)
	}
	return contexts
}

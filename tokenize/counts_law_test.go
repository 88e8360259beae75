package tokenize

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// FuzzCount: pieces join to the text, and each costs what it costs alone.
func FuzzCount(f *testing.F) {
	for _, s := range []string{"", "it's\r\n  x", "a\xff\xe4\xb8", "<|endoftext|>", "\u0301A1234/\n/", "'S'ſ \u3000\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, e := range []*encoding{o200k, cl100k} {
			pieceLaws(t, e, text)
		}
	})
}

func pieceLaws(t *testing.T, e *encoding, text string) {
	t.Helper()
	var joined strings.Builder
	sum := 0
	e.Pieces(text, func(piece string, tokens int) bool {
		joined.WriteString(piece)
		sum += tokens
		if piece == "" || tokens < 1 || tokens > 3*len(piece) {
			t.Fatalf("%s: %q has a piece %q of %d tokens", e.name, text, piece, tokens)
		}
		return true
	})
	if joined.String() != text {
		t.Fatalf("%s: pieces of %q join to %q", e.name, text, joined.String())
	}
	if got := e.Count(text); got != sum {
		t.Fatalf("%s: %q has %d tokens, its pieces %d", e.name, text, got, sum)
	}
	if got := e.Count(toUTF8(text)); got != sum {
		t.Fatalf("%s: %q has %d tokens, as UTF-8 %d", e.name, text, sum, got)
	}
}

func TestPiecesStops(t *testing.T) {
	n := 0
	o200k.Pieces("one two three", func(string, int) bool { n++; return n < 2 })
	if n != 2 {
		t.Errorf("%d pieces after yield said no", n)
	}
}

// TestMergesAgree holds the three ways to merge a piece against each other: by
// looking at all parts, with a heap, and with a heap in windows.
func TestMergesAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 2))
	for _, e := range []*encoding{o200k, cl100k} {
		e.prepare()
		m := &merger{bpe: e.ready.bpe}
		for i := range 60 {
			size := 1 + rng.IntN(400)
			if i%6 == 0 {
				size = 3*windowBytes + rng.IntN(windowBytes)
			}
			p := randomPiece(rng, size)
			want := append([]int32(nil), m.mergeHeap(nil, p, 0)...)
			if got := m.mergeLong(nil, p); !equal(got, want) {
				t.Errorf("%s: windows of %.80q: %d tokens, want %d", e.name, p, len(got), len(want))
			}
			if got := m.mergeShort(nil, p); !equal(got, want) {
				t.Errorf("%s: scan of %.80q: %d tokens, want %d", e.name, p, len(got), len(want))
			}
		}
	}
}

func equal(a, b []int32) bool {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// randomPiece repeats and mixes what merges far: single letters, syllables, hanzi.
func randomPiece(rng *rand.Rand, size int) string {
	alphabet := []string{"a", "e", "er", "ing", " ", "\n", "0", "中", "国", "的", "\u0301", "A", "th", "-", "=", "的中"}
	k := 1 + rng.IntN(len(alphabet))
	from := rng.IntN(len(alphabet) - k + 1)
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(alphabet[from+rng.IntN(k)])
	}
	return b.String()
}

func TestMeet(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b []int32
		i, j int
		ok   bool
	}{
		{"first", []int32{0, 2, 4}, []int32{2, 4}, 1, 0, true},
		{"second", []int32{0, 2, 5, 6}, []int32{2, 3, 5, 6}, 2, 2, true},
		{"start_alone_is_not_enough", []int32{0, 2, 5}, []int32{2, 4, 6}, 0, 0, false},
		{"out_of_step", []int32{0, 2, 4, 6}, []int32{1, 3, 5, 7}, 0, 0, false},
		{"last_has_no_end", []int32{0, 2}, []int32{2, 4}, 0, 0, false},
	} {
		if i, j, ok := meet(c.a, c.b); i != c.i || j != c.j || ok != c.ok {
			t.Errorf("%s: %d, %d, %v", c.name, i, j, ok)
		}
	}
}

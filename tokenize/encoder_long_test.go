package tokenize

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// uncut is e without cuts: the library gets the text whole.
func uncut(e *Encoder) *Encoder {
	u := &Encoder{lib: e.lib, pieces: e.pieces, own: e.own}
	u.normalizers.New = e.normalizers.New
	return u
}

// fragments are what stands beside a cut.
var fragments = []string{
	" ", " ", "  ", "\n", "\n\n", "\t", "\r\n", "\u00a0", "\u3000", "\u200b", "\u0301", "\u0600", "\u0d4e", "\x00", "\x01", "\xff",
	"\ufeff", "\ufffd", "a", "The", "ing", "é", "e\u0301", "ﬁ", "ﷺ", "¨", "´", "中", "文字", "カ", "ﾞ", "각", "ᄀ", "ﾠ", "\u3164", "😀", "👍🏽",
	"🇩🇪", ".", "-", "'", "<", "١", "س", "क", "กำ", "Д", "2023", "½", "¼ ", "x²", "𝒳", "\U000e0041", "\u115f",
}

func randomText(rng *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteString(fragments[rng.IntN(len(fragments))])
	}
	return b.String()
}

// TestCutsChangeNothing cuts random texts wherever they may be cut.
func TestCutsChangeNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, model := range models {
		e := encoderOf(t, model)
		whole := uncut(e)
		cuts := 0
		for range 3000 {
			text := randomText(rng, 2+rng.IntN(12))
			want := encode(t, whole, text)
			at := e.cut(text, 1+rng.IntN(len(text)))
			if at == len(text) {
				continue
			}
			cuts++
			got := encode(t, whole, text[:at])
			for _, tok := range encode(t, whole, text[at:]) {
				got = append(got, Token{tok.ID, tok.Start + at, tok.End + at})
			}
			if !slices.Equal(got, want) {
				t.Fatalf("%s: %q | %q:\n got %s\nwant %s", model, text[:at], text[at:], show(e, text, got), show(e, text, want))
			}
		}
		if cuts < 300 {
			t.Errorf("%s: %d cuts tested", model, cuts)
		}
	}
}

func TestLongTextIsAsOneChunk(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, model := range models {
		e := encoderOf(t, model)
		whole := uncut(e)
		for _, text := range []string{
			randomText(rng, 40000), strings.Repeat(benchProse, 300), strings.Repeat("委员会决定。", 8000), strings.Repeat("x", 100000),
			strings.Repeat("word\n", 20000), strings.Repeat("\x00", 100000), strings.Repeat("\u0301", 50000),
		} {
			want := encode(t, whole, text)
			ordered(t, model, text, want)
			if got := encode(t, e, text); !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %.40q…: %d tokens, in one chunk %d", model, text, len(got), len(want))
			}
			got, err := e.EncodeParallel(text, 3)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %.40q…: in parallel %d tokens, in one chunk %d; %v", model, text, len(got), len(want), err)
			}
		}
	}
}

// FuzzEncode holds the laws on any bytes.
func FuzzEncode(f *testing.F) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 20 {
		f.Add(randomText(rng, 8))
	}
	f.Fuzz(func(t *testing.T, text string) { laws(t, text) })
}

// BenchmarkEncode: prose is typical; letters and oneletter, words of a megabyte,
// and marks, one cluster of a megabyte, are the worst. Cost should be linear.
func BenchmarkEncode(b *testing.B) {
	for _, model := range models {
		e := encoderOf(b, model)
		for name, text := range benchTexts(b) {
			b.Run(model+"/"+name, func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := e.Encode(text); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkNewEncoder: reading a tokenizer.json, once a process.
func BenchmarkNewEncoder(b *testing.B) {
	for _, model := range models {
		data := readModel(b, model, "tokenizer.json")
		b.Run(model, func(b *testing.B) {
			for b.Loop() {
				e, err := NewEncoder(data)
				if err != nil {
					b.Fatal(err)
				}
				e.Close()
			}
		})
	}
}

package segment_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/segment"
)

// checkLaws wants what must be true of the ends of any text, and returns them.
func checkLaws(t *testing.T, o segment.Options, text string) []int {
	t.Helper()
	ends := o.Ends(text)
	if text == "" && ends != nil {
		t.Fatalf("got %v for nothing", ends)
	}
	most := 2048
	if o.Max > 0 {
		most = max(o.Max, 1024)
	}
	valid, start := utf8.ValidString(text), 0
	for _, end := range ends {
		switch {
		case end <= start || end > len(text):
			t.Fatalf("ends %v do not ascend to %d", ends, len(text))
		case end-start > most:
			t.Fatalf("[%d, %d) is longer than %d", start, end, most)
		case valid && end < len(text) && !utf8.RuneStart(text[end]):
			t.Fatalf("%d is within a character", end)
		}
		start = end
	}
	if start != len(text) {
		t.Fatalf("the last end is %d of %d", start, len(text))
	}
	if again := o.Ends(text); !slices.Equal(ends, again) {
		t.Fatalf("asked twice: %v, %v", ends, again)
	}
	return ends
}

// checkAppend wants the ends of text to begin with those of its first n bytes, but for
// the last two of these.
func checkAppend(t *testing.T, o segment.Options, text string, n int, whole []int) {
	t.Helper()
	head := o.Ends(text[:n])
	keep := head[:max(0, len(head)-2)]
	if len(keep) > len(whole) || !slices.Equal(keep, whole[:len(keep)]) {
		same := 0
		for same < len(keep) && same < len(whole) && keep[same] == whole[same] {
			same++
		}
		t.Fatalf("the first %d bytes end at %v, then at %v", n, head[same:], whole[same:min(len(whole), same+9)])
	}
}

func FuzzEnds(f *testing.F) {
	for _, text := range shapes() {
		f.Add(text[:3000], uint16(2000), uint16(0))
	}
	f.Fuzz(func(t *testing.T, text string, n, size uint16) {
		o := segment.Options{Max: int(size) % 4096, Min: int(size) % 700, Avg: int(size) % 1500}
		checkAppend(t, o, text, int(n)%(len(text)+1), checkLaws(t, o, text))
	})
}

// A text may be of any length when it is first seen.
func TestAppendAtEveryLength(t *testing.T) {
	size := 4000
	if testing.Short() {
		size = 2000
	}
	for name, text := range shapes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, o := text[:size], segment.Options{}
			whole := checkLaws(t, o, text)
			for n := range len(text) {
				checkAppend(t, o, text, n, whole)
			}
		})
	}
}

// Some texts of which nobody thought.
func TestLawsOfSoup(t *testing.T) {
	for seed := range uint64(200) {
		r := newRand(seed)
		text, o := soup(seed, 9000), segment.Options{}
		if seed%4 == 0 {
			o = segment.Options{Max: 900 + r.IntN(2000), Min: r.IntN(1500), Avg: r.IntN(2500)}
		}
		whole := checkLaws(t, o, text)
		for range 20 {
			checkAppend(t, o, text, r.IntN(len(text)), whole)
		}
	}
}

func TestOptions(t *testing.T) {
	text := shapes()["prose"]
	for name, test := range map[string]struct{ a, b segment.Options }{
		"zero_is_the_default":     {segment.Options{}, segment.Options{Min: 384, Avg: 1024, Max: 2048}},
		"so_is_less":              {segment.Options{}, segment.Options{Min: -1, Avg: -1, Max: -1}},
		"a_small_max_is_raised":   {segment.Options{Max: 1}, segment.Options{Max: 1024}},
		"min_is_at_most_half_max": {segment.Options{Min: 5000, Avg: 6000}, segment.Options{Min: 1024, Avg: 6000}},
		"avg_is_more_than_min":    {segment.Options{Min: 700, Avg: 5}, segment.Options{Min: 700, Avg: 701}},
		"avg_is_at_most_max":      {segment.Options{Avg: math.MaxInt}, segment.Options{Avg: 2048}},
	} {
		t.Run(name, func(t *testing.T) {
			if a, b := checkLaws(t, test.a, text), checkLaws(t, test.b, text); !slices.Equal(a, b) {
				t.Errorf("got %v, want %v", a, b)
			}
		})
	}
	if small, big := len(segment.Options{Avg: 600, Max: 1024}.Ends(text)), len(segment.Ends(text)); small < big*5/4 {
		t.Errorf("%d segments of 600 bytes, %d of 1024", small, big)
	}
}

// If this fails, texts are cut elsewhere than they were: [segment.Revision] has to change,
// and then the digest here.
func TestRevision(t *testing.T) {
	const revision, want = "1", "c0f5badfb61287e9"
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(shapes())) {
		fmt.Fprintln(h, name, segment.Ends(shapes()[name]))
	}
	if got := hex.EncodeToString(h.Sum(nil)[:8]); got != want || revision != segment.Revision {
		t.Errorf("revision %s cuts like %s, not like revision %s, %s", segment.Revision, got, revision, want)
	}
}

package main

import (
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith/compressors/segment"
)

var shared = sync.OnceValues(newAuthor)

func writer(t *testing.T) *author {
	t.Helper()
	a, err := shared()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func segmentsOf(text string) (out []string) {
	start := 0
	for _, end := range segment.Ends(text) {
		out = append(out, text[start:end])
		start = end
	}
	return out
}

// Warm must not mean that a text repeats itself, nor cold that it repeats another.
func TestNoSegmentComesTwice(t *testing.T) {
	a := writer(t)
	seen := map[string]bool{}
	for _, text := range []string{a.text("long", 60_000), a.text("short", 5_000), a.bytes("bytes", 100_000)} {
		for _, s := range segmentsOf(text) {
			if seen[s] {
				t.Fatalf("a segment of %d bytes comes twice", len(s))
			}
			seen[s] = true
		}
	}
	if len(seen) < 400 {
		t.Errorf("only %d segments", len(seen))
	}
}

func TestTextsHaveTheirSizeAndComeAgain(t *testing.T) {
	a := writer(t)
	text := a.text("one", 10_000)
	if n := a.counter.Count(text); n < 9_800 || n > 10_100 {
		t.Errorf("%d tokens", n)
	}
	if n := len(a.bytes("one", 10_000)); n < 10_000 || n > 10_500 {
		t.Errorf("%d bytes", n)
	}
	b, err := newAuthor()
	if err != nil {
		t.Fatal(err)
	}
	if b.text("one", 10_000) != text {
		t.Error("the same name gives another text")
	}
	if a.text("two", 10_000) == text {
		t.Error("another name gives the same text")
	}
}

func TestPartsHaveTheSegmentsOfTheWhole(t *testing.T) {
	text := writer(t).text("parts", 30_000)
	want := segmentsOf(text)
	for _, most := range []int{1, 5_000, 50_000, len(text), 10 * len(text)} {
		var got []string
		pieces := parts(text, most)
		for _, p := range pieces {
			s := segmentsOf(p)
			if len(p) > most && len(s) > 1 {
				t.Errorf("a part of %d bytes and %d segments, where %d are the most", len(p), len(s), most)
			}
			got = append(got, s...)
		}
		if strings.Join(pieces, "") != text || len(got) != len(want) {
			t.Fatalf("at most %d bytes: %d segments, want %d", most, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Fatalf("at most %d bytes: segment %d is another one", most, i)
			}
		}
	}
}

func TestEditedChangesOneWord(t *testing.T) {
	text := writer(t).text("edit", 3_000)
	was, is := strings.Fields(text), strings.Fields(edited(text, 0.5, "amber"))
	if len(was) != len(is) {
		t.Fatalf("from %d words to %d", len(was), len(is))
	}
	other := 0
	for i := range was {
		if was[i] != is[i] {
			other++
			if is[i] != "amber" || i < len(was)*2/5 || i > len(was)*3/5 {
				t.Errorf("word %d of %d is %q", i, len(was), is[i])
			}
		}
	}
	if other != 1 {
		t.Errorf("%d words are others", other)
	}
}

func TestQuestionsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for n := range 1000 {
		if seen[question(n)] {
			t.Fatalf("question %d was asked before", n)
		}
		seen[question(n)] = true
	}
}

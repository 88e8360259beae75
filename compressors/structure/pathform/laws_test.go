package pathform_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/pathform"
)

// A form is what both have in common.
type form struct {
	encode func(string, structure.Options) (structure.Encoded, bool)
	decode func(string, []byte, int) (string, error)
	read   func(text string) []string // what somebody gets who has text alone
}

var forms = map[string]form{
	"hits":  {pathform.EncodeHits, pathform.DecodeHits, readHits},
	"paths": {pathform.EncodePaths, pathform.DecodePaths, readPaths},
}

var (
	number  = regexp.MustCompile(`^[0-9]+([:-])`)
	indent  = regexp.MustCompile(`^ *`)
	heading = regexp.MustCompile(`^( *)(.*/):$`)
	sized   = regexp.MustCompile(`^( *)([0-9.,]+[KMGTPE]?\t)?(.*)$`)
)

// readHits takes the text apart at blank lines and puts headings before numbers again.
func readHits(text string) (hits []string) {
	for _, group := range strings.Split(strings.TrimSuffix(text, "\n"), "\n\n") {
		lines := strings.Split(group, "\n")
		if len(lines) == 1 || !number.MatchString(lines[1]) {
			hits = append(hits, lines...)
			continue
		}
		for _, line := range lines[1:] {
			if line != "--" {
				hits = append(hits, lines[0]+number.FindStringSubmatch(line)[1]+line)
			}
		}
	}
	return hits
}

// readPaths puts the headings before what is indented below them.
func readPaths(text string) (paths []string) {
	var above [3]string
	for _, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		depth := len(indent.FindString(line))
		if m := heading.FindStringSubmatch(line); m != nil {
			above[depth+1] = above[depth] + m[2]
			continue
		}
		m := sized.FindStringSubmatch(line)
		paths = append(paths, m[2]+above[depth]+m[3])
	}
	return paths
}

// source is what the reader of the original gets.
func source(text string) (lines []string) {
	text = strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for _, line := range strings.Split(text, "\n") {
		if line != "--" {
			lines = append(lines, line)
		}
	}
	return lines
}

// words counts about as a tokenizer does: a run of letters with a space before it, three
// digits, a run of spaces or of one other byte are one.
func words(text string) (n int) {
	class := func(c byte) int {
		switch {
		case c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80:
			return 'a'
		case c >= '0' && c <= '9':
			return '0'
		}
		return int(c)
	}
	run := 0
	for i := range len(text) {
		run++
		if i == 0 || class(text[i]) != class(text[i-1]) && !(text[i-1] == ' ' && run == 2 && class(text[i]) == 'a') || class(text[i]) == '0' && run > 3 {
			n, run = n+1, 1
		}
	}
	return n
}

// checkLaws wants what must be true of any text, and returns its form with bytes counted.
func checkLaws(t *testing.T, f form, text string) (structure.Encoded, bool) {
	t.Helper()
	checkLawsOf(t, f, text, structure.Options{Count: words})
	return checkLawsOf(t, f, text, structure.Options{})
}

func checkLawsOf(t *testing.T, f form, text string, o structure.Options) (structure.Encoded, bool) {
	t.Helper()
	e, ok := f.encode(text, o)
	if again, same := f.encode(text, o); same != ok || again.Text != e.Text || string(again.Layout) != string(e.Layout) {
		t.Fatal("asked twice, got two answers")
	}
	if !ok {
		return e, false
	}
	back, err := f.decode(e.Text, e.Layout, len(text))
	if err != nil || back != text {
		t.Fatalf("%q became %q and came back as %q, %v", text, e.Text, back, err)
	}
	if _, err := f.decode(e.Text, e.Layout, len(text)-1); !errors.Is(err, structure.ErrLimit) {
		t.Fatalf("limit: got %v", err)
	}
	if got, want := f.read(e.Text), source(text); !slices.Equal(got, want) {
		t.Fatalf("a reader of\n%s\ngets %q\nof %q", e.Text, got, want)
	}
	if o.Count == nil && len(e.Text) >= len(text) || o.Count != nil && o.Count(e.Text) >= o.Count(text) || len(e.Layout) > 60 {
		t.Fatalf("%d bytes became %d and %d", len(text), len(e.Text), len(e.Layout))
	}
	if _, ok := f.encode(e.Text, o); ok {
		t.Fatalf("not idempotent: %q", e.Text)
	}
	return e, true
}

// checkForeign wants a text of at most limit bytes or one of three errors.
func checkForeign(t *testing.T, f form, text string, layout []byte, limit int) {
	t.Helper()
	back, err := f.decode(text, layout, limit)
	known := errors.Is(err, structure.ErrText) || errors.Is(err, structure.ErrLayout) || errors.Is(err, structure.ErrLimit)
	if err == nil && len(back) > limit || err != nil && (!known || back != "") {
		t.Fatalf("got %d bytes of %d, %v", len(back), limit, err)
	}
}

// expand makes texts that are full of what the forms look at out of few bytes.
func expand(raw []byte, parts []string) string {
	var b strings.Builder
	for _, c := range raw {
		b.WriteString(parts[int(c)%len(parts)])
	}
	return b.String()
}

var hitParts = []string{"a/b.go:12:x\n", "a/b.go:13:7: y\n", "a/b.go-14-z\n", "--\n", "c.go:1:\n", "c.go:2:--\n", "\n", "7:x\n", "a/b.go", ":", "-", "3", "text", "\r\n", " ",
	"a/b.go:15:\xff\x00\n", "d-1-e.go:3:x\n", "d-1-e.go-4-x\n", "plain\n", "12:30:45 x\n", "C:\\d\\e.go:4:x\n"}

var pathParts = []string{"a/", "b/", "long-name/of/one/", "c.go\n", "d\n", "\n", "/", ":", "/:\n", " ", "..", "12\t", "1.5M\t", "a/b/c/d/e.go\n", "a/b/c/d/f.go\n", "a/b/c/d\n", "\t", "\r\n", "\xff", "x y", "\x00"}

func FuzzHits(f *testing.F)  { fuzz(f, forms["hits"], hitParts) }
func FuzzPaths(f *testing.F) { fuzz(f, forms["paths"], pathParts) }

func fuzz(f *testing.F, form form, parts []string) {
	f.Add("a/b.go:1:x\na/b.go:2:y\na/b.go:3:z\n", []byte{0, 1, 0, 1, 4, 4, 0, 0}, []byte(`{"crlf":true}`), 99)
	f.Add("lib/some/a\nlib/some/b\nlib/some/c\n", []byte{0, 3, 0, 4, 13, 14, 13, 14, 15, 2, 3, 2, 4}, []byte(`{"sizes":true}`), 9)
	f.Add("a.go\n1:x\n2-y\n--\n3:x\n\nb.go:3:x\n", []byte{11, 2, 4, 11, 2, 3, 11, 2, 4}, []byte(`{"dash":true}`), 1000)
	f.Add("a/:\n b\n c/:\n  d\n e\nf\n", []byte{3, 0, 2, 3, 16, 17, 17}, []byte(`[]`), 1000)
	f.Fuzz(func(t *testing.T, text string, raw, layout []byte, limit int) {
		checkLaws(t, form, text)
		checkLaws(t, form, expand(raw, parts))
		limit = max(0, limit%100_000)
		checkForeign(t, form, text, layout, limit)
		checkForeign(t, form, expand(raw, parts), layout, limit)
		if e, ok := form.encode(expand(raw, parts), structure.Options{}); ok && len(e.Text) > 0 {
			broken := []byte(e.Text)
			broken[limit%len(broken)] ^= 1 << (limit % 8)
			checkForeign(t, form, string(broken), e.Layout, len(text))
		}
	})
}

package htmlform_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/structure/htmlform"
)

// FuzzText wants text that is shorter, UTF-8 if the page is, and has every letter of a
// page that hides none of them.
func FuzzText(f *testing.F) {
	f.Add("<table><tr><td rowspan=3 colspan=9>a<td><pre>x\n</pre><tr><li>b<ol start=9><li>c")
	f.Add("<p hidden><ul><li>a<dd>b<dt>c</p><ruby>x<rt>y<h1><a href=z><q>")
	f.Add("<h1>a</h1><del>b<blockquote><sup>c<textarea>d</textarea><input type=checkbox>")
	f.Fuzz(func(t *testing.T, page string) { checkText(t, page) })
}

// FuzzTags makes pages of many tags.
func FuzzTags(f *testing.F) {
	f.Add([]byte("abcdefghijklmnopqrstuvwxyz"))
	f.Add([]byte{1, 200, 3, 100, 100, 50, 7, 9, 0, 255})
	f.Fuzz(func(t *testing.T, raw []byte) {
		page, want := pageOf(raw)
		got := checkText(t, page)
		if got == "" {
			return
		}
		at := 0
		for _, word := range want {
			k := strings.Index(got[at:], word)
			if k < 0 {
				t.Fatalf("%q is not in its place in %q of %q", word, got, page)
			}
			if !strings.Contains(page, "<table") { // what is in a table but not in a cell comes before it
				at += k + len(word)
			}
		}
	})
}

// pageOf returns a page and the words in it, in their order.
func pageOf(raw []byte) (page string, words []string) {
	names := strings.Fields("p div ul ol li dl dt dd h1 h2 blockquote pre a sup sub q del title table tr td th caption ruby rt br hr span b textarea select option")
	var b strings.Builder
	for i, c := range raw {
		name := names[int(c)%len(names)]
		switch c / 86 {
		case 0:
			fmt.Fprintf(&b, "<%s title='some attribute that is not shown'>", name)
		case 1:
			fmt.Fprintf(&b, "</%s>", name)
		default:
			word := fmt.Sprintf("word%d.", i)
			words = append(words, word)
			b.WriteString(word + "\n")
		}
	}
	return b.String(), words
}

func checkText(t *testing.T, page string) string {
	t.Helper()
	got, ok := htmlform.Text(page)
	if !ok && got != "" || len(got) > len(page) {
		t.Fatalf("got %q, %v", got, ok)
	}
	if utf8.ValidString(page) && !utf8.ValidString(got) {
		t.Fatalf("%q is not UTF-8", got)
	}
	if again, _ := htmlform.Text(page); again != got {
		t.Fatalf("got %q, then %q", got, again)
	}
	return got
}

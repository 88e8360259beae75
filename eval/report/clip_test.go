package report

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"
)

func TestClip(t *testing.T) {
	long := strings.Repeat("中", 3*ExampleBytes) // no place of 20,000 is a border of 3 bytes
	late := long + "Ada" + long
	for _, c := range []struct {
		name, text, answer string
		from, n            int
		part               string
	}{
		{"short", "Ada wrote it.", "Ada", 0, 13, ""},
		{"just_fits", strings.Repeat("a", ExampleBytes), "Ada", 0, ExampleBytes, ""},
		{"no_answer", long, "Ada", 0, 19_998, "first 19,998 of 180,000 bytes"},
		{"one_byte_too_many", strings.Repeat("a", ExampleBytes+1), "", 0, ExampleBytes, "first 20,000 of 20,001 bytes"},
		{"answer_in_the_start", "Ada" + long, "Ada", 0, 19_998, "first 19,998 of 180,003 bytes"},
		{"answer_behind", late, "Ada", 175_002, 19_998, "bytes 175,002 to 195,000 of 360,003"},
		{"answer_at_the_end", long + "Ada", "Ada", 160_005, 19_998, "bytes 160,005 to 180,003 of 180,003"},
	} {
		spans := [][2]int{{0, 3}, {c.from + 3, c.from + 6}, {c.from + 9, len(c.text)}}
		e := Example{Text: c.text, Answers: []string{c.answer}, Shown: []Shortened{{Spans: spans}, {Text: c.text}, {Spans: [][2]int{}}}}
		e.Clip()
		if e.From != c.from || len(e.Text) != c.n || e.Text != c.text[e.From:e.From+len(e.Text)] || !utf8.ValidString(e.Text) {
			t.Errorf("%s: %d bytes from %d, want %d from %d", c.name, len(e.Text), e.From, c.n, c.from)
		}
		if c.part != e.part() {
			t.Errorf("%s: it says %q, want %q", c.name, e.part(), c.part)
		}
		if strings.Contains(c.text, c.answer) && !strings.Contains(e.Text, c.answer) {
			t.Errorf("%s: the answer is cut off", c.name)
		}
		if got := e.Shown[1]; len(got.Text) > ExampleBytes || (got.Bytes != 0) != (len(c.text) > ExampleBytes) || !strings.HasPrefix(c.text, got.Text) || !utf8.ValidString(got.Text) {
			t.Errorf("%s: an arm's own text has %d bytes of %d", c.name, len(got.Text), got.Bytes)
		}
		if err := e.validate(); err != nil || e.Shown[2].Spans == nil || spans[0] != [2]int{0, 3} {
			t.Errorf("%s: %v, %v, %v", c.name, err, e.Shown[2].Spans, spans)
		}
		again := Example{Text: e.Text, From: e.From, Bytes: e.Bytes, Answers: e.Answers, Shown: append([]Shortened(nil), e.Shown...)}
		if again.Clip(); !reflect.DeepEqual(again, e) {
			t.Errorf("%s: clipping again changes it", c.name)
		}
	}
}

func TestClipSpans(t *testing.T) {
	for _, c := range []struct{ spans, want [][2]int }{
		{nil, nil},
		{[][2]int{}, [][2]int{}},
		{[][2]int{{0, 10}, {10, 12}, {15, 18}, {19, 25}, {20, 30}}, [][2]int{{0, 2}, {5, 8}, {9, 10}}},
		{[][2]int{{0, 99}}, [][2]int{{0, 10}}},
	} {
		if got := clipSpans(c.spans, 10, 20); !reflect.DeepEqual(got, c.want) {
			t.Errorf("of %v: got %v, want %v", c.spans, got, c.want)
		}
	}
}

// TestClippedIsSaid: the page says what is missing before and after the part, and the
// report reads back.
func TestClippedIsSaid(t *testing.T) {
	r := small()
	e := &r.Examples[0]
	e.Text = strings.Repeat("x", 100_000) + "Ada" + strings.Repeat("y", 100_000)
	e.Shown[0].Spans, e.Shown[1].Text = [][2]int{{100_000, 100_003}}, strings.Repeat("z", 30_000)
	e.Clip()
	page, _ := pageOf(t, r)
	for _, want := range []string{"(bytes 95,000 to 115,000 of 200,003)", "… 95,000 bytes not shown …", "<mark>Ada</mark>", "… 99,100 bytes not shown …", "… 24,000 bytes not shown …"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q", want)
		}
	}
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil || b.Len() > 3*ExampleBytes {
		t.Errorf("%v, %d bytes", err, b.Len())
	}
	if back, err := Read(&b); err != nil || !reflect.DeepEqual(back.Examples, r.Examples) {
		t.Errorf("another example came back (%v)", err)
	}
}

func TestExamplesThatContradictThemselves(t *testing.T) {
	for name, edit := range map[string]func(e *Example){
		"from_before_the_start": func(e *Example) { e.From = -1 },
		"a_part_of_nothing":     func(e *Example) { e.From = 1 },
		"too_few_bytes":         func(e *Example) { e.Bytes = len(e.Text) - 1 },
		"behind_the_end":        func(e *Example) { e.From, e.Bytes = 2, len(e.Text)+1 },
		"far_behind_the_end":    func(e *Example) { e.From, e.Bytes = int(^uint(0)>>1), len(e.Text)+1 },
		"too_few_bytes_kept":    func(e *Example) { e.Shown[1].Bytes = 1 },
	} {
		r := small()
		edit(&r.Examples[0])
		if err := r.validate(); err == nil || !strings.Contains(err.Error(), "example 0: ") || strings.Contains(err.Error(), "Ada") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"plain 中文 قال\n\t\r\n": "plain 中文 قال\n\t\r\n",
		"a\u202eb\u202cc":      `a\u202Eb\u202Cc`,
		"\u2066\u2067\u2068\u2069\u202a\u202b\u202d\u200e\u200f\u061c": `\u2066\u2067\u2068\u2069\u202A\u202B\u202D\u200E\u200F\u061C`,
		"\x00\x1b[31m\x7f\u0085": `\u0000\u001B[31m\u007F\u0085`,
		"می\u200cخواهم":          "می\u200cخواهم",
	} {
		if got := visible(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestNothingHidden: what turns or steers text is shown wherever texts are.
func TestNothingHidden(t *testing.T) {
	r := poisoned()
	_, doc := pageOf(t, r)
	walk(doc, func(n *html.Node) {
		if attr(n, "id") != "examples" {
			return
		}
		s := textOf(n)
		if strings.ContainsFunc(s, hidden) {
			t.Error("the examples have a hidden character")
		}
		if got := strings.Count(s, `\u202Eevil\u202C \u0000\u0001`); got < 6 { // task, ID, question, answer, two answers, two texts
			t.Errorf("shown in %d places", got)
		}
	})
	if md := markdownOf(t, r); strings.ContainsFunc(md, hidden) || !strings.Contains(md, `u202Eevil`) {
		t.Error("the Markdown has a hidden character, or does not show it")
	}
}

package logform_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/logform"
	"github.com/pith-proxy/pith/tokenize"
)

func counter(t testing.TB) func(string) int {
	t.Helper()
	c, err := tokenize.CounterFor("o200k_base")
	if err != nil {
		t.Fatal(err)
	}
	return c.Count
}

// keen is a count under which the form is taken nearly always: the brief is free, and so
// are marks and white space.
func keen(text string) int {
	n := 0
	for i := range len(text) {
		if c := text[i]; c < 0x80 && c != ' ' && c != '\n' && c != ':' && c != '|' {
			n++
		}
	}
	if strings.HasPrefix(text, "Log in short form") {
		return n * 2 / 3
	}
	return n * 2
}

// checkLaws wants what must be true of any text, and returns what it is written as.
func checkLaws(t *testing.T, text string, o structure.Options) (structure.Encoded, bool) {
	t.Helper()
	enc, ok := logform.Encode(text, o)
	if again, ok2 := logform.Encode(text, o); again.Text != enc.Text || string(again.Layout) != string(enc.Layout) || ok2 != ok {
		t.Fatal("asked twice, it is written in two ways")
	}
	if !ok {
		return enc, false
	}
	if got, err := logform.Decode(enc.Text, enc.Layout, len(text)); err != nil || got != text {
		t.Fatalf("%v: got\n%.2000q\nof\n%.2000q\nwhich is\n%.2000q", err, got, enc.Text, text)
	}
	if o.Count(enc.Text) >= o.Count(text) {
		t.Fatalf("%d tokens, of %d", o.Count(enc.Text), o.Count(text))
	}
	if enc.Rows > max(0, o.Rows) {
		t.Fatalf("%d rows, at most %d are allowed", enc.Rows, o.Rows)
	}
	if len(enc.Layout) > 13 {
		t.Fatalf("layout %s", enc.Layout)
	}
	if _, err := logform.Decode(enc.Text, enc.Layout, len(text)-1); !errors.Is(err, structure.ErrLimit) {
		t.Fatalf("one byte less than it takes: %v", err)
	}
	if _, ok := logform.Encode(enc.Text, o); ok {
		t.Fatal("its own text is written in the form once more")
	}
	source := text
	if enc.Layout != nil {
		source = strings.ReplaceAll(text, "\r\n", "\n")
	}
	if got := expand(t, enc.Text); !slices.Equal(got, strings.Split(source, "\n")) {
		t.Fatalf("read line by line, it is\n%.3000q\nof\n%.3000q", got, enc.Text)
	}
	checkSigil(t, enc, text)
	return enc, true
}

var sigilRE = regexp.MustCompile(`^Log in short form \((§|¶|※|λ|■|→) is not in it\)`)

// checkSigil wants all marks to begin with one that the source does not have.
func checkSigil(t *testing.T, enc structure.Encoded, text string) {
	t.Helper()
	m := sigilRE.FindStringSubmatch(enc.Text)
	if m == nil || strings.Contains(text, m[1]) {
		t.Fatalf("sigil of %.100q", enc.Text)
	}
}

func FuzzRoundTrip(f *testing.F) {
	for _, text := range logs(40) {
		f.Add(text, uint8(8), true)
		f.Add(strings.ReplaceAll(text, "\n", "\r\n"), uint8(3), false)
	}
	for _, text := range hard(600) {
		f.Add(text, uint8(8), false)
	}
	f.Add("a {} b 1\na {} b 2\na {} b 3\na {1} b 4\n\r\n\x00\xc2\n\xc2\xa7A=\n", uint8(8), false)
	count := counter(f)
	f.Fuzz(func(t *testing.T, text string, rows uint8, exact bool) {
		o := structure.Options{Rows: int(rows) % 30, Count: keen}
		if exact {
			o.Count = count
		}
		checkLaws(t, text, o)
	})
}

// Texts of few letters repeat by chance, and hold parts of all marks.
func TestLawsOfSoup(t *testing.T) {
	pieces := []string{"a", "b", " ", " ", "\n", "\n", "\n", "1", "23", ":", "_", "-", ".", "{}", "{1}", "<>", "x3", "|", "\r", "\xc2", "\xa7", "§", "¶", "\x00",
		"worker ", "job 7 ", "took ", " ms", "blk_", "::", "=", "A ", "1 again", "10:15:"}
	taken := 0
	for seed := range uint64(800) {
		r := rand.New(rand.NewPCG(seed, 3))
		some := pieces[r.IntN(len(pieces)-2):]
		some = some[:2+r.IntN(len(some)-1)]
		var b strings.Builder
		for range r.IntN(400) {
			b.WriteString(some[r.IntN(len(some))])
			if r.IntN(5) == 0 {
				b.WriteByte('\n')
			}
		}
		if _, ok := checkLaws(t, b.String(), structure.Options{Rows: r.IntN(12), Count: keen}); ok {
			taken++
		}
	}
	if taken < 300 {
		t.Errorf("only %d texts were written in the form", taken)
	}
}

// Lines of some templates, with all that may be between them.
func TestLawsOfMadeLogs(t *testing.T) {
	count := counter(t)
	for seed := range uint64(120) {
		r := rand.New(rand.NewPCG(seed, 5))
		text := madeLog(r)
		if seed%3 == 0 {
			text = strings.ReplaceAll(text, "\n", "\r\n")
		}
		o := structure.Options{Rows: r.IntN(10), Count: count}
		if seed%2 == 0 {
			o.Count = keen
		}
		checkLaws(t, text, o)
	}
}

func madeLog(r *rand.Rand) string {
	words := strings.Fields("open close read write node pool index cache retry failed ok user from to the")
	value := func() string {
		switch r.IntN(7) {
		case 0:
			return fmt.Sprint(r.IntN(5000))
		case 1:
			return fmt.Sprintf("10.0.%d.%d:%d", r.IntN(9), r.IntN(255), r.IntN(9999))
		case 2:
			return fmt.Sprintf("blk_%d", r.Int64()-1<<62)
		case 3:
			return fmt.Sprintf("codec::pool_%d", r.IntN(50))
		case 4:
			return fmt.Sprintf("%.2f", r.NormFloat64())
		case 5:
			return words[r.IntN(len(words))] + " " + words[r.IntN(len(words))]
		}
		return fmt.Sprintf("/var/log/%s/%x.log", words[r.IntN(len(words))], r.Uint32())
	}
	var templates [][]string
	for range 1 + r.IntN(7) {
		var parts []string
		for range 2 + r.IntN(7) {
			parts = append(parts, []string{words[r.IntN(len(words))] + " ", words[r.IntN(len(words))] + "=", "[", "] ", "%", "{}", "\t"}[r.IntN(7)])
		}
		templates = append(templates, parts)
	}
	var b strings.Builder
	for i := range r.IntN(150) {
		if r.IntN(9) > 0 {
			fmt.Fprintf(&b, "2026-03-01 10:%02d:%02d ", i/40, i%60)
		}
		for _, p := range templates[r.IntN(len(templates))] {
			if b.WriteString(strings.TrimSuffix(p, "%")); p == "%" {
				b.WriteString(value())
			}
		}
		b.WriteString(strings.Repeat("\n", 1+max(0, r.IntN(9)-7)))
		if r.IntN(12) == 0 {
			b.WriteString(strings.Repeat("the same line again and again\n", 1+r.IntN(4)))
		}
		if r.IntN(12) == 0 {
			b.WriteString("Traceback (most recent call last):\n  File \"x.py\", line 3, in f\n    g()\nValueError: no\n")
		}
	}
	return b.String()
}

func TestLawsOfLogs(t *testing.T) {
	count := counter(t)
	for name, text := range logs(100) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, rows := range []int{0, 3, 8, 40} {
				enc, ok := checkLaws(t, text, structure.Options{Rows: rows, Count: count})
				if rows == 8 && !ok {
					t.Error("it is not written in the form")
				}
				crlf, _ := checkLaws(t, strings.ReplaceAll(text, "\n", "\r\n"), structure.Options{Rows: rows, Count: count})
				if ok && crlf.Text != enc.Text {
					t.Error("carriage returns change the text")
				}
			}
		})
	}
}

var rowRE = regexp.MustCompile(`^§[A-Z]=(.*)$`)

// A phrase that a row stands for is nowhere left as it is: one who counts it would count
// wrong.
func TestNoLineIsLeftThatARowFits(t *testing.T) {
	count := counter(t)
	for name, text := range logs(200) {
		enc, ok := logform.Encode(text, structure.Options{Rows: 8, Count: count})
		if !ok {
			t.Fatal(name)
		}
		var rows []*regexp.Regexp
		for _, line := range strings.Split(enc.Text, "\n") {
			if m := rowRE.FindStringSubmatch(line); m != nil {
				if uses := strings.Count(enc.Text, line[:3]) - 1; uses < 3 {
					t.Errorf("%s: %q is used %d times", name, line, uses)
				}
				quoted := strings.ReplaceAll(regexp.QuoteMeta(m[1]), `\{\}`, `\S+`)
				rows = append(rows, regexp.MustCompile(`(?:^|[^A-Za-z0-9_])`+quoted+`$`))
				continue
			}
			for _, row := range rows {
				if !strings.Contains(line, "§") && row.MatchString(line) {
					t.Errorf("%s: %q is left, which %v fits", name, line, row)
				}
			}
		}
	}
}

// Damaged texts give an error or some other text, in no more bytes than are allowed.
func FuzzDecode(f *testing.F) {
	count := counter(f)
	for _, text := range logs(30) {
		enc, _ := logform.Encode(text, structure.Options{Rows: 8, Count: count})
		f.Add(enc.Text, []byte(nil), uint16(len(text)))
	}
	const brief = `Log in short form (§ is not in it): lines below "§:x" begin with x; "§|y" is y without it; "y§A p q" is y, then row A with p, q in its {}; ` +
		`{2} is the second of them again; "§x3" is the line above, 3 times in all; "§1 again x2" is the lines of §1, 2 times more`
	f.Add(brief+"\n§A=a{}b{1}\n§:c\nd§A 1\n§x4\n§1 begins, 1 lines\n§|e\n§1 ends\n§1 again x7", []byte(`{"crlf":true}`), uint16(200))
	f.Fuzz(func(t *testing.T, text string, layout []byte, limit uint16) {
		got, err := logform.Decode(text, layout, int(limit))
		switch {
		case err == nil && len(got) > int(limit):
			t.Fatalf("%d bytes, at most %d are allowed", len(got), limit)
		case err != nil && got != "":
			t.Fatal("text and an error")
		case err != nil && !errors.Is(err, structure.ErrText) && !errors.Is(err, structure.ErrLayout) && !errors.Is(err, structure.ErrLimit):
			t.Fatal(err)
		}
	})
}

func TestEveryByteMatters(t *testing.T) {
	text := logs(60)["service"] + strings.Repeat("twice\n", 40)
	enc, ok := logform.Encode(text, structure.Options{Rows: 8, Count: counter(t)})
	if !ok {
		t.Fatal("it is not written in the form")
	}
	for i := range len(enc.Text) {
		for _, c := range []byte{'0', ' ', '\n', enc.Text[i] ^ 1} {
			damaged := enc.Text[:i] + string(rune(c)) + enc.Text[i+1:]
			if damaged == enc.Text {
				continue
			}
			if got, err := logform.Decode(damaged, enc.Layout, len(text)); err == nil && got == text {
				t.Fatalf("byte %d, %q for %q, makes no difference", i, c, enc.Text[i])
			}
		}
	}
}

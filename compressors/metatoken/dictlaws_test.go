package metatoken

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"unicode"

	"github.com/pith-proxy/pith/compressors/structure"
)

// checkDict wants what must be true of any text and options, and reports whether the text
// got stand-ins.
func checkDict(t *testing.T, text string, o DictOptions) bool {
	t.Helper()
	out, ok := EncodeDict(text, o)
	if again, okAgain := EncodeDict(text, o); again.Text != out.Text || string(again.Layout) != string(out.Layout) || ok != okAgain {
		t.Fatal("the same text came out in two ways")
	}
	if !ok {
		return false
	}
	if back, err := DecodeDict(out.Text, out.Layout, len(text)); err != nil || back != text {
		t.Fatalf("%v: got %q of %q", err, back, text)
	}
	if _, err := DecodeDict(out.Text, out.Layout, len(text)-1); !errors.Is(err, structure.ErrLimit) {
		t.Fatalf("got %v for a limit that is too low by one", err)
	}
	checkSaving(t, text, out.Text, o)
	checkReader(t, text, out, o)
	for _, other := range []DictOptions{o, {Counters: o.Counters, Any: true}, {Counters: o.Counters, Any: true, Inline: true, Sigil: "■"}} {
		if twice, ok := EncodeDict(out.Text, other); ok {
			t.Fatalf("encoded again: %q", twice.Text)
		}
	}
	return true
}

func checkSaving(t *testing.T, text, out string, o DictOptions) {
	t.Helper()
	for _, c := range o.Counters {
		before, after := c.Count(text), c.Count(out)
		least := max(32, (before*8+99)/100)
		switch {
		case o.Any:
			least = 1
		case len(o.Counters) > 1:
			least = max(32, (before*12+99)/100)
		}
		if before-after < least {
			t.Fatalf("%d tokens became %d; %d should be saved", before, after, least)
		}
	}
}

// checkReader wants what keeps a reader from being misled.
func checkReader(t *testing.T, text string, out structure.Encoded, o DictOptions) {
	t.Helper()
	d := parsed(t, out)
	if len(d.phrases) != out.Rows || out.Rows > o.rows() {
		t.Fatalf("%d rows, %d phrases, at most %d", out.Rows, len(d.phrases), o.rows())
	}
	for i, p := range d.phrases {
		if n := o.Counters[0].Count(p); n < shortestPhrase || len(p) > longestPhrase {
			t.Errorf("phrase %q has %d tokens", p, n)
		}
		if !strings.ContainsFunc(p, unicode.IsLetter) || strings.TrimFunc(p, isBreak) != p {
			t.Errorf("phrase %q has no words, or white space round it", p)
		}
		checkLines(t, text, p)
		for j, other := range d.phrases {
			if i != j && strings.Contains(other, p) {
				t.Errorf("phrase %q is within %q", p, other)
			}
		}
		if n := strings.Count(d.bare, p); n > 0 {
			t.Errorf("phrase %q is left %d times", p, n)
		}
	}
	for i := 0; i < len(d.bare); i++ {
		if !strings.HasPrefix(d.bare[i:], d.sigil) {
			continue
		}
		end := i + len(d.sigil) + 1
		if i > 0 && isNameByte(d.bare[i-1]) || end < len(d.bare) && (isNameByte(d.bare[end]) || d.bare[end] == '=') {
			t.Errorf("a stand-in is glued: %q", d.bare[max(0, i-20):min(len(d.bare), end+20)])
		}
	}
}

// checkLines wants a phrase of several lines to be whole ones wherever it stands.
func checkLines(t *testing.T, text, phrase string) {
	t.Helper()
	if !strings.Contains(phrase, "\n") {
		return
	}
	parts := strings.Split(text, phrase)
	for i, part := range parts {
		first, _, _ := strings.Cut(part, "\n")
		last := part[strings.LastIndexByte(part, '\n')+1:]
		if i > 0 && strings.TrimFunc(first, isBreak) != "" || i < len(parts)-1 && strings.TrimFunc(last, isBreak) != "" {
			t.Errorf("phrase %q is not of whole lines", phrase)
		}
	}
}

func isNameByte(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || strings.IndexByte(`/\-@`, c) >= 0
}

// isBreak reports whether r is white space at which words may be parted.
func isBreak(r rune) bool { return wideKind(r) == blank || r < 0x80 && asciiKinds[r] == blank }

// reading is an artifact as a reader sees it.
type reading struct {
	sigil   string
	phrases []string
	bare    string // the text with stand-ins, without definitions
}

func parsed(t *testing.T, out structure.Encoded) reading {
	t.Helper()
	a, err := parseLayout(out.Layout)
	if err != nil {
		t.Fatal(err)
	}
	d := decoder{artifact: a, rest: out.Text, limit: 1 << 40}
	if !d.head() {
		t.Fatal("no head")
	}
	r := reading{bare: d.rest}
	if err := d.body(); err != nil {
		t.Fatal(err)
	}
	r.sigil, r.phrases = d.sigil, d.phrases
	if a.inline {
		for i, p := range r.phrases {
			r.bare = strings.Replace(r.bare, d.definition(i, p), d.standIn(i), 1)
		}
	}
	return r
}

// allOptions are those that change what comes out.
func allOptions(t testing.TB) map[string]DictOptions {
	o200k, cl100k := counter(t, "o200k_base"), counter(t, "cl100k_base")
	one := []Counter{o200k}
	return map[string]DictOptions{
		"default":  {Counters: one},
		"warm":     {Counters: one, Warm: true},
		"inline":   {Counters: one, Inline: true},
		"both":     {Counters: one, Warm: true, Inline: true},
		"estimate": {Counters: []Counter{o200k, cl100k}},
		"any":      {Counters: one, Any: true},
		"any_warm": {Counters: one, Any: true, Warm: true, Sigil: "→"},
		"few":      {Counters: one, Any: true, Rows: 2},
		"many":     {Counters: one, Any: true, Rows: 26, ManyRows: true, Inline: true},
	}
}

func TestLaws(t *testing.T) {
	texts := map[string]string{}
	for seed := range uint64(6) {
		texts[fmt.Sprintf("log_%d", seed)] = logText(seed, 2000<<seed)
	}
	paths, _ := filepath.Glob("*.go")
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(b)
	}
	for _, x := range slowTexts(20_000) {
		texts[x.name] = x.text
	}
	for name, text := range map[string]string{
		"crlf": strings.ReplaceAll(logText(9, 20_000), "\n", "\r\n"), "nul": strings.ReplaceAll(logText(9, 20_000), " ", "\x00"),
		"bom": "\ufeff" + logText(9, 20_000), "html": htmlText(300), "prose": proseText(1, 30_000), "chinese": chineseText(2, 20_000),
		"empty": "", "one_letter": "a",
	} {
		texts[name] = text
	}
	encoded := map[string]int{}
	for option, o := range allOptions(t) {
		for _, text := range texts {
			if checkDict(t, text, o) {
				encoded[option]++
			}
		}
	}
	t.Log(encoded, len(texts))
	for option := range allOptions(t) {
		if encoded[option] < 8 {
			t.Errorf("%s: only %d texts got stand-ins", option, encoded[option])
		}
	}
}

// What comes out depends on nothing but the text and the options.
func TestEncodeDictIsAFunction(t *testing.T) {
	o := DictOptions{Counters: []Counter{counter(t, "o200k_base")}}
	text := logText(3, 60_000)
	want, ok := EncodeDict(text, o)
	if !ok {
		t.Fatal("not encoded")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for i := range 20 {
		EncodeDict(logText(uint64(i), 3000), o)
		runtime.GOMAXPROCS(1 + 15*(i%2))
		if got, _ := EncodeDict(strings.Clone(text), o); got.Text != want.Text {
			t.Fatal("another text came out")
		}
	}
}

// seam is what could go wrong between a stand-in and the text beside it: the bytes of the
// sigil, what is escaped and what escapes stand for.
var seam = []string{"\xc2", "\xa7", "a", "\n", "\\", "\xff", "n", "{", "}", "A", "\r"}

// A text comes back whatever is replaced in it, be it a phrase or not.
func TestWriteSeams(t *testing.T) {
	trials := 100_000
	if testing.Short() {
		trials = 20_000
	}
	r := rand.New(rand.NewPCG(4, 4))
	for range trials {
		var b strings.Builder
		for range r.IntN(40) {
			b.WriteString(seam[r.IntN(len(seam))])
		}
		text := b.String()
		a := artifact{brief: r.IntN(2) == 0, inline: r.IntN(2) == 0}
		if a.sigil = (&DictOptions{}).sigil(text); a.sigil == "" {
			continue
		}
		rows := anyRows(r, text)
		if len(rows) == 0 {
			continue
		}
		out := a.write(text, rows)
		if back, err := DecodeDict(out, a.layout(), len(text)); err != nil || back != text {
			t.Fatalf("%v: %q became %q became %q", err, text, out, back)
		}
	}
}

// anyRows are two runs of text side by side, the first wherever it stands before the other.
func anyRows(r *rand.Rand, text string) []choice {
	if len(text) < 3 {
		return nil
	}
	lo := r.IntN(len(text) - 2)
	hi := lo + 1 + r.IntN(min(len(text)-lo-1, 6))
	first := choice{phrase: text[lo:hi], at: occurrences(text[:hi], text[lo:hi])}
	return []choice{first, {phrase: text[hi : hi+1], at: []int32{int32(hi)}}}
}

// Templates with seams in what varies and in what does not.
func TestLawsSeams(t *testing.T) {
	trials := 400
	if testing.Short() {
		trials = 60
	}
	r := rand.New(rand.NewPCG(5, 5))
	encoded := 0
	o := allOptions(t)
	for range trials {
		some := func() (s string) {
			for range r.IntN(4) {
				s += append(seam, " ", "=", ".")[r.IntN(len(seam)+3)]
			}
			return s
		}
		phrase := "the worker" + some() + " found nothing to do in" + some() + " the queue of jobs"
		text := ""
		for range 3 + r.IntN(8) {
			text += some() + []string{" ", "", "\n"}[r.IntN(3)] + phrase + []string{" ", "", "\n"}[r.IntN(3)] + some()
		}
		for _, name := range []string{"any", "any_warm", "many"} {
			if checkDict(t, text, o[name]) {
				encoded++
			}
		}
	}
	if encoded < trials/4 {
		t.Errorf("only %d texts got stand-ins", encoded)
	}
}

func FuzzEncodeDict(f *testing.F) {
	for _, g := range golden {
		f.Add(g.source, uint8(1))
		f.Add(g.want, uint8(3))
	}
	f.Add(logText(1, 1500), uint8(0))
	f.Add(htmlText(5), uint8(2))
	all := allOptions(f)
	names := []string{"any", "any_warm", "few", "many", "default"}
	f.Fuzz(func(t *testing.T, text string, option uint8) {
		o := all[names[int(option)%len(names)]]
		checkDict(t, text, o)
		checkDict(t, strings.Repeat(text+"\n", 5), o)
	})
}

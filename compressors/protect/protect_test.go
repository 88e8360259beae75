package protect_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	pith "github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/protect"
)

// spansOf is the spans of text as "class:text", parted by bars.
func spansOf(p *protect.Policy, text string) string {
	var out []string
	for _, s := range p.Spans(text) {
		out = append(out, s.Class+":"+text[s.Start:s.End])
	}
	return strings.Join(out, "|")
}

func policy(t testing.TB, classes ...string) *protect.Policy {
	t.Helper()
	p, err := protect.NewPolicy(classes, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Each row lists what one class finds in a text, parted by bars.
func TestClasses(t *testing.T) {
	tests := []struct{ class, text, want string }{
		{protect.Code, "a\n```go\nx := 1\n```\nb", "```go\nx := 1\n```"},
		{protect.Code, "~~~\n```\n~~~\nb", "~~~\n```\n~~~"},
		{protect.Code, "a\n````\n```\nx\n````\nb", "````\n```\nx\n````"},
		{protect.Code, "a\n```\nopen to the end", "```\nopen to the end"},
		{protect.Code, "use `a b` and ``c ` d`` here", "`a b`|``c ` d``"},
		{protect.Code, "a stray ` in one\n\nand ` in another", ""},
		{protect.Code, "``so they said, '' and ``again''", ""},

		{protect.Tags, "<system-reminder>do\n\nthis</system-reminder> now", "<system-reminder>do\n\nthis</system-reminder>"},
		{protect.Tags, "<llmlingua, rate=0.4>a</llmlingua>", "<llmlingua, rate=0.4>|</llmlingua>"},
		{protect.Tags, "<system-reminder>never closed", "<system-reminder>"},
		{protect.Tags, `<p class="x">a</p> x<y and z>w, a < b > c`, ""},

		{protect.JSON, `got {"a": [1, "}"], "b": null} back`, `{"a": [1, "}"], "b": null}`},
		{protect.JSON, `see [12], [a] and {x}, {"open": 1`, ""},

		{protect.Tables, "x\n| a | b |\n|---|---|\nnot | this", "| a | b |||---|---|"},
		{protect.Headings, "# One\ntext # no\n####### no\n## Two  \n", "# One|## Two"},
		{protect.Quotes, `he said "no way" and „gut“ and «oui»`, `"no way"|„gut“|«oui»`},
		{protect.Quotes, "5\" wide and 6\nhigh\"", ""},

		{protect.URLs, "see https://en.wikipedia.org/wiki/Go_(game), or (http://x.org/a.).", "https://en.wikipedia.org/wiki/Go_(game)|http://x.org/a"},
		{protect.URLs, "[text](https://x.io/y?z=1&w=2#f) www.foo.com! <ftp://h/p>", "https://x.io/y?z=1&w=2#f|www.foo.com|ftp://h/p"},
		{protect.URLs, "请看https://example.com/a，谢谢", "https://example.com/a"},
		{protect.URLs, "e.g. and/or :// http:// awww.x", ""},
		{protect.Emails, "write to bob.x+y@mail.example.org.", "bob.x+y@mail.example.org"},
		{protect.Emails, "a@b, @home, me @ work, x@y.", ""},

		{protect.Paths, "in /etc/hosts, src/lang/doc.go or ../a/b", "/etc/hosts|src/lang/doc.go|../a/b"},
		{protect.Paths, `at C:\Users\bob\x.txt and \\host\share\f`, `C:\Users\bob\x.txt|\\host\share\f`},
		{protect.Paths, "and/or he/she km/h 1/2 24/7 red/green/blue / // </p>", ""},

		{protect.IDs, "id 550e8400-e29b-41d4-a716-446655440000 commit c881945a, 0xff", "550e8400-e29b-41d4-a716-446655440000|c881945a|0xff"},
		{protect.IDs, "key dGhpcyBpcyBhIHRlc3Qgb2YgYmFzZTY0 end", "dGhpcyBpcyBhIHRlc3Qgb2YgYmFzZTY0"},
		{protect.IDs, "defaced facade 12345678 counterrevolutionaries", ""},

		{protect.Dates, "on 14 March 2023, March 14, 2023 or Mar 3", "14 March 2023|March 14, 2023|Mar 3"},
		{protect.Dates, "am 14. März 2023, el 14 de marzo de 2023, le 3 mai", "14. März 2023|14 de marzo de 2023|3 mai"},
		{protect.Dates, "2023-03-14T10:00:00Z, 14.03.2023, 3/14/23 at 10:30 am", "2023-03-14T10:00:00Z|14.03.2023|3/14/23|10:30 am"},
		{protect.Dates, "签于2023年3月14日。", "2023年3月14日"},
		{protect.Dates, "the march of 40 men, 1.2.3, 3.14 and 50/50", ""},

		{protect.Numbers, "costs 1,250 euros per month, or $3.5 million", "1,250 euros per month|$3.5 million"},
		{protect.Numbers, "5 °C, 3.5 GB/s, 10 000 km, 3 to 5 days, 10 - 20 kg", "5 °C|3.5 GB/s|10 000 km|3 to 5 days|10 - 20 kg"},
		{protect.Numbers, "§ 12 and page 7, No. 5, a 10-minute talk, the 12th, 50%.", "§ 12|page 7|No. 5|10-minute|12th|50%"},
		{protect.Numbers, "3.14. (42) −7 共12个人，10시에", "3.14|42|−7|12个人|10시에"},
		{protect.Numbers, "１２個の箱", "１２個"},
		{protect.Numbers, "1. first\n2) second\nas shown [12] and [3,4]", ""},
		{protect.Numbers, "one GPT-4 v1.2", ""},

		{protect.Identifiers, "foo_bar os.Open(name) camelCase HTTPServer2 MAX_LEN a::b p->next f(x=1) g()", "foo_bar|os.Open(name)|camelCase|HTTPServer2|MAX_LEN|a::b|p->next|f(x=1)|g()"},
		{protect.Identifiers, "--rate -v $HOME ${X} %PATH% v1.2.3 &amp; @bob #123 GPT-4 k=v", "--rate|-v|$HOME|${X}|%PATH%|v1.2.3|&amp;|@bob|#123|GPT-4|k=v"},
		{protect.Identifiers, "e.g. U.S. Ph.D. file(s) well-known NASA wait... _emphasis_ then.[12] <h2> a - b", ""},

		{protect.Negations, "Do not renew it; it doesn't expire, no, never.", "not renew|doesn't expire|no|never"},
		{protect.Negations, "not to be renewed without the notice", "not to be renewed|without the notice"},
		{protect.Negations, "knot another notice nothing nonsense non-binding", "nothing|non-binding"},
		{protect.Negations, "Er wird nicht verlängert, kein Geld ohne Arbeit", "nicht verlängert|kein Geld|ohne Arbeit"},
		{protect.Negations, "Il n'est pas clos, ne peut pas, sans frais", "n'est pas|ne peut pas|sans frais"},
		{protect.Negations, "Nunca paga, no paga, sin coste; não renova sem aviso", "Nunca paga|no paga|sin coste|não renova|sem aviso"},
		{protect.Negations, "Не продлён, без срока, никогда", "Не продлён|без срока|никогда"},
		{protect.Negations, "不能续签，没有，非常好", "不能|没有"},
		{protect.Negations, "更新されない。行きません。", "更新されない|行きません"},
		{protect.Negations, "계약은 갱신되지 않는다. 안 간다.", "갱신되지 않는다|안 간다"},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprintf("%s_%d", tt.class, i), func(t *testing.T) {
			var got []string
			for _, s := range policy(t, tt.class).Spans(tt.text) {
				got = append(got, tt.text[s.Start:s.End])
			}
			if strings.Join(got, "|") != tt.want {
				t.Errorf("in %q\n got %q\nwant %q", tt.text, strings.Join(got, "|"), tt.want)
			}
		})
	}
}

func TestDefault(t *testing.T) {
	text := "# Lease\n\nThe tenant (bob@x.org) may not renew `lease_1` after 14 March 2023 \"as is\"; see https://x.org/a."
	want := "headings:# Lease|emails:bob@x.org|negations:not renew|code:`lease_1`|dates:14 March 2023|urls:https://x.org/a"
	p, err := protect.NewPolicy(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := spansOf(p, text); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := spansOf(policy(t, protect.Default...), text); got != want {
		t.Errorf("the default classes by name: %s", got)
	}
	none, _ := protect.NewPolicy([]string{}, nil, nil)
	if got := none.Spans(text); len(got) != 0 {
		t.Errorf("an empty policy protects %v", got)
	}
}

func TestLiteralsAndPatterns(t *testing.T) {
	res, err := protect.ParsePatterns([]string{`[A-Z]{2}-\d+`, `x*`})
	if err != nil {
		t.Fatal(err)
	}
	p, err := protect.NewPolicy([]string{protect.Numbers}, []string{"Acme Ltd", "ten"}, res)
	if err != nil {
		t.Fatal(err)
	}
	// A literal inside a word protects the whole word; overlaps become one.
	want := "literal:Acme Ltd|literal:often|pattern:AB-12|numbers:7"
	if got := spansOf(p, "Acme Ltd often sold AB-12 and 7"); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestErrors(t *testing.T) {
	_, class := protect.NewPolicy([]string{"code", "colours"}, nil, nil)
	_, literal := protect.NewPolicy(nil, []string{"a", ""}, nil)
	_, broken := protect.NewPolicy(nil, []string{"\xff"}, nil)
	_, syntax := protect.ParsePatterns([]string{"a", "secret("})
	_, long := protect.ParsePatterns([]string{strings.Repeat("a", pith.MaxPatternBytes+1)})
	_, many := protect.ParsePatterns(slices.Repeat([]string{"a"}, pith.MaxPatterns+1))
	for _, tt := range []struct {
		err   error
		param string
	}{
		{class, "/preserve/classes/1"}, {literal, "/preserve/literals/1"}, {broken, "/preserve/literals/0"},
		{syntax, "/preserve/patterns/1"}, {long, "/preserve/patterns/0"}, {many, "/preserve/patterns"},
	} {
		var e *pith.Error
		if !errors.As(tt.err, &e) || e.Code != pith.CodeInvalid || e.Param != tt.param {
			t.Errorf("error %v, want invalid at %s", tt.err, tt.param)
			continue
		}
		if strings.Contains(e.Msg, "secret") {
			t.Errorf("message %q quotes the request", e.Msg)
		}
	}
	if _, err := protect.ParsePatterns(slices.Repeat([]string{strings.Repeat("a", pith.MaxPatternBytes)}, pith.MaxPatterns)); err != nil {
		t.Errorf("the limits themselves: %v", err)
	}
}

// checkLaws reports what breaks the promise of [protect.Policy.Spans].
func checkLaws(t *testing.T, p *protect.Policy, text string) {
	t.Helper()
	borders := make([]bool, len(text)+1)
	borders[len(text)] = true
	for i := range text {
		borders[i] = true
	}
	last := -1
	spans := p.Spans(text)
	for _, s := range spans {
		if s.Start <= last || s.End <= s.Start || s.End > len(text) {
			t.Fatalf("span %v after %d in %d bytes", s, last, len(text))
		}
		if !borders[s.Start] || !borders[s.End] {
			t.Fatalf("span %v cuts a rune", s)
		}
		if cutsWord(text, s.Start) || cutsWord(text, s.End) {
			t.Fatalf("span %v cuts a word: %q", s, text[s.Start:s.End])
		}
		last = s.End
	}
	if !slices.Equal(spans, p.Spans(text)) {
		t.Fatal("a second scan differs")
	}
}

// cutsWord reports whether i has letters or digits on both sides, in a script
// that writes spaces.
func cutsWord(text string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i:])
	spaced := func(r rune) bool {
		return (unicode.IsLetter(r) || unicode.IsDigit(r)) && r != utf8.RuneError &&
			(r < 0xE00 || unicode.In(r, unicode.Latin, unicode.Hangul) && r < 0xFF00)
	}
	return spaced(before) && spaced(after)
}

// A megabyte of anything must come back: a square would take hours here.
func TestMegabyte(t *testing.T) {
	p := policy(t, protect.Classes...)
	for _, s := range []string{"`", "``` ", "7", "7 ", "/", "\\", "@", "a@", "www.", "a://", "[", "{\"a\":", "<a ", "<system>",
		"not ", "ne ", "不", "1月", "“", "\"", "|", "#", "a_", "f(", "é", "\xff", "않 ", "March 1 "} {
		checkLaws(t, p, strings.Repeat(s, 1<<20/len(s)))
	}
}

func FuzzSpans(f *testing.F) {
	f.Add("The 12 `a` https://x.org/(b) not <x y=1> 不能12个 C:\\a\\b a@b.cd \"q\" {\"k\": 1}\n# h\n|a|b|\n```")
	f.Add("```\n~~~\n\xff`` ' ${x[0]} 1月年 않 ne pas n't")
	p := policy(f, protect.Classes...)
	lit, err := protect.NewPolicy(nil, []string{"é", "a"}, []*regexp.Regexp{regexp.MustCompile(`\d|é.`)})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkLaws(t, p, text)
		checkLaws(t, lit, text)
	})
}

package policy

import (
	"fmt"
	"strings"
	"testing"
)

// tagged writes segments as "text", "[text 0.4]" for tagged ones and "{text}" for
// those to keep.
func tagged(text string) (string, bool) {
	t, ok := ParseTags(text)
	var b strings.Builder
	for _, s := range t.Segments {
		inner := text[s.Start:s.End]
		switch {
		case s.Keep:
			fmt.Fprintf(&b, "{%s}", inner)
		case s.Tagged:
			fmt.Fprintf(&b, "[%s %v]", inner, s.Rate)
		default:
			b.WriteString(inner)
		}
	}
	return b.String(), ok
}

func TestParseTags(t *testing.T) {
	tests := []struct {
		name, text, want string
		ok               bool
	}{
		{"none", "plain < text >", "plain < text >", false},
		{"bare", "a <llmlingua>b</llmlingua> c", "a [b 0] c", true},
		{"rate", "<llmlingua, rate=0.4>b</llmlingua>", "[b 0.4]", true},
		{"spaces", "<llmlingua , rate = 0.4 , compress = True >b</llmlingua>", "[b 0.4]", true},
		{"compress_false", "<llmlingua, compress=False>b</llmlingua>", "{b}", true},
		{"compress_false_wins", "<llmlingua, rate=0.4, compress=false>b</llmlingua>", "{b}", true},
		{"rate_one_keeps", "<llmlingua, rate=1>b</llmlingua>", "{b}", true},
		{"kong", "x<LLMLINGUA>b</LLMLINGUA>y", "x[b 0]y", true},
		{"ttc", "x<ttc_safe>b</ttc_safe>y", "x{b}y", true},
		{"lines", "<llmlingua>\nb\n</llmlingua>\nc", "[\nb\n 0]\nc", true},
		{"two", "<llmlingua>a</llmlingua><ttc_safe>b</ttc_safe>", "[a 0]{b}", true},
		{"empty", "a<llmlingua></llmlingua>b", "ab", true},
		{"rate_zero", "<llmlingua, rate=0>b</llmlingua>", "<llmlingua, rate=0>b</llmlingua>", false},
		{"rate_two", "<llmlingua, rate=2>b</llmlingua>", "<llmlingua, rate=2>b</llmlingua>", false},
		{"rate_nan", "<llmlingua, rate=NaN>b</llmlingua>", "<llmlingua, rate=NaN>b</llmlingua>", false},
		{"rate_twice", "<llmlingua, rate=.1, rate=.2>b</llmlingua>", "<llmlingua, rate=.1, rate=.2>b</llmlingua>", false},
		{"unknown_key", "<llmlingua, speed=1>b</llmlingua>", "<llmlingua, speed=1>b</llmlingua>", false},
		{"other_name", "<llmlinguas>b</llmlinguas>", "<llmlinguas>b</llmlinguas>", false},
		{"never_closed", "a <llmlingua>b", "a <llmlingua>b", false},
		{"never_opened", "a</llmlingua>b <ttc_safe>c</ttc_safe>", "a</llmlingua>b {c}", true},
		{"wrong_partner", "<llmlingua>b</ttc_safe> <ttc_safe>c</ttc_safe>", "<llmlingua>b</ttc_safe> {c}", true},
		{"nested", "<llmlingua>a<ttc_safe>b</ttc_safe>c</llmlingua>d", "<llmlingua>a<ttc_safe>b</ttc_safe>c</llmlingua>d", false},
		{"nested_then_good", "<llmlingua>a<llmlingua>b</llmlingua></llmlingua><ttc_safe>c</ttc_safe>",
			"<llmlingua>a<llmlingua>b</llmlingua></llmlingua>{c}", true},
		{"malformed_then_good", "<llmlingua, rate=x>a</llmlingua><ttc_safe>c</ttc_safe>", "<llmlingua, rate=x>a</llmlingua>{c}", true},
	}
	for _, tt := range tests {
		if got, ok := tagged(tt.text); got != tt.want || ok != tt.ok {
			t.Errorf("%s: got %q, %v; want %q, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

// Taking the tags out changes no other byte: what lies between segments is
// recognised tags and nothing else.
func FuzzParseTags(f *testing.F) {
	f.Add("a <llmlingua, rate=0.4>b</llmlingua> <ttc_safe>c</ttc_safe>")
	f.Add("<llmlingua><LLMLINGUA>a</LLMLINGUA></llmlingua><ttc_safe>")
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := ParseTags(text)
		at, gaps := 0, 0
		check := func(gap string) {
			for gap != "" {
				tag, ok := readTag(gap)
				if !ok {
					t.Fatalf("bytes were lost: %q", gap)
				}
				gap = gap[tag.end:]
				gaps++
			}
		}
		for _, s := range got.Segments {
			if s.Start < at || s.End <= s.Start || s.End > len(text) {
				t.Fatalf("segment %+v after %d of %d", s, at, len(text))
			}
			if s.Rate < 0 || s.Rate >= 1 || s.Keep && s.Rate != 0 || !s.Tagged && (s.Keep || s.Rate != 0) {
				t.Fatalf("segment %+v", s)
			}
			check(text[at:s.Start])
			at = s.End
		}
		check(text[at:])
		if (gaps > 0) != ok || gaps%2 != 0 {
			t.Fatalf("%d tags are gone, ok is %v", gaps, ok)
		}
	})
}

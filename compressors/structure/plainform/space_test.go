package plainform_test

import (
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/plainform"
)

func TestSpace(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"line_ends", "a  \nb\t\n  c \nd", "a\nb\n  c\nd"},
		{"crlf", "a\r\nb\r\n", "a\nb\n"},
		{"blank_lines", "a\n\n\n\nb\n \t\n\nc\n", "a\n\nb\n\nc\n"},
		{"one_blank_line_with_spaces", "a\n   \nb", "a\n\nb"},
		{"both_ends", "\n\n a\nb\n\n\n", " a\nb\n"},
		{"no_line_end_at_the_end", "a\nb  ", "a\nb"},
		{"shared_indentation", "    a\n      b\n\n    c\n", "a\n  b\n\nc\n"},
		{"shared_tabs", "\t\ta\n\tb\n", "\ta\nb\n"},
		{"tabs_and_spaces_share_nothing", "\ta\n        b \n", "\ta\n        b\n"},
		{"one_line", "   a   ", "a"},
		{"no_break_space", "a\u00a0\nb \u00a0 \n\u00a0\nc\u200b\nd", "a\nb\n\nc\nd"},
		{"no_break_space_within_stays", "a\u00a0b\n\u00a0c \n", "a\u00a0b\n\u00a0c\n"},
		{"zero_width_joiner_stays", "a\u200d \nb", "a\u200d\nb"},
		{"broken_utf8", "a\xc2 \nb\xa0\n\xe3\x80 \n", "a\xc2\nb\xa0\n\xe3\x80\n"},
		{"fence_is_nothing_special", "```\na  \n\n\nb\n```\n", "```\na\n\nb\n```\n"},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			if got := checkSpace(t, x.source, plainform.EncodeSpace); got != x.want {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
}

func TestMarkdownSpace(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"break_is_kept", "a  \nb\nc \nd", "a  \nb\nc\nd"},
		{"break_of_many_spaces", "a     \nb", "a  \nb"},
		{"break_with_crlf", "a  \r\nb\r\n", "a  \nb\n"},
		{"no_break_before_a_blank_line", "a  \n\nb  \n", "a\n\nb\n"},
		{"indented_code_stays_code", "    code\n\n\n    more\n", "    code\n\n    more\n"},
		{"fenced", "a \n\n\n```go  \nx  \n\n\n\ty\n```  \n\n\nb\n", "a\n\n```go  \nx  \n\n\n\ty\n```\n\nb\n"},
		{"fence_in_fence", "````\n```\n \n\n````\n\n\nb", "````\n```\n \n\n````\n\nb"},
		{"fence_without_end", "a\n\n\n~~~\nb  \n\n\nc  \n\n\n", "a\n\n~~~\nb  \n\n\nc\n"},
		{"inline_code_is_no_fence", "```a``` b \n\n\nc", "```a``` b\n\nc"},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			if got := checkSpace(t, x.source, plainform.EncodeMarkdownSpace); got != x.want {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
}

func TestSpaceLeaves(t *testing.T) {
	for _, source := range []string{"", " ", "\n\n \n", "a", "a\nb\n\nc\n", "a b\n"} {
		if e, ok := plainform.EncodeSpace(source, structure.Options{}); ok {
			t.Errorf("%q has become %q", source, e.Text)
		}
	}
}

type encode func(string, structure.Options) (structure.Encoded, bool)

// checkSpace wants what is true of any text, and returns what can be read.
func checkSpace(t *testing.T, source string, encode encode) string {
	t.Helper()
	e, ok := encode(source, structure.Options{})
	if !ok {
		return source
	}
	checkExact(t, source, e, plainform.DecodeSpace)
	if got, want := strings.Fields(e.Text), strings.Fields(source); len(got) > len(want) {
		t.Fatalf("%q has become %q", source, e.Text)
	}
	if again, ok := encode(e.Text, structure.Options{}); ok {
		t.Fatalf("%q has become %q", e.Text, again.Text)
	}
	return e.Text
}

// FuzzSpace wants words and lines as they were.
func FuzzSpace(f *testing.F) {
	f.Add("  a \r\n\r\n\r\n  b\t\n  \u00a0\n  c")
	f.Add("```\n a  \n\n\n```  \n\nb  \nc\n")
	f.Add("\ta\n\t\tb\n \n\xe3\x80\x80\n")
	f.Fuzz(func(t *testing.T, source string) {
		checkSpace(t, source, plainform.EncodeMarkdownSpace)
		text := checkSpace(t, source, plainform.EncodeSpace)
		if strings.Contains(text, "\n\n\n") && text != source {
			t.Fatalf("blank lines in %q", text)
		}
		if got, want := squeeze(text), squeeze(source); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// squeeze drops what may be dropped, wherever it stands.
func squeeze(text string) string {
	return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\v", "", "\f", "", "\n", "", "\u00a0", "", "\u3000", "", "\u200b", "", "\ufeff", "").Replace(text)
}

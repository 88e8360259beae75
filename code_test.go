package pith

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func TestWhatIsSaidOfCodeIsValidated(t *testing.T) {
	names := func(n int) []string { return slices.Repeat([]string{"Box.size"}, n) }
	tests := []struct {
		name  string
		set   func(*Request)
		param string // "" is valid
	}{
		{"nothing", func(*Request) {}, ""},
		{"kind_code", func(r *Request) { r.Contexts[0].Kind = KindCode }, ""},
		{"kind_unknown", func(r *Request) { r.Contexts[1].Kind = "prose" }, "/contexts/1/kind"},
		{"kind_in_capitals", func(r *Request) { r.Contexts[0].Kind = "Code" }, "/contexts/0/kind"},
		{"marks_counted", func(r *Request) { r.Options.Code.Marks = MarksCounted }, ""},
		{"marks_range", func(r *Request) { r.Options.Code.Marks = MarksRange }, ""},
		{"marks_short", func(r *Request) { r.Options.Code.Marks = MarksShort }, ""},
		{"marks_none", func(r *Request) { r.Options.Code.Marks = MarksNone }, ""},
		{"marks_unknown", func(r *Request) { r.Options.Code.Marks = "loud" }, "/code/marks"},
		{"keep_nothing", func(r *Request) { r.Options.Code.Keep = []string{} }, ""},
		{"keep_as_many_as_may_be", func(r *Request) { r.Options.Code.Keep = names(MaxKeep) }, ""},
		{"keep_one_more", func(r *Request) { r.Options.Code.Keep = names(MaxKeep + 1) }, "/code/keep"},
		{"keep_patterns", func(r *Request) { r.Options.Code.Keep = []string{"P::new", "*", "größe"} }, ""},
		{"keep_empty", func(r *Request) { r.Options.Code.Keep = []string{"a", "b", "c", ""} }, "/code/keep/3"},
		{"keep_blank", func(r *Request) { r.Options.Code.Keep = []string{" \t"} }, "/code/keep/0"},
		{"keep_longest", func(r *Request) { r.Options.Code.Keep = []string{strings.Repeat("x", MaxKeepBytes)} }, ""},
		{"keep_longer", func(r *Request) { r.Options.Code.Keep = []string{strings.Repeat("x", MaxKeepBytes+1)} }, "/code/keep/0"},
		{"keep_no_text", func(r *Request) { r.Options.Code.Keep = []string{"a", "\xff"} }, "/code/keep/1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Request{Contexts: []Context{{Text: "a"}, {Text: "b"}}}
			tt.set(&r)
			err := r.Validate()
			var e *Error
			if got := errors.As(err, &e); got != (tt.param != "") || got && (e.Param != tt.param || e.Code != CodeInvalid) {
				t.Errorf("got %v, want param %q", err, tt.param)
			}
		})
	}
}

func TestFileName(t *testing.T) {
	for id, want := range map[string]bool{"src/app.py": true, `src\app.py`: true, "a.b": true, ".bashrc": true, "ci/build": true, "": false,
		"c": false, "doc-1": false, "python": false} {
		if got := (&Context{ID: id}).FileName(); got != map[bool]string{true: id}[want] {
			t.Errorf("%q: got %q, want it: %v", id, got, want)
		}
	}
}

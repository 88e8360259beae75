package pathform_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
)

func lines(l ...string) string { return strings.Join(l, "\n") + "\n" }

func TestEncode(t *testing.T) {
	tests := map[string]struct{ kind, text, want, layout string }{
		"hits_of_two_files": {"hits", lines("a/b.go:1:x", "a/b.go:2:y", "a/b.go:3:z", "a/c.go:1:x", "a/c.go:9:3: y", "a/c.go:10:z"),
			lines("a/b.go", "1:x", "2:y", "3:z", "", "a/c.go", "1:x", "9:3: y", "10:z"), ""},
		"a_hit_alone_stays": {"hits", lines("a/b.go:1:x", "a/b.go:2:y", "a/b.go:3:z", "a/c.go:1:x", "a/d.go:1:x"),
			lines("a/b.go", "1:x", "2:y", "3:z", "", "a/c.go:1:x", "a/d.go:1:x"), ""},
		"so_does_what_is_none": {"hits", lines("# a/b", "a/b.go:1:x", "a/b.go:2:y", "a/b.go:3:z", "Binary file a/d matches"),
			lines("# a/b", "", "a/b.go", "1:x", "2:y", "3:z", "", "Binary file a/d matches"), ""},
		"context": {"hits", lines("a/b-1-c.go-1-v", "a/b-1-c.go:2:w", "--", "a/b-1-c.go:5:x", "a/b-1-c.go-6-y", "--", "a/d.go:1:z"),
			lines("a/b-1-c.go", "1-v", "2:w", "--", "5:x", "6-y", "", "a/d.go", "1:z"), `{"dash":true}`},
		"crlf": {"hits", "a/b.go:1:x\r\na/b.go:2:y\r\na/b.go:3:y", "a/b.go\n1:x\n2:y\n3:y", `{"crlf":true}`},
		"drive": {"hits", lines(`C:\d\e.go:1:x`, `C:\d\e.go:2:x`, `C:\d\e.go:3:x`),
			lines(`C:\d\e.go`, "1:x", "2:x", "3:x"), ""},

		"paths": {"paths", lines("lib/some/a", "lib/some/b", "lib/some/c", "d/e"), lines("lib/some/:", " a", " b", " c", "d/e"), ""},
		"a_directory_and_what_is_in_it": {"paths", lines("lib/some/yaml", "lib/some/yaml/a", "lib/some/yaml/b", "lib/some/yaml/c"),
			lines("lib/some/yaml", "lib/some/yaml/:", " a", " b", " c"), ""},
		"two_levels": {"paths", lines("lib/some/a", "lib/some/b", "lib/some/another-one/c", "lib/some/another-one/d", "lib/some/another-one/e", "lib/some/f"),
			lines("lib/some/:", " a", " b", " another-one/:", "  c", "  d", "  e", " f"), ""},
		"archive": {"paths", lines("some-name/", "some-name/a", "some-name/b", "some-name/c/", "some-name/d"),
			lines("some-name/", "some-name/:", " a", " b", " c/", " d"), ""},
		"sizes": {"paths", lines("4\t/usr/share/doc/file/magic", "8\t/usr/share/doc/file", "1.5M\t/usr/share/doc/dpkg", "312\t/usr/share/doc"),
			lines("/usr/share/doc/:", " 4\tfile/magic", " 8\tfile", " 1.5M\tdpkg", "312\t/usr/share/doc"), `{"sizes":true}`},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			e, ok := checkLaws(t, forms[test.kind], test.text)
			if !ok || e.Text != test.want || string(e.Layout) != test.layout {
				t.Errorf("got %v, layout %s, text\n%s\nwant\n%s", ok, e.Layout, e.Text, test.want)
			}
		})
	}
}

// These would be in doubt, or are of another kind.
func TestEncodeRefuses(t *testing.T) {
	three := lines("a/b.go:1:x", "a/b.go:2:y", "a/b.go:3:z")
	dir := lines("lib/some/a", "lib/some/b", "lib/some/c")
	tests := map[string]struct{ kind, text string }{
		"empty":                     {"hits", ""},
		"one_line":                  {"hits", "a/b.go:1:x"},
		"blank_line":                {"hits", three + "\n" + three},
		"numbered_line":             {"hits", three + "12:x\n"},
		"times_of_day":              {"hits", lines("x 12:30:45 a", "x 12:30:46 b", "x 12:30:47 c")},
		"sentences_with_times":      {"hits", lines("Built a/b.go at 12:30:45 a", "Built a/b.go at 12:31:46 b", "Built a/b.go at 12:32:47 c")},
		"addresses":                 {"hits", lines("10.0.0.1:80:a", "10.0.0.1:80:b", "10.0.0.1:80:b")},
		"context_of_other_file":     {"hits", lines("--", "a/b.go:1:x", "a/b.go:2:y", "a/c.go-3-z")},
		"separator_at_the_end":      {"hits", three + "--\n"},
		"some_lines_crlf":           {"hits", three + "a/b.go:4:x\r\n"},
		"each_file_once":            {"hits", lines("a/b.go:1:x", "a/c.go:1:x", "a/d.go:1:x")},
		"paths_and_blank_line":      {"paths", dir + "\n" + dir},
		"looks_like_a_heading":      {"paths", dir + "lib/some/:\n"},
		"looks_indented":            {"paths", dir + " d\n"},
		"would_look_indented":       {"paths", dir + "lib/some/ d\n"},
		"some_have_sizes":           {"paths", dir + "4\tlib/some/d\n"},
		"sentences":                 {"paths", lines("and/or some more/a thing", "and/or some more/b thing", "and/or some more/c thing")},
		"words":                     {"paths", lines("a", "b", "c", "d")},
		"directories_once_each":     {"paths", lines("a/b", "c/d", "e/f")},
		"own_text":                  {"paths", lines("lib/some/:", " a", " b", " c", "d/e")},
		"control_bytes":             {"paths", dir + "lib/some/\x1b[31md\n"},
		"escape_at_the_end_of_path": {"paths", dir + "lib/\x7f/d\n"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if e, ok := checkLaws(t, forms[test.kind], test.text); ok {
				t.Errorf("got %q", e.Text)
			}
		})
	}
}

func TestDecodeErrors(t *testing.T) {
	tests := map[string]struct {
		kind, text, layout string
		limit              int
		want               error
	}{
		"layout_is_no_json":      {"hits", "a", "{", 99, structure.ErrLayout},
		"layout_is_a_list":       {"paths", "a", "[]", 99, structure.ErrLayout},
		"two_blank_lines":        {"hits", "a\n\n\nb\n", "", 99, structure.ErrText},
		"no_number":              {"hits", "a\n1:x\ny\n", "", 99, structure.ErrText},
		"too_long":               {"hits", "long\n1:x\n2:y\n", "", 12, structure.ErrLimit},
		"indented_below_nothing": {"paths", " a\n", "", 99, structure.ErrText},
		"indented_too_far":       {"paths", "a/:\n   b\n", "", 99, structure.ErrText},
		"third_level":            {"paths", "a/:\n b/:\n  c/:\n", "", 99, structure.ErrText},
		"name_is_empty":          {"paths", "a/:\n \n", "", 99, structure.ErrText},
		"names_too_long":         {"paths", "long/:\n b\n c\n", "", 8, structure.ErrLimit},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got, err := forms[test.kind].decode(test.text, []byte(test.layout), test.limit); !errors.Is(err, test.want) {
				t.Errorf("got %q, %v, want %v", got, err, test.want)
			}
		})
	}
}

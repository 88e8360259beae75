package jsonform

import "testing"

// What stands without quotes must not be taken for anything but that string.
func TestBareCell(t *testing.T) {
	bare := []string{
		"a", "Widget", "two words", "2026-03-01", "2026-03-01T08:00:00Z", "1.2.3", "12:30", "5s", "12 %", "-", "--", "-x", "a-b", "+", "e5",
		"yes", "none", "nullable", "nano", "0xyz", "https://example.com/?a=b&c=[1]#d", "a[0]", "(x)", "it's", "#1", "$5", "~", "é", "你好", "😀", "...",
	}
	quoted := []string{
		"", " a", "a ", "a  b", "true", "False", "NULL", "NaN", "inf", "-Infinity", "0", "-1", "+1", "1.5", "1.", ".5", "1e5", "1E+400", "007",
		"1_000", "0x1F", "0b11", "[", "{}", "a,b", "a\\\\b", `a\"`, "a\tb", "\x7f", "\u0085", "\u00a0", "a\u00a0b", "\u200b", "\u202e", "\u2028", "\ue000",
	}
	for _, s := range bare {
		if !bareCell(s, ',', true) {
			t.Errorf("%q gets quotes", s)
		}
	}
	for _, s := range quoted {
		if bareCell(s, ',', false) {
			t.Errorf("%q gets none", s)
		}
	}
	for _, s := range []string{"- item", "key: value", "ends:"} {
		if bareCell(s, ',', true) || !bareCell(s, ',', false) {
			t.Errorf("%q gets quotes elsewhere, or none at the start of a row", s)
		}
	}
	if bareCell("a|b", '|', false) || !bareCell("a,b", '|', false) || bareCell("1,000", '|', false) {
		t.Error("quotes do not depend on the delimiter")
	}
}

func TestBareKey(t *testing.T) {
	for _, s := range []string{"id", "created_at", "created-at", "a.b", "$ref", "@type", "a/b", "naïve", "名前", "x1", "_"} {
		if !bareKey(s) {
			t.Errorf("%q gets quotes", s)
		}
	}
	for _, s := range []string{"", "true", "false", "null", "1", "-x", ".x", "a b", "a:b", "a,b", "a|b", "a=b", "a?", "a[0]", "{}", `\"`, "a\\\\", "\u200b", "\u00a0"} {
		if bareKey(s) {
			t.Errorf("%q gets none", s)
		}
	}
}

func TestBareLabel(t *testing.T) {
	for _, s := range []string{"node_modules/@a/b", "1", "2026-03-01", "two words", "null", "a=b"} {
		if !bareLabel(s, ',') {
			t.Errorf("%q gets quotes", s)
		}
	}
	for _, s := range []string{"", " a", "a ", "a:b", "- a", "items[3]", "{", "a,b", `\"`, "\t", "\u2028"} {
		if bareLabel(s, ',') {
			t.Errorf("%q gets none", s)
		}
	}
}

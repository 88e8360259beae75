package jsonedit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

var testKeys = NewKeys("a", "text", "messages")

// walk visits everything that it can: known members, elements and strings.
func walk(src []byte, each func(lit Range)) error {
	r := NewReader(src)
	var value func()
	value = func() {
		switch r.Kind() {
		case Object:
			r.Object(testKeys, func(string) { value() })
		case Array:
			r.Array(func(int) { value() })
		case String:
			lit := r.Skip()
			if r.Err() == nil {
				each(lit)
			}
		default:
			r.Skip()
		}
	}
	value()
	return r.End()
}

func skip(src []byte) error {
	r := NewReader(src)
	r.Skip()
	return r.End()
}

var samples = []string{
	`{}`, `[]`, `""`, `0`, `-0`, `-1.5e+10`, `1e400`, `true`, `false`, `null`,
	` {"a" : [ 1 , {"b":"c"} , [] , {} ] , "text":"x\n\u00e9\ud83d\ude00\/"} `,
	"{\r\n\t\"a\":1.0,\"big\":9007199254740993,\"A\u2028\":\"\u2029\"}",
	`{"a":1,"b":2,"b":3}`, `{"\u0061":1}`,
	``, ` `, `{`, `}`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{a:1}`, `{'a':1}`, `[1 2]`, `01`, `-`, `1.`, `.5`, `1e`, `+1`,
	`"\x"`, `"\u12g4"`, `"\u123`, "\"\t\"", "\"\x00\"", "\"\x7f\"", `"unterminated`, `tru`, `truex`, `nul`, `{} {}`, "\xef\xbb\xbf{}",
	"\"\xff\xfe\"", `"\ud800"`, `"\udc00\ud800"`, `"\ud800\u0041"`, `{"a":{"b":[{"c":"d"}]}}`, `[[[[]]]]`, `[1}`, `{"a":1]`,
}

func TestAcceptsWhatJSONIs(t *testing.T) {
	for _, s := range samples {
		agree(t, []byte(s))
	}
}

// agree compares with encoding/json, which nests deeper.
func agree(t *testing.T, src []byte) {
	t.Helper()
	want := json.Valid(src)
	err := skip(src)
	if errors.Is(err, ErrDepth) {
		return
	}
	if (err == nil) != want {
		t.Errorf("Skip of %q: %v, encoding/json says %v", src, err, want)
	}
	werr := walk(src, func(lit Range) { sameString(t, lit.Of(src)) })
	if errors.Is(werr, ErrAmbiguous) {
		return // found before what may be wrong behind it
	}
	if (werr == nil) != want {
		t.Errorf("walk of %q: %v, encoding/json says %v", src, werr, want)
	}
}

func sameString(t *testing.T, lit []byte) {
	t.Helper()
	got, ok := Unquote(lit)
	if !ok {
		if utf8.Valid(lit) && !bytes.Contains(bytes.ToLower(lit), []byte(`\ud`)) {
			t.Errorf("Unquote refuses %q", lit)
		}
		return
	}
	var want string
	if err := json.Unmarshal(lit, &want); err != nil || got != want {
		t.Errorf("Unquote(%q) = %q, encoding/json says %q, %v", lit, got, want, err)
	}
	for _, ascii := range []bool{false, true} {
		again := Quote(nil, got, ascii)
		if back, ok := Unquote(again); !ok || back != got || !json.Valid(again) {
			t.Errorf("Quote(%q, %v) = %q, which says %q", got, ascii, again, back)
		}
		if ascii && bytes.ContainsFunc(again, func(r rune) bool { return r >= utf8.RuneSelf }) {
			t.Errorf("Quote(%q, ascii) = %q", got, again)
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, src []byte) { agree(t, src) })
}

// FuzzSplice replaces every string that is a value of the walk and looks whether
// anything else changed.
func FuzzSplice(f *testing.F) {
	for _, s := range samples {
		f.Add([]byte(s), "new \"text\" é\n")
	}
	f.Fuzz(func(t *testing.T, src []byte, s string) {
		if !utf8.ValidString(s) {
			return
		}
		var edits []Edit
		if walk(src, func(lit Range) { edits = append(edits, Replace(src, lit, s)) }) != nil {
			return
		}
		out := Splice(src, edits)
		i := 0
		rest := out
		at := 0
		if err := walk(out, func(lit Range) {
			if got, ok := Unquote(lit.Of(out)); !ok || got != s {
				t.Fatalf("string %d says %q, want %q", i, got, s)
			}
			between := src[at:edits[i].Start]
			if !bytes.HasPrefix(rest, between) {
				t.Fatalf("bytes before string %d changed", i)
			}
			rest = rest[len(between)+lit.End-lit.Start:]
			at = edits[i].End
			i++
		}); err != nil || i != len(edits) || !bytes.Equal(rest, src[at:]) {
			t.Fatalf("%q became %q: %v, %d of %d strings", src, out, err, i, len(edits))
		}
	})
}

func TestAmbiguousKeys(t *testing.T) {
	tests := []struct {
		name, src string
		want      error
	}{
		{"twice", `{"text":1,"text":2}`, ErrAmbiguous},
		{"escaped", `{"text":1,"te\u0078t":2}`, ErrAmbiguous},
		{"other_case", `{"text":1,"TEXT":2}`, ErrAmbiguous},
		{"a_letter_that_folds", "{\"messages\":1,\"me\u017fsages\":2}", ErrAmbiguous},
		{"other_case_alone", `{"TEXT":2}`, nil},
		{"unknown_twice", `{"b":1,"b":2}`, nil},
		{"apart", `[{"text":1},{"text":2}]`, nil},
		{"below_a_skipped_one", `{"b":{"text":1,"text":2}}`, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := NewReader([]byte(tt.src))
			if r.Kind() == Array {
				r.Array(func(int) { r.Object(testKeys, func(string) {}) })
			} else {
				r.Object(testKeys, func(string) {})
			}
			if err := r.End(); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestKeysAreExact(t *testing.T) {
	var got []string
	r := NewReader([]byte(`{"a":1,"b":2,"TEXT":3,"mess\u0061ges":4}`))
	r.Object(testKeys, func(k string) { got = append(got, k) })
	if r.End() != nil || fmt.Sprint(got) != "[a   messages]" {
		t.Errorf("got %q, %v", got, r.Err())
	}
}

func TestDepth(t *testing.T) {
	nested := func(n int) []byte { return []byte(strings.Repeat("[", n) + strings.Repeat("]", n)) }
	if err := skip(nested(MaxDepth)); err != nil {
		t.Errorf("depth %d: %v", MaxDepth, err)
	}
	if err := skip(nested(MaxDepth + 1)); !errors.Is(err, ErrDepth) {
		t.Errorf("depth %d: %v", MaxDepth+1, err)
	}
	if err := walk(nested(5000), func(Range) {}); !errors.Is(err, ErrDepth) {
		t.Errorf("depth 5000: %v", err)
	}
}

func TestRemove(t *testing.T) {
	tests := []struct{ name, src, want string }{
		{"only", `{"a":{"x":1}}`, `{}`},
		{"first", `{"a":1, "b":2}`, `{ "b":2}`},
		{"middle", `{"c":1,"a" : [1] , "b":2}`, `{"c":1, "b":2}`},
		{"last", "{\"b\":2 ,\n \"a\":\"}\" }", `{"b":2  }`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var edit Edit
			r := NewReader([]byte(tt.src))
			r.Object(testKeys, func(k string) {
				if k == "a" {
					start := r.MemberStart()
					edit = Remove([]byte(tt.src), Range{start, r.Skip().End})
				}
			})
			if got := string(Splice([]byte(tt.src), []Edit{edit})); got != tt.want || !json.Valid([]byte(got)) {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestReplaceKeepsTheStyle(t *testing.T) {
	tests := []struct{ name, lit, want string }{
		{"plain", `"x"`, `"é😀<>&"`},
		{"escapes_but_ascii_ones", `"\n\\u00e9"`, `"é😀<>&"`},
		{"ascii", `"\u00e9"`, `"\u00e9\ud83d\ude00<>&"`},
		{"mixed", `"\u00e9é"`, `"é😀<>&"`},
		{"control_escape_only", `"\u0001"`, `"é😀<>&"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Replace([]byte(tt.lit), Range{0, len(tt.lit)}, "é😀<>&")
			if string(got.New) != tt.want {
				t.Errorf("got %s, want %s", got.New, tt.want)
			}
		})
	}
}

// The typical case is long strings; the worst is many small values.
func BenchmarkSkip(b *testing.B) {
	text := strings.Repeat("The quick brown fox jumps over the lazy dog. ", 23)
	var long, dense bytes.Buffer
	long.WriteString(`[""`)
	for long.Len() < 1<<20 {
		fmt.Fprintf(&long, `,{"role":"user","content":"%s\n"}`, text)
	}
	long.WriteString("]")
	dense.WriteString("[0")
	for dense.Len() < 1<<20 {
		dense.WriteString(`,1234,{"a":[]}`)
	}
	dense.WriteString("]")
	for _, c := range []struct {
		name string
		src  []byte
	}{{"strings", long.Bytes()}, {"small_values", dense.Bytes()}} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.src)))
			b.ReportAllocs()
			for b.Loop() {
				if err := skip(c.src); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

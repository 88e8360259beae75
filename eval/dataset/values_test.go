package dataset

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

func valuesOf(text string) ([]string, error) {
	var got []string
	err := eachValue(strings.NewReader(text), maxValue, func(place string, raw []byte) error {
		var small bytes.Buffer
		if err := json.Compact(&small, raw); err != nil {
			return err
		}
		got = append(got, place+" "+small.String())
		return nil
	})
	return got, err
}

func TestEachValue(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"empty":             {"", ""},
		"blank":             {" \r\n\t\n", ""},
		"lines":             {"{\"a\":1}\n\n{\"a\":2}\n", `line 1 {"a":1}|line 3 {"a":2}`},
		"no_last_line_end":  {"{\"a\":1}\n{\"a\":2}", `line 1 {"a":1}|line 2 {"a":2}`},
		"crlf_and_mark":     {"\ufeff{\"a\":1}\r\n\r\n{\"a\":2}\r\n", `line 1 {"a":1}|line 3 {"a":2}`},
		"blank_lines_first": {"\n\n{\"a\":1}\n", `line 3 {"a":1}`},
		"array":             {"[ {\"a\":1},\n{\"a\":2} ]\n", `item 1 {"a":1}|item 2 {"a":2}`},
		"array_with_mark":   {"\ufeff[{\"a\":1}]", `item 1 {"a":1}`},
		"empty_array":       {"[]", ""},
		"one_over_lines":    {"{\r\n \"a\": 1,\n\n \"b\": [2]\n}\n", `line 1 {"a":1,"b":[2]}`},
	} {
		got, err := valuesOf(tc.text)
		if err != nil || strings.Join(got, "|") != tc.want {
			t.Errorf("%s: got %q, %v", name, got, err)
		}
	}
}

func TestEachValueSaysWhere(t *testing.T) {
	for name, tc := range map[string]struct{ text, want string }{
		"first_line":       {"{\"a\":\n{\"a\":2}\n", "line 1: not JSON"},
		"later_line":       {"{\"a\":1}\n{secret", "line 2: not JSON"},
		"cut_off_array":    {"[{\"a\":1},{\"a\":", "item 2: the file ends within a value"},
		"cut_after_item":   {"[{\"a\":1}", "the file ends within a value"},
		"no_comma":         {"[{\"a\":1} {\"a\":2}]", "item 2: not JSON"},
		"after_the_array":  {"[{\"a\":1}] {}", "after the array"},
		"utf16":            {"\xff\xfe{\x00", "UTF-16"},
		"text":             {"secret words", "line 1: not JSON"},
		"cut_over_lines":   {"{\n\"a\":", "line 1: not JSON"},
		"two_over_lines":   {"{\n\"a\":1}\n{\n\"a\":1}", "line 1: not JSON"},
		"binary":           {"\x00\x01\x02", "line 1: not JSON"},
		"line_after_blank": {"\n\nx", "line 3: not JSON"},
	} {
		var v any
		err := eachValue(strings.NewReader(tc.text), maxValue, func(_ string, raw []byte) error { return decode(raw, &v) })
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "ecret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEachValueHasALimit(t *testing.T) {
	const limit = 1 << 20
	for name, head := range map[string]string{"line": `{"a":"`, "later_line": "{}\n{\"a\":\"", "array": `[{"a":"`, "over_lines": "{\n\"a\":\""} {
		endless := io.MultiReader(strings.NewReader(head), repeat('x'))
		err := eachValue(endless, limit, func(string, []byte) error { return nil })
		if !errors.Is(err, errTooLong) || !strings.Contains(err.Error(), "1 MiB") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The limit is each item's, not that of all.
	long := `{"a":"` + strings.Repeat("x", limit-100) + `"}`
	for name, text := range map[string]string{"lines": long + "\n" + long + "\n" + long, "array": "[" + long + "," + long + "," + long + "]"} {
		n := 0
		if err := eachValue(strings.NewReader(text), limit, func(_ string, raw []byte) error {
			n += len(raw)
			return nil
		}); err != nil || n != 3*len(long) {
			t.Errorf("%s: %d bytes, %v", name, n, err)
		}
	}
	if maxValue != 64<<20 {
		t.Errorf("%d bytes", maxValue)
	}
}

// repeat never ends.
type repeat byte

func (r repeat) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

func TestEachValuePassesOnErrors(t *testing.T) {
	broken := errors.New("broken disk")
	for _, head := range []string{"", `{"a":1}` + "\n", "[", `[{"a":1},`, "{\n", `{"a"`} {
		err := eachValue(io.MultiReader(strings.NewReader(head), failing{broken}), maxValue, func(string, []byte) error { return nil })
		if !errors.Is(err, broken) {
			t.Errorf("after %q: %v", head, err)
		}
	}
	for _, text := range []string{"{}\n{}", "[{},{}]", "{\n}"} {
		n := 0
		err := eachValue(strings.NewReader(text), maxValue, func(string, []byte) error { n++; return broken })
		if !errors.Is(err, broken) || n != 1 {
			t.Errorf("%q: %v after %d calls", text, err, n)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzEachValue: what is written as lines, as an array or as one value comes back.
func FuzzEachValue(f *testing.F) {
	f.Add("a", "b\n", uint8(0))
	f.Add("", "\u2028[", uint8(1))
	f.Fuzz(func(t *testing.T, a, b string, form uint8) {
		one, _ := json.Marshal(map[string]string{"k": a})
		two, _ := json.Marshal(map[string]string{"k": b})
		text, want := string(one)+"\r\n \n"+string(two), "line 1 "+string(one)+"|line 3 "+string(two)
		switch form % 3 {
		case 1:
			text, want = "\n["+string(one)+",\n"+string(two)+"]", "item 1 "+string(one)+"|item 2 "+string(two)
		case 2:
			wide, _ := json.MarshalIndent(map[string]string{"k": a}, "", "  ")
			text, want = string(wide), "line 1 "+string(one)
		}
		got, err := valuesOf(text)
		if err != nil || strings.Join(got, "|") != want {
			t.Fatalf("got %q, %v; want %q", got, err, want)
		}
		_, _ = valuesOf(a) // whatever it is, it does no harm
	})
}

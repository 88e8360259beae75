package cache

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// The names of values must never change by accident: that would empty every cache, and
// in a roll-out two versions would not see each other's. The vectors were made by a few
// lines of Python after RFC 2104 and RFC 5869.
func TestKeyVectors(t *testing.T) {
	for _, row := range []struct {
		name, master, tenant string
		epoch                int64
		kind                 string
		fields               []string
		want                 string
	}{
		{"plain", testKey, "team-a", 0, "segment", []string{"v1", "text"}, "sc1:epcdj9OaW-KT_7q-gRgv2DQu6Ao"},
		{"after_a_flush", testKey, "team-a", 1_800_000_000_000, "segment", []string{"v1", "text"}, "sc1:G9eNq4ijRLwBh8nC-xAgGlWPnLc"},
		{"no_master_key", "", "team-a", 0, "segment", []string{"v1", "text"}, "sc1:V36YAtHWOUmnj1UFY2zsDE0tQCs"},
		{"nothing", testKey, "", 0, "", nil, "sc1:KvkH2y9KSw_HQlCL3p2xZ5_zHYI"},
	} {
		master := []byte(row.master)
		if row.master == "" {
			master = []byte(public)
		}
		var fields [][]byte
		for _, f := range row.fields {
			fields = append(fields, []byte(f))
		}
		if got := nameOf(newSecrets(master, true, row.tenant, row.epoch).key(row.kind, fields)); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
	if got, want := epochName([]byte(testKey), "team-a"), "sc1:e:5IxW9xkvX5ZicJSdBDxwYQX1WJo"; got != want {
		t.Errorf("epoch: %s, want %s", got, want)
	}
}

func TestEveryFieldIsInTheKey(t *testing.T) {
	type tuple struct {
		master, tenant string
		epoch          int64
		kind           string
		fields         []string
	}
	base := tuple{testKey, "t", 0, "k", []string{"a", "b"}}
	rows := map[string]func(*tuple){
		"itself":           func(*tuple) {},
		"master_key":       func(r *tuple) { r.master += "x" },
		"tenant":           func(r *tuple) { r.tenant = "u" },
		"epoch":            func(r *tuple) { r.epoch = 1 },
		"kind":             func(r *tuple) { r.kind = "l" },
		"a_field":          func(r *tuple) { r.fields = []string{"a", "c"} },
		"order":            func(r *tuple) { r.fields = []string{"b", "a"} },
		"border":           func(r *tuple) { r.fields = []string{"ab", ""} },
		"joined":           func(r *tuple) { r.fields = []string{"ab"} },
		"one_more":         func(r *tuple) { r.fields = []string{"a", "b", ""} },
		"one_less":         func(r *tuple) { r.fields = []string{"a"} },
		"none":             func(r *tuple) { r.fields = nil },
		"kind_into_fields": func(r *tuple) { r.kind, r.fields = "", []string{"k", "a", "b"} },
		"fields_into_kind": func(r *tuple) { r.kind, r.fields = "ka", []string{"b"} },
		"length_as_text":   func(r *tuple) { r.fields = []string{"a\x00\x00\x00\x00\x00\x00\x00\x01b"} },
	}
	seen := map[Key]string{}
	for name, change := range rows {
		r := base
		change(&r)
		var fields [][]byte
		for _, f := range r.fields {
			fields = append(fields, []byte(f))
		}
		s := newSecrets([]byte(r.master), false, r.tenant, r.epoch)
		k := s.key(r.kind, fields)
		if was, twice := seen[k]; twice {
			t.Errorf("%s and %s have one key", name, was)
		}
		seen[k] = name
		if k != s.key(r.kind, fields) {
			t.Errorf("%s has two keys", name)
		}
		if !strings.HasPrefix(nameOf(k), prefix) || len(nameOf(k)) != len(prefix)+27 {
			t.Errorf("%s: %s", name, k)
		}
	}
}

// FuzzKeyBorders cuts the same bytes into two tuples: equal keys have equal cuts.
func FuzzKeyBorders(f *testing.F) {
	f.Add([]byte("abc"), uint64(0b1), uint64(0b10))
	f.Add([]byte("abc"), uint64(0b111), uint64(0b1011))
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 1, 'a'}, uint64(1<<8), uint64(1))
	f.Add([]byte{}, uint64(1), uint64(0))
	s := newSecrets([]byte(testKey), false, "t", 0)
	f.Fuzz(func(t *testing.T, data []byte, a, b uint64) {
		x, y := cut(data, a), cut(data, b)
		if got := s.key("k", x) == s.key("k", y); got != slices.EqualFunc(x, y, bytes.Equal) {
			t.Errorf("%q and %q: one key is %v", x, y, got)
		}
	})
}

// cut ends a field behind byte i where bit i of where is set, and one in front of all
// where bit 63 is.
func cut(data []byte, where uint64) (out [][]byte) {
	if where>>63 != 0 {
		out = append(out, nil)
	}
	start := 0
	for i := range data {
		if i < 63 && where>>i&1 != 0 {
			out = append(out, data[start:i+1])
			start = i + 1
		}
	}
	return append(out, data[start:])
}

func TestKeysAreMadeConcurrently(t *testing.T) {
	s := newSecrets([]byte(testKey), false, "t", 0)
	want := s.key("k", [][]byte{[]byte("a")})
	done := make(chan bool)
	for range 8 {
		go func() {
			ok := true
			for range 200 {
				ok = ok && s.key("k", [][]byte{[]byte("a")}) == want
			}
			done <- ok
		}()
	}
	for range 8 {
		if !<-done {
			t.Error("a key changed under load")
		}
	}
}

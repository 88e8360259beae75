package service

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/oapi-codegen/runtime"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// What passes the validator fits the model and says the same there as encoding/json
// reads; what does not pass is the client's fault, and the error quotes nothing.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"input":"a","rate":0.5}`, `{"contexts":["a",{"text":"b","locked":true}],"target_tokens":1e6}`,
		`{"input":"a","return":["spans"],"deadline_ms":60000.0}`, `{"input":"\ud83d\ude42\\\"","top_n":1,"min_score":0}`,
		`{"input":"a","preserve":{"classes":[],"patterns":["x"]}}`, `[[[[]]]]`, `{"a":1,"a":2}`, "{\"input\":\"\xff\"}", `"\\"`,
	} {
		f.Add([]byte(seed))
	}
	c, err := loadContract()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		v, err := decode(body, c.compress)
		if err != nil {
			var e *pith.Error
			if !errors.As(err, &e) || e.Code != pith.CodeInvalid && e.Code != pith.CodeTooLarge || e.Msg == "" {
				t.Fatalf("error %#v", err)
			}
			return
		}
		var bound api.CompressRequest
		if err := runtime.BindJSONValue(v, &bound); err != nil {
			t.Fatalf("valid but does not fit: %v", err)
		}
		if !json.Valid(body) || !utf8.Valid(body) {
			t.Fatal("passed a document that is not JSON in UTF-8")
		}
		var plain struct {
			Input    *string
			Contexts []json.RawMessage
		}
		if err := json.Unmarshal(body, &plain); err != nil {
			t.Fatalf("valid but encoding/json says %v", err)
		}
		if plain.Input != nil && *plain.Input != bound.Input || len(plain.Contexts) != len(bound.Contexts) {
			t.Fatalf("read %q and %d contexts, want %q and %d", bound.Input, len(bound.Contexts), *plain.Input, len(plain.Contexts))
		}
	})
}

// checkShape never counts fewer values or levels than there are.
func FuzzShape(f *testing.F) {
	for _, seed := range []string{`{"a":[1,"],[\"",{}]}`, `"\\\""`, `[[[]]]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := checkShape(body)
		if !json.Valid(body) {
			return
		}
		depth, most := 0, 0
		d := json.NewDecoder(strings.NewReader(string(body)))
		for {
			tok, e := d.Token()
			if e != nil {
				break
			}
			if delim, ok := tok.(json.Delim); ok && strings.ContainsRune("[{", rune(delim)) {
				depth++
				most = max(most, depth)
			} else if ok {
				depth--
			}
		}
		if (err != nil) != (most > maxDepth) && len(body) < maxValues {
			t.Fatalf("depth %d: %v", most, err)
		}
	})
}

// A ruler agrees with conversion from scratch, in any order.
func FuzzRuler(f *testing.F) {
	f.Add("naïve 🙂", uint8(3), uint8(9))
	f.Fuzz(func(t *testing.T, text string, a, b uint8) {
		if !utf8.ValidString(text) {
			return
		}
		utf, points := newRuler(text, api.OffsetUTF16), newRuler(text, api.OffsetCodepoint)
		for _, x := range []uint8{a, b, a} {
			at := min(int(x), len(text))
			for at < len(text) && !utf8.RuneStart(text[at]) {
				at++
			}
			if got, want := utf.offset(at), len(utf16.Encode([]rune(text[:at]))); got != want {
				t.Fatalf("utf16 of %d in %q is %d, want %d", at, text, got, want)
			}
			if got, want := points.offset(at), utf8.RuneCountInString(text[:at]); got != want {
				t.Fatalf("code points of %d in %q is %d, want %d", at, text, got, want)
			}
		}
	})
}

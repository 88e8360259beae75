package plainform_test

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/klauspost/compress/s2"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/plainform"
)

// FuzzNoise wants any bytes back, and the letters that are left in their order.
func FuzzNoise(f *testing.F) {
	for _, x := range shapes {
		f.Add(upTo(1, x.text) + x.text)
	}
	f.Add("\x1b]8;;x\x1b\\a\x1bP1$r\x1b\\b\x1b[?1;2c\x1b[>4;1m\x1b%G\x1b)0\r\xff\x1b[2K\xe4\xb8\x1b[m\x96\n\r\r\n")
	f.Fuzz(func(t *testing.T, source string) {
		text := checkNoise(t, source)
		if utf8.ValidString(source) && !utf8.ValidString(text) {
			t.Fatalf("%q is not UTF-8", text)
		}
		checkSpace(t, text, plainform.EncodeSpace)
	})
}

// FuzzDecode wants an error or some text of layouts made by anybody.
func FuzzDecode(f *testing.F) {
	for _, source := range []string{"\x1b[1mab\x1b[m\nc 1\rc 2\n", "a \nb\n\n\nc\t\n", "a: 1\nb: 1\n\x1b[2A\ra: 2\n"} {
		for _, encode := range []encode{plainform.EncodeNoise, plainform.EncodeSpace} {
			if e, ok := encode(source, structure.Options{}); ok {
				f.Add(e.Text, string(e.Layout), body(e.Layout), uint16(len(source)))
			}
		}
	}
	f.Add("x", `{"noise":"!"}`, []byte("\x01\x00\x00\x00"), uint16(9))
	f.Fuzz(func(t *testing.T, text, layout string, body []byte, limit uint16) {
		plain, packed := base64.StdEncoding.EncodeToString(body), base64.StdEncoding.EncodeToString(s2.Encode(nil, body))
		for _, form := range []string{"noise", "space"} {
			for _, l := range []string{layout, fmt.Sprintf(`{%q:%q}`, form, plain), fmt.Sprintf(`{%q:%q,"packed":true}`, form, packed)} {
				checkDecode(t, text, []byte(l), int(limit))
			}
		}
	})
}

// body returns the bytes of a layout that is not packed.
func body(layout []byte) []byte {
	parts := strings.Split(string(layout), `"`)
	b, err := base64.StdEncoding.DecodeString(parts[3])
	if err != nil {
		panic(err)
	}
	return b
}

func checkDecode(t *testing.T, text string, layout []byte, limit int) {
	t.Helper()
	for _, decode := range []func(string, []byte, int) (string, error){plainform.DecodeNoise, plainform.DecodeSpace} {
		got, err := decode(text, layout, limit)
		known := errors.Is(err, structure.ErrText) || errors.Is(err, structure.ErrLayout) || errors.Is(err, structure.ErrLimit)
		if len(got) > limit || err != nil && (!known || got != "") {
			t.Fatalf("%q, %v", got, err)
		}
	}
}

// TestSessions plays many sessions, most of which must be certain enough to compare.
func TestSessions(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	certain := 0
	for range 4_000 {
		raw := make([]byte, r.IntN(40))
		for i := range raw {
			raw[i] = byte(r.UintN(256))
			if r.IntN(3) > 0 {
				raw[i] /= 2
			}
		}
		source := session(raw)
		checkNoise(t, source)
		if checkScreen(t, source) == 0 {
			certain++
		}
	}
	if certain < 1000 {
		t.Errorf("only %d sessions were certain", certain)
	}
}

// TestLayoutIsSmall wants a style for what is the same everywhere.
func TestLayoutIsSmall(t *testing.T) {
	crlf, _ := plainform.EncodeSpace(strings.Repeat("a line of text\r\n", 10_000), structure.Options{})
	colours, _ := plainform.EncodeNoise(strings.Repeat("\x1b[1mok\x1b[0m\n", 10_000), structure.Options{})
	if len(crlf.Layout) > 100 || len(colours.Layout) > 1000 {
		t.Errorf("layouts of %d and %d bytes", len(crlf.Layout), len(colours.Layout))
	}
}

package coding

import (
	"bytes"
	"errors"
	"testing"
)

// FuzzDecode: any bytes give a body within the limit or one of the known errors, and
// the same again from a decoder that has seen others.
func FuzzDecode(f *testing.F) {
	for i, form := range forms {
		whole := encode(f, form, prose(300))
		f.Add(uint8(i), whole)
		f.Add(uint8(i), whole[:len(whole)-3])
		f.Add(uint8(i), encode(f, form, make([]byte, 2<<20)))
	}
	limits := Limits{MaxBytes: 1 << 20}
	f.Fuzz(func(t *testing.T, i uint8, body []byte) {
		encoding := forms[int(i)%len(forms)].encoding
		before := bytes.Clone(body)
		got, err := Decode(encoding, body, limits)
		again, err2 := Decode(encoding, body, limits)
		if !bytes.Equal(got, again) || (err == nil) != (err2 == nil) {
			t.Fatalf("%d bytes, %v; then %d bytes, %v", len(got), err, len(again), err2)
		}
		if len(got) > limits.MaxBytes || !bytes.Equal(body, before) {
			t.Fatalf("%d bytes decoded; body changed: %v", len(got), !bytes.Equal(body, before))
		}
		if err != nil && (got != nil || !errors.Is(err, ErrCorrupt) && !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrRatio)) {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
	})
}

// FuzzRoundTrip: what was encoded comes back, and with anything after it does not.
func FuzzRoundTrip(f *testing.F) {
	f.Add(uint8(0), []byte("{}"), []byte(" "))
	f.Add(uint8(3), prose(1000), []byte("\x00"))
	f.Add(uint8(4), prose(1000), []byte("\x28\xb5\x2f"))
	f.Fuzz(func(t *testing.T, i uint8, plain, tail []byte) {
		form := forms[int(i)%len(forms)]
		coded := encode(t, form, plain)
		got, err := Decode(form.encoding, coded, Limits{})
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%s: %d bytes, want %d: %v", form.name, len(got), len(plain), err)
		}
		if len(tail) == 0 || form.name == "gzip" || form.encoding == "zstd" {
			return // the latter may go on with another part
		}
		if _, err := Decode(form.encoding, append(coded, tail...), Limits{}); !errors.Is(err, ErrCorrupt) {
			t.Fatalf("%s with %q after it: %v", form.name, tail, err)
		}
	})
}

// BenchmarkDecode is the cost of a body as an assistant sends it: zstd, hundreds of
// kilobytes of JSON. It should grow with the decoded bytes.
func BenchmarkDecode(b *testing.B) {
	plain := prose(500_000)
	for _, form := range forms {
		coded := encode(b, form, plain)
		b.Run(form.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(plain)))
			for b.Loop() {
				if _, err := Decode(form.encoding, coded, Limits{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

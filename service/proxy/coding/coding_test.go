package coding

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// form is one way to encode a body.
type form struct{ name, encoding string }

var forms = []form{{"gzip", "gzip"}, {"zlib", "deflate"}, {"bare", "deflate"}, {"br", "br"}, {"zstd", "zstd"}, {"zstd_stream", "zstd"}}

// encoder returns a writer of the form.
func encoder(f form, w io.Writer) io.WriteCloser {
	switch f.name {
	case "gzip":
		return gzip.NewWriter(w)
	case "zlib":
		return zlib.NewWriter(w)
	case "bare":
		fw, _ := flate.NewWriter(w, 6)
		return fw
	case "br":
		return brotli.NewWriterLevel(w, 3)
	}
	zw, _ := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest))
	return zw
}

func encode(t testing.TB, f form, plain []byte) []byte {
	t.Helper()
	if f.name == "zstd" { // one segment, which names its size instead of a window
		zw, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithSingleSegment(true))
		return zw.EncodeAll(plain, nil)
	}
	var b bytes.Buffer
	w := encoder(f, &b)
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func prose(n int) []byte {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, `{"role":"user","content":"line %d of the log, näive 🙂"},`, i*i)
	}
	return []byte(b.String()[:n])
}

func TestDecode(t *testing.T) {
	for _, f := range forms {
		for _, size := range []int{0, 1, 100, 32 << 10, 200_000, 3 << 20} {
			t.Run(fmt.Sprintf("%s/%d", f.name, size), func(t *testing.T) {
				plain := prose(size)
				got, err := Decode(f.encoding, encode(t, f, plain), Limits{})
				if err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%d bytes, want %d: %v", len(got), size, err)
				}
			})
		}
	}
}

func TestEncodingNames(t *testing.T) {
	gz := encode(t, forms[0], []byte("hello"))
	tests := []struct {
		name, encoding string
		body           []byte
		want           string
		err            error
	}{
		{"none", "", []byte("hello"), "hello", nil},
		{"identity", "identity", []byte("hello"), "hello", nil},
		{"identity_twice", " identity ,, Identity", []byte("hello"), "hello", nil},
		{"upper_case", "GZIP", gz, "hello", nil},
		{"spaces", " gzip ", gz, "hello", nil},
		{"old_name", "x-gzip", gz, "hello", nil},
		{"with_identity", "identity, gzip", gz, "hello", nil},
		{"no_old_name", "x-br", gz, "", ErrUnknown},
		{"unknown", "lzma", gz, "", ErrUnknown},
		{"chunked", "aws-chunked", gz, "", ErrUnknown},
		{"twice", "gzip, gzip", encode(t, forms[0], gz), "", ErrLayers},
		{"unknown_on_top", "gzip, lzma", gz, "", ErrLayers},
		{"empty_body", "gzip", nil, "", ErrCorrupt},
		{"not_what_it_says", "zstd", gz, "", ErrCorrupt},
		{"text", "br", []byte(`{"model":"m"}`), "", ErrCorrupt},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Decode(tt.encoding, tt.body, Limits{})
			if !errors.Is(err, tt.err) || err == nil && string(got) != tt.want {
				t.Errorf("got %q, %v; want %q, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

// Whatever was cut off or comes after, the result is no body.
func TestCorrupt(t *testing.T) {
	plain := prose(5000)
	for _, f := range forms {
		whole := encode(t, f, plain)
		for n := range whole {
			if got, err := Decode(f.encoding, whole[:n], Limits{}); !errors.Is(err, ErrCorrupt) {
				t.Fatalf("%s: the first %d of %d bytes: %d bytes, %v", f.name, n, len(whole), len(got), err)
			}
		}
		for _, tail := range []string{"\x00", "ab", "abc", "abcd", "}", strings.Repeat("\x00", 100), strings.Repeat("x", 70_000)} {
			if _, err := Decode(f.encoding, append(whole[:len(whole):len(whole)], tail...), Limits{}); !errors.Is(err, ErrCorrupt) {
				t.Errorf("%s: %d bytes follow: %v", f.name, len(tail), err)
			}
		}
	}
}

// Formats that may consist of several parts are read to their end.
func TestParts(t *testing.T) {
	for _, f := range []form{forms[0], forms[4], forms[5]} {
		two := append(encode(t, f, []byte("one ")), encode(t, f, []byte("two"))...)
		if got, err := Decode(f.encoding, two, Limits{}); string(got) != "one two" {
			t.Errorf("%s: %q, %v", f.name, got, err)
		}
	}
	skip := append([]byte("\x50\x2a\x4d\x18\x03\x00\x00\x00abc"), encode(t, forms[4], []byte("x"))...)
	if got, err := Decode("zstd", skip, Limits{}); string(got) != "x" {
		t.Errorf("skippable frame: %q, %v", got, err)
	}
}

func TestLimits(t *testing.T) {
	tests := []struct {
		name  string
		plain []byte
		l     Limits
		err   error
	}{
		{"at_the_limit", prose(5000), Limits{MaxBytes: 5000}, nil},
		{"over_the_limit", prose(5001), Limits{MaxBytes: 5000}, ErrTooLarge},
		{"zeros_up_to_a_MiB", make([]byte, 1<<20), Limits{}, nil},
		{"zeros_over_a_MiB", make([]byte, 1<<20+1), Limits{}, ErrRatio},
		{"zeros_and_a_generous_ratio", make([]byte, 1<<20+1), Limits{MaxRatio: 1 << 20}, nil},
		{"text_over_a_MiB", prose(2 << 20), Limits{}, nil},
	}
	for _, tt := range tests {
		for _, f := range forms {
			t.Run(tt.name+"/"+f.name, func(t *testing.T) {
				got, err := Decode(f.encoding, encode(t, f, tt.plain), tt.l)
				if !errors.Is(err, tt.err) || err == nil && !bytes.Equal(got, tt.plain) {
					t.Errorf("%d bytes, %v; want %v", len(got), err, tt.err)
				}
			})
		}
	}
}

// bomb is 16 MiB of zeros, and for formats that may have several parts 10 GiB.
func bomb(t *testing.T, f form) []byte {
	b := encode(t, f, make([]byte, 16<<20))
	if f.encoding == "gzip" || f.encoding == "zstd" {
		return bytes.Repeat(b, 640)
	}
	return b
}

// A bomb costs no more memory than the limit allows, whether it is stopped for its
// ratio or, being large itself, only for its size.
func TestBomb(t *testing.T) {
	for _, f := range forms {
		t.Run(f.name, func(t *testing.T) {
			b := bomb(t, f)
			for _, l := range []Limits{{MaxBytes: 4 << 20}, {MaxBytes: 4 << 20, MaxRatio: 1 << 30}} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				_, err := Decode(f.encoding, b, l)
				runtime.ReadMemStats(&after)
				if !errors.Is(err, ErrTooLarge) && !errors.Is(err, ErrRatio) {
					t.Errorf("%d bytes of bomb: %v", len(b), err)
				}
				if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
					t.Errorf("%d MiB allocated for a limit of 4", used>>20)
				}
			}
		})
	}
}

// A frame of zstd may ask for a window of any size before it holds a byte.
func TestZstdWindow(t *testing.T) {
	for log, want := range map[int]error{23: nil, 24: ErrTooLarge, 41: ErrTooLarge} {
		frame := []byte{0x28, 0xb5, 0x2f, 0xfd, 0, byte(log-10) << 3, 0x09, 0, 0, 'x'} // one raw block, the last, of one byte
		if got, err := Decode("zstd", frame, Limits{}); !errors.Is(err, want) || err == nil && string(got) != "x" {
			t.Errorf("window of 2^%d: %q, %v; want %v", log, got, err, want)
		}
	}
}

// Decoders are shared between requests; what they decode is not.
func TestConcurrent(t *testing.T) {
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 40 {
				f := forms[(i+j)%len(forms)]
				plain := prose(1000*i + j)
				coded := encode(t, f, plain)
				if j%3 == 0 {
					_, _ = Decode(f.encoding, coded[:len(coded)/2], Limits{})
				}
				if got, err := Decode(f.encoding, coded, Limits{}); err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%s: %d bytes, %v", f.name, len(got), err)
				}
			}
		})
	}
	wg.Wait()
}

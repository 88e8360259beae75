package cache

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

func secretsFor(sealed bool) *secrets { return newSecrets([]byte(testKey), sealed, "t", 0) }

func FuzzValueComesBack(f *testing.F) {
	f.Add([]byte("value"), true, int64(1_800_000_000_000))
	f.Add(bytes.Repeat([]byte("packed "), 1000), false, int64(0))
	f.Add([]byte{}, true, int64(1))
	f.Fuzz(func(t *testing.T, value []byte, sealed bool, ms int64) {
		if len(value) > MaxRecord {
			t.Skip()
		}
		s, until := secretsFor(sealed), time.Time{}
		if ms > 0 {
			until = time.UnixMilli(ms)
		}
		k := s.key("k", [][]byte{value})
		got, gotUntil, err := s.decode(k, s.encode(k, value, until))
		if err != nil || !bytes.Equal(got, value) || got == nil || !gotUntil.Equal(until) {
			t.Errorf("%d bytes until %v came back as %d, %v, %v", len(value), until, len(got), gotUntil, err)
		}
	})
}

// FuzzForeignValue decodes anything: nothing but what was encoded is a value, and nothing
// takes more memory than a value may.
func FuzzForeignValue(f *testing.F) {
	for _, sealed := range []bool{false, true} {
		s := secretsFor(sealed)
		for _, v := range [][]byte{nil, []byte("value"), bytes.Repeat([]byte("a"), 5000)} {
			f.Add(s.encode(Key{}, v, time.UnixMilli(5)), sealed)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, sealed bool) {
		s := secretsFor(sealed)
		v, until, err := s.decode(Key{}, b)
		if (v == nil) != (err != nil) || len(v) > MaxRecord {
			t.Fatalf("%d bytes, %v", len(v), err)
		}
		if err == nil && !sealed && !bytes.Equal(s.encode(Key{}, v, until)[headerSize-8:headerSize+checkSize], b[headerSize-8:headerSize+checkSize]) {
			t.Fatal("made up")
		}
	})
}

func TestDamagedValues(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	long := bytes.Repeat([]byte("abcdefgh"), 1000)
	for _, sealed := range []bool{false, true} {
		s := secretsFor(sealed)
		k := s.key("k", nil)
		for _, value := range [][]byte{{}, []byte("a short value"), long} {
			b := s.encode(k, value, time.UnixMilli(1_800_000_000_000))
			for i := range b { // cut short
				if _, _, err := s.decode(k, b[:i]); err == nil {
					t.Fatalf("sealed %v, %d of %d bytes are a value", sealed, i, len(b))
				}
			}
			if _, _, err := s.decode(k, append(bytes.Clone(b), 0)); err == nil {
				t.Errorf("sealed %v: a byte too many", sealed)
			}
			for range 2000 {
				bad := bytes.Clone(b)
				i := random.IntN(len(b))
				bad[i] ^= 1 << random.IntN(8)
				// Some bits of a packed value mean nothing.
				if v, _, err := s.decode(k, bad); err == nil && (sealed || !bytes.Equal(v, value)) {
					t.Fatalf("sealed %v, byte %d of %d changed: %.20q is a value", sealed, i, len(b), v)
				}
			}
		}
	}
}

func TestForeignValues(t *testing.T) {
	open, sealed := secretsFor(false), secretsFor(true)
	k := open.key("k", nil)
	other := open.key("l", nil)
	value := []byte("a value of some length")
	with := func(b []byte, at int, x byte) []byte {
		b = bytes.Clone(b)
		b[at] = x
		return b
	}
	for name, row := range map[string]struct {
		s    *secrets
		b    []byte
		want error
	}{
		"of_another_key":              {open, open.encode(other, value, time.Time{}), errCheck},
		"of_another_key_sealed":       {sealed, sealed.encode(other, value, time.Time{}), errCheck},
		"of_another_tenant":           {open, newSecrets([]byte(testKey), false, "u", 0).encode(k, value, time.Time{}), errCheck},
		"of_another_tenant_sealed":    {sealed, newSecrets([]byte(testKey), true, "u", 0).encode(k, value, time.Time{}), errCheck},
		"of_another_epoch":            {sealed, newSecrets([]byte(testKey), true, "t", 1).encode(k, value, time.Time{}), errCheck},
		"of_another_master":           {sealed, newSecrets([]byte(testKey+"x"), true, "t", 0).encode(k, value, time.Time{}), errCheck},
		"open_where_it_is_sealed":     {sealed, open.encode(k, value, time.Time{}), errFormat},
		"sealed_where_it_is_open":     {open, sealed.encode(k, value, time.Time{}), errFormat},
		"not_marked_as_sealed":        {sealed, with(sealed.encode(k, value, time.Time{}), 3, 0), errFormat},
		"of_the_next_version":         {open, with(open.encode(k, value, time.Time{}), 2, version+1), errFormat},
		"with_a_flag_of_the_future":   {open, with(open.encode(k, value, time.Time{}), 3, 1<<7), errFormat},
		"nothing":                     {open, nil, errFormat},
		"text":                        {open, []byte("somebody else's value, of whatever length it may be"), errFormat},
		"longer_than_any":             {open, with(open.encode(k, value, time.Time{}), 4, 0xff), errFormat},
		"marked_as_packed_and_is_not": {open, with(open.encode(k, value, time.Time{}), 3, flagPacked), errFormat},
	} {
		if _, _, err := row.s.decode(k, row.b); err != row.want {
			t.Errorf("%s: %v, want %v", name, err, row.want)
		}
	}
}

// A bomb says that it is short, and is not; or says how long it is.
func TestBombs(t *testing.T) {
	s := secretsFor(false)
	k := s.key("k", nil)
	packed := packer().EncodeAll(make([]byte, 64<<20), nil)
	for _, size := range []int{10, MaxValue, MaxRecord, 64 << 20} {
		b := append([]byte(magic), version, flagPacked)
		b = binary.BigEndian.AppendUint32(b, uint32(size))
		b = appendRest(b, len(packed), time.Time{})
		b = append(append(b, s.digest(k, b, make([]byte, size))...), packed...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := s.decode(k, b)
		runtime.ReadMemStats(&after)
		if took := after.TotalAlloc - before.TotalAlloc; err == nil || took > 8*MaxRecord {
			t.Errorf("a bomb of %d bytes that says %d: %v, took %d bytes", 64<<20, size, err, took)
		}
	}
}

func TestPackedOnlyIfItHelps(t *testing.T) {
	random := make([]byte, 10_000)
	for i := range random {
		random[i] = byte(rand.Uint32())
	}
	for name, row := range map[string]struct {
		value []byte
		want  bool
	}{
		"short":  {bytes.Repeat([]byte("a"), packAbove), false},
		"long":   {bytes.Repeat([]byte("a"), packAbove+1), true},
		"random": {random, false},
	} {
		b := secretsFor(true).encode(Key{}, row.value, time.Time{})
		if got := b[3]&flagPacked != 0; got != row.want || len(b) > headerSize+28+len(row.value) {
			t.Errorf("%s: packed is %v; %d bytes of %d", name, got, len(b), len(row.value))
		}
	}
}

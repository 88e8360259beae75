package cache

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/pith-proxy/pith/cache/redistest"
)

// filled has 100 values of 1 KiB that do not pack, as sealed ones: a typical request.
func filled(b *testing.B, o Options) (*Space, []Key) {
	c := open(b, o)
	s := space(b, c, "t")
	all := keys(s, 100)
	for _, k := range all {
		v := make([]byte, 1<<10)
		for i := range v {
			v[i] = byte(rand.Uint32())
		}
		s.Put(k, v)
	}
	if c.Shared() {
		written(b, c)
	}
	return s, all
}

func check(b *testing.B, values [][]byte) {
	for _, v := range values {
		if v == nil {
			b.Fatal("a miss")
		}
	}
}

func BenchmarkGetFromMemory(b *testing.B) {
	s, all := filled(b, Options{})
	b.ReportAllocs()
	for b.Loop() {
		check(b, s.Get(ctx, all))
	}
}

// BenchmarkGetFromRedis is on loopback, with what it costs to open the seals.
func BenchmarkGetFromRedis(b *testing.B) {
	for _, unix := range []bool{false, true} {
		b.Run(fmt.Sprintf("socket=%v", unix), func(b *testing.B) {
			server := redistest.Start(b, redistest.Options{Unix: unix})
			s, all := filled(b, patient(server.URL()))
			b.ReportAllocs()
			for b.Loop() {
				check(b, s.Read(ctx, all))
			}
		})
	}
}

func BenchmarkClaim(b *testing.B) {
	server := redistest.Start(b, redistest.Options{})
	s, all := filled(b, patient(server.URL()))
	items := make([]Item, len(all))
	for i, v := range s.Get(ctx, all) {
		items[i] = Item{Key: all[i], Value: v}
	}
	b.ReportAllocs()
	for b.Loop() {
		check(b, s.Claim(ctx, items))
	}
}

// BenchmarkKey grows with the text: half a microsecond, and what SHA-256 takes.
func BenchmarkKey(b *testing.B) {
	s := space(b, open(b, Options{}), "t")
	for _, n := range []int{100, 1000, 10_000} {
		text := make([]byte, n)
		b.Run(fmt.Sprintf("bytes=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(n))
			for b.Loop() {
				s.Key("segment", []byte("settings"), text)
			}
		})
	}
}

func BenchmarkPut(b *testing.B) {
	s := space(b, open(b, Options{}), "t")
	v := make([]byte, 1<<10)
	all := keys(s, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		s.Put(all[i%len(all)], v)
	}
}

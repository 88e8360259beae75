package proxy

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/service/proxy/dialect"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// What is between the whole body and the first byte sent on. "scan" finds nothing that
// is long enough; "hit" finds texts whose form is known. Both grow with the body.
func BenchmarkShorten(b *testing.B) {
	small := func(size int) []byte {
		var s strings.Builder
		s.WriteString(`{"model":"gpt-4o","messages":[{"role":"system","content":"x"}`)
		for i := 0; s.Len() < size; i++ {
			s.WriteString("," + user(words(i, 120)))
		}
		return []byte(s.String() + "]}")
	}
	large := func(size int) []byte {
		var s strings.Builder
		s.WriteString(`{"model":"gpt-4o","messages":[` + user("hi"))
		for i := 0; s.Len() < size; i++ {
			s.WriteString("," + search(fmt.Sprint("c", i), words(i, 1500)))
		}
		return []byte(s.String() + "]}")
	}
	for _, size := range []int{4 << 10, 100 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("scan/bytes=%d", size), func(b *testing.B) { benchShorten(b, small(size), false) })
		b.Run(fmt.Sprintf("hit/bytes=%d", size), func(b *testing.B) { benchShorten(b, large(size), true) })
	}
}

func benchShorten(b *testing.B, body []byte, hit bool) {
	l, err := ledger.Open(ledger.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	settings := policy.Default()
	settings.Deadline = policy.MaxDeadline
	p := newPlain(b, l, settings, false)
	r := &http.Request{Header: http.Header{}}
	once := func() *exchange {
		x := &exchange{Proxy: p, route: route{api: dialect.Chat}, caller: caller{tenant: []byte("t")}}
		if out, _ := x.shorten(r, body); (out != nil) != hit {
			b.Fatalf("%v", x.report)
		}
		return x
	}
	once()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		once()
	}
}

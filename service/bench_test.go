package service

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
)

// nothing answers at once with the texts as they came, so that a benchmark times
// the service and not a compressor.
var nothing = fake{compress: func(_ context.Context, req pith.Request) (pith.Result, error) {
	res := pith.Result{Contexts: make([]pith.ContextResult, len(req.Contexts))}
	for i, c := range req.Contexts {
		res.Contexts[i] = pith.ContextResult{Text: c.Text, Status: pith.StatusUnchanged}
	}
	return res, nil
}}

// free counts nothing, for the same reason.
type free struct{ words }

func (free) Count(string) int { return 1 }

func benchService(b *testing.B) *Service {
	return newTest(b, nothing, func(o *Options) { o.Counter = func(string) (Counter, error) { return free{}, nil } })
}

// prose is n bytes of text with quotes and line ends to be escaped, as documents
// have them.
func prose(n int) string {
	const line = `He said: \"the contract of 3 May 2024 was renewed\", and left.\n`
	return strings.Repeat(line, n/len(line)+1)[:n/len(line)*len(line)]
}

// BenchmarkDecode is the cost of reading and validating a request. 4 KB is
// typical and 32 MB the worst; cost should grow with the bytes. One text and a
// thousand contexts should cost about the same.
func BenchmarkDecode(b *testing.B) {
	c, err := loadContract()
	if err != nil {
		b.Fatal(err)
	}
	for _, size := range []int{4 << 10, 1 << 20, 32<<20 - 100} {
		docs := map[string]string{
			"input":    `{"input":"` + prose(size) + `","rate":0.5}`,
			"contexts": `{"contexts":["a"` + strings.Repeat(`,"`+prose(size/999)+`"`, 999) + `],"rate":0.5}`,
		}
		for _, name := range []string{"input", "contexts"} {
			body := []byte(docs[name])
			b.Run(fmt.Sprintf("%s/bytes=%d", name, size), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(body)))
				for b.Loop() {
					if _, err := decode(body, c.compress); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkHandler is the whole path of a request less its compression and the
// network. Allocations at 32 MB say what a byte in flight costs in memory.
func BenchmarkHandler(b *testing.B) {
	for _, size := range []int{4 << 10, 1 << 20, 32<<20 - 100} {
		body := []byte(`{"input":"` + prose(size) + `","rate":0.5}`)
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			s := benchService(b)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				r := httptest.NewRequest(http.MethodPost, "/v1/compress", bytes.NewReader(body))
				r.Header.Set("Content-Type", "application/json")
				w := &discard{header: http.Header{}}
				s.Handler().ServeHTTP(w, r)
				if w.status != 200 {
					b.Fatal(w.status)
				}
			}
		})
	}
}

type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// BenchmarkLoad is 200 clients in a closed loop over real connections, each with
// requests of some 2 KB. It reports the latencies that the clients saw and the
// share that was refused. PITH_URL sends them to a live server instead of one
// whose compressor takes 20 ms on each of 2 cores.
func BenchmarkLoad(b *testing.B) {
	const clients = 200
	url := os.Getenv("PITH_URL")
	if url == "" {
		cores := make(chan struct{}, 2)
		s := newTest(b, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
			cores <- struct{}{}
			defer func() { <-cores }()
			time.Sleep(20 * time.Millisecond)
			return keepFirst(ctx, r)
		}})
		srv := httptest.NewServer(s.Handler())
		defer srv.Close()
		url = srv.URL
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	body := `{"input":"` + prose(2<<10) + `","rate":0.5}`
	var mu sync.Mutex
	var took []time.Duration
	refused, lost := 0, 0
	work := make(chan struct{})
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for range work {
				start := time.Now()
				status := 0
				if resp, err := client.Post(url+"/v1/compress", "application/json", strings.NewReader(body)); err == nil {
					_, _ = io.Copy(io.Discard, resp.Body)
					resp.Body.Close()
					status = resp.StatusCode
				}
				mu.Lock()
				switch status {
				case 200:
					took = append(took, time.Since(start))
				case 503:
					refused++
				default:
					lost++
				}
				mu.Unlock()
			}
		})
	}
	for b.Loop() {
		work <- struct{}{}
	}
	close(work)
	wg.Wait()
	if len(took) == 0 {
		b.Fatal("nothing was served")
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(refused), "refused")
	b.ReportMetric(float64(lost), "lost")
}

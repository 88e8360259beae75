package service

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

var wantsLines = []string{"Accept", "application/x-ndjson"}

// lineText is enough of any line to know it by.
type lineText struct {
	Object string
	Result struct {
		Index       int
		CustomID    string `json:"custom_id"`
		Text        string
		Compression *struct{ Output string }
		Error       *struct{ Code, Param string }
	}
	Error   *struct{ Code string }
	Results int
	Failed  int
	Status  string
	Usage   api.Usage
}

func readLines(t *testing.T, r io.Reader) []lineText {
	t.Helper()
	var out []lineText
	for _, raw := range ndjson(t, r) {
		var l lineText
		if err := json.Unmarshal(raw, &l); err != nil {
			t.Fatalf("%v in %s", err, raw)
		}
		schema := map[string]string{"compression.result": "CompressResultLine", "compression.batch.result": "BatchResultLine",
			"compression.summary": "SummaryLine", "error": "ErrorLine"}[l.Object]
		decodeBytes[any](t, raw, schema)
		out = append(out, l)
	}
	return out
}

func TestStreamContexts(t *testing.T) {
	for _, extra := range []string{``, `,"question":"q"`, `,"target_tokens":5`, `,"scope":"global"`, `,"top_n":2`} {
		t.Run(extra, func(t *testing.T) {
			var calls atomic.Int32
			s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
				calls.Add(1)
				return keepFirst(ctx, r)
			}})
			w := post(s, "/v1/compress", `{"contexts":["a b","c d",{"text":"e f","locked":true}]`+extra+`}`, wantsLines...)
			if got := w.Header().Get("Content-Type"); w.Code != 200 || got != "application/x-ndjson" {
				t.Fatalf("%d %q %s", w.Code, got, w.Body)
			}
			lines := readLines(t, w.Body)
			sum := lines[len(lines)-1]
			if sum.Object != "compression.summary" || sum.Results != 3 || sum.Status != "compressed" || sum.Usage.OutputTokens != 4 || sum.Usage.InputTokens != 6 {
				t.Errorf("summary %+v", sum)
			}
			texts := make([]string, 3)
			for _, l := range lines[:3] {
				texts[l.Result.Index] = l.Result.Text
			}
			if !slices.Equal(texts, []string{"a", "c", "e f"}) {
				t.Errorf("texts %q", texts)
			}
			if want := map[bool]int32{true: 3, false: 1}[extra == ""]; calls.Load() != want {
				t.Errorf("%d calls, want %d", calls.Load(), want)
			}
		})
	}
}

func TestStreamFailures(t *testing.T) {
	bad := fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
		if r.Contexts[0].Text == "bad" {
			return pith.Result{}, errors.New("no")
		}
		return keepFirst(ctx, r)
	}}
	s := newTest(t, bad, func(o *Options) { o.Limits.BatchParallel = 1 })

	lines := readLines(t, post(s, "/v1/compress", `{"contexts":["a b","bad"]}`, wantsLines...).Body)
	if last := lines[len(lines)-1]; len(lines) != 3 || last.Status != "error" || last.Usage.OutputTokens != 2 {
		t.Errorf("passed over: %+v", lines)
	}
	lines = readLines(t, post(s, "/v1/compress", `{"contexts":["a b","bad"],"on_error":"fail"}`, wantsLines...).Body)
	if last := lines[len(lines)-1]; last.Object != "error" || last.Error.Code != "pith_internal" {
		t.Errorf("failed in the stream: %+v", lines)
	}
	w := post(s, "/v1/compress", `{"contexts":["bad","a b"],"on_error":"fail"}`, wantsLines...)
	wantError(t, w, 500, pith.CodeInternal, "")
	wantError(t, post(s, "/v1/compress", `{}`, wantsLines...), 400, pith.CodeInvalid, "")
}

func TestBatch(t *testing.T) {
	s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
		if r.Contexts[0].Text == "panic" {
			panic(canary)
		}
		return keepFirst(ctx, r)
	}})
	body := `{"requests":[
		{"custom_id":"x","input":"a b","rate":0.5},
		{"custom_id":"y","input":"a b","model":"unknown-model"},
		{"custom_id":"z","input":"panic","on_error":"fail"},
		{"custom_id":"x","contexts":["c d","e f"]},
		{"custom_id":"w","input":"panic"}]}`
	b := decodeAs[api.Batch](t, post(s, "/v1/compress/batch", body), 200, "Batch")
	for i, r := range b.Results {
		if r.Index != i || (r.Compression == nil) == (r.Error == nil) {
			t.Errorf("result %d: %+v", i, r)
		}
	}
	if r := b.Results; r[0].Compression.Output != "a" || r[1].Error.Code != "pith_invalid_request" || *r[1].Error.Param != "/model" ||
		r[2].Error.Code != "pith_internal" || r[3].Compression.Output != "c\n\ne" || r[3].CustomID != "x" || r[4].Compression.Output != "panic" {
		t.Errorf("%+v", r)
	}
	if b.Usage.InputTokens != 2+4+1 || b.Usage.OutputTokens != 1+2+1 {
		t.Errorf("usage %+v", b.Usage)
	}
}

func TestBatchLines(t *testing.T) {
	s := newTest(t, fake{}, func(o *Options) { o.Limits.MaxBody = 1000 })
	body := "\n" + `{"custom_id":"1","input":"a b"}` + "\r\n\n" +
		`{"custom_id":"2","input":"a b","rate":2}` + "\n" +
		`{"custom_id":"3","input":` + "\n" +
		`{"custom_id":"4","contexts":["a b",{"text":"c d"}],"target_tokens":2000000}` // no end of line
	for _, gz := range []bool{false, true} {
		headers := []string{"Content-Type", "application/x-ndjson"}
		send := body
		if gz {
			send, headers = zip(body).String(), append(headers, "Content-Encoding", "gzip")
		}
		lines := readLines(t, post(s, "/v1/compress/batch", send, append(headers, wantsLines...)...).Body)
		sum := lines[len(lines)-1]
		if len(lines) != 5 || sum.Object != "compression.summary" || sum.Results != 4 || sum.Failed != 2 {
			t.Fatalf("%+v", lines)
		}
		got := make([]string, 4)
		for _, l := range lines[:4] {
			if l.Result.Error != nil {
				got[l.Result.Index] = l.Result.CustomID + l.Result.Error.Code + l.Result.Error.Param
			} else {
				got[l.Result.Index] = l.Result.Compression.Output
			}
		}
		if want := []string{"a", "2pith_invalid_request/rate", "pith_invalid_request", "a\n\nc"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		b := decodeAs[api.Batch](t, post(s, "/v1/compress/batch", send, headers...), 200, "Batch")
		if len(b.Results) != 4 || b.Results[0].CustomID != "1" || b.Results[3].CustomID != "4" {
			t.Errorf("%+v", b.Results)
		}
	}
	if n := s.door.bytes.Load(); n != 0 {
		t.Errorf("%d bytes left inside", n)
	}
}

func TestBatchLineLimits(t *testing.T) {
	s := newTest(t, fake{}, func(o *Options) { o.Limits.MaxBody = 100 })
	item := func(n int) string {
		return `{"custom_id":"1","input":"` + strings.Repeat("x", n-len(`{"custom_id":"1","input":""}`)) + `"}` + "\n"
	}
	kind := []string{"Content-Type", "application/x-ndjson"}
	if w := post(s, "/v1/compress/batch", item(100)+item(100), kind...); w.Code != 200 {
		t.Errorf("two lines at the limit: %d %s", w.Code, w.Body)
	}
	wantError(t, post(s, "/v1/compress/batch", item(101), kind...), 413, pith.CodeTooLarge, "")
	if w := post(s, "/v1/compress/batch", strings.Repeat(item(40), 256), kind...); w.Code != 200 {
		t.Errorf("256 items: %d %.200s", w.Code, w.Body)
	}
	wantError(t, post(s, "/v1/compress/batch", strings.Repeat(item(40), 257), kind...), 413, pith.CodeTooLarge, "")
	lines := readLines(t, post(s, "/v1/compress/batch", strings.Repeat(item(40), 1000), append(kind, wantsLines...)...).Body)
	if sum := lines[len(lines)-1]; sum.Results != 1000 {
		t.Errorf("1000 items in a stream: %+v", sum)
	}
	lines = readLines(t, post(s, "/v1/compress/batch", item(40)+item(101), append(kind, wantsLines...)...).Body)
	if len(lines) != 2 || lines[0].Result.Compression == nil || lines[1].Error.Code != "pith_too_large" {
		t.Errorf("a line too long after a good one: %+v", lines)
	}
}

// Over a real connection each result is readable before the next item is sent, and
// no more items are read than can be worked on.
func TestBatchIsAConversation(t *testing.T) {
	var working, most atomic.Int32
	release := make(chan struct{}, 100)
	s := newTest(t, fake{compress: func(ctx context.Context, r pith.Request) (pith.Result, error) {
		most.Store(max(most.Load(), working.Add(1)))
		defer working.Add(-1)
		<-release
		return keepFirst(ctx, r)
	}}, func(o *Options) { o.Limits.BatchParallel = 2 })
	srv := httptest.NewServer(s.Handler())
	defer srv.Close()

	body, send := io.Pipe()
	req, _ := http.NewRequest(http.MethodPost, srv.URL+"/v1/compress/batch", body)
	req.Header.Set("Content-Type", "application/x-ndjson")
	req.Header.Set("Accept", "application/x-ndjson")
	item := func(i int) { fmt.Fprintf(send, `{"custom_id":"%d","input":"a b"}`+"\n", i) }
	go func() { item(0); release <- struct{}{} }()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	r := bufio.NewReader(resp.Body)
	for i := 1; i <= 5; i++ { // one item, one answer
		if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, fmt.Sprintf(`"custom_id":"%d"`, i-1)) {
			t.Fatalf("line %d: %q %v", i, line, err)
		}
		item(i)
		release <- struct{}{}
	}
	go func() {
		for i := 6; i < 26; i++ {
			item(i)
		}
		send.Close()
	}()
	for working.Load() < 2 {
		time.Sleep(time.Millisecond)
	}
	for range 20 {
		release <- struct{}{}
	}
	rest := readLines(t, r)
	if sum := rest[len(rest)-1]; sum.Results != 26 || most.Load() > 2 {
		t.Errorf("summary %+v, at most %d at once", sum, most.Load())
	}
}

package proxy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// Everything here has to go on as it came.
func TestUnreadableBodiesGoOn(t *testing.T) {
	b := newBench(t)
	long := quoted(rag(1, longText))
	huge := strings.Repeat(`{"role":"user","content":"hi"},`, 100_000)
	tests := []struct{ name, body, reason string }{
		{"cut", `{"messages":[{"role":"user","content":` + long, "invalid_json"},
		{"bom", "\xef\xbb\xbf" + chat(user(rag(1, longText))), "invalid_json"},
		{"deep", `{"messages":[{"role":"user","content":` + long + `}],"x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`, "nested_too_deep"},
		{"null", `null`, "unknown_shape"},
		{"array", `[{"role":"user","content":` + long + `}]`, "unknown_shape"},
		{"string", long, "unknown_shape"},
		{"spaces", "   ", "invalid_json"},
		{"neither", `{"model":"m","prompt":` + long + `}`, "unknown_shape"},
		{"both", `{"messages":[{"role":"user","content":` + long + `}],"input":"x"}`, "unknown_shape"},
		{"duplicate_content", `{"messages":[{"role":"user","content":` + long + `,"content":"x"}]}`, "duplicate_keys"},
		{"duplicate_messages", `{"messages":[{"role":"user","content":` + long + `}],"Messages":[]}`, "duplicate_keys"},
		{"long_text", chat(user(strings.Repeat(rag(1, longText), 5<<20/len(rag(1, longText))))), "text_too_long"},
		{"lone_surrogate", `{"messages":[{"role":"user","content":"\ud800` + long[1:] + `}]}`, "undecodable_text"},
		{"bad_utf8", "{\"messages\":[{\"role\":\"user\",\"content\":\"\xff" + long[1:] + "}]}", "undecodable_text"},
		{"100k_messages", `{"messages":[` + huge + `{"role":"user","content":"x"}]}`, "nothing_to_compress"},
		{"echo", `{"messages":[{"role":"user","content":` + long + `}],"prompt_logprobs":1}`, "prompt_sensitive_parameter"},
		{"marked", `{"messages":[{"role":"user","content":[{"type":"text","text":` + quoted(rag(2, longText)) + `,"cache_control":{"type":"ephemeral"}}]}]}`, "cache_markers"},
		{"stateful", `{"input":` + quoted(rag(3, longText)) + `,"previous_response_id":"r"}`, "stateful_conversation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.post("/v1/chat/completions", tt.body)
			if string(a.sent.Body) != tt.body {
				t.Errorf("the body changed")
			}
			if got := a.header.Get("X-Pith-Reason"); !strings.HasPrefix(got, tt.reason) {
				t.Errorf("reason %q, want %q", got, tt.reason)
			}
		})
	}
	if b.halver.count() != 0 {
		t.Errorf("the compressor was asked %d times", b.halver.count())
	}
}

func TestOtherMediaTypesGoOn(t *testing.T) {
	b := newBench(t)
	body := chat(user(rag(1, longText)))
	for _, h := range [][]string{{"Content-Type", "text/plain"}, {"Content-Type", ""}, {"Content-Type", "application/jsonl"},
		{"Signature", "sig=:abc:"}, {"X-Amz-Content-Sha256", "abc"}, {"Content-Encoding", "aes128gcm"}, {"Content-Encoding", "gzip, gzip"}} {
		a := b.post("/v1/chat/completions", body, h...)
		if string(a.sent.Body) != body || a.header.Get("X-Pith-Status") != "skipped" {
			t.Errorf("%v: changed, or said to be %q", h, a.header.Get("X-Pith-Status"))
		}
	}
	if a := b.post("/v1/chat/completions", body, "Content-Type", "application/json; charset=utf-8"); a.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("with a charset: %v", a.header)
	}
}

func TestEncodedBodies(t *testing.T) {
	b := newBench(t)
	enc, _ := zstd.NewWriter(nil)
	small, large := chat(user("hi")), chat(user(rag(1, longText)))
	packed := enc.EncodeAll([]byte(small), nil)
	a := b.send(b.url+"/v1/responses", packed, "Content-Encoding", "zstd")
	if !bytes.Equal(a.sent.Body, packed) || a.sent.Header.Get("Content-Encoding") != "zstd" {
		t.Error("without an edit the coded bytes have to go on")
	}
	a = b.send(b.url+"/v1/responses", enc.EncodeAll([]byte(large), nil), "Content-Encoding", "zstd", "Content-MD5", "abc")
	if !json.Valid(a.sent.Body) || a.sent.Header.Get("Content-Encoding") != "" || a.sent.Header.Get("Content-Md5") != "" || a.sent.ContentLength != int64(len(a.sent.Body)) {
		t.Errorf("an edited body goes on plain: %v, length %d of %d", a.sent.Header, a.sent.ContentLength, len(a.sent.Body))
	}
	broken := append(bytes.Clone(packed[:len(packed)-3]), 1, 2, 3)
	if a = b.send(b.url+"/v1/responses", broken, "Content-Encoding", "zstd"); !bytes.Equal(a.sent.Body, broken) {
		t.Error("a corrupt body is the vendor's to refuse")
	}
}

// A compressor may do what it likes: the request goes on.
func TestFaultyCompressors(t *testing.T) {
	texts := func(f func(string) string) func(context.Context, pith.Request) (pith.Result, error) {
		return func(_ context.Context, req pith.Request) (pith.Result, error) {
			res := halve(req)
			for i := range res.Contexts {
				res.Contexts[i].Text = pith.Text(f(string(req.Contexts[i].Text)))
			}
			return res, nil
		}
	}
	tests := []struct {
		name   string
		do     func(context.Context, pith.Request) (pith.Result, error)
		reason string
		failed bool
	}{
		{"panic", func(context.Context, pith.Request) (pith.Result, error) { panic("canary-prompt") }, "compressor_failed", true},
		{"error", func(context.Context, pith.Request) (pith.Result, error) {
			return pith.Result{}, errors.New("canary-prompt")
		}, "compressor_failed", true},
		{"refusal", func(context.Context, pith.Request) (pith.Result, error) {
			return pith.Result{}, pith.Invalid("/x", "canary-prompt")
		}, "compressor_failed", false},
		{"busy", func(context.Context, pith.Request) (pith.Result, error) {
			return pith.Result{}, &pith.Error{Code: pith.CodeUnavailable}
		}, "busy", true},
		{"nothing", func(context.Context, pith.Request) (pith.Result, error) { return pith.Result{}, nil }, "compressor_failed", true},
		{"sleeps", func(ctx context.Context, _ pith.Request) (pith.Result, error) {
			<-ctx.Done()
			time.Sleep(50 * time.Millisecond) // and is slow to wake
			return pith.Result{}, ctx.Err()
		}, "deadline", true},
		{"empty_text", texts(func(string) string { return " \n" }), "", false},
		{"invalid_text", texts(func(string) string { return "\xff\xfe" }), "saves_too_little", false},
		{"longer", func(_ context.Context, req pith.Request) (pith.Result, error) {
			res := halve(req)
			for i := range res.Contexts {
				c := &res.Contexts[i]
				c.Text, c.OutputTokens = req.Contexts[i].Text+" and more", c.InputTokens+2
			}
			return res, nil
		}, "saves_too_little", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			b.halver.set(tt.do)
			body := chat(user("q"), search("c1", words(1, longText)))
			a := b.post("/v1/chat/completions", body, "X-Pith-Deadline-Ms", "100")
			if string(a.sent.Body) != body || a.status != 200 {
				t.Errorf("status %d; the body changed", a.status)
			}
			if got := a.header.Get("X-Pith-Reason"); tt.reason != "" && got != tt.reason {
				t.Errorf("reason %q, want %q", got, tt.reason)
			}
			if got := a.header.Get("X-Pith-Status") == "error"; got != tt.failed {
				t.Errorf("status %q", a.header.Get("X-Pith-Status"))
			}
			b.halver.set(nil)
			if a = b.post("/v1/chat/completions", body, "X-Pith-Deadline-Ms", "100"); string(a.sent.Body) != body {
				t.Error("a text that was sent raw was sent shortened later")
			}
			if strings.Contains(b.logged(), "canary-prompt") {
				t.Errorf("the log shows what was panicked with: %s", b.logged())
			}
		})
	}
}

func TestOnErrorFail(t *testing.T) {
	b := newBench(t)
	b.halver.set(func(context.Context, pith.Request) (pith.Result, error) { panic("x") })
	body := chat(search("c1", words(1, longText)))
	a := b.post("/v1/chat/completions", body, "X-Pith-On-Error", "fail")
	if a.status != 503 || a.header.Get("X-Should-Retry") != "true" || !strings.Contains(a.body, vendor.CodeCompression) || a.sent.Method != "" {
		t.Errorf("status %d, %s", a.status, a.body)
	}
	b.halver.set(nil)
	if a = b.post("/v1/chat/completions", body, "X-Pith-On-Error", "fail"); a.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("nothing was sent raw, so nothing is to be remembered: %v", a.header)
	}
}

// A client that goes away while its prompt is compressed was sent nothing, so nothing
// is remembered.
func TestClientThatGoesAwayLeavesNoTrace(t *testing.T) {
	b := newBench(t)
	asked, done := make(chan struct{}), make(chan struct{})
	b.halver.set(func(ctx context.Context, _ pith.Request) (pith.Result, error) {
		close(asked)
		<-ctx.Done()
		close(done)
		return pith.Result{}, ctx.Err()
	})
	body := chat(search("c1", words(1, longText)))
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-asked
		cancel()
	}()
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/v1/chat/completions", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer sk-test")
	if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
		res.Body.Close()
		t.Fatal("the client was not cut off")
	}
	<-done
	b.halver.set(nil)
	if a := b.post("/v1/chat/completions", body); a.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("got %v", a.header)
	}
}

func TestBreaker(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Refusals = 3 })
	known := chat(search("c", words(99, longText)))
	short := b.post("/v1/chat/completions", known).sent.Body
	for i := range 3 {
		b.post("/v1/chat/completions", chat(search("c", words(i, longText))), "X-Fake-Script", "status=400")
	}
	body := chat(search("c", words(7, longText)))
	a := b.post("/v1/chat/completions", body)
	if string(a.sent.Body) != body || a.header.Get("X-Pith-Reason") != "breaker" {
		t.Errorf("after three refusals: %v", a.header)
	}
	if a = b.post("/v1/chat/completions", known); !bytes.Equal(a.sent.Body, short) {
		t.Error("the breaker changed the form of a known text")
	}
	if a = b.post("/v1/chat/completions", chat(search("c", words(8, longText))), "Authorization", "Bearer sk-other"); a.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("the breaker of one tenant stopped another: %v", a.header)
	}
	b.proxy.breaker.now = func() time.Time { return time.Now().Add(11 * time.Minute) }
	if a = b.post("/v1/chat/completions", chat(search("c", words(9, longText)))); a.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("after the pause: %v", a.header)
	}
	if a = b.post("/v1/chat/completions", body); string(a.sent.Body) != body {
		t.Error("after the pause a text that was sent raw was sent shortened")
	}
}

func TestLimits(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Limits.InspectBody, o.Limits.MaxBody, o.Limits.MaxHeld = 20_000, 100_000, 1<<20
	})
	body := chat(user(rag(1, longText)))
	pad := func(n int) string { return strings.Repeat(" ", n-len(body)) + body }
	if a := b.post("/v1/chat/completions", pad(20_000)); a.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("at the limit: %v", a.header)
	}
	for _, n := range []int{20_001, 100_000} {
		if a := b.post("/v1/chat/completions", pad(n)); a.sent.Size != int64(n) || a.header.Get("X-Pith-Reason") != "body_too_long" {
			t.Errorf("%d bytes: sent %d, %v", n, a.sent.Size, a.header)
		}
	}
	if a := b.post("/v1/chat/completions", pad(100_001)); a.status != 413 || a.header.Get("X-Should-Retry") != "false" || a.sent.Method != "" {
		t.Errorf("over the hard limit: status %d", a.status)
	}
	// Without a promised length.
	req, _ := http.NewRequest(http.MethodPost, b.url+"/v1/chat/completions", io.MultiReader(strings.NewReader(pad(50_000))))
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if got := b.vendor.Requests(); got[len(got)-1].Size != 50_000 || res.Header.Get("X-Pith-Reason") != "body_too_long" {
		t.Errorf("in chunks: sent %d, %v", got[len(got)-1].Size, res.Header)
	}
	req, _ = http.NewRequest(http.MethodPost, b.url+"/v1/chat/completions", io.MultiReader(strings.NewReader(pad(100_001))))
	req.Header.Set("Content-Type", "application/json")
	if res, err = http.DefaultTransport.RoundTrip(req); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 413 {
		t.Errorf("over the hard limit in chunks: status %d", res.StatusCode)
	}
	if n := b.proxy.gate.now.Load(); n != 0 {
		t.Errorf("%d bytes were not given back", n)
	}
	b = newBench(t, func(o *Options) { o.Limits.MaxHeld = 1000 })
	if a := b.post("/v1/chat/completions", body); string(a.sent.Body) != body || a.header.Get("X-Pith-Reason") != "busy" {
		t.Errorf("with too much in flight: %v", a.header)
	}
}

// Bodies that wait for their turn to be decoded are not lost, and a client that leaves
// meanwhile is not waited for.
func TestDecodingWaitsForItsTurn(t *testing.T) {
	b := newBench(t)
	for range cap(b.proxy.decoding) {
		b.proxy.decoding <- struct{}{}
	}
	enc, _ := zstd.NewWriter(nil)
	packed := enc.EncodeAll([]byte(chat(user(rag(1, longText)))), nil)
	ctx, cancel := context.WithCancel(context.Background())
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, b.url+"/v1/responses", bytes.NewReader(packed))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Content-Encoding", "zstd")
	time.AfterFunc(20*time.Millisecond, cancel)
	if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
		res.Body.Close()
		t.Error("answered before its turn")
	}
	done := make(chan answer)
	go func() { done <- b.send(b.url+"/v1/responses", packed, "Content-Encoding", "zstd") }()
	for range cap(b.proxy.decoding) {
		<-b.proxy.decoding
	}
	if a := <-done; a.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("%v", a.header)
	}
}

// While an answer streams, the prompt it is to is held no more.
func TestBodiesAreLetGo(t *testing.T) {
	b := newBench(t)
	body := strings.Replace(chat(user(strings.Repeat("x ", 100_000))), "{", `{"stream":true,`, 1)
	req, _ := http.NewRequest(http.MethodPost, b.url+"/v1/chat/completions", strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Fake-Script", "drip=50ms")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if n := b.proxy.gate.now.Load(); n != 0 {
		t.Errorf("%d bytes are held while the answer streams", n)
	}
	if data, err := io.ReadAll(res.Body); err != nil || !strings.HasSuffix(string(data), "[DONE]\n\n") {
		t.Errorf("the answer ends with %q, %v", data[max(0, len(data)-20):], err)
	}
	if got := b.vendor.Requests(); string(got[0].Body) != body {
		t.Error("the vendor got another body")
	}
	if n := b.proxy.gate.now.Load(); n != 0 {
		t.Errorf("%d bytes after the end", n)
	}
}

package proxy

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/policy"
	"github.com/pith-proxy/pith/service/proxy/vendor"
)

func TestContextsOfAQuestionAreShortened(t *testing.T) {
	b := newBench(t)
	body := chat(`{"role":"system","content":"Answer briefly."}`, user(rag(1, longText)))
	a := b.post("/v1/chat/completions", body)
	if got := a.header.Get("X-Pith-Status"); got != "compressed" {
		t.Fatalf("status %q, reason %q", got, a.header.Get("X-Pith-Reason"))
	}
	sent := string(a.sent.Body)
	if len(sent) > len(body)*2/3 || !json.Valid(a.sent.Body) {
		t.Errorf("%d bytes became %d", len(body), len(sent))
	}
	for _, keep := range []string{`"content":"Answer briefly."`, `Question: When will the bridge over the river open?"}]}`,
		`Use the following pieces of context to answer the question at the end.\n\n<context>\n`, `\n</context>`} {
		if !strings.Contains(sent, keep) {
			t.Errorf("sent without %q: %.300s", keep, sent)
		}
	}
	if q := string(b.halver.last().Question); !strings.Contains(q, "When will the bridge over the river open?") {
		t.Errorf("question %q", q)
	}
}

func TestResultsOfToolsThatFindProseAreShortened(t *testing.T) {
	b := newBench(t)
	body := chat(user("When will it open?"), search("c1", words(1, longText)))
	a := b.post("/v1/chat/completions", body)
	if a.header.Get("X-Pith-Methods") != "halver=1" || len(a.sent.Body) > len(body)*2/3 {
		t.Errorf("headers %v", a.header)
	}
	if q := b.halver.last(); q.Question != "" || q.Budget.Threshold != policy.Threshold(policy.Prose) {
		t.Errorf("in a conversation no question may bear on a text: %+v", q.Budget)
	}
	again := b.post("/v1/chat/completions", body)
	if !bytes.Equal(a.sent.Body, again.sent.Body) || b.halver.count() != 1 || again.header.Get("X-Pith-Cache") != "hit=1,miss=0" {
		t.Errorf("the second time: %d calls, %v", b.halver.count(), again.header)
	}
}

// odd has everything that a careless parser changes.
func odd(content string) string {
	return "{\r\n  \"temperature\" : 1.0, \"seed\":9007199254740993 ,\"big\":1e400,\"x\":\"\\u00e9\\/\u2028\",\"y\":[ ],\"dup\":1,\"dup\":2,\"messages\" : [ " +
		`{"role":"user","content": [ {"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}} , {"text":` + content + `,"type":"text","z":-0.0} ] ,"name":"n"} ]` +
		",\t\"model\":\"gpt-4o\",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"parameters\":{\"b\":1,\"a\":2}}}],\"lone\":\"\\ud800\"}\n"
}

func TestNothingElseChanges(t *testing.T) {
	b := newBench(t)
	body := odd(quoted(rag(1, longText)))
	a := b.post("/v1/chat/completions", body)
	if a.header.Get("X-Pith-Status") != "compressed" {
		t.Fatalf("%v", a.header)
	}
	before, after := diffRange([]byte(body), a.sent.Body)
	if start, end := strings.Index(body, "<context>"), strings.LastIndex(body, "</context>"); before < start || len(body)-after > end+20 {
		t.Errorf("bytes from %d to %d changed; the contexts are from %d to %d", before, len(body)-after, start, end)
	}
}

func TestModeOffIsTheIdentity(t *testing.T) {
	global := func(o *Options) { o.Settings.Mode = policy.ModeOff }
	tests := []struct {
		name   string
		change func(*Options)
		header []string
	}{
		{"configuration", global, nil},
		{"header", func(*Options) {}, []string{"X-Pith-Mode", "off"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.change)
			for _, body := range []string{odd(quoted(rag(1, longText))), chat(search("c", words(1, longText)))} {
				a := b.post("/v1/chat/completions?a=1;b=2&c=%zz", body, append(tt.header, "X-Custom", "v")...)
				if string(a.sent.Body) != body || a.sent.Target != "/v1/chat/completions?a=1;b=2&c=%zz" {
					t.Errorf("changed: %s", a.sent.Target)
				}
				if tt.header == nil && a.header.Get("X-Pith-Status") != "" {
					t.Errorf("headers of ours although the mode is off: %v", a.header)
				}
			}
			if b.halver.count() != 0 {
				t.Error("the compressor was asked")
			}
		})
	}
}

func TestDryRunSendsTheOriginal(t *testing.T) {
	b := newBench(t)
	body := chat(user(rag(1, longText)))
	a := b.post("/v1/chat/completions", body, "X-Pith-Mode", "dry-run")
	if string(a.sent.Body) != body || a.header.Get("X-Pith-Status") != "dry-run" || a.header.Get("X-Pith-Tokens-Saved") == "" {
		t.Errorf("status %q, %d bytes of %d", a.header.Get("X-Pith-Status"), len(a.sent.Body), len(body))
	}
	if a = b.post("/v1/chat/completions", body); a.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("a dry run was remembered as if it had been sent: %v", a.header)
	}
}

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

func TestExtensionAndHeadersStayHere(t *testing.T) {
	b := newBench(t)
	body := `{"pith":{"mode":"off","nonsense":1},"model":"gpt-4o","messages":[` + user(rag(1, longText)) + `]}`
	a := b.post("/v1/chat/completions", body, "X-Pith-Tags", "on", "x-pith-anything", "1", "Connection", "X-Pith-Mode")
	if want := strings.Replace(body, `"pith":{"mode":"off","nonsense":1},`, "", 1); string(a.sent.Body) != want {
		t.Errorf("sent %.100s", a.sent.Body)
	}
	for name := range a.sent.Header {
		if strings.HasPrefix(strings.ToLower(name), "x-pith") {
			t.Errorf("the vendor got %s", name)
		}
	}
	a = b.post("/v1/chat/completions", body, "X-Pith-Mode", "auto")
	if a.header.Get("X-Pith-Status") != "compressed" || strings.Contains(string(a.sent.Body), `"pith"`) {
		t.Errorf("the header is stronger than the body: %v", a.header)
	}
	if !strings.Contains(a.header.Get("X-Pith-Reason"), "ignored_nonsense") {
		t.Errorf("reason %q", a.header.Get("X-Pith-Reason"))
	}
	if a = b.post("/v1/chat/completions", `{"pith":{},"model":"x"}`); string(a.sent.Body) != `{"model":"x"}` {
		t.Errorf("of a body of unknown shape: %s", a.sent.Body)
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

func TestOverrides(t *testing.T) {
	lossless, rate := policy.ModeLossless, 0.9
	b := newBench(t, func(o *Options) {
		o.Models = []ModelRule{{Match: "gpt-4o*", Override: policy.Override{Rate: &rate}}, {Match: "claude-*", Override: policy.Override{Mode: &lossless}}}
	})
	n := 0
	result := func() string { n++; return words(n, longText) }
	tests := []struct {
		name, body string
		header     []string
		status     string
		check      func(pith.Request) bool
	}{
		{"model_rule", chat(search("c", result())), nil, "compressed", func(r pith.Request) bool { return r.Budget.Rate == 0.9 }},
		{"header_over_model", chat(search("c", result())), []string{"X-Pith-Rate", "0.3"}, "compressed", func(r pith.Request) bool { return r.Budget.Rate == 0.3 }},
		{"body_over_model", `{"pith":{"rate":0.4},` + chat(search("c", result()))[1:], nil, "compressed", func(r pith.Request) bool { return r.Budget.Rate == 0.4 }},
		{"target_of_a_context", chat(user(rag(n+1, longText))), []string{"X-Pith-Target-Tokens", "150"}, "compressed", func(r pith.Request) bool { return r.Budget.TargetTokens == 150 }},
		{"min_tokens", chat(search("c", result())), []string{"X-Pith-Min-Tokens", "100000"}, "unchanged", nil},
		{"roles", chat(search("c", result())), []string{"X-Pith-Roles", "system"}, "unchanged", nil},
		{"system", chat(`{"role":"system","content":` + quoted(result()) + `}`), []string{"X-Pith-Roles", "system"}, "compressed", nil},
		{"system_by_default", chat(`{"role":"system","content":` + quoted(result()) + `}`), nil, "unchanged", nil},
		{"preserve", chat(search("c", result())), []string{"X-Pith-Preserve", "urls"}, "compressed",
			func(r pith.Request) bool { return fmt.Sprint(r.Options.Preserve.Classes) == "[urls]" }},
		{"question", chat(user(result())), []string{"X-Pith-Question", "When%20%C3%A9%3F"}, "compressed", func(r pith.Request) bool { return r.Question == "When é?" }},
		{"without_a_question", chat(user(result())), nil, "unchanged", nil},
		{"bad_values", chat(search("c", result())), []string{"X-Pith-Rate", "30%"}, "compressed", func(r pith.Request) bool { return r.Budget.Rate == 0.9 }},
		{"lossless_model", strings.Replace(chat(search("c", result())), "gpt-4o", "claude-x", 1), nil, "unchanged", nil},
		{"method", chat(search("c", result())), []string{"X-Pith-Method", "llmlingua2"}, "compressed", func(r pith.Request) bool { return r.Method == "llmlingua2" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.post("/v1/chat/completions", tt.body, tt.header...)
			if got := a.header.Get("X-Pith-Status"); got != tt.status {
				t.Fatalf("status %q, reason %q", got, a.header.Get("X-Pith-Reason"))
			}
			if tt.check != nil && !tt.check(b.halver.last()) {
				t.Errorf("asked for %+v", b.halver.last().Budget)
			}
		})
	}
}

func TestTags(t *testing.T) {
	b := newBench(t)
	middle := words(3, longText)
	content := "Keep this. <llmlingua, rate=0.4>" + middle + "</llmlingua> <llmlingua, compress=False>And this one.</llmlingua> End?"
	body := chat(user(content))
	if a := b.post("/v1/chat/completions", body); string(a.sent.Body) != body {
		t.Error("tags were read although nobody asked")
	}
	a := b.post("/v1/chat/completions", body, "X-Pith-Tags", "on")
	sent := string(a.sent.Body)
	if strings.Contains(sent, "llmlingua") || !strings.Contains(sent, "Keep this. ") || !strings.Contains(sent, " And this one. End?") || len(sent) > len(body)*2/3 {
		t.Errorf("sent %.200s … %s", sent, sent[max(0, len(sent)-80):])
	}
	if r := b.halver.last(); r.Budget.Rate != 0.4 || string(r.Contexts[0].Text) != middle {
		t.Errorf("asked for %+v", r.Budget)
	}
}

func TestHeaderTellsTheTruth(t *testing.T) {
	b := newBench(t)
	body := chat(user("q"), search("c1", words(1, longText)), search("c2", words(2, longText)))
	a := b.post("/v1/chat/completions", body)
	texts := func(body []byte) (n int) {
		var m struct {
			Messages []struct{ Role, Content string }
		}
		if err := json.Unmarshal(body, &m); err != nil {
			t.Fatal(err)
		}
		c, _ := b.proxy.opts.Counter("gpt-4o")
		for _, m := range m.Messages {
			if m.Role == "tool" {
				n += c.Count(m.Content)
			}
		}
		return n
	}
	before, after := texts([]byte(body)), texts(a.sent.Body)
	want := fmt.Sprintf("%d %d %d", before, after, before-after)
	if got := a.header.Get("X-Pith-Tokens-Before") + " " + a.header.Get("X-Pith-Tokens-After") + " " + a.header.Get("X-Pith-Tokens-Saved"); got != want {
		t.Errorf("header says %s, an own count %s", got, want)
	}
	if got := a.header.Get("X-Pith-Tokenizer"); got != "o200k_base;exact" {
		t.Errorf("tokenizer %q", got)
	}
	unknown := strings.Replace(chat(search("c3", words(3, longText))), "gpt-4o", "nobody-knows", 1)
	if got := b.post("/v1/chat/completions", unknown).header.Get("X-Pith-Tokenizer"); got != "o200k_base;approx" {
		t.Errorf("tokenizer of an unknown model: %q", got)
	}
}

func TestKeys(t *testing.T) {
	salt := []byte("0123456789abcdef")
	lossy := policy.ModeLossy
	b := newBench(t, func(o *Options) {
		o.Keys = []Key{
			{ID: "held", Hash: HashKey(salt, "pith_held"), Upstream: OpenAI, Credential: "sk-real-vendor"},
			{ID: "claude", Hash: HashKey(salt, "pith_claude"), Upstream: Anthropic, Credential: "sk-ant-real"},
			{ID: "beside", Hash: HashKey(salt, "pith_beside"), NoLossy: true, Override: policy.Override{Mode: &lossy}},
		}
	})
	tests := []struct {
		name, path string
		header     []string
		status     int
		auth, xkey string // that the vendor got
	}{
		{"in_place", "/v1/chat/completions", []string{"Authorization", "Bearer pith_held"}, 200, "Bearer sk-real-vendor", ""},
		{"in_place_of_anthropics", "/v1/messages", []string{"X-Api-Key", "pith_claude", "Authorization", ""}, 200, "", "sk-ant-real"},
		{"own_header_swaps_too", "/v1/chat/completions", []string{"X-Pith-Key", "pith_held"}, 200, "Bearer sk-real-vendor", ""},
		{"beside", "/v1/chat/completions", []string{"X-Pith-Key", "pith_beside"}, 200, "Bearer sk-test", ""},
		{"beside_in_place", "/v1/chat/completions", []string{"Authorization", "Bearer pith_beside"}, 401, "", ""},
		{"wrong", "/v1/chat/completions", []string{"Authorization", "Bearer pith_wrong"}, 401, "", ""},
		{"wrong_beside", "/v1/models", []string{"X-Pith-Key", "pith_wrong"}, 401, "", ""},
		{"other_upstream", "/v1/messages", []string{"X-Api-Key", "pith_held"}, 403, "", ""},
		{"other_profile", "/pith/local/v1/chat/completions", []string{"X-Api-Key", "pith_held"}, 403, "", ""},
		{"none", "/v1/chat/completions", nil, 200, "Bearer sk-test", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.post(tt.path, chat(user("hi")), tt.header...)
			if a.status != tt.status {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
			if got := a.sent.Header.Get("Authorization"); got != tt.auth {
				t.Errorf("the vendor got Authorization %q, want %q", got, tt.auth)
			}
			if got := a.sent.Header.Get("X-Api-Key"); got != tt.xkey {
				t.Errorf("the vendor got X-Api-Key %q, want %q", got, tt.xkey)
			}
		})
	}
	a := b.post("/v1/chat/completions", chat(search("c", words(1, longText))), "X-Pith-Key", "pith_beside", "X-Pith-Mode", "lossy")
	if a.header.Get("X-Pith-Status") != "unchanged" {
		t.Errorf("an override lifted a key's hard limit: %v", a.header)
	}
	for _, secret := range []string{"pith_held", "sk-real", "sk-ant-real", "sk-test", "pith_wrong"} {
		if strings.Contains(b.logged(), secret) {
			t.Errorf("the log has %s", secret)
		}
	}
}

func TestRequireKey(t *testing.T) {
	b := newBench(t, func(o *Options) { o.RequireKey = true })
	if a := b.post("/v1/chat/completions", chat(user("hi"))); a.status != 401 || a.sent.Method != "" {
		t.Errorf("status %d", a.status)
	}
}

func TestKeyLimit(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Keys = []Key{{ID: "k", Hash: HashKey([]byte("s"), "pith_k"), MaxInFlight: 1}}
	})
	in, out := make(chan struct{}), make(chan struct{})
	b.halver.set(func(context.Context, pith.Request) (pith.Result, error) {
		close(in)
		<-out
		return pith.Result{}, errors.New("x")
	})
	go func() {
		<-in
		if a := b.post("/v1/models", "{}", "X-Pith-Key", "pith_k"); a.status != 429 || a.header.Get("Retry-After") == "" {
			t.Errorf("status %d", a.status)
		}
		close(out)
	}()
	b.post("/v1/chat/completions", chat(search("c", words(1, longText))), "X-Pith-Key", "pith_k")
	if a := b.post("/v1/models", "{}", "X-Pith-Key", "pith_k"); a.status == 429 {
		t.Error("the place was not given back")
	}
}

func TestTenantsAreApart(t *testing.T) {
	b := newBench(t)
	body := chat(search("c1", words(1, longText)))
	b.post("/v1/chat/completions", body, "Authorization", "Bearer sk-a")
	a := b.post("/v1/chat/completions", body, "Authorization", "Bearer sk-b")
	if a.header.Get("X-Pith-Cache") != "hit=0,miss=1" || b.halver.count() != 2 {
		t.Errorf("one tenant had the other's result: %v", a.header)
	}
}

// Contexts that come again with another question are in the vendor's cache.
func TestSharedContextsStayRaw(t *testing.T) {
	ask := func(q string) string {
		return chat(user(strings.Replace(rag(1, 600), "When will the bridge over the river open?", q, 1)))
	}
	b := newBench(t, func(o *Options) { o.KeepShared = true })
	for i, want := range []string{"compressed", "unchanged", "unchanged"} {
		body := ask(fmt.Sprintf("What did engineer %d find?", i))
		a := b.post("/v1/chat/completions", body)
		if a.header.Get("X-Pith-Status") != want {
			t.Errorf("question %d: %v", i, a.header)
		}
		again := b.post("/v1/chat/completions", body)
		if !bytes.Equal(again.sent.Body, a.sent.Body) {
			t.Errorf("question %d again: other bytes", i)
		}
	}
	b = newBench(t)
	for i := range 3 {
		if a := b.post("/v1/chat/completions", ask(fmt.Sprintf("What did engineer %d find?", i))); a.header.Get("X-Pith-Status") != "compressed" {
			t.Errorf("turned off, question %d: %v", i, a.header)
		}
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
	if n := b.proxy.gate.now.Load(); n != 0 {
		t.Errorf("%d bytes were not given back", n)
	}
	b = newBench(t, func(o *Options) { o.Limits.MaxHeld = 1000 })
	if a := b.post("/v1/chat/completions", body); string(a.sent.Body) != body || a.header.Get("X-Pith-Reason") != "busy" {
		t.Errorf("with too much in flight: %v", a.header)
	}
}

func TestSubscriptionsLoseNothing(t *testing.T) {
	b := newBench(t)
	body := chat(search("c", words(1, longText)))
	for _, h := range [][]string{{"Authorization", "Bearer sk-ant-oat01-xyz"}, {"Authorization", "Bearer eyJhbGciOi.x.y", "Chatgpt-Account-Id", "1"}} {
		if a := b.post("/v1/chat/completions", body, h...); string(a.sent.Body) != body {
			t.Errorf("%v: changed", h[1])
		}
		if a := b.post("/v1/chat/completions", body, append(h, "X-Pith-Mode", "auto")...); a.header.Get("X-Pith-Status") != "compressed" {
			t.Errorf("%v, asked for: %v", h[1], a.header)
		}
	}
}

func TestCountsAreOfWhatIsSent(t *testing.T) {
	b := newBench(t)
	body := `{"model":"claude-x","messages":[` + user(rag(1, longText)) + `]}`
	count := b.post("/v1/messages/count_tokens", body, "anthropic-version", "2023-06-01")
	message := b.post("/v1/messages", body, "anthropic-version", "2023-06-01")
	if !bytes.Equal(count.sent.Body, message.sent.Body) || message.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("%d bytes counted, %d sent", len(count.sent.Body), len(message.sent.Body))
	}
}

func TestRoutes(t *testing.T) {
	b := newBench(t)
	tests := []struct {
		path    string
		header  string // a header that decides
		want    string // "" is not served
		vendor  vendor.Dialect
		prompts bool
	}{
		{"/v1/chat/completions", "", "openai /chat/completions", vendor.OpenAI, true},
		{"//v1//chat/completions/", "", "openai //chat/completions/", vendor.OpenAI, true},
		{"/v1/chat%2Fcompletions", "", "openai /chat%2Fcompletions", vendor.OpenAI, true},
		{"/v1/messages", "", "anthropic /v1/messages", vendor.Anthropic, true},
		{"/v1/v1/messages", "", "anthropic /v1/messages", vendor.Anthropic, true},
		{"/v1/messages/count_tokens", "", "anthropic /v1/messages/count_tokens", vendor.Anthropic, true},
		{"/v1/messages/batches", "", "anthropic /v1/messages/batches", vendor.Anthropic, false},
		{"/v1/models", "", "openai /models", vendor.OpenAI, false},
		{"/v1/models", "Anthropic-Version", "anthropic /v1/models", vendor.Anthropic, false},
		{"/v1/responses", "", "openai /responses", vendor.OpenAI, true},
		{"/v1/responses/r_1/cancel", "", "openai /responses/r_1/cancel", vendor.OpenAI, false},
		{"/v1/completions", "", "openai /completions", vendor.OpenAI, true},
		{"/v1/something/new", "", "openai /something/new", vendor.OpenAI, false},
		{"/pith/local/v1/chat/completions", "", "local /chat/completions", vendor.OpenAI, true},
		{"/pith/nobody/v1/chat/completions", "", "", vendor.OpenAI, false},
		{"/v1", "", "openai ", vendor.OpenAI, false},
		{"/v1x", "", "", vendor.OpenAI, false},
		{"/chat/completions", "", "", vendor.OpenAI, false},
	}
	for _, tt := range tests {
		t.Run(tt.path+tt.header, func(t *testing.T) {
			u, err := url.ParseRequestURI(tt.path)
			if err != nil {
				t.Fatal(err)
			}
			r := &http.Request{Method: http.MethodPost, URL: u, Header: http.Header{}}
			if tt.header != "" {
				r.Header.Set(tt.header, "x")
			}
			got := ""
			rt, ok := b.proxy.route(r)
			if ok {
				got = rt.name + " " + rt.path
			}
			if got != tt.want || rt.vendor != tt.vendor || (rt.api != 0) != tt.prompts {
				t.Errorf("got %q, %v, prompt %v", got, rt.vendor, rt.api != 0)
			}
		})
	}
}

// reasons are those of this package.
var reasons = []string{
	reasonOff, reasonShape, reasonJSON, reasonAmbiguous, reasonDeep, reasonSensitive, reasonMarked, reasonStateful, reasonStored,
	reasonUndecodable, reasonOwnOutput, reasonShared, reasonNoText, reasonMethod, reasonMediaType, reasonSigned,
	reasonTooLong, reasonBusy, reasonCoding, reasonCorrupt, reasonDeadline, reasonFailed, reasonBreaker, reasonNotShorter,
	reasonSentRaw,
}

func TestReasonsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/proxy.md")
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Clone(reasons)
	for _, r := range policy.Reasons {
		if r != policy.ReasonAllowed && r != policy.ReasonSplit { // which go with a text that is shortened
			all = append(all, string(r))
		}
	}
	for _, r := range all {
		if !bytes.Contains(doc, []byte("`"+r+"`")) {
			t.Errorf("docs/proxy.md does not tell what %s means", r)
		}
	}
}

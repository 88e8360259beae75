package proxy

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

func TestOurKeysStayHere(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Keys = []Key{{ID: "k", Hash: HashKey([]byte("s"), "pith_k")}}
	})
	for _, header := range [][]string{
		{"X-Pith-Key", "pith_k", "Authorization", "Bearer pith_k"},
		{"X-Pith-Key", "pith_k", "X-Api-Key", "pith_other"},
		{"X-Pith-Key", "pith_k", "Sec-Websocket-Protocol", "realtime, openai-insecure-api-key.pith_k"},
	} {
		a := b.post("/v1/chat/completions", chat(user("hi")), header...)
		for name, values := range a.sent.Header {
			if strings.Contains(strings.Join(values, " "), "pith_") {
				t.Errorf("%v: the vendor got %s: %q", header, name, values)
			}
		}
	}
}

func TestOurMemberStaysHereWhateverTheBody(t *testing.T) {
	b := newBench(t)
	for _, body := range []string{
		`{"pith":{"mode":"auto"},"messages":[{"role":"user","role":"user","content":"x"}]}`,
		`{"pith":{"mode":"auto"},"messages":[],"Messages":[]}`,
		`{"pith":{},"messages":[],"input":"x"}`,
	} {
		if a := b.post("/v1/chat/completions", body); strings.Contains(string(a.sent.Body), "pith") {
			t.Errorf("sent %s", a.sent.Body)
		}
	}
}

func TestOnErrorFailHoldsForWhatIsKnown(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Refusals = 1 })
	b.halver.set(func(context.Context, pith.Request) (pith.Result, error) { panic("x") })
	body := chat(search("c", words(1, longText)))
	if a := b.post("/v1/chat/completions", body); a.status != 200 {
		t.Fatalf("status %d", a.status)
	}
	fail := []string{"X-Pith-On-Error", "fail"}
	if a := b.post("/v1/chat/completions", body, fail...); a.status != 503 || a.sent.Method != "" {
		t.Errorf("of a text that was sent raw before: status %d", a.status)
	}
	if a := b.post("/v1/chat/completions", body, append(fail, "X-Pith-Mode", "dry-run")...); a.status != 200 {
		t.Errorf("of a dry run: status %d", a.status)
	}
	b.halver.set(nil)
	b.post("/v1/chat/completions", chat(search("c", words(2, longText))), "X-Fake-Script", "status=400")
	if a := b.post("/v1/chat/completions", chat(search("c", words(3, longText))), fail...); a.status != 503 {
		t.Errorf("with the breaker open: status %d", a.status)
	}
	if a := b.post("/v1/chat/completions", `{"messages":[`, fail...); a.status != 503 {
		t.Errorf("of a body that cannot be read: status %d", a.status)
	}
}

// A first turn without a text names no conversation, and no later one does instead.
func TestConversationThatBeginsWithAPicture(t *testing.T) {
	b := newBench(t)
	picture := `{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,"}}]}`
	b.halver.set(func(context.Context, pith.Request) (pith.Result, error) { panic("x") })
	first := chat(picture, search("c", words(1, longText)))
	if a := b.post("/v1/chat/completions", first); string(a.sent.Body) != first {
		t.Fatal("changed")
	}
	b.halver.set(nil)
	second := chat(picture, search("c", words(1, longText)), user("And what does that mean?"))
	if a := b.post("/v1/chat/completions", second); string(a.sent.Body) != second {
		t.Errorf("a text that was sent raw was shortened later: %v", a.header)
	}
}

// What a request must not have is not there either because it was there before.
func TestRequestsThatShowThePromptAreUntouched(t *testing.T) {
	b := newBench(t, func(o *Options) { o.Settings.SkipStored = true })
	plain := chat(search("c", words(1, longText)))
	if a := b.post("/v1/chat/completions", plain); a.header.Get("X-Pith-Status") != "compressed" {
		t.Fatalf("%v", a.header)
	}
	for _, member := range []string{`"prompt_logprobs":1`, `"store":true`} {
		body := "{" + member + "," + plain[1:]
		if a := b.post("/v1/chat/completions", body); string(a.sent.Body) != body {
			t.Errorf("%s: changed", member)
		}
	}
	document := func(citations string) string {
		return `{"model":"claude-x","messages":[{"role":"user","content":[{"type":"document","source":{"type":"text","media_type":"text/plain","data":` +
			quoted(words(2, longText)) + `}` + citations + `}]}]}`
	}
	asked := []string{"X-Pith-Roles", "user"}
	if a := b.post("/v1/messages", document(""), asked...); a.header.Get("X-Pith-Status") != "compressed" {
		t.Fatalf("%v", a.header)
	}
	cited := document(`,"citations":{"enabled":true}`)
	if a := b.post("/v1/messages", cited, asked...); string(a.sent.Body) != cited {
		t.Error("a document that may be cited was changed")
	}
}

func TestModelRulesSeeSlashes(t *testing.T) {
	lossless := policy.ModeLossless
	b := newBench(t, func(o *Options) {
		o.Models = []ModelRule{{Match: "meta-*", Override: policy.Override{Mode: &lossless}}}
	})
	body := strings.Replace(chat(search("c", words(1, longText))), "gpt-4o", "meta-llama/Llama-3", 1)
	if a := b.post("/v1/chat/completions", body); string(a.sent.Body) != body {
		t.Error("the rule did not hold")
	}
}

func TestPathsDoNotClimb(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"/v1/x/../models", "/v1/./models", "/pith/local/v1/x/../models"} {
		if a := b.post(path, "{}"); !strings.HasSuffix(a.sent.Target, path[strings.Index(path, "/v1"):]) {
			t.Errorf("%s: the vendor got %q", path, a.sent.Target)
		}
	}
	for _, path := range []string{"/pith/local/v1/../../admin", "/v1/%2e%2e/admin", "/v1/x/../../admin", "/v1/.."} {
		if a := b.post(path, "{}"); a.status != 404 || a.sent.Method != "" {
			t.Errorf("%s: status %d", path, a.status)
		}
	}
}

func TestAbsurdTimeouts(t *testing.T) {
	for _, v := range []string{"Inf", "-Inf", "NaN", "1e300", "-5", "0", "x"} {
		if d := deadline(http.Header{"X-Stainless-Timeout": {v}}, 250); d != 250 {
			t.Errorf("%s: %d", v, d)
		}
	}
}

// Of two origins browsers accept neither.
func TestOriginIsNamedOnce(t *testing.T) {
	b := newBench(t)
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "https://app.example.com")
		b.proxy.ServeHTTP(w, r)
	}))
	defer front.Close()
	for _, path := range []string{"/v1/models", "/v1/chat/completions"} {
		a := b.send(front.URL+path, []byte(chat(user("hi"))), "X-Fake-Script", "header=Access-Control-Allow-Origin:https://app.example.com")
		if got := a.header.Values("Access-Control-Allow-Origin"); len(got) != 1 {
			t.Errorf("%s: %q", path, got)
		}
	}
	if a := b.send(front.URL+"/pith/nobody/v1/models", nil); a.status != 404 || a.header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("of an answer of our own: %v", a.header)
	}
}

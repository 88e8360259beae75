package proxy

import (
	"fmt"
	"strings"
	"testing"
)

// A prompt that the vendor would not keep if it were shorter stays raw, and what the
// vendor keeps anyway is shortened.
func TestVendorsMinimum(t *testing.T) {
	long := words(3, 1500) // some 2,000 tokens
	system := `{"role":"system","content":` + quoted(long) + `}`
	first := user(rag(1, longText))
	for _, tt := range []struct {
		name  string
		cache VendorCache
		path  string
		body  string
		raw   bool
	}{
		{"below", VendorCache{Minimum: 1024, Prefixes: true}, "/v1/chat/completions", chat(first), true},
		{"nothing_is_known", VendorCache{}, "/v1/chat/completions", chat(first), false},
		{"small_minimum", VendorCache{Minimum: 64}, "/v1/chat/completions", chat(first), false},
		{"behind_a_long_system_prompt", VendorCache{Minimum: 1024}, "/v1/chat/completions", chat(system, first), false},
		{"no_markers_to_keep_it_by", VendorCache{Minimum: 4096, Markers: true}, "/v1/messages",
			`{"model":"claude-x","max_tokens":9,"messages":[` + first + `]}`, false},
		{"system_last", VendorCache{Minimum: 1024}, "/v1/responses",
			`{"model":"m","input":[` + first + `],"instructions":` + quoted(long) + `}`, false},
		{"short_system_last", VendorCache{Minimum: 1024}, "/v1/responses",
			`{"model":"m","input":[` + first + `],"instructions":"Be brief."}`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, func(o *Options) { o.Cached = func(string) VendorCache { return tt.cache } })
			var header []string
			if strings.HasSuffix(tt.path, "messages") {
				header = []string{"anthropic-version", "2023-06-01"}
			}
			a := b.post(tt.path, tt.body, header...)
			reason := a.header.Get("X-Pith-Reason")
			if raw := reason == reasonMinimum; raw != tt.raw || !raw && a.header.Get("X-Pith-Status") != "compressed" {
				t.Errorf("status %q, reason %q", a.header.Get("X-Pith-Status"), reason)
			}
		})
	}
}

// What is raw for the minimum stays so, and what comes when the prompt is long enough is
// shortened.
func TestVendorsMinimumInAConversation(t *testing.T) {
	b := newBench(t, func(o *Options) {
		o.Cached = func(string) VendorCache { return VendorCache{Minimum: 1024, Prefixes: true} }
	})
	var history, before []string
	shortened := 0
	for n := range 12 {
		if n == 0 {
			history = append(history, user(rag(1, longText)))
		} else {
			history = append(history, `{"role":"assistant","content":"So."}`, search(fmt.Sprint("c", n), words(n, 300)), user("And now?"))
		}
		a := b.post("/v1/chat/completions", chat(history...), "X-Pith-On-Error", "fail")
		if a.status != 200 {
			t.Fatalf("turn %d: %d %s", n, a.status, a.body)
		}
		said, now := turnsOf(t, []byte(chat(history...)), "messages"), turnsOf(t, a.sent.Body, "messages")
		for i, was := range before {
			if now[i] != was {
				t.Fatalf("turn %d: message %d changed", n, i)
			}
		}
		if n == 0 && now[0] != said[0] {
			t.Error("the first turn was shortened")
		}
		before = now
		for i := range now {
			if now[i] != said[i] {
				shortened++
			}
		}
	}
	if shortened == 0 {
		t.Error("nothing was shortened in a long conversation")
	}
}

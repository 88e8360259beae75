package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/service/fakeupstream"
	"github.com/pith-proxy/pith/service/proxy/dialect"
	"github.com/pith-proxy/pith/service/proxy/jsonedit"
)

// shortening makes pith shorten everything that it may, whoever wrote it.
var shortening = map[string]string{"PITH_PROXY_MODE": "lossy", "PITH_PROXY_ROLES": "tool,context,user,system,developer",
	"PITH_PROXY_MIN_TOKENS": "100", "PITH_PROXY_RATE": "0.5"}

// Real clients whose long texts are shortened: each case ends as it does directly, and
// what reaches the vendor differs in those texts and in nothing else.
func TestDropInShortened(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	off := startProxy
	t.Cleanup(func() { startProxy = off })
	startProxy = func(t *testing.T, upstream string) string { return serverFor(t, upstream, shortening).url }
	for name, c := range clients {
		t.Run(name, func(t *testing.T) { shortened(t, scriptClient(t, c.script, c.env)) })
	}
	t.Run("go_openai", func(t *testing.T) { shortened(t, goOpenAI) })
}

func shortened(t *testing.T, c client) {
	t.Helper()
	direct, proxied := twice(t, c)
	for i := range min(len(direct.outcomes), len(proxied.outcomes)) {
		d, p := direct.outcomes[i], proxied.outcomes[i]
		if d.Case != p.Case || d.OK != p.OK || !d.OK && string(d.Result) != string(p.Result) {
			t.Errorf("%s %s: direct %v %.300s, proxied %v %.300s", d.Client, d.Case, d.OK, d.Result, p.OK, p.Result)
		}
	}
	if len(direct.outcomes) != len(proxied.outcomes) || len(direct.requests) != len(proxied.requests) {
		t.Fatalf("%d cases and %d requests became %d and %d", len(direct.outcomes), len(direct.requests), len(proxied.outcomes), len(proxied.requests))
	}
	shorter, counts := 0, map[int]bool{}
	for i, d := range direct.requests {
		p := proxied.requests[i]
		if string(d.Body) == string(p.Body) || d.Header.Get("Content-Type") != "application/json" {
			for _, diff := range append(diffHeads(d, p), diffBodies(d, p)...) {
				t.Errorf("%s %s: %s", d.Method, d.Target, diff)
			}
		} else {
			if len(p.Body) < len(d.Body) {
				shorter++
			}
			if diff := diffShortened(d, p); diff != "" {
				t.Errorf("%s %s: %s", d.Method, d.Target, diff)
			}
		}
		if prompt, err := fakeupstream.ReadPrompt(p.Body); err == nil {
			counts[prompt.Tokens()] = true
		}
	}
	if shorter == 0 {
		t.Error("nothing was shortened: the test shows nothing")
	}
	for _, o := range proxied.outcomes {
		if strings.Contains(o.Case, "embedding") {
			continue // counted by another rule
		}
		for _, n := range promptTokens(o.Result) {
			if n > 0 && !counts[n] {
				t.Errorf("%s %s: the client is told of %d prompt tokens; the vendor never said so", o.Client, o.Case, n)
			}
		}
	}
	t.Logf("%d of %d requests were shortened", shorter, len(direct.requests))
}

// diffShortened compares two bodies without the texts that may be rewritten.
func diffShortened(d, p fakeupstream.Recorded) string {
	db, derr := blank(d)
	pb, perr := blank(p)
	switch {
	case derr != nil || perr != nil:
		return fmt.Sprint("body changed although it cannot be read: ", derr, perr)
	case db != pb:
		at := firstDifference([]byte(db), []byte(pb))
		return fmt.Sprintf("more than texts changed, from byte %d: %.200s … %.200s", at, db[max(0, at-40):], pb[max(0, at-40):])
	}
	return ""
}

func blank(r fakeupstream.Recorded) (string, error) {
	api := dialect.Chat
	switch {
	case strings.HasPrefix(r.Path(), "/v1/messages"):
		api = dialect.Messages
	case strings.HasSuffix(r.Path(), "/v1/completions"):
		api = dialect.Completions
	}
	src, err := r.Decoded()
	if err != nil {
		return "", err
	}
	body, err := dialect.Parse(src, api, 0)
	var edits []jsonedit.Edit
	for _, b := range body.Blocks {
		edits = append(edits, jsonedit.Edit{Range: b.Literal, New: []byte(`""`)})
	}
	return string(jsonedit.Splice(src, edits)), err
}

// promptTokens are the counts of a prompt that a result holds, wherever.
func promptTokens(result json.RawMessage) (counts []int) {
	var v any
	if json.Unmarshal(result, &v) != nil {
		return nil
	}
	var look func(any)
	look = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				if n, ok := x.(float64); ok && (k == "prompt_tokens" || k == "input_tokens" || k == "inputTokens") {
					counts = append(counts, int(n))
				}
				look(x)
			}
		case []any:
			for _, x := range v {
				look(x)
			}
		}
	}
	look(v)
	return counts
}

package proxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/content"
	"github.com/pith-proxy/pith/service/proxy/policy"
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
	if q := b.halver.last(); q.Question != "" || q.Budget.Threshold != policy.Threshold(content.Prose) {
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

// What was shortened once is not shortened again, as it would be behind two proxies.
func TestResultsAreLeftAlone(t *testing.T) {
	b := newBench(t)
	first := b.post("/v1/chat/completions", chat(user("q"), search("c", words(1, longText))))
	if first.header.Get("X-Pith-Status") != "compressed" {
		t.Fatalf("%v", first.header)
	}
	again := b.post("/v1/chat/completions", strings.Replace(string(first.sent.Body), `"content":"q"`, `"content":"another conversation"`, 1))
	if again.header.Get("X-Pith-Reason") != "already_compressed" || b.halver.count() != 1 {
		t.Errorf("asked %d times, %v", b.halver.count(), again.header)
	}
}

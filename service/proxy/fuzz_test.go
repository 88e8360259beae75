package proxy

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/pith-proxy/pith/service/proxy/dialect"
	"github.com/pith-proxy/pith/service/proxy/jsonedit"
	"github.com/pith-proxy/pith/service/proxy/ledger"
	"github.com/pith-proxy/pith/service/proxy/policy"
)

// Whatever the body and whatever the client asks for: what is sent differs in the
// places that may be rewritten and in no other, and is JSON if it was; the second time
// it is the same.
func FuzzShorten(f *testing.F) {
	text := quoted(rag(1, 100))
	for path, templates := range never {
		for _, t := range templates {
			f.Add([]byte(strings.ReplaceAll(strings.ReplaceAll(t, "NEVER", text), "BILLING", "x")), byte(len(path)), "mode: lossy")
		}
	}
	f.Add([]byte(odd(text)), byte(1), "roles: user,tool,system")
	f.Add([]byte(`{"pith":{"rate":0.3},"messages":[`+user(rag(1, 100))+`,`+search("c", words(1, 200))+`]}`), byte(1), "tags: on")
	f.Add([]byte(`{"input":`+text+`}`), byte(1), "question: why")
	l, err := ledger.Open(ledger.Options{})
	if err != nil {
		f.Fatal(err)
	}
	defer l.Close()
	settings := policy.Default()
	settings.MinTokens, settings.Deadline = 20, time.Minute
	p := newPlain(f, l, settings, true)
	f.Fuzz(func(t *testing.T, body []byte, api byte, asked string) {
		h := http.Header{}
		for one := range strings.SplitSeq(asked, ";") {
			if name, value, ok := strings.Cut(one, ": "); ok {
				h.Set("X-Pith-"+name, value)
			}
		}
		r := &http.Request{Header: h}
		once := func() ([]byte, report) {
			x := &exchange{Proxy: p, route: route{api: dialect.API(api%3) + 1}}
			out, _ := x.shorten(r, body)
			return out, x.report
		}
		out, rep := once()
		if n := testutil.ToFloat64(p.metrics.panics); n != 0 {
			t.Fatalf("%v panics", n)
		}
		if rep.skipped == "unsound_edit" {
			t.Fatal("an edit was not sound")
		}
		if out == nil {
			return
		}
		if json.Valid(body) != json.Valid(out) {
			t.Fatal("the result is not JSON")
		}
		onlyBlocksDiffer(t, body, out, dialect.API(api%3)+1)
		if again, _ := once(); !bytes.Equal(again, out) && !strings.Contains(strings.ToLower(asked), "deadline") {
			t.Fatalf("the second time other bytes:\n%s\n%s", out, again)
		}
	})
}

// onlyBlocksDiffer blanks the texts that may be rewritten in both bodies, takes our
// member out of the first, and compares the rest.
func onlyBlocksDiffer(t *testing.T, before, after []byte, api dialect.API) {
	t.Helper()
	blank := func(src []byte) string {
		body, _ := dialect.Parse(src, api, 0)
		var edits []jsonedit.Edit
		for _, b := range body.Blocks {
			edits = append(edits, jsonedit.Edit{Range: b.Literal, New: []byte(`""`)})
		}
		if !body.Extension.Empty() {
			edits = merge([]jsonedit.Edit{body.Removal}, edits)
		}
		return string(jsonedit.Splice(src, edits))
	}
	if b, a := blank(before), blank(after); a != b {
		t.Fatalf("more than texts changed:\n%s\n%s", b, a)
	}
}

package main

import (
	"bytes"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

// hopByHop lists fields that belong to a connection and not to a request.
var hopByHop = []string{"Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer",
	"Transfer-Encoding", "Upgrade", "Expect"}

// volatile lists fields that differ between two equal runs. Only their number is
// compared.
var volatile = []string{
	"Idempotency-Key",   // openai-node makes one up for each call
	"Sec-Websocket-Key", // random by its definition
}

// added lists what pith adds to answers also when it is off.
var added = []string{"X-Accel-Buffering"} // so that servers before it do not hold events back

// diffOutcomes says what a client saw differently.
func diffOutcomes(direct, proxied []outcome) (diffs []string) {
	for i := range min(len(direct), len(proxied)) {
		d, p := direct[i], proxied[i]
		if d.Case != p.Case || d.OK != p.OK || !bytes.Equal(d.Result, p.Result) {
			at := firstDifference(d.Result, p.Result)
			diffs = append(diffs, fmt.Sprintf("%s %s, from byte %d:\n  direct  %v …%.300s\n  proxied %v …%.300s", d.Client, d.Case, at,
				d.OK, d.Result[max(0, at-60):], p.OK, p.Result[max(0, at-60):]))
		}
	}
	if len(direct) != len(proxied) {
		diffs = append(diffs, fmt.Sprintf("%d cases became %d", len(direct), len(proxied)))
	}
	return diffs
}

// diffRequests says what reached the vendor differently. If there were more or fewer
// requests it ends with the first that has no counterpart.
func diffRequests(direct, proxied []fakeupstream.Recorded) (diffs []string) {
	for i := range max(len(direct), len(proxied)) {
		if len(direct) != len(proxied) && requestLine(direct, i) != requestLine(proxied, i) {
			return append(diffs, fmt.Sprintf("%d requests became %d; #%d is %s, and %s", len(direct), len(proxied), i+1,
				requestLine(direct, i), requestLine(proxied, i)))
		}
		for _, d := range append(diffHeads(direct[i], proxied[i]), diffBodies(direct[i], proxied[i])...) {
			diffs = append(diffs, fmt.Sprintf("#%d %s: %s", i+1, requestLine(direct, i), d))
		}
	}
	return diffs
}

// requestLine names a request, with its script and the count of retries that the
// vendors' own clients send.
func requestLine(recs []fakeupstream.Recorded, i int) string {
	if i >= len(recs) {
		return "missing"
	}
	r, line := recs[i], recs[i].Method+" "+recs[i].Target
	for _, name := range []string{fakeupstream.ScriptHeader, "X-Stainless-Retry-Count"} {
		if v := r.Header.Get(name); v != "" && v != "0" {
			line += " (" + name + ": " + v + ")"
		}
	}
	return line
}

// afterDone is the most that a client which leaves at [DONE] leaves unread: line
// ends, and the end of an encoding.
const afterDone = 32

// diffHeads compares all but bodies: request lines, headers, and what became of
// the requests. Whether a client has gone is part of that: a proxy has to go too.
func diffHeads(d, p fakeupstream.Recorded) (diffs []string) {
	compare := func(what string, d, p any) {
		if fmt.Sprint(d) != fmt.Sprint(p) {
			diffs = append(diffs, fmt.Sprintf("%s %q became %q", what, fmt.Sprint(d), fmt.Sprint(p)))
		}
	}
	compare("method", d.Method, p.Method)
	compare("target", d.Target, p.Target)
	compare("status", d.Status, p.Status)
	if d.Gone != p.Gone && max(d.Sent, p.Sent)-min(d.Sent, p.Sent) > afterDone {
		compare("client gone", d.Gone, p.Gone)
	}
	if !d.Gone && !p.Gone {
		compare("bytes of the answer", d.Sent, p.Sent)
	}
	skip := slices.Concat(hopByHop, connectionOptions(d.Header), connectionOptions(p.Header))
	if d.ContentLength < 0 || p.ContentLength < 0 {
		skip = append(skip, "Content-Length") // a body with and one without a length declared may be the same
	}
	dh, ph := comparableHeader(d.Header), comparableHeader(p.Header)
	for _, name := range slices.Sorted(maps.Keys(merge(dh, ph))) {
		if !slices.Contains(skip, name) {
			compare("header "+name, strings.Join(dh[name], "\n"), strings.Join(ph[name], "\n"))
		}
	}
	return diffs
}

// diffBodies compares bodies byte for byte, but for the boundary of a form.
func diffBodies(d, p fakeupstream.Recorded) (diffs []string) {
	if d.SHA256 != p.SHA256 && !bytes.Equal(withoutBoundary(d), withoutBoundary(p)) {
		at := firstDifference(d.Body, p.Body)
		diffs = append(diffs, fmt.Sprintf("the body of %d bytes became one of %d, at byte %d: %q and %q", d.Size, p.Size, at,
			around(d.Body, at), around(p.Body, at)))
	}
	if !slices.EqualFunc(d.Messages, p.Messages, bytes.Equal) {
		diffs = append(diffs, fmt.Sprintf("the messages of the WebSocket: %d and %d", len(d.Messages), len(p.Messages)))
	}
	return diffs
}

// connectionOptions are the fields that a Connection field names.
func connectionOptions(h http.Header) (names []string) {
	for _, v := range h["Connection"] {
		for name := range strings.SplitSeq(v, ",") {
			names = append(names, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	return names
}

func comparableHeader(h http.Header) http.Header {
	h = h.Clone()
	for _, name := range volatile {
		for i := range h[name] {
			h[name][i] = "(volatile)"
		}
	}
	for i, v := range h["Content-Type"] {
		if b := boundary(v); b != "" {
			h["Content-Type"][i] = strings.ReplaceAll(v, b, "(boundary)")
		}
	}
	return h
}

func boundary(contentType string) string {
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || !strings.HasPrefix(media, "multipart/") {
		return ""
	}
	return params["boundary"]
}

func withoutBoundary(r fakeupstream.Recorded) []byte {
	if b := boundary(r.Header.Get("Content-Type")); b != "" {
		return bytes.ReplaceAll(r.Body, []byte(b), []byte("(boundary)"))
	}
	return []byte(r.SHA256)
}

func merge(a, b http.Header) http.Header {
	all := a.Clone()
	maps.Copy(all, b)
	return all
}

func firstDifference(a, b []byte) int {
	at := 0
	for at < min(len(a), len(b)) && a[at] == b[at] {
		at++
	}
	return at
}

func around(b []byte, at int) []byte { return b[max(0, at-20):min(len(b), at+20)] }

// The comparison sees what it has to see.
func TestDiffRequests(t *testing.T) {
	base := fakeupstream.Recorded{Method: "POST", Target: "/v1/x?a=1", Status: 200, ContentLength: 2, SHA256: "aa", Body: []byte("{}"),
		Header: http.Header{"Accept": {"a", "b"}, "Connection": {"x-hop"}, "X-Hop": {"1"}, "Idempotency-Key": {"1"}}}
	form := func(b string) fakeupstream.Recorded {
		r := base
		r.Header = http.Header{"Content-Type": {"multipart/form-data; boundary=" + b}}
		r.Body, r.SHA256 = []byte("--"+b+"\r\nx"), b
		return r
	}
	change := func(f func(*fakeupstream.Recorded)) fakeupstream.Recorded {
		r := base
		r.Header = base.Header.Clone()
		f(&r)
		return r
	}
	for name, tt := range map[string]struct {
		d, p fakeupstream.Recorded
		want int
	}{
		"equal":             {base, base, 0},
		"hop_by_hop":        {base, change(func(r *fakeupstream.Recorded) { r.Header.Del("Connection"); r.Header.Del("X-Hop") }), 0},
		"volatile_value":    {base, change(func(r *fakeupstream.Recorded) { r.Header["Idempotency-Key"] = []string{"2"} }), 0},
		"volatile_gone":     {base, change(func(r *fakeupstream.Recorded) { r.Header.Del("Idempotency-Key") }), 1},
		"order_of_values":   {base, change(func(r *fakeupstream.Recorded) { r.Header["Accept"] = []string{"b", "a"} }), 1},
		"values_joined":     {base, change(func(r *fakeupstream.Recorded) { r.Header["Accept"] = []string{"a, b"} }), 1},
		"added":             {base, change(func(r *fakeupstream.Recorded) { r.Header["X-Pith-Mode"] = []string{"off"} }), 1},
		"query":             {base, change(func(r *fakeupstream.Recorded) { r.Target = "/v1/x" }), 1},
		"body":              {base, change(func(r *fakeupstream.Recorded) { r.SHA256, r.Body = "bb", []byte("{ }") }), 1},
		"did_not_go":        {change(func(r *fakeupstream.Recorded) { r.Gone, r.Sent = true, 60 }), change(func(r *fakeupstream.Recorded) { r.Sent = 100 }), 1},
		"left_at_the_end":   {change(func(r *fakeupstream.Recorded) { r.Gone, r.Sent = true, 99 }), change(func(r *fakeupstream.Recorded) { r.Sent = 100 }), 0},
		"another_boundary":  {form("aaa"), form("bbb"), 0},
		"length_undeclared": {base, change(func(r *fakeupstream.Recorded) { r.ContentLength = -1; r.Header.Set("Content-Length", "2") }), 0},
	} {
		t.Run(name, func(t *testing.T) {
			if got := diffRequests([]fakeupstream.Recorded{tt.d}, []fakeupstream.Recorded{tt.p}); len(got) != tt.want {
				t.Errorf("got %q", got)
			}
		})
	}
	if got := diffRequests([]fakeupstream.Recorded{base}, nil); len(got) != 1 {
		t.Errorf("a lost request: %q", got)
	}
}

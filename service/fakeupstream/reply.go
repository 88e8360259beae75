package fakeupstream

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// ScriptHeader names the request header that holds a script; see [ParseReply].
const ScriptHeader = "X-Fake-Script"

// An End is how an answer that is not completed ends.
type End string

// Ends of an answer.
const (
	Abort End = "abort" // the connection is closed
	Reset End = "reset" // the connection is reset (RST), where it is plain TCP
)

// A Reply says how a request is answered. The zero Reply is the plausible answer,
// whole and at once. A piece is one write and flush: an event of a stream, a whole
// body, or Cut bytes of either.
type Reply struct {
	Status int         // 300 and more: the vendor's error of that status
	Code   string      // code of that error; "" for the usual
	Times  int         // only the first so many requests with this script; 0 for all
	Header http.Header // set after the answer's own fields
	Body   []byte      // instead of the answer's; nil keeps that

	Delay    time.Duration // before the status line
	Drip     time.Duration // before each piece but the first
	Cut      int           // bytes of a piece; 0 for whole events and bodies
	Comments int           // comment lines before each event of a stream
	Encoding string        // gzip, deflate, br or zstd, whatever the client accepts
	Early    bool          // answer before the body is read

	End   End // how the answer is cut off; "" if it is not
	After int // after so many pieces; 0: before the status line

	Huge    int  // bytes of the answer's text
	Unicode bool // the answer's text has characters of two, three and four bytes
}

// sample has characters of one to four bytes in UTF-8, one made of several, and
// the two line separators that JSON allows in strings and JavaScript did not.
const sample = " naïve façade, Ωμέγα, 日本語, 🙂, 👩‍🔧, \u2028\u2029."

// ParseReply reads a script: items separated by semicolons, "" for the zero Reply.
//
//	status=429; code=slow_down; times=2; retry-after-ms=5; should-retry=false
//	delay=200ms; drip=20ms; cut=1; comments=3; encoding=zstd; early
//	abort=2           close the connection after two pieces; 0: before the status line
//	reset=2           the same with RST
//	huge=1000000; unicode
//	header=X-Name:value
//	key=a             nothing, but makes the script another one for times
func ParseReply(script string) (Reply, error) {
	reply := Reply{Header: http.Header{}}
	for item := range strings.SplitSeq(script, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		if name == "" {
			continue
		}
		set, ok := items[name]
		if !ok {
			return Reply{}, fmt.Errorf("%s: there is no item %q", ScriptHeader, name)
		}
		if err := set(&reply, value); err != nil {
			return Reply{}, fmt.Errorf("%s: %s: %w", ScriptHeader, name, err)
		}
	}
	return reply, nil
}

var items = map[string]func(*Reply, string) error{
	"status":         number(func(r *Reply) *int { return &r.Status }),
	"times":          number(func(r *Reply) *int { return &r.Times }),
	"cut":            number(func(r *Reply) *int { return &r.Cut }),
	"comments":       number(func(r *Reply) *int { return &r.Comments }),
	"huge":           number(func(r *Reply) *int { return &r.Huge }),
	"abort":          ending(Abort),
	"reset":          ending(Reset),
	"delay":          duration(func(r *Reply) *time.Duration { return &r.Delay }),
	"drip":           duration(func(r *Reply) *time.Duration { return &r.Drip }),
	"code":           func(r *Reply, v string) error { r.Code = v; return nil },
	"key":            func(*Reply, string) error { return nil },
	"early":          func(r *Reply, _ string) error { r.Early = true; return nil },
	"unicode":        func(r *Reply, _ string) error { r.Unicode = true; return nil },
	"retry-after":    field("Retry-After"),
	"retry-after-ms": field("Retry-After-Ms"),
	"should-retry":   field("X-Should-Retry"),
	"header": func(r *Reply, v string) error {
		name, value, _ := strings.Cut(v, ":")
		r.Header.Add(name, strings.TrimSpace(value))
		return nil
	},
	"encoding": func(r *Reply, v string) error {
		if _, ok := encoders[v]; !ok {
			return fmt.Errorf("%q is none of ours", v)
		}
		r.Encoding = v
		return nil
	},
}

func number(at func(*Reply) *int) func(*Reply, string) error {
	return func(r *Reply, v string) (err error) { *at(r), err = strconv.Atoi(v); return err }
}

func duration(at func(*Reply) *time.Duration) func(*Reply, string) error {
	return func(r *Reply, v string) (err error) { *at(r), err = time.ParseDuration(v); return err }
}

func field(name string) func(*Reply, string) error {
	return func(r *Reply, v string) error { r.Header.Set(name, v); return nil }
}

func ending(end End) func(*Reply, string) error {
	return func(r *Reply, v string) (err error) { r.End = end; r.After, err = strconv.Atoi(v); return err }
}

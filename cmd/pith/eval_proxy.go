package main

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/pith-proxy/pith/compressors"
	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/arms"
	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/eval/suite"
	"github.com/pith-proxy/pith/service/proxy/policy"
	"github.com/pith-proxy/pith/tokenize"
)

// reachProxy sends prompts as chat requests through the drop-in proxy: one of this
// process, behind which somebody writes down what arrives, or a running one with a vendor
// behind it that answers.
func (f *methodFlags) reachProxy(a *app, set dataset.Set, counter tokenize.Counter) (func(*suite.Arm, evalMethod) error, func(), error) {
	if f.relayed() {
		served, err := servedState(f.url, a.config.getenv("PITH_API_KEY"))
		if err != nil {
			return nil, nil, err
		}
		return func(arm *suite.Arm, m evalMethod) error {
			arm.Arm, arm.State = wholeAs(m.Name), arm.State+" proxy "+served
			return nil // its reader follows, with those of the others
		}, func() {}, nil
	}
	through, err := newThroughProxy(a.config, compressors.Remembering{Router: a.router, Version: a.version()}, policy.MaxDeadline)
	if err != nil {
		return nil, nil, err
	}
	return func(arm *suite.Arm, m evalMethod) error {
		proxied := &arms.Proxy{Label: m.Name, Method: m.request.Method, Fixed: m.Fixed, Model: "gpt-4o", Deadline: policy.MaxDeadline,
			Prompt: prompts(set, counter),
			Rewrite: func(ctx context.Context, body []byte, header http.Header) ([]byte, http.Header, error) {
				return through.send(ctx, "/v1/chat/completions", body, header)
			}}
		arm.Arm, arm.State = proxied, arm.State+" proxy"
		f.proxied = append(f.proxied, proxied)
		return nil
	}, func() { _ = through.Close() }, nil
}

// prompts says what stands around the text of an item that arms are shown.
func prompts(set dataset.Set, counter tokenize.Counter) func(eval.Item) (before, after string) {
	const mark = "\x00\n" // in no template; the line end is what source code is wanted to end with
	return func(item eval.Item) (string, string) {
		task, _ := set.Task(item.Dataset)
		before, after, _ := strings.Cut(task.Ask(item, counter).Prompt(mark), mark)
		return before, after
	}
}

// wholeAs is [eval.Full] under another name.
type wholeAs string

// Name implements [eval.Arm].
func (w wholeAs) Name() string { return string(w) }

// Compress implements [eval.Arm].
func (wholeAs) Compress(ctx context.Context, item eval.Item, limit eval.Limit) (eval.Kept, error) {
	return eval.Full().Compress(ctx, item, limit)
}

// proxyHeaders ask a proxy for a method at a rate, and to take its time.
func proxyHeaders(m evalMethod, rate float64) http.Header {
	h := http.Header{}
	if m.request == nil {
		h.Set("X-Pith-Mode", "off")
		return h
	}
	h.Set("X-Pith-Method", m.request.Method)
	if !m.Fixed {
		h.Set("X-Pith-Rate", strconv.FormatFloat(rate, 'g', -1, 64))
	}
	h.Set("X-Pith-Deadline-Ms", strconv.FormatInt(policy.MaxDeadline.Milliseconds(), 10))
	return h
}

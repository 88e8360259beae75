package main

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/pith-proxy/pith/eval/reader"
	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

func TestReaderAmounts(t *testing.T) {
	tests := []struct {
		name                string
		input, output, most float64
		want                string
	}{
		{"good", 0.15, 0.6, 5, ""},
		{"free", 0, 0, 0, ""},
		{"cap_nan", 0.15, 0.6, math.NaN(), "must be numbers, and must not be negative; got NaN"},
		{"cap_endless", 0.15, 0.6, math.Inf(1), "got +Inf"},
		{"price_nan", math.NaN(), 0.6, 5, "got NaN"},
		{"negative", 0.15, -1, 5, "must not be negative; got -1"},
		{"price_of_a_token", 0.15e-6, 0.6, 5, "prices are dollars for a million tokens; 1.5e-07 is less"},
		{"price_of_an_answers_token", 2.5, 1e-5, 5, "1e-05 is less"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := readerFlags{url: "http://h/v1", model: "m", concurrency: 1, input: tt.input, output: tt.output, most: tt.most}
			err := f.validate(false)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want something with %q", err, tt.want)
			}
		})
	}
}

// The cap counts the reader's tokens, whatever the report's unit is: one word may be a
// thousand of them.
func TestEvalRunCapCountsTokens(t *testing.T) {
	v := fakevendor.New(fakevendor.Options{})
	s := httptest.NewServer(v)
	defer s.Close()
	set := writeRows(t, map[string]any{"task": "t", "language": "en", "context": strings.Repeat("floccinaucinihilipilification/", 200), "question": "what?", "answers": []string{"that"}})
	for _, model := range []string{"gpt-4o", "unheard-of"} {
		for _, counter := range []string{"words", "chars", "cl100k_base"} {
			_, _, err := command(t, map[string]string{"PITH_HOME": t.TempDir()}, "", "eval", "run", "--dataset", set, "--methods", "none", "--counter", counter,
				"--reader", s.URL+"/v1", "--reader-model", model, "--price-in", "1000", "--price-out", "0.001", "--max-dollars", "1", "--out", filepath.Join(t.TempDir(), "out"))
			if !errors.Is(err, reader.ErrCap) || v.Ledger().Totals.Received != 0 {
				t.Errorf("%s in %s: %v, ledger %+v", model, counter, err, v.Ledger().Totals)
			}
		}
	}
}

// When the running proxy has changed, what it made of texts is read anew; the whole text,
// which it passes on, is not.
func TestEvalRunThroughChangedProxy(t *testing.T) {
	v := fakevendor.New(fakevendor.Options{})
	var methods atomic.Value
	methods.Store("1")
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/compressors", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"data":[{"id":"lossless","version":%q}]}`, methods.Load())
	})
	mux.Handle("/", v)
	s := httptest.NewServer(mux)
	defer s.Close()
	q := readQuestions(t)
	set, out, env := writeRows(t, q["minutes-2"], q["news-2"]), filepath.Join(t.TempDir(), "out"), map[string]string{"PITH_HOME": t.TempDir()}
	run := func() {
		t.Helper()
		_, _, err := command(t, env, "", "eval", "run", "--dataset", set, "--methods", "none,lossless", "--through", "proxy", "--url", s.URL, "--reader-model", "m", "--out", out)
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range []struct {
		version string
		calls   int
	}{{"1", 4}, {"1", 4}, {"2", 6}, {"1", 6}} {
		methods.Store(step.version)
		run()
		if n := v.Ledger().Totals.Received; n != step.calls {
			t.Errorf("with version %s: %d calls, want %d", step.version, n, step.calls)
		}
	}
	for _, r := range v.Requests()[4:] {
		if r.Header.Get("X-Pith-Method") != "lossless" {
			t.Errorf("asked again: %v", r.Header)
		}
	}
}

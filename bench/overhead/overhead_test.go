package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith/bench/internal/markdown"
)

// fake is a vendor, and a proxy before it that change spoils.
func fake(t *testing.T, change func(http.ResponseWriter, *http.Request)) side {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		change(w, r)
		vendor(w, r)
	}))
	to := &target{addr: strings.TrimPrefix(s.URL, "http://")}
	t.Cleanup(func() { to.close(); s.Close() })
	return side{name: "fake", to: to}
}

func header(pairs ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(pairs); i += 2 {
			w.Header().Set(pairs[i], pairs[i+1])
		}
	}
}

// A mode that does not do what it is called after must not pass for it.
func TestChecks(t *testing.T) {
	body := []byte(`{"messages":[]}`)
	longer := append(bytes.Clone(body), bytes.Repeat([]byte(" "), 10)...)
	known := receiptOf(body)
	hit := []string{"X-Pith-Status", "compressed", "X-Pith-Cache", "hit=2,miss=0"}
	scan := []string{"X-Pith-Status", "unchanged", "X-Pith-Reason", "nothing_to_compress"}
	other := "1-0"
	tests := []struct {
		name   string
		change func(http.ResponseWriter, *http.Request)
		check  func(reply) error
		ok     bool
	}{
		{"direct", header(), passed(body, anything), true},
		{"vendor_got_something_else", header(), passed(longer, anything), false},
		{"off", header(), passed(body, untold), true},
		{"off_that_is_not", header(scan...), passed(body, untold), false},
		{"scan", header(scan...), passed(body, onlyScanned), true},
		{"scan_that_looked_up", header(append(scan, "X-Pith-Cache", "hit=1,miss=0")...), passed(body, onlyScanned), false},
		{"scan_that_is_off", header(), passed(body, onlyScanned), false},
		{"hit", header(hit...), shortened(longer, 2, 0, &known), true},
		{"hit_of_too_few", header(hit...), shortened(longer, 3, 0, &known), false},
		{"hit_that_is_a_miss", header(hit...), shortened(longer, 0, 2, nil), false},
		{"hit_that_saves_nothing", header(hit...), shortened(body, 2, 0, nil), false},
		{"hit_in_another_form", header(hit...), shortened(longer, 2, 0, &other), false},
		{"hit_that_was_left_raw", header("X-Pith-Status", "unchanged", "X-Pith-Cache", "hit=2,miss=0"), shortened(longer, 2, 0, nil), false},
		{"refused", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, anything, false},
		{"cut", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, anything, false},
		{"answer_with_more", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(" ")) }, anything, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := job{fake(t, tt.change), requestFor("", body), tt.check, &errorLog{}}
			j.run()
			j.run() // on the connection that is open
			if err := j.errs.failed(); err == nil != tt.ok {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAStreamIsFollowed(t *testing.T) {
	body := []byte(`{}`)
	j := job{fake(t, header()), requestFor("?frames=5&every=1ms", body), passed(body, anything), &errorLog{}}
	f, err := j.follow(5)
	if err != nil || len(f.delays) != 5 || len(f.jitter) != 4 || f.first <= 0 {
		t.Fatalf("%+v, %v", f, err)
	}
	if _, err := j.follow(6); err == nil {
		t.Error("there were five frames")
	}
}

func TestASpoiledStreamIsAnError(t *testing.T) {
	rec := httptest.NewRecorder()
	if err := stream(rec, 3, 0); err != nil {
		t.Fatal(err)
	}
	whole := rec.Body.String()
	first, _ := frameFrom(bufio.NewReader(strings.NewReader(whole)))
	tests := map[string]struct {
		text string
		ok   bool
	}{
		"whole":       {whole, true},
		"cut":         {strings.TrimSuffix(whole, doneFrame), false},
		"done_twice":  {whole + doneFrame, false},
		"frame_lost":  {whole[len(first):], false},
		"frame_twice": {string(first) + whole, false},
		"byte_other":  {strings.Replace(whole, " bridge", " Bridge", 1), false},
		"empty":       {"", false},
	}
	for name, tt := range tests {
		if err := new(flow).read(strings.NewReader(tt.text), time.Now(), 3); err == nil != tt.ok {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestDelayAndJitter(t *testing.T) {
	start := time.Now()
	var b strings.Builder
	for i := range 3 {
		fmt.Fprintf(&b, frameFormat, i, start.Add(-time.Duration(i+1)*time.Hour).UnixNano())
	}
	var f flow
	_ = f.read(strings.NewReader(b.String()), start, 3) // there is no end
	for i, d := range f.delays {
		if want := time.Duration(i+1) * time.Hour; d < want || d > want+time.Minute {
			t.Errorf("frame %d has a delay of %v", i, d)
		}
	}
	for _, d := range f.jitter {
		if d < time.Hour || d > time.Hour+time.Minute {
			t.Errorf("jitter %v", d)
		}
	}
}

func TestLayout(t *testing.T) {
	tests := []struct {
		cores []int
		want  layout
	}{
		{nil, layout{}},
		{[]int{0}, layout{}},
		{[]int{0, 1}, layout{}},
		{[]int{4, 5, 6}, layout{[]int{4}, []int{5}, []int{6}}},
		{[]int{0, 1, 2, 3}, layout{[]int{0}, []int{1}, []int{2, 3}}},
		{[]int{0, 1, 2, 3, 4, 5, 6, 7}, layout{[]int{0, 1}, []int{2, 3}, []int{4, 5, 6, 7}}},
	}
	for _, tt := range tests {
		got := layoutOf(tt.cores)
		if !slices.Equal(got.generator, tt.want.generator) || !slices.Equal(got.vendor, tt.want.vendor) || !slices.Equal(got.proxy, tt.want.proxy) {
			t.Errorf("%v: got %v", tt.cores, got)
		}
	}
}

func TestNumber(t *testing.T) {
	for x, want := range map[float64]string{0: "0.000", 0.0456: "0.046", -0.5: "-0.500", 1.234: "1.23", 12.34: "12.3", -123.4: "-123", 20000: "20000"} {
		if got := markdown.Number(x); got != want {
			t.Errorf("%v: got %q, want %q", x, got, want)
		}
	}
}

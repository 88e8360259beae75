package arms

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith/eval"
)

// startFake starts the bridge on the package in testdata.
func startFake(t *testing.T, o BridgeOptions) (*Bridge, error) {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("no python3")
	}
	dir, err := filepath.Abs("testdata/python")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("PYTHONPATH", dir)
	t.Setenv("PYTHONDONTWRITEBYTECODE", "1")
	orDefault(&o.Model, "any")
	return Start(t.Context(), o)
}

func mustStart(t *testing.T, o BridgeOptions) *Bridge {
	t.Helper()
	b, err := startFake(t, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func words(n int) eval.Limit { return eval.Limit{Rate: 0.5, Units: n, Counter: eval.Words} }

func TestBridgeKeeps(t *testing.T) {
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	arm := b.Arm("peer", false)
	if arm.Name() != "peer" {
		t.Errorf("name %q", arm.Name())
	}
	for _, tt := range []struct {
		name, text string
		units      int
		want       string
	}{
		{"half", "a b c d", 2, "a b"},
		{"lines_and_letters_that_json_escapes", "größe <a>\n\u2028\"日本\" \\x", 2, "größe <a>"},
		{"asked_again_where_it_is_too_long", "TWICE b c d e f g h i j", 5, "TWICE b c d e"},
		{"still_too_long_stays", "ALWAYS b c d", 2, "ALWAYS b c d"},
		{"blank_keeps_nothing", " \n", 1, ""},
		{"empty_keeps_nothing", "", 1, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := arm.Compress(t.Context(), eval.Item{Context: tt.text}, words(tt.units))
			if err != nil || got.Text != tt.want || got.Spans != nil || got.Refused {
				t.Errorf("got %q, %v, want %q", got.Text, err, tt.want)
			}
		})
	}
}

func TestBridgeAsksFourTimes(t *testing.T) {
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	arm := b.Arm("peer", false)
	ask := func(text string) string {
		t.Helper()
		k, err := arm.Compress(t.Context(), eval.Item{Context: text}, words(1))
		if err != nil {
			t.Fatal(err)
		}
		return k.Text
	}
	before := ask("ASKED")
	ask("ALWAYS b c d")
	if after := ask("ASKED"); before != "1" || after != "6" {
		t.Errorf("asked %s times before and %s after, want 1 and 1+4+1", before, after)
	}
}

// What the package is told depends on the method and on whether there is a question.
func TestBridgeSettings(t *testing.T) {
	item := eval.Item{Context: "SETTINGS", Question: "why"}
	limit := eval.Limit{Rate: 0.25, Units: 9, Counter: eval.Words}
	for _, tt := range []struct {
		name     string
		options  BridgeOptions
		question bool
		want     string
	}{
		{"llmlingua2", BridgeOptions{LLMLingua2: true}, false, "2 cpu 0.2500"},
		{"llmlingua2_reads_no_question", BridgeOptions{LLMLingua2: true}, true, "2 cpu 0.2500"},
		{"llmlingua", BridgeOptions{Device: "cuda:1"}, false, "1 cuda:1 0.2500"},
		{"longllmlingua", BridgeOptions{}, true, "1 why cpu 0.2500"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := mustStart(t, tt.options)
			got, err := b.Arm("peer", tt.question).Compress(t.Context(), item, limit)
			if err != nil || got.Text != tt.want {
				t.Errorf("got %q, %v, want %q", got.Text, err, tt.want)
			}
		})
	}
}

func TestBridgeStartFails(t *testing.T) {
	for _, tt := range []struct {
		name    string
		options BridgeOptions
		want    []string
	}{
		{"no_python", BridgeOptions{Python: "no-such-python"}, []string{"no-such-python", "pip install llmlingua==0.2.2"}},
		{"no_package", BridgeOptions{Model: "missing"}, []string{"no package no_such_package_as_this", "python3 -m pip install llmlingua==0.2.2"}},
		{"no_model", BridgeOptions{Model: "unreadable"}, []string{"open model unreadable: OSError: unreadable is not a model and this is more of it"}},
		{"dies", BridgeOptions{Model: "dies"}, []string{"exit status 9", "no room for the model"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := startFake(t, tt.options)
			if err == nil {
				_ = b.Close()
				t.Fatal("it started")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
	if _, err := Start(t.Context(), BridgeOptions{}); err == nil || !strings.Contains(err.Error(), "no model") {
		t.Errorf("without a model: %v", err)
	}
}

// An exception is the request's own: the next one is answered.
func TestBridgeFailure(t *testing.T) {
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	arm := b.Arm("peer", false)
	_, err := arm.Compress(t.Context(), eval.Item{Context: "RAISE sekret"}, words(1))
	if err == nil || !strings.Contains(err.Error(), "ValueError in keep, __init__.py:") || strings.Contains(err.Error(), "sekret") {
		t.Errorf("error %v", err)
	}
	if k, err := arm.Compress(t.Context(), eval.Item{Context: "a b"}, words(1)); err != nil || k.Text != "a" {
		t.Errorf("afterwards %q, %v", k.Text, err)
	}
}

// A process that ends says how, and every later request says so too.
func TestBridgeDies(t *testing.T) {
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	arm := b.Arm("peer", false)
	for _, text := range []string{"DIE sekret", "a b"} {
		_, err := arm.Compress(t.Context(), eval.Item{Context: text}, words(1))
		if err == nil || !strings.Contains(err.Error(), "exit status 3") || !strings.HasSuffix(err.Error(), ": out of memory") ||
			strings.Contains(err.Error(), "sekret") {
			t.Errorf("error %v", err)
		}
	}
	if b.cmd.ProcessState == nil {
		t.Error("nobody waited for the process")
	}
}

// A context that ends kills the process, whose connection breaks.
func TestBridgeContextEnds(t *testing.T) {
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := b.Arm("peer", false).Compress(ctx, eval.Item{Context: "HANG " + l.Addr().String()}, words(1))
		if !errors.Is(err, why) {
			t.Errorf("error %v, want %v", err, why)
		}
	})
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	waiting, stop := context.WithCancel(t.Context())
	stop()
	if _, err := b.Arm("peer", false).Compress(waiting, eval.Item{Context: "a b"}, words(1)); !errors.Is(err, context.Canceled) {
		t.Errorf("in the queue: %v", err)
	}
	cancel(why)
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the process goes on")
	}
	wg.Wait()
	if b.cmd.ProcessState == nil {
		t.Error("nobody waited for the process")
	}
	if _, err := b.Arm("peer", false).Compress(t.Context(), eval.Item{Context: "a b"}, words(1)); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("afterwards %v", err)
	}
}

func TestBridgeClosed(t *testing.T) {
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	if b.Version() != "fake" {
		t.Errorf("version %q", b.Version())
	}
	for range 2 {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	if s := b.cmd.ProcessState; s == nil || !s.Success() {
		t.Errorf("process %v", s)
	}
	if _, err := b.Arm("peer", false).Compress(t.Context(), eval.Item{Context: "a b"}, words(1)); !errors.Is(err, errClosed) {
		t.Errorf("error %v", err)
	}
}

// Several arms take turns, and each gets its own answers.
func TestBridgeShared(t *testing.T) {
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	var wg sync.WaitGroup
	for _, word := range strings.Fields("a b c d e f g h") {
		wg.Go(func() {
			k, err := b.Arm(word, false).Compress(t.Context(), eval.Item{Context: word + " x"}, words(1))
			if err != nil || k.Text != word {
				t.Errorf("got %q, %v, want %q", k.Text, err, word)
			}
		})
	}
	wg.Wait()
}

func TestLastLine(t *testing.T) {
	for _, tt := range []struct {
		name   string
		writes []string
		want   string
	}{
		{"none", nil, ""},
		{"last", []string{"a\nb\n"}, "b"},
		{"in_pieces", []string{"a\nb", "c\n"}, "bc"},
		{"without_its_end", []string{"a\nb"}, "b"},
		{"blank_lines_behind", []string{"a\n \n\n"}, "a"},
		{"long", []string{strings.Repeat("x", 2*mostLine) + "y\n"}, strings.Repeat("x", mostLine-2) + "y"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var l lastLine
			for _, w := range tt.writes {
				if n, err := l.Write([]byte(w)); n != len(w) || err != nil {
					t.Fatal(n, err)
				}
			}
			if got := l.String(); got != tt.want {
				t.Errorf("got %d bytes %.20q, want %d bytes %.20q", len(got), got, len(tt.want), tt.want)
			}
		})
	}
}

// The real package with the model in the folder that bench/peer_folder.py makes.
func TestBridgeReal(t *testing.T) {
	python, model := os.Getenv("PITH_LLMLINGUA_PYTHON"), os.Getenv("PITH_LLMLINGUA_MODEL")
	if python == "" || model == "" {
		t.Skip("set PITH_LLMLINGUA_PYTHON to a Python with the package llmlingua, and PITH_LLMLINGUA_MODEL to a model of LLMLingua-2")
	}
	b, err := Start(t.Context(), BridgeOptions{Python: python, Model: model, LLMLingua2: true})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	arm, c := b.Arm("peer", false), counter(t, "o200k_base")
	var before string
	for _, rate := range []float64{0.5, 0.33, 0.5} {
		limit := eval.LimitFor(bridge, rate, c)
		kept, err := arm.Compress(t.Context(), eval.Item{Context: bridge}, limit)
		if err != nil {
			t.Fatal(err)
		}
		n := c.Count(kept.Text)
		if n > limit.Units || n < limit.Units/2 {
			t.Errorf("kept %d tokens within %d", n, limit.Units)
		}
		if rate == 0.5 && before != "" && before != kept.Text {
			t.Error("the same text came back otherwise")
		}
		if rate == 0.5 {
			before = kept.Text
		}
		t.Logf("llmlingua %s, rate %v: %d of %d tokens: %.120s", b.Version(), rate, n, limit.Units, kept.Text)
	}
}

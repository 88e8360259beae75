package arms

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/pith-proxy/pith/eval"
)

const hello = `echo '{"version":"1"}'` + "\n"

// shell makes a program that stands in for Python.
func shell(t *testing.T, script string) BridgeOptions {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("no sh")
	}
	python := filepath.Join(t.TempDir(), "python")
	if err := os.WriteFile(python, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return BridgeOptions{Python: python, Model: "any"}
}

// What does not speak the protocol is ended, whatever it does, and is not quoted.
func TestBridgeNonsense(t *testing.T) {
	long := "a" + strings.Repeat(" sekret", 50_000)
	for _, tt := range []struct{ name, script, want string }{
		{"no_json", hello + "read line; echo sekret; exec cat", "python was ended: its answer is no JSON"},
		{"other_json", hello + "read line; echo '[\"sekret\"]'; exec cat", "python was ended: its answer is no JSON"},
		{"another_request", hello + `read line; echo '{"id":7,"text":"sekret"}'; exec cat`, "python was ended: it answered another request"},
		{"no_utf8", hello + `read line; printf '{"id":1,"text":"sekret \377"}\n'; exec cat`, "python was ended: its answer is not UTF-8"},
		{"endless_line", hello + "read line; yes sekret | tr -d '\\n'", "bytes without a line end"},
		{"long_line", hello + "read line; head -c 4000000 /dev/zero | tr '\\0' x; echo; exec cat", "bytes without a line end"},
		{"talks_before_it_listens", hello + "head -c 200000 /dev/zero | tr '\\0' x; echo; exec cat", "python was ended: its answer is no JSON"},
		{"never_listens", hello + "echo sekret; exec sleep 60", "python was ended: its answer is no JSON"},
		{"closes_its_output", hello + "read line; exec >&-; exec cat", "python ended with exit status"},
		{"closes_its_output_and_goes_on", hello + "read line; exec >&-; exec sleep 60", "python was ended: it closed its output and went on"},
		{"closes_its_input", hello + "exec <&-; exit 4", "python ended with exit status 4"},
		{"nonsense_from_the_start", "echo sekret; exec cat", "python was ended: its answer is no JSON"},
		{"endless_line_from_the_start", "yes sekret | tr -d '\\n'", "more than 1048576 bytes without a line end"},
		{"no_word_from_the_start", "exit 5", "python ended with exit status 5"},
		{"colours_and_bytes", `printf 'no \033[31mroom\033[0m \377here\n' >&2; exit 5`, "exit status 5: no [31mroom[0m here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := Start(t.Context(), shell(t, tt.script))
			if err == nil {
				if strings.HasSuffix(tt.name, "_goes_on") {
					b.grace = time.Millisecond
				}
				defer b.Close()
				_, err = b.Arm("peer", false).Compress(t.Context(), eval.Item{Context: long}, words(1))
				if b.cmd.ProcessState == nil {
					t.Error("nobody waited for the process")
				}
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "sekret") {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

// An answer may be as long as a text is, in letters that JSON writes out.
func TestBridgeLongAnswer(t *testing.T) {
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	text := "ALWAYS" + strings.Repeat(" 日本\u0001😀é", 60_000)
	got, err := b.Arm("peer", false).Compress(t.Context(), eval.Item{Context: text}, words(1_000_000))
	if err != nil || got.Text != text {
		t.Errorf("%d bytes came back of %d, %v", len(got.Text), len(text), err)
	}
}

// What JSON cannot hold is refused, not changed on its way.
func TestBridgeRefusesBytes(t *testing.T) {
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	for _, item := range []eval.Item{{Context: "a \xff b"}, {Context: "a b", Question: "\xff"}} {
		if _, err := b.Arm("peer", true).Compress(t.Context(), item, words(1)); err == nil || !strings.Contains(err.Error(), "not UTF-8") {
			t.Errorf("%q, %q: %v", item.Context, item.Question, err)
		}
	}
}

// The protocol is UTF-8 whatever the user's locale is.
func TestBridgeIgnoresTheLocale(t *testing.T) {
	t.Setenv("PYTHONIOENCODING", "latin-1")
	b := mustStart(t, BridgeOptions{LLMLingua2: true})
	if k, err := b.Arm("peer", false).Compress(t.Context(), eval.Item{Context: "größe 日本"}, words(1)); err != nil || k.Text != "größe" {
		t.Errorf("got %q, %v", k.Text, err)
	}
}

func TestBridgeRevision(t *testing.T) {
	for model, want := range map[string]string{"owner/pinned": "0123abcd", "any": ""} {
		if got := mustStart(t, BridgeOptions{Model: model, LLMLingua2: true}).Revision(); got != want {
			t.Errorf("%s: revision %q, want %q", model, got, want)
		}
	}
}

// witness is a pipe with a name, which ends when the last process that has it open does.
type witness struct {
	path string
	*os.File
}

func newWitness(t *testing.T) witness {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return witness{path, f}
}

// gone fails the test if a process goes on. The deadline is for that alone.
func (w witness) gone(t *testing.T) {
	t.Helper()
	if err := w.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("something that was started goes on: %v", err)
	}
}

// However a bridge ends, so does what its process started, also what ignores the polite
// signals or holds pipes open.
func TestBridgeEndsTheFamily(t *testing.T) {
	const child = "sh -c \"trap '' HUP INT TERM; sleep 60; sleep 60\""
	for _, tt := range []struct {
		name, script string // %s is the pipe; descriptor 3 goes to the child
		end          func(b *Bridge, cancel func())
	}{
		{"close", child + " >/dev/null 2>&1 &\n" + hello + "exec cat >/dev/null", func(b *Bridge, _ func()) { _ = b.Close() }},
		{"close_with_its_pipes_held", child + " &\n" + hello + "exec cat >/dev/null", func(b *Bridge, _ func()) { _ = b.Close() }},
		{"close_while_it_hangs_at_exit", child + " >/dev/null 2>&1 &\n" + hello + "cat >/dev/null; " + child, func(b *Bridge, _ func()) { _ = b.Close() }},
		{"context", child + " &\n" + hello + child, func(_ *Bridge, cancel func()) { cancel() }},
		{"nonsense", child + " &\n" + hello + "read line; echo sekret; " + child, func(b *Bridge, _ func()) {
			_, _ = b.Arm("peer", false).Compress(context.Background(), eval.Item{Context: "a b"}, words(1))
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWitness(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			b, err := Start(ctx, shell(t, "exec 3>'"+w.path+"'\n"+tt.script))
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(tt.name, "hangs") {
				b.grace = time.Millisecond
			}
			defer b.Close()
			tt.end(b, cancel)
			w.gone(t)
		})
	}
}

// A process that does not end by itself is killed when its time is up, and reported so.
func TestBridgeHangsAtExit(t *testing.T) {
	b, err := Start(t.Context(), shell(t, hello+"cat >/dev/null; exec sleep 60"))
	if err != nil {
		t.Fatal(err)
	}
	b.grace = time.Millisecond
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if s := b.cmd.ProcessState; s == nil || s.Success() {
		t.Errorf("process %v", s)
	}
}

// Starting and closing takes nothing for good.
func TestBridgeLeavesNoFiles(t *testing.T) {
	open := func() int {
		e, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			t.Skip(err)
		}
		return len(e)
	}
	run := func(script string) {
		if b, err := Start(t.Context(), shell(t, script)); err == nil {
			_, _ = b.Arm("peer", false).Compress(t.Context(), eval.Item{Context: "a b"}, words(1))
			_ = b.Close()
		}
	}
	run(hello + "exec cat") // what the first one opens for all
	before := open()
	for range 3 {
		run(hello + "exec cat")
		run(hello + "exit 3")
		run("exit 3")
	}
	if after := open(); after > before {
		t.Errorf("%d files are open, %d were", after, before)
	}
}

func TestReadLine(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, tt := range []struct {
		name, in string
		most     int
		want     string
		err      error
	}{
		{"line", "ab\ncd", 9, "ab\n", nil},
		{"exactly", "ab\n", 3, "ab\n", nil},
		{"one_more", "abc\n", 3, "", errLongLine},
		{"without_an_end", "ab", 9, "ab", io.EOF},
		{"longer_than_the_buffer", x(9000) + "\n", 9001, x(9000) + "\n", nil},
		{"too_long_in_a_later_part", x(9001) + "\n", 9001, "", errLongLine},
		{"endless", x(1 << 20), 9001, "", errLongLine},
		{"none", "", 9, "", io.EOF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := readLine(bufio.NewReader(strings.NewReader(tt.in)), tt.most)
			if string(got) != tt.want || !errors.Is(err, tt.err) {
				t.Errorf("got %d bytes, %v, want %d, %v", len(got), err, len(tt.want), tt.err)
			}
		})
	}
}

package reader

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

// A process was killed when an answer was on disk and not yet in its place.
func TestAnswerInIntent(t *testing.T) {
	for name, tail := range map[string]int{"whole": 0, "not_cut_to_its_length": 5000} {
		t.Run(name, func(t *testing.T) {
			v, url := serve(t, fakevendor.Options{Fault: faults(fakevendor.Fault{Drop: true})})
			dir := t.TempDir()
			c := later(t, dir, url, capped(0))
			first := ask(t, c, "q 1")
			s, d := c.o.Store, c.digest(Prompt{Text: "q 1", MaxTokens: 8})
			s.Close()
			whole, err := os.ReadFile(s.answerPath(d))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Remove(s.answerPath(d)); err != nil {
				t.Fatal(err)
			}
			write(t, s.intentPath(d), append(whole, make([]byte, tail)...))
			c = later(t, dir, url, capped(0))
			if s := c.Spent(); s.Earlier != actualDollars || s.DoubtDollars != worstDollars || c.o.Store.InDoubt() != 0 {
				t.Errorf("recalled %+v, %d in doubt", s, c.o.Store.InDoubt())
			}
			first.Stored = true
			if a := ask(t, c, "q 1"); a != first || v.Ledger().Totals.Received != 2 {
				t.Errorf("got %+v, want %+v; ledger %+v", a, first, v.Ledger().Totals)
			}
			if b, err := os.ReadFile(s.answerPath(d)); err != nil || len(b) != len(whole) {
				t.Errorf("%d bytes, want %d; %v", len(b), len(whole), err)
			}
		})
	}
}

// A process was killed when it had noted that an answer is damaged, and had not put it aside.
func TestDamagedAnswerStays(t *testing.T) {
	_, url := serve(t, fakevendor.Options{})
	dir := t.TempDir()
	c := later(t, dir, url, capped(0))
	s, d := c.o.Store, c.digest(Prompt{Text: "q 1", MaxTokens: 8})
	note := line{Digest: d.String(), Doubt: doubt{Calls: 3, Pico: 3 * worstDollars * 1e12}}
	if err := s.note(d, note, 0, true); err != nil {
		t.Fatal(err)
	}
	s.Close()
	write(t, s.answerPath(d), []byte("torn"))
	for range 2 {
		c = later(t, dir, url, capped(0))
		ask(t, c, "q 1")
		if s := c.Spent(); s.DoubtDollars != 3*worstDollars || c.o.Store.InDoubt() != 0 {
			t.Errorf("spent %+v", s)
		}
		c.o.Store.Close()
	}
	if aside, err := os.ReadDir(s.path("aside")); err != nil || len(aside) != 1 {
		t.Errorf("%d aside, %v", len(aside), err)
	}
}

// An answer that could not be put in its place is there for the next run.
func TestAnswerThatCouldNotMove(t *testing.T) {
	v, url := serve(t, fakevendor.Options{})
	dir := t.TempDir()
	c := later(t, dir, url, capped(0))
	if err := os.Remove(c.o.Store.path("answers")); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second one buys nothing
		if _, err := c.Answer(t.Context(), Prompt{Text: "q 1", MaxTokens: 8}); err == nil || !strings.Contains(err.Error(), "store an answer that was paid for") {
			t.Errorf("got %v", err)
		}
	}
	c.o.Store.Close()
	c = later(t, dir, url, capped(0))
	if a := ask(t, c, "q 1"); !a.Stored || a.InDoubt || c.Spent().Earlier != actualDollars || v.Ledger().Totals.Received != 1 {
		t.Errorf("got %+v, spent %+v, ledger %+v", a, c.Spent(), v.Ledger().Totals)
	}
}

// What the first format left is read: nothing is bought again.
func TestFirstFormat(t *testing.T) {
	const members = `"model":"m","text":"old","finish":"stop","prompt_tokens":2,"cached_tokens":1,"completion_tokens":2,"took_ns":5`
	v, url := serve(t, fakevendor.Options{})
	dir := t.TempDir()
	c := later(t, dir, url, capped(0))
	s := c.o.Store
	d := func(text string) digest { return c.digest(Prompt{Text: text, MaxTokens: 8}) }
	write(t, s.answerPath(d("q 1")), oldAnswer(d("q 1"), members))
	write(t, s.answerPath(d("q 2")), oldAnswer(d("q 2"), members+`,"in_doubt":true,"estimated":true`))
	write(t, s.intentPath(d("q 3")), append(oldAnswer(d("q 3"), members), make([]byte, 4000)...))
	write(t, s.intentPath(d("q 4")), make([]byte, 4160))
	s.Close()

	c = later(t, dir, url, capped(0))
	if s := c.Spent(); s.Earlier != 3*actualDollars || s.DoubtDollars != actualDollars {
		t.Errorf("recalled %+v", s)
	}
	old := Answer{Text: "old", Finish: "stop", Model: "m", PromptTokens: 2, CachedTokens: 1, CompletionTokens: 2, Took: 5, Stored: true}
	doubted := old
	doubted.InDoubt, doubted.Estimated = true, true
	for text, want := range map[string]Answer{"q 1": old, "q 2": doubted, "q 3": old} {
		if a := ask(t, c, text); a != want {
			t.Errorf("%s: got %+v", text, a)
		}
	}
	if n := v.Ledger().Totals.Received; n != 0 {
		t.Errorf("%d calls", n)
	}
	if a := ask(t, c, "q 4"); !a.InDoubt || c.Spent().DoubtDollars != actualDollars+worstDollars {
		t.Errorf("got %+v, spent %+v", a, c.Spent())
	}
}

// A vendor that refuses a key which it knows with another body gets another key with
// another field, and the same body when a call is made again in a later run.
func TestSwapAndKeys(t *testing.T) {
	const refusal = `{"error":{"message":"Unsupported parameter: max_tokens","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}`
	for _, first := range []bool{true, false} {
		var cut atomic.Bool
		v, url := serve(t, fakevendor.Options{Idempotent: true, KeysFirst: first, Fault: func(q fakevendor.Request) fakevendor.Fault {
			if strings.Contains(string(q.Body), `"max_tokens"`) {
				return fakevendor.Fault{Status: 400, Body: refusal}
			}
			return fakevendor.Fault{Drop: cut.Load() && q.Prompt == "b"}
		}})
		dir := t.TempDir()
		c := later(t, dir, url, func(o *Options) { o.Retries = -1 })
		ask(t, c, "a")
		cut.Store(true)
		if _, err := c.Answer(t.Context(), Prompt{Text: "b", MaxTokens: 8}); err == nil {
			t.Fatal("answered")
		}
		c.o.Store.Close()
		cut.Store(false)
		c = later(t, dir, url, func(o *Options) { o.Retries = -1 })
		if a := ask(t, c, "b"); !a.InDoubt {
			t.Errorf("got %+v", a)
		}
		ask(t, c, "c")
		c.o.Store.Close()
		want := fakevendor.Totals{Received: 6, Charged: 3, Replayed: 1, PromptTokens: 3, CompletionTokens: 6}
		if again := string(v.Requests()[3].Body); !strings.Contains(again, `"max_completion_tokens":8`) {
			t.Errorf("keys first %v: called again with %s", first, again)
		}
		l := v.Ledger().Totals
		if l.Delivered = 0; l != want { // that is entered after the client has it
			t.Errorf("keys first %v: ledger %+v, want %+v", first, l, want)
		}
	}
}

// Without a bound there is no field, and so no other body.
func TestOneKeyWithoutABound(t *testing.T) {
	c, _ := client(t, "http://h/v1", nil)
	for most, want := range map[int]bool{0: true, 8: false} {
		p := Prompt{Text: "q", MaxTokens: most}
		if same := c.idempotencyKey(c.digest(p), p, maxTokens) == c.idempotencyKey(c.digest(p), p, maxCompletionTokens); same != want {
			t.Errorf("a bound of %d: the same key: %v", most, same)
		}
	}
}

// A key that the vendor knows from another body is said so.
func TestKeyOfAnother(t *testing.T) {
	_, url := serve(t, fakevendor.Options{Fault: faults(fakevendor.Fault{Status: 400, Body: `{"error":{"message":"m","type":"idempotency_error"}}`})})
	c, _ := client(t, url, nil)
	if _, err := c.Answer(t.Context(), Prompt{Text: "q", MaxTokens: 8}); err == nil || !strings.Contains(err.Error(), "type idempotency_error: the vendor knows the Idempotency-Key") {
		t.Errorf("got %v", err)
	}
}

// What stands where files should, and is none, ends no run and holds none up.
func TestStrangersInTheStore(t *testing.T) {
	for _, folder := range []string{"answers", "intents"} {
		for name, place := range map[string]func(string) error{
			"folder": func(p string) error { return os.Mkdir(p, 0o700) },
			"pipe":   func(p string) error { return syscall.Mkfifo(p, 0o600) },
			"link":   func(p string) error { return os.Symlink("nowhere", p) },
		} {
			t.Run(folder+"_"+name, func(t *testing.T) {
				_, url := serve(t, fakevendor.Options{})
				dir := t.TempDir()
				c := later(t, dir, url, capped(0))
				s, d := c.o.Store, c.digest(Prompt{Text: "q 1", MaxTokens: 8})
				s.Close()
				if err := place(s.path(folder, d.String())); err != nil {
					t.Fatal(err)
				}
				c = later(t, dir, url, capped(0))
				ask(t, c, "q 1")
				if a := ask(t, c, "q 1"); !a.Stored {
					t.Errorf("got %+v", a)
				}
				if aside, err := os.ReadDir(s.path("aside")); err != nil || len(aside) != 1 {
					t.Errorf("%d aside, %v", len(aside), err)
				}
			})
		}
	}
}

// When ctx ends during an exchange that brings no answer, or during a pause, no other begins.
func TestNoTryAfterTheEnd(t *testing.T) {
	unwanted := `{"error":{"message":"Unsupported parameter: max_tokens","param":"max_tokens","code":"unsupported_parameter"}}`
	for name, tt := range map[string]struct {
		fault   fakevendor.Fault
		pausing bool // ctx ends in the pause, which does not notice
		doubt   int
	}{
		"refused":      {fakevendor.Fault{Status: 503}, false, 0},
		"cut":          {fakevendor.Fault{Cut: true}, false, 1},
		"other_field":  {fakevendor.Fault{Status: 400, Body: unwanted}, false, 0},
		"while_paused": {fakevendor.Fault{Status: 503}, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			v, url := serve(t, fakevendor.Options{
				Fault: func(fakevendor.Request) fakevendor.Fault { return tt.fault },
				Hook: func(s fakevendor.Stage, _ fakevendor.Request) {
					if !tt.pausing {
						cancel()
					}
				},
			})
			c, waits := client(t, url, nil)
			noted := c.sleep
			c.sleep = func(ctx context.Context, d time.Duration) error { _ = noted(ctx, d); cancel(); return nil }
			_, err := c.Answer(ctx, Prompt{Text: "q", MaxTokens: 8})
			if !errors.Is(err, context.Canceled) || v.Ledger().Totals.Received != 1 || (len(*waits) > 0) != tt.pausing {
				t.Errorf("got %v after %d calls and waits %v", err, v.Ledger().Totals.Received, *waits)
			}
			if n := c.o.Store.InDoubt(); n != tt.doubt {
				t.Errorf("%d in doubt", n)
			}
		})
	}
}

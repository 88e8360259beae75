package llmlingua2

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/tokenize"
)

const half = .5

// asked is a request for half of some texts.
func asked(m pith.Memory, cs []pith.Context) pith.Request {
	return pith.Request{Memory: m, Contexts: cs, Budget: pith.Budget{Rate: half}}
}

// A short request does not wait for all of a long one that has its text, too.
func TestShortRequestDoesNotWaitForALongOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newGated(Options{})
		m := newMemory()
		long := english(report(5, 200_000), "One short text that stands at the end.")
		go func() { _, _ = c.Compress(context.Background(), asked(m, long)) }()
		synctest.Wait()
		done := make(chan error, 1)
		go func() {
			_, err := c.Compress(context.Background(), asked(m, long[1:]))
			done <- err
		}()
		synctest.Wait()
		for n := 0; len(done) == 0; n++ {
			if n > 4 {
				t.Fatal("it waits for more than a window of each")
			}
			g.gate <- struct{}{}
			synctest.Wait()
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		close(g.gate)
		synctest.Wait()
		c.Close()
	})
}

// picky is a scorer that refuses requests of many windows.
type picky struct {
	gated
	most int
}

func (p *picky) Score(ctx context.Context, windows [][]tokenize.ID, each func(int, Output)) (Stats, error) {
	<-p.gate
	if len(windows) > p.most {
		return Stats{}, &pith.Error{Code: pith.CodeUnavailable, Msg: "busy"}
	}
	return p.fakeScorer.Score(ctx, windows, each)
}

// What is wrong with one request is not another's error.
func TestErrorOfAnotherRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := newGated(Options{})
		opened, err := c.models[0].open(context.Background(), 0)
		if err != nil {
			t.Fatal(err)
		}
		p := &picky{gated: gated{gate: make(chan struct{})}, most: 4}
		opened.Scorer = p
		m := newMemory()
		texts := english("One text of the long request.", report(5, 2000), "One more.")
		failed := make(chan error, 1)
		go func() {
			_, err := c.Compress(context.Background(), asked(m, texts))
			failed <- err
		}()
		synctest.Wait()
		done := make(chan error, 1)
		go func() {
			_, err := c.Compress(context.Background(), asked(m, texts[:1]))
			done <- err
		}()
		synctest.Wait()
		close(p.gate)
		if err := <-done; err != nil {
			t.Errorf("the short request: %v", err)
		}
		if err := <-failed; pith.CodeOf(err) != pith.CodeUnavailable {
			t.Errorf("the long request: %v", err)
		}
		c.Close()
	})
}

// Who keeps what was read does not depend on who began to read it.
func TestReadOnlyMemoryBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, g := newGated(Options{})
		m := newMemory()
		text := english("The chair wrote to the office. The members went home.")
		for _, memory := range []pith.Memory{pith.ReadOnly{Memory: m}, m} {
			go func() {
				if _, err := c.Compress(context.Background(), asked(memory, text)); err != nil {
					t.Error(err)
				}
			}()
			synctest.Wait()
		}
		close(g.gate)
		synctest.Wait()
		if len(m.m) == 0 {
			t.Error("nothing is in the memory of the one that keeps")
		}
		c.Close()
	})
}

// Requests beside the end of the compressor end, one way or the other.
func TestCloseBesideRequests(t *testing.T) {
	for i := range 100 {
		c, _ := newFake(t)
		var wg sync.WaitGroup
		for k := range 4 {
			wg.Go(func() {
				_, err := c.Compress(context.Background(), asked(newMemory(), english(fmt.Sprint("text number ", i, k, " is short."))))
				if err != nil && pith.CodeOf(err) != pith.CodeUnavailable && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		}
		wg.Go(c.Close)
		wg.Wait()
	}
}

// A word stays whole, however many segments it would be.
func TestNoWordIsCut(t *testing.T) {
	c, _ := newFake(t)
	for name, word := range map[string]string{
		"base64": strings.Repeat("aGVsbG8gd29ybGQ0", 180),
		"commas": strings.Repeat("alpha,beta;", 250),
		"json":   `{"a":{"b":[` + strings.Repeat(`{"name":"x","value":true,"list":["p","q"]},`, 60) + `{}]}}`,
	} {
		text := prose + "\n" + word + "\n" + prose
		at := strings.Index(text, word)
		for _, classes := range [][]string{nil, {}} {
			for _, question := range []pith.Text{"", "What was the price of the contract?"} {
				for _, rate := range []float64{.1, .3, .5, .7, .9} {
					res := compress(t, c, pith.Request{Question: question, Contexts: english(text), Budget: pith.Budget{Rate: rate},
						Options: pith.Options{Preserve: pith.Preserve{Classes: classes}}})
					kept := 0
					for _, s := range res.Contexts[0].Spans {
						kept += max(0, min(s.End, at+len(word))-max(s.Start, at))
					}
					if kept != 0 && kept != len(word) {
						t.Errorf("%s, rate %v: %d of %d bytes of one word are left", name, rate, kept, len(word))
					}
				}
			}
		}
	}
}

// What a model that cannot be opened just now leaves undone is not the result for ever.
func TestPassingFailureIsTold(t *testing.T) {
	first, second := fakeModel("first", 64), fakeModel("second", 64)
	fail := true
	c, err := New(Options{Models: []Source{
		{Name: "first", Languages: []string{"en"}, Open: func(context.Context) (*Model, error) { return first, nil }},
		{Name: "second", Languages: []string{"de"}, Open: func(context.Context) (*Model, error) {
			if fail {
				return nil, errors.New("no memory just now")
			}
			return second, nil
		}}}})
	if err != nil {
		t.Fatal(err)
	}
	req := asked(nil, []pith.Context{{Text: pith.Text(strings.Repeat("Die Mitglieder gingen nach Hause. ", 20)), Language: "de"}})
	for _, fail = range []bool{true, false} {
		if res := compress(t, c, req); res.Passing != fail || (res.Contexts[0].Status == pith.StatusUnchanged) != fail {
			t.Errorf("failing %v: passing %v, %s", fail, res.Passing, res.Contexts[0].Status)
		}
	}
}

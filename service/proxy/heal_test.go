package proxy

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/cache/redistest"
	"github.com/pith-proxy/pith/service/proxy/ledger"
)

// late is a compressor that never has the time.
func late(ctx context.Context, _ pith.Request) (pith.Result, error) {
	<-ctx.Done()
	return pith.Result{}, ctx.Err()
}

func sentText(t *testing.T, a answer) string {
	t.Helper()
	return turnsOf(t, a.sent.Body, "messages")[0]
}

const soon = "500" // milliseconds, for all: a client that asks for another time is decided upon anew

// Two replicas that came to disagree while Redis was away agree again at the next turn.
func TestReplicasAgreeAgain(t *testing.T) {
	s := redistest.Start(t, redistest.Options{})
	r := newReplicas(t, 2, s)
	for _, b := range r.all {
		b.post("/v1/chat/completions", chat(user("hello")))
	}
	body := chat(user(rag(1, longText)))
	s.Stop()
	r.all[0].halver.set(late)
	r.all[0].post("/v1/chat/completions", body, "X-Pith-Deadline-Ms", soon) // raw, and nobody else knows
	s.Restart()
	r.all[0].halver.set(nil)
	var forms []string
	redistest.Eventually(t, "the replicas agree", func() bool {
		for _, b := range r.all {
			forms = append(forms, sentText(t, b.post("/v1/chat/completions", body, "X-Pith-Deadline-Ms", soon)))
		}
		n := len(forms)
		return n >= 6 && forms[n-1] == forms[n-2] && forms[n-2] == forms[n-3]
	})
	flips := 0
	for i := 1; i < len(forms); i++ {
		if forms[i] != forms[i-1] {
			flips++
		}
	}
	if flips > 3 { // while Redis is not there yet for one of them
		t.Errorf("%d flips in %d turns", flips, len(forms))
	}
}

// A replica that learns late what epoch its tenant is at does not forget what it sent,
// and others learn of it.
func TestEpochThatComesLate(t *testing.T) {
	s := redistest.Start(t, redistest.Options{})
	r := newReplicas(t, 1, s)
	body := chat(user(rag(1, longText)))
	s.Pause()
	newcomer := newReplicas(t, 1, s).all[0]
	newcomer.halver.set(late)
	first := sentText(t, newcomer.post("/v1/chat/completions", body, "X-Pith-Deadline-Ms", soon))
	s.Resume()
	newcomer.halver.set(nil)
	redistest.Eventually(t, "the decision is shared", func() bool {
		if again := sentText(t, newcomer.post("/v1/chat/completions", body, "X-Pith-Deadline-Ms", soon)); again != first {
			t.Fatal("the replica contradicts itself")
		}
		return len(s.Dump()) > 0
	})
	if other := sentText(t, r.all[0].post("/v1/chat/completions", body, "X-Pith-Deadline-Ms", soon)); other != first {
		t.Error("another replica sends another form")
	}
}

// A form that is too long to be shared is none: another replica may have no time for it.
func TestFormTooLongToShare(t *testing.T) {
	r := newReplicas(t, 2, redistest.Start(t, redistest.Options{}))
	for _, b := range r.all {
		b.post("/v1/chat/completions", chat(user("hello")))
	}
	body := chat(user("Find out about the bridge."), search("c1", words(1, 350_000)))
	a := r.all[0].post("/v1/chat/completions", body, "X-Pith-Deadline-Ms", "5000")
	if got := a.header.Get("X-Pith-Reason"); got != reasonLongText {
		t.Fatalf("reason %q", got)
	}
	r.all[1].halver.set(late)
	b := r.all[1].post("/v1/chat/completions", body, "X-Pith-Deadline-Ms", "5000")
	if string(a.sent.Body) != string(b.sent.Body) {
		t.Error("another replica sends another form")
	}
}

// That a text is raw because that is best is no failure, also after a restart.
func TestDeliberateRawAfterARestart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger")
	fresh := func(o *Options) {
		var err error
		if o.Ledger, err = ledger.Open(ledger.Options{File: file}); err != nil {
			t.Fatal(err)
		}
		o.Cached = func(string) VendorCache { return VendorCache{Minimum: 1024} }
	}
	b := newBench(t, fresh)
	body := chat(user(rag(1, longText)))
	for i := range 3 {
		if a := b.post("/v1/chat/completions", body, "X-Pith-On-Error", "fail"); a.status != 200 {
			t.Errorf("request %d: status %d: %s", i, a.status, a.body)
		}
		_ = b.ledger.Close()
		b.start(fresh)
	}
}

// What one request waits for replicas is bounded, however often it asks.
func TestSharingTimeIsBounded(t *testing.T) {
	q := &prompt{client: context.Background()}
	for range 5 {
		q.share(func(ctx context.Context) {
			end, ok := ctx.Deadline()
			if left := time.Until(end); !ok || left > sharingTime-q.waited {
				t.Errorf("%v left of %v, %v waited", left, sharingTime, q.waited)
			}
		})
		q.waited += sharingTime / 2
	}
	q.share(func(ctx context.Context) {
		if ctx.Err() == nil {
			t.Error("there is time left")
		}
	})
}

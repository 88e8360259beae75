package reader

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
)

const killPrompts, killCallers = 40, 4

func killPrompt(i int) Prompt {
	return Prompt{Text: fmt.Sprint("which is the prompt number ", i, "?"), MaxTokens: 8}
}

// childReport is what a child that was not killed prints.
type childReport struct {
	Answers []Answer
	Spent   Totals
}

// TestKillChild is no test: it is the process that [TestKill] kills.
func TestKillChild(t *testing.T) {
	url, dir := os.Getenv("PITH_TEST_READER_URL"), os.Getenv("PITH_TEST_READER_DIR")
	if url == "" {
		t.Skip("runs in a process of its own, started by TestKill")
	}
	s, err := OpenStore(dir)
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(Options{BaseURL: url + "/v1", Endpoint: "fake", Model: "small", Store: s, Input: 1, Output: 10, Count: words})
	if err != nil {
		t.Fatal(err)
	}
	r := childReport{Answers: make([]Answer, killPrompts)}
	var wg sync.WaitGroup
	for k := range killCallers {
		wg.Go(func() {
			for i := k; i < killPrompts; i += killCallers {
				a, err := c.Answer(context.Background(), killPrompt(i))
				if err != nil {
					t.Error(err)
				}
				r.Answers[i] = a
			}
		})
	}
	wg.Wait()
	r.Spent = c.Spent()
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		t.Fatal(err)
	}
}

// killer kills the child when the vendor has come to a stage for the n-th time since the
// child was started, and holds the vendor there, for all requests, until the child is
// gone.
type killer struct {
	mu     sync.Mutex
	stage  fakevendor.Stage
	n      int // 0: never
	fired  bool
	cmd    *exec.Cmd
	exited chan struct{}
}

func (k *killer) hook(stage fakevendor.Stage, _ fakevendor.Request) {
	k.mu.Lock()
	now := false
	if stage == k.stage && k.n > 0 {
		k.n--
		now = k.n == 0
	}
	k.fired = k.fired || now
	fired, cmd, exited := k.fired, k.cmd, k.exited
	k.mu.Unlock()
	if now {
		_ = cmd.Process.Kill() // an error: it is gone
	}
	if fired {
		<-exited
	}
}

// run starts a child and waits for its end. ok is false if it was killed.
func (k *killer) run(t *testing.T, url, dir string, stage fakevendor.Stage, n int) (r childReport, ok bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestKillChild$", "-test.count=1")
	cmd.Env = append(os.Environ(), "PITH_TEST_READER_URL="+url, "PITH_TEST_READER_DIR="+dir)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	exited := make(chan struct{})
	k.mu.Lock()
	k.stage, k.n, k.fired, k.cmd, k.exited = stage, n, false, cmd, exited
	err := cmd.Start()
	k.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	close(exited)
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("child: %v\n%s%s", err, out.String(), errs.String())
	}
	if err != nil {
		return r, false
	}
	if err := json.NewDecoder(strings.NewReader(out.String())).Decode(&r); err != nil {
		t.Fatalf("child: %v\n%s", err, out.String())
	}
	return r, true
}

// on returns which prompts, by Idempotency-Key, have a file in one of a store's folders.
func on(t *testing.T, dir, folder string) map[string]bool {
	t.Helper()
	entries, err := os.ReadDir((&Store{dir: dir}).path(folder))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	m := make(map[string]bool)
	for _, e := range entries {
		if d, ok := parseDigest(e.Name()); ok {
			m[d.idempotencyKey()] = true
		}
	}
	return m
}

// standing returns which prompts have an answer on disk, and which are in doubt. An answer
// that is whole and not yet in its place is one.
func standing(t *testing.T, dir string) (stored, doubts map[string]bool) {
	t.Helper()
	stored, doubts = on(t, dir, "answers"), make(map[string]bool)
	for key := range on(t, dir, "intents") {
		d, _ := parseDigest(strings.TrimPrefix(key, "pith-"))
		file, err := os.ReadFile((&Store{dir: dir}).intentPath(d))
		if err != nil {
			t.Fatal(err)
		}
		if l, _ := lastLine(d, file); l.Answer != nil {
			stored[key] = true
		} else if !stored[key] {
			doubts[key] = true
		}
	}
	return stored, doubts
}

func accounts(v *fakevendor.Vendor) map[string]fakevendor.Account {
	m := make(map[string]fakevendor.Account)
	for _, a := range v.Ledger().Accounts {
		m[a.Key] = a
	}
	return m
}

// A run is killed again and again, before the vendor charges, after that, and after it
// has answered. It ends with the answers of a run that nobody disturbed, asks for no
// stored answer again, and only what was in doubt was asked for twice.
func TestKill(t *testing.T) {
	kills := []struct {
		stage fakevendor.Stage
		n     int
	}{
		{fakevendor.Received, 1}, {fakevendor.Charged, 3}, {fakevendor.Delivered, 1}, {fakevendor.Delivered, 5},
		{fakevendor.Received, 6}, {fakevendor.Delivered, 9},
	}
	for _, idempotent := range []bool{true, false} {
		t.Run(fmt.Sprint("idempotent_", idempotent), func(t *testing.T) {
			calm := &killer{}
			want, ok := calm.run(t, startVendor(t, calm, idempotent, nil), t.TempDir(), 0, 0)
			if !ok || want.Spent.Answers != killPrompts || want.Spent.Stored != 0 || want.Spent.InDoubt != 0 {
				t.Fatalf("undisturbed run: %v %+v", ok, want.Spent)
			}

			k, dir := &killer{}, t.TempDir()
			var v *fakevendor.Vendor
			url := startVendor(t, k, idempotent, &v)
			doubtful, inDoubt := make(map[string]bool), 0
			kills := kills
			if !idempotent {
				kills = kills[3:] // enough to see who is charged twice
			}
			for _, kill := range kills {
				if _, ok := k.run(t, url, dir, kill.stage, kill.n); ok {
					t.Fatalf("the child outlived %+v", kill)
				}
				stored, doubts := standing(t, dir)
				inDoubt = len(doubts)
				maps.Copy(doubtful, doubts)
				for key, a := range accounts(v) {
					if !stored[key] && !doubtful[key] {
						t.Fatalf("after %+v the vendor knows of a call that the store does not: %+v", kill, a)
					}
				}
			}
			before := accounts(v)
			stored, _ := standing(t, dir)
			got, ok := k.run(t, url, dir, 0, 0)
			if !ok {
				t.Fatal("the last child was killed")
			}
			t.Logf("%d stored and %d in doubt before the last run; all in doubt: %d; vendor: %+v", len(stored), inDoubt, len(doubtful), v.Ledger().Totals)
			if got.Spent.Answers != killPrompts || got.Spent.Stored != len(stored) || got.Spent.InDoubt != inDoubt {
				t.Errorf("spent %+v with %d stored and %d in doubt", got.Spent, len(stored), inDoubt)
			}
			sameAnswers(t, got.Answers, want.Answers)
			after := accounts(v)
			if len(after) != killPrompts {
				t.Errorf("%d accounts", len(after))
			}
			repeated := 0
			for key, a := range after {
				if stored[key] && a.Received != before[key].Received {
					t.Errorf("stored, and asked for again: %+v", a)
				}
				if a.Received > 1 {
					repeated++
					if !doubtful[key] {
						t.Errorf("asked for again without doubt: %+v", a)
					}
				}
				if a.Charged != 1 && (idempotent || !doubtful[key]) {
					t.Errorf("not charged once: %+v", a)
				}
			}
			if repeated == 0 {
				t.Error("nothing was ever in doubt: the kills missed")
			}
		})
	}
}

func startVendor(t *testing.T, k *killer, idempotent bool, out **fakevendor.Vendor) string {
	v := fakevendor.New(fakevendor.Options{Idempotent: idempotent, Hook: k.hook})
	s := httptest.NewServer(v)
	t.Cleanup(s.Close)
	if out != nil {
		*out = v
	}
	return s.URL
}

// sameAnswers compares all but how long a call took and what became of those before.
func sameAnswers(t *testing.T, got, want []Answer) {
	t.Helper()
	for i := range want {
		g, w := got[i], want[i]
		g.Took, g.Stored, g.InDoubt, w.Took, w.Stored = 0, false, false, 0, false
		if g != w {
			t.Errorf("answer %d: got %+v, want %+v", i, g, w)
		}
	}
}

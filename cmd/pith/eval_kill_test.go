package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith/eval/reader/fakevendor"
	"github.com/pith-proxy/pith/eval/report"
	"github.com/pith-proxy/pith/eval/suite"
)

// readerKey is a key that nothing may show.
const readerKey = "sk-canary-81c4"

// TestEvalKillChild is no test: it is the process that [TestEvalKill] kills.
func TestEvalKillChild(t *testing.T) {
	var args []string
	if err := json.Unmarshal([]byte(os.Getenv("PITH_TEST_EVAL_ARGS")), &args); err != nil {
		t.Skip("runs in a process of its own, started by TestEvalKill")
	}
	env := map[string]string{"PITH_HOME": os.Getenv("PITH_TEST_EVAL_HOME"), "PITH_READER_KEY": readerKey}
	p := process{args: args, getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(""),
		stdout: os.Stdout, stderr: os.Stderr, exeDir: filepath.Join("..", "..", "onnx")}
	if err := p.run(context.Background()); err != nil {
		t.Fatal(message(err))
	}
}

// paidRun is a run with a paid reader in processes of its own.
type paidRun struct {
	vendor *fakevendor.Vendor
	url    string
	out    string
	home   string

	mu     sync.Mutex
	stage  fakevendor.Stage
	n      int // so many times until the child is killed; 0: never
	fired  bool
	cmd    *exec.Cmd
	exited chan struct{}
}

func newPaidRun(t *testing.T) *paidRun {
	r := &paidRun{out: filepath.Join(t.TempDir(), "out"), home: t.TempDir()}
	r.vendor = fakevendor.New(fakevendor.Options{Idempotent: true, Key: readerKey, Hook: r.hook})
	s := httptest.NewServer(r.vendor)
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

// hook kills the child when it is time, and holds the vendor until the child is gone.
func (r *paidRun) hook(stage fakevendor.Stage, _ fakevendor.Request) {
	r.mu.Lock()
	now := false
	if stage == r.stage && r.n > 0 {
		r.n--
		now = r.n == 0
	}
	r.fired = r.fired || now
	fired, cmd, exited := r.fired, r.cmd, r.exited
	r.mu.Unlock()
	if now {
		_ = cmd.Process.Kill() // an error: it is gone
	}
	if fired {
		<-exited
	}
}

// start runs a child, which is killed at the n-th time of stage, and returns what it said.
// ended is false if it was killed.
func (r *paidRun) start(t *testing.T, stage fakevendor.Stage, n int) (said string, ended bool) {
	t.Helper()
	args, err := json.Marshal([]string{"eval", "run", "--dataset", evalData + "questions.jsonl", "--tasks", "minutes,manual,news,incident,code",
		"--methods", "none,bm25,head", "--rates", "0.5", "--reader", r.url + "/v1", "--reader-model", "m", "--price-in", "1", "--price-out", "1",
		"--max-dollars", "10", "--resamples", "100", "--examples", "2", "--out", r.out})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestEvalKillChild$", "-test.count=1")
	cmd.Env = append(os.Environ(), "PITH_TEST_EVAL_ARGS="+string(args), "PITH_TEST_EVAL_HOME="+r.home)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	exited := make(chan struct{})
	r.mu.Lock()
	r.stage, r.n, r.fired, r.cmd, r.exited = stage, n, false, cmd, exited
	err = cmd.Start()
	r.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	close(exited)
	if err != nil && cmd.ProcessState.Exited() {
		t.Fatalf("child: %v\n%s", err, &out)
	}
	return out.String(), err == nil
}

// calls returns the names of the files in the answers' store, in the form of an
// Idempotency-Key: of calls that are answered, and of those in doubt. An answer that is whole
// and not yet in its place is one.
func (r *paidRun) calls(t *testing.T) (stored, doubts map[string]bool) {
	t.Helper()
	stored, doubts = map[string]bool{}, map[string]bool{}
	for _, folder := range []string{"answers", "intents"} {
		dir := filepath.Join(r.out, "answers", folder)
		entries, err := os.ReadDir(dir)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		for _, e := range entries {
			file, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			if key := "pith-" + e.Name(); bytes.Contains(file, []byte(`"answer":{`)) && bytes.HasSuffix(bytes.TrimRight(file, "\x00"), []byte("}}\n")) {
				stored[key] = true
			} else {
				doubts[key] = true
			}
		}
	}
	return stored, doubts
}

// accounts are the vendor's, by Idempotency-Key.
func (r *paidRun) accounts() map[string]fakevendor.Account {
	m := map[string]fakevendor.Account{}
	for _, a := range r.vendor.Ledger().Accounts {
		m[a.Key] = a
	}
	return m
}

// result is the report without timings and without what says which calls were in doubt,
// and those notes.
func (r *paidRun) result(t *testing.T) (text string, doubts []string) {
	t.Helper()
	rep, err := readReport(r.out)
	if err != nil {
		t.Fatal(err)
	}
	suite.Strip(rep)
	var notes []string
	for _, n := range rep.Notes {
		if strings.Contains(n, "were sent again") {
			doubts = append(doubts, n)
		} else {
			notes = append(notes, n)
		}
	}
	rep.Notes = notes
	return strings.ReplaceAll(asJSON(t, rep), strings.TrimPrefix(r.url, "http://"), "VENDOR"), doubts
}

func asJSON(t *testing.T, r *report.Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A run with a paid reader is killed again and again, before the vendor charges, after that
// and after it has answered. It ends with the report of a run that nobody disturbed; nothing
// was charged twice, and no answer that was on disk was asked for again.
func TestEvalKill(t *testing.T) {
	const results = 20 * 3
	calm := newPaidRun(t)
	said, ended := calm.start(t, 0, 0)
	want, doubts := calm.result(t)
	calls := len(calm.accounts()) // two methods may keep the same of a text
	if all := calm.vendor.Ledger().Totals; !ended || len(doubts) > 0 || all.Received != calls || all.Charged != calls || calls > results || calls < results-5 {
		t.Fatalf("undisturbed: %v, notes %q, ledger %+v\n%s", ended, doubts, all, said)
	}

	r := newPaidRun(t)
	doubtful := map[string]bool{}
	for _, kill := range []struct {
		stage fakevendor.Stage
		n     int
	}{{fakevendor.Delivered, 1}, {fakevendor.Received, 9}, {fakevendor.Charged, 7}, {fakevendor.Delivered, 16}} {
		stored, _ := r.calls(t)
		before := r.accounts()
		if said, ended := r.start(t, kill.stage, kill.n); ended {
			t.Fatalf("the child outlived %+v:\n%s", kill, said)
		}
		r.checkCalls(t, stored, before, doubtful)
		if _, err := os.Stat(filepath.Join(r.out, "report.json")); err == nil {
			t.Error("a run that was killed wrote a report")
		}
	}
	stored, inDoubt := r.calls(t)
	before := r.accounts()
	if len(stored) < 10 || len(stored) == calls || len(doubtful) == 0 {
		t.Fatalf("%d answers on disk and %d calls in doubt: the kills missed", len(stored), len(doubtful))
	}
	if said, ended := r.start(t, 0, 0); !ended || !strings.Contains(said, fmt.Sprint(results, " results of 20 items.")) {
		t.Fatalf("the last child: %v\n%s", ended, said)
	}
	r.checkCalls(t, stored, before, doubtful)
	got, doubts := r.result(t)
	if got != want {
		t.Errorf("the report differs from that of an undisturbed run in %s", reportDifference(got, want))
	}
	// Equal prompts of several arms share an answer, so that there may be more of those.
	noted := 0
	if len(doubts) == 1 {
		_, _ = fmt.Sscanf(doubts[0], "The calls of %d answers", &noted)
	}
	if noted < len(doubtful) {
		t.Errorf("%d calls were in doubt, and the report says %q", len(doubtful), doubts)
	}
	for _, a := range r.accounts() {
		if a.Charged != 1 {
			t.Errorf("not charged once: %+v", a)
		}
	}
	if n := len(r.accounts()); n != calls {
		t.Errorf("%d different calls, want %d", n, calls)
	}

	// What is done stays done.
	received := r.vendor.Ledger().Totals.Received
	if _, ended := r.start(t, 0, 0); !ended || r.vendor.Ledger().Totals.Received != received {
		t.Errorf("a run that was done asked again: %v, %d calls more", ended, r.vendor.Ledger().Totals.Received-received)
	}
	again, later := r.result(t)
	if !slices.Equal(later, doubts) {
		t.Errorf("run once more, the report says %q of calls in doubt, and said %q", later, doubts)
	}
	if again != want {
		t.Errorf("the report of a run that was done differs in %s", reportDifference(again, want))
	}
	t.Logf("%d calls; before the last run %d answers on disk, %d in doubt, %d over all kills; the report says %q, and run once more %q; vendor: %+v",
		calls, len(stored), len(inDoubt), len(doubtful), doubts, later, r.vendor.Ledger().Totals)
	nowhere(t, r.out, readerKey)
}

// checkCalls checks what a child has asked: nothing that was stored before, and of the rest
// only what was in doubt for the second time. It notes what is in doubt now.
func (r *paidRun) checkCalls(t *testing.T, stored map[string]bool, before map[string]fakevendor.Account, doubtful map[string]bool) {
	t.Helper()
	for key, a := range r.accounts() {
		asked := a.Received - before[key].Received
		if stored[key] && asked > 0 {
			t.Errorf("on disk, and asked again: %+v", a)
		}
		if before[key].Received > 0 && asked > 0 && !doubtful[key] {
			t.Errorf("asked again without doubt: %+v", a)
		}
	}
	_, inDoubt := r.calls(t)
	maps.Copy(doubtful, inDoubt)
}

// reportDifference is the first line of a that b has not in its place.
func reportDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range as {
		if i >= len(bs) || as[i] != bs[i] {
			return fmt.Sprintf("line %d: %.300s", i+1, as[i])
		}
	}
	return "its end"
}

// nowhere checks that no file in dir has a text.
func nowhere(t *testing.T, dir, secret string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("%s is in %s", secret, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The cap holds for a run and all that went before it in the same folder.
func TestEvalRunCapAcrossResumes(t *testing.T) {
	v := fakevendor.New(fakevendor.Options{Idempotent: true})
	s := httptest.NewServer(v)
	defer s.Close()
	out, env := filepath.Join(t.TempDir(), "out"), map[string]string{"PITH_HOME": t.TempDir()}
	run := func(dollars string) error {
		stdout, _, err := command(t, env, "", "eval", "run", "--dataset", evalData+"questions.jsonl", "--tasks", "minutes,news", "--methods", "none,head", "--rates", "0.5",
			"--reader", s.URL+"/v1", "--reader-model", "m", "--price-in", "1000", "--price-out", "1000", "--max-dollars", dollars, "--out", out)
		if !strings.Contains(stdout, "Wrote ") {
			t.Errorf("no report: %q", stdout)
		}
		return err
	}
	results := func() int {
		rep, err := readReport(out)
		if err != nil {
			t.Fatal(err)
		}
		if capped := strings.HasPrefix(strings.Join(rep.Notes, ""), "The cap on dollars ended the run. This report is of the "); capped != (len(rep.Outcomes) < 16) {
			t.Errorf("%d results, and the notes %q", len(rep.Outcomes), rep.Notes)
		}
		return len(rep.Outcomes)
	}
	if err := run("4"); err == nil || exitCode(err) != exitFailure || !strings.Contains(err.Error(), "cap") {
		t.Fatalf("the run is not stopped by the cap: %v", err)
	}
	first := v.Ledger().Totals
	if first.Charged == 0 || first.Charged == 16 || first.PromptTokens+first.CompletionTokens > 4000 {
		t.Fatalf("under a cap of 4 dollars: %+v", first)
	}
	bought := results()
	if bought < first.Charged-3 || bought > first.Charged || bought%2 != 0 { // of both methods
		t.Errorf("%d answers were bought, and %d are in the report", first.Charged, bought)
	}
	// Which calls the first run came to before the cap ended it is chance: a smaller one may
	// still fit.
	again := run("4")
	if l := v.Ledger().Totals; again == nil || !strings.Contains(again.Error(), "cap") || l.PromptTokens+l.CompletionTokens > 4000 || l.Charged < first.Charged || results() < bought {
		t.Errorf("the same cap again: %v, %+v, was %+v; %d results", again, l, first, results())
	}
	if err := run("100"); err != nil || v.Ledger().Totals.Charged != 16 || results() != 16 {
		t.Errorf("a higher cap: %v, %+v; %d results", err, v.Ledger().Totals, results())
	}
}

package suite

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/report"
)

// childDir names the folder of a run in a process of its own. It tells on its standard
// output of every call of an arm, c, and of every result that counts, d, and goes on from
// there when it is told to.
const childDir = "PITH_SUITE_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
		return
	}
	os.Exit(m.Run())
}

func child(dir string) {
	o := readerRun(dir)
	tell := func(what byte) {
		_, _ = os.Stdout.Write([]byte{what})
		_, _ = os.Stdin.Read(make([]byte, 1))
	}
	o.Arms = fakeArms(func(string, eval.Item, eval.Limit) error { tell('c'); return nil })
	o.Progress = func(int, int) { tell('d') }
	r, err := Run(context.Background(), o)
	if err == nil {
		err = save(filepath.Join(dir, "report.json"), r)
	}
	if err != nil {
		os.Stderr.WriteString(err.Error())
		os.Exit(1)
	}
}

func save(path string, r *report.Report) error {
	Strip(r)
	data, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, 0o600)
}

func TestKilledAnywhere(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(t.TempDir(), "want.json")
	if err := save(want, mustRun(t, readerRun(""))); err != nil {
		t.Fatal(err)
	}
	dir, total := t.TempDir(), 82
	killed := 0
	for n := 1; ; n += 3 {
		recorded := max(0, lines(t, dir)-1)
		said, done := runChild(t, self, dir, n)
		if said['c'] > total-recorded {
			t.Fatalf("%d results were on disk, and %d of %d were computed", recorded, said['c'], total)
		}
		// A result that was told of is on disk.
		if now := lines(t, dir) - 1; now < said['d'] || now < recorded {
			t.Fatalf("%d results were told of, %d had been there, %d are", said['d'], recorded, now)
		}
		if done {
			if said['c'] != total-recorded {
				t.Errorf("%d results were on disk, and %d of %d were computed", recorded, said['c'], total)
			}
			break
		}
		killed++
	}
	if killed < 8 {
		t.Errorf("only %d runs were killed", killed)
	}
	a, err := os.ReadFile(filepath.Join(dir, "report.json"))
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(want); string(a) != string(b) {
		t.Error("after all that the report is another")
	}
}

// runChild kills a run at the n-th thing that it tells after it went on where it was, and
// returns what it told. done is true if it came to its end first.
func runChild(t *testing.T, self, dir string, n int) (said map[byte]int, done bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^$")
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said = map[byte]int{}
	one := make([]byte, 1)
	for {
		if _, err := out.Read(one); err != nil {
			return said, cmd.Wait() == nil
		}
		said[one[0]]++
		if said['c'] > 0 {
			n--
		}
		if n == 0 {
			_ = cmd.Process.Kill()
		}
		_, _ = in.Write(one) // it may be dead
	}
}

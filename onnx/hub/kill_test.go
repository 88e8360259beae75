package hub

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"
)

// TestKilledPullIsResumed kills a process that pulls, without any warning: its
// lock must not stay, no model may appear, and its bytes must be used.
func TestKilledPullIsResumed(t *testing.T) {
	if os.Getenv("HUB_TEST_HOME") != "" {
		pullUntilKilled(t)
		return
	}
	h := newFakeHub(t)
	files := bertFiles(1)
	h.add(testRepo, commit(1), files)
	h.onCDN(func(w http.ResponseWriter, r *http.Request) bool {
		h.trickle(w, r, 700_000)
		return true
	})
	o := testOptions(t, h)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledPullIsResumed$")
	cmd.Env = append(os.Environ(), "HUB_TEST_HOME="+o.Home, "HUB_TEST_ENDPOINT="+o.Endpoint)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "half\n" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed; that is the point
	if got, _ := Installed(o.Home); len(got) != 0 {
		t.Errorf("a killed pull installed %v", got)
	}
	h.onCDN(nil)
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	if got, want := h.bytesOf("onnx/model.onnx"), int64(len(files["onnx/model.onnx"].data)); got != want {
		t.Errorf("%d bytes travelled over both pulls, want %d", got, want)
	}
}

func pullUntilKilled(t *testing.T) {
	o := Options{Home: os.Getenv("HUB_TEST_HOME"), Endpoint: os.Getenv("HUB_TEST_ENDPOINT"), StallTimeout: time.Minute}
	o.Progress = func(e Event) {
		if e.Phase == PhaseDownload && e.Done == 700_000 {
			fmt.Println("half")
		}
	}
	_, err := Pull(t.Context(), o, testRepo)
	t.Fatalf("the pull ended by itself: %v", err)
}

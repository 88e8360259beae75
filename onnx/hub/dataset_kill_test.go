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

// TestKilledDatasetPullIsResumed is TestKilledPullIsResumed for data.
func TestKilledDatasetPullIsResumed(t *testing.T) {
	if os.Getenv("HUB_TEST_HOME") != "" {
		o := Options{Home: os.Getenv("HUB_TEST_HOME"), Endpoint: os.Getenv("HUB_TEST_ENDPOINT"), StallTimeout: time.Minute}
		o.Progress = func(e Event) {
			if e.Phase == PhaseDownload && e.Done == 700_000 {
				fmt.Println("half")
			}
		}
		_, err := PullDataset(t.Context(), o, dataset("data.zip"))
		t.Fatalf("the pull ended by itself: %v", err)
	}
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	h.onCDN(func(w http.ResponseWriter, r *http.Request) bool {
		h.trickle(w, r, 700_000)
		return true
	})
	o := testOptions(t, h)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledDatasetPullIsResumed$")
	cmd.Env = append(os.Environ(), "HUB_TEST_HOME="+o.Home, "HUB_TEST_ENDPOINT="+o.Endpoint)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "half\n" {
		t.Fatalf("the child said %q, %v", line, err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed; that is the point
	if got, _ := Datasets(o.Home); len(got) != 0 {
		t.Errorf("a killed pull left %v", got)
	}
	h.onCDN(nil)
	if _, err := PullDataset(t.Context(), o, dataset("data.zip")); err != nil {
		t.Fatal(err)
	}
	if got := h.bytesOf("data.zip"); got != 1<<20 {
		t.Errorf("%d bytes travelled over both pulls, want %d", got, 1<<20)
	}
}

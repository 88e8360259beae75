package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// cut makes the storage host end the next n answers after some bytes, without
// saying so in Content-Length.
func cut(h *fakeHub, n, after int) {
	var asked atomic.Int32
	h.onCDN(func(w http.ResponseWriter, r *http.Request) bool {
		if int(asked.Add(1)) > n {
			return false
		}
		h.stop(w, r, after)
		return true
	})
}

// stop sends a rightful beginning of an answer and then cuts the connection.
func (h *fakeHub) stop(w http.ResponseWriter, r *http.Request, after int) {
	data, tag := h.content(r)
	from := 0
	if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from); err == nil {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)))
	}
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)-from))
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	n, _ := w.Write(data[from:min(from+after, len(data))])
	h.count(stored(r)[3], int64(n))
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

func TestBrokenStreamIsContinued(t *testing.T) {
	h := newFakeHub(t)
	files := bertFiles(1)
	h.add(testRepo, commit(1), files)
	cut(h, 12, 50_000) // more cuts than tries, but each one gains bytes
	o := testOptions(t, h)
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	if got, want := h.bytesOf("onnx/model.onnx"), int64(len(files["onnx/model.onnx"].data)); got != want {
		t.Errorf("%d bytes travelled, want %d", got, want)
	}
	reqs := h.requests("cdn", "model.onnx")
	if last := reqs[len(reqs)-1]; last.rng != "bytes=600000-" || last.ifRange == "" {
		t.Errorf("last request %+v", last)
	}
}

// An interrupt leaves what came, and no model; the next pull moves only the rest.
func TestCancelThenResume(t *testing.T) {
	h := newFakeHub(t)
	files := bertFiles(1)
	h.add(testRepo, commit(1), files)
	o := testOptions(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	h.onCDN(func(w http.ResponseWriter, r *http.Request) bool {
		h.trickle(w, r, 700_000)
		return true
	})
	o.Progress = func(e Event) {
		if e.Phase == PhaseDownload && e.Done >= 700_000 {
			cancel()
		}
	}
	_, err := Pull(ctx, o, testRepo)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "goes on where") {
		t.Fatalf("cancelled pull: %v", err)
	}
	if got, _ := Installed(o.Home); len(got) != 0 {
		t.Errorf("a cancelled pull installed %v", got)
	}
	h.onCDN(nil)
	o.Progress = nil
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	if got, want := h.bytesOf("onnx/model.onnx"), int64(len(files["onnx/model.onnx"].data)); got != want {
		t.Errorf("%d bytes travelled over both pulls, want %d", got, want)
	}
}

// trickle sends the first n bytes, then nothing until the client leaves.
func (h *fakeHub) trickle(w http.ResponseWriter, r *http.Request, n int) {
	data, tag := h.content(r)
	w.Header().Set("ETag", tag)
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	k, _ := w.Write(data[:n])
	w.(http.Flusher).Flush()
	h.count(stored(r)[3], int64(k))
	<-r.Context().Done()
}

// What is kept is named for its content: it serves a later commit as well.
func TestResumeAcrossCommits(t *testing.T) {
	h := newFakeHub(t)
	files := bertFiles(1)
	h.add(testRepo, commit(1), files)
	cut(h, 1, 300_000)
	o := testOptions(t, h)
	o.Retries = 1
	if _, err := Pull(t.Context(), o, testRepo); !errors.Is(err, ErrBusy) {
		t.Fatalf("pull with one try: %v", err)
	}
	next := bertFiles(1)
	next["README.md"] = fakeFile{data: []byte("# changed\n")}
	h.add(testRepo, commit(2), next)
	dir, err := Pull(t.Context(), o, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := h.bytesOf("onnx/model.onnx"), int64(len(files["onnx/model.onnx"].data)); got != want {
		t.Errorf("%d bytes travelled, want %d", got, want)
	}
	if c, _ := readCard(dir); c.Source.Commit != commit(2) {
		t.Errorf("commit %s", c.Source.Commit)
	}
}

// seedPartial puts bytes where an interrupted pull would have left them.
func seedPartial(t *testing.T, o Options, f fakeFile, content []byte, tag string) {
	t.Helper()
	dir, err := plainDir(filepath.Join(o.Home, "models"), ".partial", "someone--a.model", "files")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, f.sha256()), content, 0o644); err != nil {
		t.Fatal(err)
	}
	if tag != "" {
		if err := os.WriteFile(filepath.Join(dir, f.sha256()+".etag"), []byte(tag), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestResumeOddities(t *testing.T) {
	graph := bertFiles(1)["onnx/model.onnx"]
	all := int64(len(graph.data))
	good, bad := graph.data[:400_000], make([]byte, 400_000)
	tag := `"` + graph.sha256()[:32] + `"`
	skip := func(h *fakeHub, header string) func(http.ResponseWriter, *http.Request) bool {
		return func(_ http.ResponseWriter, r *http.Request) bool { r.Header.Del(header); return false }
	}
	for _, c := range []struct {
		name    string
		partial []byte
		tag     string
		onCDN   func(*fakeHub) func(http.ResponseWriter, *http.Request) bool
		want    int64 // bytes that travel
	}{
		{"same_etag_continues", good, tag, nil, all - 400_000},
		{"without_etag_continues", good, "", nil, all - 400_000},
		{"broken_etag_is_not_sent", good, `W/"x"`, nil, all - 400_000},
		{"other_etag_starts_over", good, `"other"`, nil, all},
		{"wrong_bytes_start_over", bad, tag, nil, all - 400_000 + all},
		{"whole_needs_none", graph.data, tag, nil, 0},
		{"whole_but_wrong_starts_over", make([]byte, all), tag, nil, all},
		{"too_long_starts_over", make([]byte, all+1), tag, nil, all},
		{"range_ignored_starts_over", good, tag, func(h *fakeHub) func(http.ResponseWriter, *http.Request) bool { return skip(h, "Range") }, all},
		{"range_at_wrong_place_starts_over", good, tag, func(h *fakeHub) func(http.ResponseWriter, *http.Request) bool {
			return func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Range") != "" {
					r.Header.Set("Range", "bytes=1-")
				}
				return false
			}
		}, all - 1 + all},
		{"range_refused_starts_over", good, tag, func(h *fakeHub) func(http.ResponseWriter, *http.Request) bool {
			return func(w http.ResponseWriter, r *http.Request) bool {
				if r.Header.Get("Range") != "" {
					w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				}
				return r.Header.Get("Range") != ""
			}
		}, all},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newFakeHub(t)
			h.add(testRepo, commit(1), bertFiles(1))
			if c.onCDN != nil {
				h.onCDN(c.onCDN(h))
			}
			o := testOptions(t, h)
			seedPartial(t, o, graph, c.partial, c.tag)
			dir, err := Pull(t.Context(), o, testRepo)
			if err != nil {
				t.Fatal(err)
			}
			if err := Verify(dir); err != nil {
				t.Error(err)
			}
			// A client that hangs up early makes the server write less.
			if got := h.bytesOf("onnx/model.onnx"); got > c.want || c.want <= all && got != c.want {
				t.Errorf("%d bytes travelled, want %d", got, c.want)
			}
		})
	}
}

func TestStalledServerIsAskedAgain(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	var asked atomic.Int32
	h.onCDN(func(w http.ResponseWriter, r *http.Request) bool {
		switch asked.Add(1) {
		case 1:
			h.trickle(w, r, 1000) // silent in the body
			return true
		case 2:
			<-r.Context().Done() // silent before the header
			return true
		}
		return false
	})
	o := testOptions(t, h)
	o.StallTimeout = time.Second
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	if reqs := h.requests("cdn", "/"); len(reqs) != 3 || reqs[2].rng != "bytes=1000-" {
		t.Errorf("requests %+v", reqs)
	}
}

// A slow server is not a stalled one: as long as bytes come it is heard out.
func TestSlowServerIsHeardOut(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	h.onCDN(func(w http.ResponseWriter, r *http.Request) bool {
		data, tag := h.content(r)
		w.Header().Set("ETag", tag)
		w.Header().Set("Content-Length", strconv.Itoa(len(data)))
		for i := range 10 {
			_, _ = w.Write(data[i*1000 : (i+1)*1000])
			w.(http.Flusher).Flush()
			time.Sleep(250 * time.Millisecond)
		}
		_, _ = w.Write(data[10_000:])
		return true
	})
	o := testOptions(t, h)
	o.StallTimeout = 2 * time.Second
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	if n := len(h.requests("cdn", "/")); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// A signed address that ran out is replaced by asking the hub again.
func TestExpiredSignature(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	var asked atomic.Int32
	h.onCDN(func(w http.ResponseWriter, _ *http.Request) bool {
		if asked.Add(1) > 1 {
			return false
		}
		http.Error(w, "Request has expired", http.StatusForbidden)
		return true
	})
	if _, err := Pull(t.Context(), testOptions(t, h), testRepo); err != nil {
		t.Fatal(err)
	}
	if n := len(h.requests("api", "/resolve/"+commit(1)+"/onnx")); n != 2 {
		t.Errorf("the hub was asked %d times for an address, want 2", n)
	}
}

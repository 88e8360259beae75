package hub

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pith-proxy/pith"
)

func TestPullPlacesAWholeModel(t *testing.T) {
	h := newFakeHub(t)
	files := bertFiles(1)
	h.add(testRepo, commit(1), files).license = "mit"
	h.pageSize = 2
	o := testOptions(t, h)
	var events []Event
	o.Progress = func(e Event) { events = append(events, e) }

	dir, err := Pull(t.Context(), o, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(o.Home, "models", "someone--a.model"); dir != want {
		t.Errorf("dir %s, want %s", dir, want)
	}
	if got, want := names(dir), []string{"config.json", "model.onnx", "pith-model.json", "tokenizer.json"}; !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	for name, from := range map[string]string{"model.onnx": "onnx/model.onnx", "tokenizer.json": "tokenizer.json"} {
		if !bytes.Equal(read(t, dir, name), files[from].data) {
			t.Errorf("%s differs from %s", name, from)
		}
	}
	if err := Verify(dir); err != nil {
		t.Error(err)
	}
	if got := names(filepath.Join(o.Home, "models", ".partial")); !slices.Equal(got, []string{"someone--a.model.lock"}) {
		t.Errorf("left behind: %v", got)
	}
	checkEvents(t, events)
}

func checkEvents(t *testing.T, events []Event) {
	t.Helper()
	last := map[string]int64{}
	for _, e := range events {
		if e.Done > e.Total || e.ModelDone > e.ModelTotal {
			t.Errorf("more than all: %+v", e)
		}
		if e.Phase == PhaseDownload && e.Done < last[e.File] {
			t.Errorf("progress went back: %+v", e)
		}
		last[e.File] = e.Done
	}
	end := events[len(events)-1]
	if end.Phase != PhaseDone || end.ModelDone != end.ModelTotal || end.ModelTotal < 1<<20 {
		t.Errorf("last event %+v", end)
	}
}

func TestPullWritesTheCard(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1)).license = "mit"
	dir, err := Pull(t.Context(), testOptions(t, h), testRepo)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readCard(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := bertFiles(1)
	two := []any{"batch", "sequence"}
	want := &Card{
		Name: "someone--a.model", Version: commit(1)[:12], Family: "token-classifier", Architecture: "bert",
		Languages: []string{"en"}, Cased: true, Labels: []string{"drop", "keep"}, Window: 512, Vocabulary: 119647,
		SpecialTokens: SpecialTokens{Start: 101, End: 102, Pad: 0, Unknown: 100}, License: "mit",
		Graph: CardGraph{
			File: "model.onnx", SHA256: files["onnx/model.onnx"].sha256(), Opset: 17, Domains: []string{""}, Precision: "int8",
			Inputs:  map[string][]any{"input_ids": two, "attention_mask": two, "token_type_ids": two},
			Outputs: map[string][]any{"logits": {"batch", "sequence", float64(2)}},
		},
		Tokenizer: CardFile{"tokenizer.json", files["tokenizer.json"].sha256()},
		Files:     []CardFile{{"config.json", files["config.json"].sha256()}},
		Source:    &Source{Repo: testRepo, Revision: "main", Commit: commit(1), Graph: "onnx/model.onnx"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("card\n got %+v\nwant %+v", got, want)
	}
	if text := string(read(t, dir, cardFile)); strings.Contains(text, "threshold") {
		t.Error("the card has thresholds that nobody calibrated")
	}
}

func TestTokenStaysWithTheHub(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1)).token = "hf_canary"
	o := testOptions(t, h)
	o.Token = " hf_canary\n"
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	for _, r := range h.requests("api", "/") {
		if r.auth != "Bearer hf_canary" {
			t.Errorf("the hub got authorization %q for %s", r.auth, r.path)
		}
	}
	cdn := h.requests("cdn", "/")
	if len(cdn) == 0 {
		t.Fatal("nothing came from the second host")
	}
	for _, r := range cdn {
		if r.auth != "" {
			t.Errorf("the token travelled to the second host for %s", r.path)
		}
	}
}

func TestPullQuantized(t *testing.T) {
	h := newFakeHub(t)
	files := bertFiles(1)
	h.add(testRepo, commit(1), files)
	o := testOptions(t, h)
	o.Quantized, o.Languages = true, []string{"en", "tr"}
	dir, err := Pull(t.Context(), o, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	if filepath.Base(dir) != "someone--a.model-quantized" || !bytes.Equal(read(t, dir, graphFile), files["onnx/model_quantized.onnx"].data) {
		t.Errorf("%s is not the quantized graph", dir)
	}
	if c, _ := readCard(dir); !slices.Equal(c.Languages, o.Languages) {
		t.Errorf("languages %v", c.Languages)
	}
	if n := h.bytesOf("onnx/model.onnx"); n != 0 {
		t.Errorf("%d bytes of the other graph travelled", n)
	}
}

func TestPullTakesTheDataTheGraphNames(t *testing.T) {
	h := newFakeHub(t)
	files := bertFiles(1)
	files["onnx/model.onnx"] = fakeFile{data: onnxFile(1, 10, "weights.bin", "input_ids", "attention_mask"), lfs: true}
	files["onnx/weights.bin"] = fakeFile{data: bytes.Repeat([]byte("w"), 9999), lfs: true}
	files["onnx/model.onnx_data_old"] = fakeFile{data: []byte("not referred to"), lfs: true}
	h.add(testRepo, commit(1), files)
	dir, err := Pull(t.Context(), testOptions(t, h), testRepo)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := names(dir), []string{"config.json", "model.onnx", "pith-model.json", "tokenizer.json", "weights.bin"}; !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	c, _ := readCard(dir)
	if want := []CardFile{{"weights.bin", files["onnx/weights.bin"].sha256()}}; !slices.Equal(c.Graph.Data, want) {
		t.Errorf("data %v, want %v", c.Graph.Data, want)
	}
}

func TestSecondPullMovesNothing(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	o := testOptions(t, h)
	for range 2 {
		if _, err := Pull(t.Context(), o, testRepo); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(h.requests("cdn", "/")); n != 1 {
		t.Errorf("%d requests for weights, want 1", n)
	}
}

func TestDamagedModelIsPulledAgain(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	o := testOptions(t, h)
	dir, err := Pull(t.Context(), o, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, tokenizerFile), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Verify(dir); !errors.Is(err, ErrDigest) {
		t.Fatalf("verify of a damaged model: %v", err)
	}
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	if err := Verify(dir); err != nil {
		t.Error(err)
	}
}

func TestNewCommitReplacesTheModel(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	o := testOptions(t, h)
	dir, err := Pull(t.Context(), o, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	h.add(testRepo, commit(2), bertFiles(2))
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	c, err := readCard(dir)
	if err != nil || c.Source.Commit != commit(2) {
		t.Errorf("card %+v, %v", c, err)
	}
	if _, err := Pull(t.Context(), o, testRepo+"@"+commit(1)); err != nil {
		t.Fatal(err)
	}
	if c, _ = readCard(dir); c.Source.Commit != commit(1) {
		t.Errorf("pinned to %s", c.Source.Commit)
	}
}

// A push between two requests of a pull must not mix two versions.
func TestCommitMovesInTheMiddle(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	var moved atomic.Bool
	h.onAPI(func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/resolve/") && moved.CompareAndSwap(false, true) {
			h.add(testRepo, commit(2), bertFiles(2))
		}
		return false
	})
	dir, err := Pull(t.Context(), testOptions(t, h), testRepo)
	if err != nil {
		t.Fatal(err)
	}
	c, _ := readCard(dir)
	if !moved.Load() || c.Source.Commit != commit(1) || c.Graph.SHA256 != bertFiles(1)["onnx/model.onnx"].sha256() {
		t.Errorf("moved %v, card %+v", moved.Load(), c)
	}
}

func TestConcurrentPullsShareOneDownload(t *testing.T) {
	h := newFakeHub(t)
	files := bertFiles(1)
	h.add(testRepo, commit(1), files)
	o := testOptions(t, h)
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() { _, errs[i] = Pull(context.Background(), o, testRepo) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got, want := h.bytesOf("onnx/model.onnx"), int64(len(files["onnx/model.onnx"].data)); got != want {
		t.Errorf("%d bytes travelled, want %d", got, want)
	}
}

func TestOffline(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	o := testOptions(t, h)
	o.Offline = true
	if _, err := Pull(t.Context(), o, testRepo); !errors.Is(err, ErrOffline) || pith.CodeOf(err) != pith.CodeUnavailable {
		t.Fatalf("offline without a model: %v", err)
	}
	o.Offline = false
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	o.Offline = true
	before := len(h.requests("api", "/"))
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Errorf("offline with a model: %v", err)
	}
	if len(h.requests("api", "/")) != before {
		t.Error("offline, and yet the hub was asked")
	}
}

func TestEndpointWithPrefix(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	prefix := http.NewServeMux()
	prefix.Handle("/mirror/hf/", http.StripPrefix("/mirror/hf", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/resolve/") { // a mirror sends what it has by itself
			r.URL.Path = strings.Replace("/api/resolve-cache/models"+r.URL.Path, "/resolve/", "/", 1)
			r.URL.RawPath = ""
		}
		h.serveAPI(w, r)
	})))
	h.api.Config.Handler = prefix
	o := testOptions(t, h)
	o.Endpoint += "/mirror/hf/"
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
}

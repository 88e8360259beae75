package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/pith-proxy/pith"
)

type answer func(w http.ResponseWriter, r *http.Request) bool

// on answers requests whose path contains part.
func on(part string, fn http.HandlerFunc) answer {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, part) {
			return false
		}
		fn(w, r)
		return true
	}
}

func status(code int, hubCode, msg string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { hubError(w, code, hubCode, msg) }
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, s) }
}

func header(key, value string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { w.Header().Set(key, value); next(w, r) }
}

func redirect(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	}
}

// Each fault ends in an error that is of its kind and says what to do, and leaves
// no model behind.
func TestFaults(t *testing.T) {
	tree := func(path string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, []any{map[string]any{"type": "file", "path": path, "size": 1, "oid": commit(1)}})
		}
	}
	for _, c := range []struct {
		name  string
		api   answer
		cdn   answer
		edit  func(o *Options, files map[string]fakeFile)
		ref   string
		kind  error
		code  pith.Code
		words string
	}{
		{name: "unknown_repository", ref: "no/such", kind: ErrNotFound, code: pith.CodeInvalid, words: "check the name"},
		{name: "unknown_revision", ref: testRepo + "@v9", kind: ErrNotFound, code: pith.CodeInvalid, words: "no revision v9"},
		{name: "unknown_page", api: on("/api/", status(404, "", "")), kind: ErrNotFound, code: pith.CodeInvalid, words: "no repository"},
		{name: "gated", api: on("/resolve/", status(403, "GatedRepo", "restricted")), kind: ErrDenied, code: pith.CodeInvalid, words: "accept its terms at http"},
		{name: "gated_without_token", api: on("/resolve/", status(401, "GatedRepo", "restricted")), kind: ErrDenied, code: pith.CodeInvalid, words: "HF_TOKEN"},
		{name: "bad_token", api: on("/api/", status(401, "", "Invalid credentials in Authorization header")), kind: ErrDenied, code: pith.CodeInvalid, words: "does not accept HF_TOKEN"},
		{name: "forbidden", api: on("/api/", status(403, "", "Forbidden")), kind: ErrDenied, code: pith.CodeInvalid, words: "is refused"},
		{name: "rate_limit", api: on("/api/", header("Retry-After", "7", status(429, "", "slow down"))), kind: ErrBusy, code: pith.CodeUnavailable, words: "try again in 7s"},
		{name: "long_rate_limit", api: on("/api/", header("Retry-After", "7200", status(429, "", ""))), kind: ErrBusy, code: pith.CodeUnavailable, words: "2h0m0s"},
		{name: "server_error", api: on("/api/", status(502, "", "")), kind: ErrBusy, code: pith.CodeUnavailable, words: "has trouble"},
		{name: "storage_error", cdn: on("/", status(500, "", "")), kind: ErrBusy, code: pith.CodeUnavailable, words: "goes on where this one ended"},
		{name: "circle", api: on("/resolve/", func(w http.ResponseWriter, r *http.Request) { redirect(r.URL.Path)(w, r) }), kind: ErrUnusable, code: pith.CodeUnavailable, words: "runs in circles"},
		{name: "redirect_to_file", api: on("/resolve/", redirect("file:///etc/passwd")), kind: ErrUnusable, code: pith.CodeUnavailable, words: "redirect"},
		{name: "redirect_to_nothing", api: on("/resolve/", redirect("")), kind: ErrUnusable, code: pith.CodeUnavailable, words: "leads nowhere"},
		{name: "not_a_hub", api: on("/api/", text("<html>hello")), kind: ErrUnusable, code: pith.CodeUnavailable, words: "HF_ENDPOINT"},
		{name: "no_commit", api: on("/revision/", text(`{"sha":"../../etc"}`)), kind: ErrUnusable, code: pith.CodeUnavailable, words: "named no commit"},
		{name: "other_commit", ref: testRepo + "@" + commit(1), api: on("/revision/", text(`{"sha":"`+commit(2)+`"}`)), kind: ErrUnusable, code: pith.CodeUnavailable, words: "another commit"},
		{name: "moved_under_us", api: on("/resolve/", header("X-Repo-Commit", commit(5), text("x"))), kind: ErrUnusable, code: pith.CodeUnavailable, words: "another commit"},
		{name: "huge_answer", api: on("/revision/", text(`"`+strings.Repeat("x", maxJSON)+`"`)), kind: ErrUnusable, code: pith.CodeUnavailable, words: "more than"},
		{name: "endless_pages", api: on("/tree/", header("Link", `<http://x/?cursor=a>; rel="next"`, text(`[]`))), kind: ErrTooLarge, code: pith.CodeTooLarge, words: "more than"},
		{name: "path_upwards", api: on("/tree/", tree("../../.ssh/id")), kind: ErrUnusable, code: pith.CodeInvalid, words: "unsafe name"},
		{name: "path_inner_upwards", api: on("/tree/", tree("onnx/../../model.onnx")), kind: ErrUnusable, code: pith.CodeInvalid, words: "unsafe name"},
		{name: "path_absolute", api: on("/tree/", tree("/etc/passwd")), kind: ErrUnusable, code: pith.CodeInvalid, words: "unsafe name"},
		{name: "path_backslash", api: on("/tree/", tree(`..\model.onnx`)), kind: ErrUnusable, code: pith.CodeInvalid, words: "unsafe name"},
		{name: "path_with_escape", api: on("/tree/", tree("a\x1b[2J")), kind: ErrUnusable, code: pith.CodeInvalid, words: "unsafe name"},
		{name: "no_digest", api: on("/tree/", func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, []any{map[string]any{"type": "file", "path": "model.onnx", "size": 1, "oid": "../x"}, map[string]any{"type": "file", "path": "tokenizer.json", "size": 1, "oid": commit(1)}})
		}), kind: ErrUnusable, code: pith.CodeUnavailable, words: "without a size and a digest"},
		{name: "wrong_bytes", cdn: func(w http.ResponseWriter, r *http.Request) bool {
			_, _ = w.Write(make([]byte, len(bertFiles(1)["onnx/model.onnx"].data)))
			return true
		}, kind: ErrDigest, code: pith.CodeInternal, words: "suspect a proxy"},
		{name: "wrong_small_file", api: on("resolve-cache", func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(make([]byte, len(bertConfig)))
		}), kind: ErrDigest, code: pith.CodeInternal, words: "config.json"},
		{name: "other_length", cdn: on("/", text("short, and honest about it")), kind: ErrDigest, code: pith.CodeInternal, words: "are offered"},
		{name: "truncated_for_ever", cdn: on("/", func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush() // chunked: the end looks clean
		}), kind: ErrBusy, code: pith.CodeUnavailable, words: "ended before the file did"},
		{name: "too_many_bytes", cdn: on("/", func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			_, _ = w.Write(make([]byte, 2<<20))
		}), kind: ErrDigest, code: pith.CodeInternal, words: "more bytes"},
		{name: "re_encoded", cdn: on("/", header("Content-Encoding", "br", text("x"))), kind: ErrUnusable, code: pith.CodeUnavailable, words: "re-encodes"},
		{name: "too_large", edit: func(o *Options, _ map[string]fakeFile) { o.MaxBytes = 1 << 20 }, kind: ErrTooLarge, code: pith.CodeTooLarge, words: "the limit is 1 MB"},
		{name: "too_large_together", edit: func(o *Options, files map[string]fakeFile) {
			o.MaxBytes = int64(len(files["onnx/model.onnx"].data))
		}, kind: ErrTooLarge, code: pith.CodeTooLarge, words: "the limit is 1 MB"},
		{name: "no_room", edit: func(o *Options, _ map[string]fakeFile) {
			o.free = func(string) (uint64, error) { return 1 << 20, nil }
		}, kind: ErrDisk, code: pith.CodeInternal, words: "set PITH_HOME"},
		{name: "disk_full", edit: func(o *Options, _ map[string]fakeFile) {
			o.sink = func(io.Writer) io.Writer { return fullDisk{} }
		}, kind: syscall.ENOSPC, code: pith.CodeInternal, words: "free some space"},
		{name: "no_graph", edit: without("onnx/model.onnx"), kind: ErrUnusable, code: pith.CodeInvalid, words: "it has README.md, config.json, onnx/model_quantized.onnx, tokenizer.json, vocab.txt"},
		{name: "no_tokenizer", edit: without("tokenizer.json"), kind: ErrUnusable, code: pith.CodeInvalid, words: "no tokenizer.json"},
		{name: "no_config_no_family", edit: without("config.json"), kind: ErrUnusable, code: pith.CodeInvalid, words: "--family"},
		{name: "other_family", edit: func(o *Options, _ map[string]fakeFile) { o.Family = "xlm-roberta" }, kind: ErrUnusable, code: pith.CodeInvalid, words: "of the family bert"},
		{name: "pointer_for_graph", edit: with("onnx/model.onnx", []byte("version https://git-lfs.github.com/spec/v1\n")), kind: ErrUnusable, code: pith.CodeInvalid, words: "not an ONNX graph"},
		{name: "broken_tokenizer", edit: with("tokenizer.json", []byte("{")), kind: ErrUnusable, code: pith.CodeInvalid, words: "tokenizer.json"},
		{name: "data_upwards", edit: with("onnx/model.onnx", onnxFile(1, 9, "../../x", bertInputs...)), kind: ErrUnusable, code: pith.CodeInvalid, words: "unsafe name"},
		{name: "data_missing", edit: with("onnx/model.onnx", onnxFile(1, 9, "x.data", bertInputs...)), kind: ErrUnusable, code: pith.CodeInvalid, words: "which the repository lacks"},
		{name: "data_over_tokenizer", edit: with("onnx/model.onnx", onnxFile(1, 9, "tokenizer.json", bertInputs...)), kind: ErrUnusable, code: pith.CodeInvalid, words: "unsafe name"},
		{name: "not_a_classifier", edit: with("config.json", mustJSON(map[string]any{"model_type": "bert", "id2label": map[string]string{"0": "a", "1": "b", "2": "c"}})), kind: ErrUnusable, code: pith.CodeInvalid, words: "3 classes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newFakeHub(t)
			o, files := testOptions(t, h), bertFiles(1)
			o.Token = "hf_canary"
			if c.edit != nil {
				c.edit(&o, files)
			}
			h.add(testRepo, commit(1), files)
			h.onAPI(c.api)
			h.onCDN(c.cdn)
			_, err := Pull(t.Context(), o, or(c.ref, testRepo))
			if !errors.Is(err, c.kind) || pith.CodeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.words) {
				t.Errorf("got  %v (%s)\nwant %v (%s) with %q", err, pith.CodeOf(err), c.kind, c.code, c.words)
			}
			if s := fmt.Sprintf("%v %+v", err, err); strings.Contains(s, "hf_canary") || strings.Contains(s, "secret") {
				t.Errorf("the error tells a secret: %s", s)
			}
			if got, err := Installed(o.Home); len(got) != 0 || err != nil {
				t.Errorf("left behind %v, %v", got, err)
			}
		})
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func without(name string) func(*Options, map[string]fakeFile) {
	return func(_ *Options, files map[string]fakeFile) { delete(files, name) }
}

func with(name string, data []byte) func(*Options, map[string]fakeFile) {
	return func(_ *Options, files map[string]fakeFile) { files[name] = fakeFile{data: data} }
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// A passing fault is waited out, as long as the server asks.
func TestRetryAfterIsObeyed(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	o := testOptions(t, h)
	var asked atomic.Int32
	h.onAPI(func(w http.ResponseWriter, r *http.Request) bool {
		if asked.Add(1) > 3 {
			return false
		}
		w.Header().Set("Retry-After", "11")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	})
	var waits []string
	inner := o.sleep
	o.sleep = func(ctx context.Context, d time.Duration) error {
		waits = append(waits, d.String())
		return inner(ctx, d)
	}
	if _, err := Pull(t.Context(), o, testRepo); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(waits, " "); got != "11s 11s 11s" {
		t.Errorf("waited %s", got)
	}
}

// The network's own errors carry the whole address; ours must not.
func TestErrorsHideSignedAddresses(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	h.cdn.Close()
	_, err := Pull(t.Context(), testOptions(t, h), testRepo)
	if !errors.Is(err, ErrBusy) || strings.Contains(fmt.Sprintf("%v", err), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestUnreachableHub(t *testing.T) {
	h := newFakeHub(t)
	h.api.Close()
	_, err := Pull(t.Context(), testOptions(t, h), testRepo)
	if !errors.Is(err, ErrBusy) || pith.CodeOf(err) != pith.CodeUnavailable {
		t.Errorf("got %v", err)
	}
}

func TestLinksAndStrangersAreRefused(t *testing.T) {
	elsewhere := t.TempDir()
	for _, c := range []struct {
		name string
		make func(models string) error
	}{
		{"model_is_a_link", func(m string) error { return os.Symlink(elsewhere, filepath.Join(m, "someone--a.model")) }},
		{"partial_is_a_link", func(m string) error { return os.Symlink(elsewhere, filepath.Join(m, ".partial")) }},
		{"lock_is_a_link", func(m string) error {
			return errors.Join(os.Mkdir(filepath.Join(m, ".partial"), 0o755), os.Symlink(filepath.Join(elsewhere, "lock"), filepath.Join(m, ".partial", "someone--a.model.lock")))
		}},
		{"file_is_a_link", func(m string) error {
			dir, err := plainDir(m, ".partial", "someone--a.model", "files")
			return errors.Join(err, os.Symlink(filepath.Join(elsewhere, "graph"), filepath.Join(dir, bertFiles(1)["onnx/model.onnx"].sha256())))
		}},
		{"model_is_somebody_elses", func(m string) error {
			dir, err := plainDir(m, "someone--a.model")
			return errors.Join(err, os.WriteFile(filepath.Join(dir, cardFile), []byte(`{"name":"mine"}`), 0o644))
		}},
		{"model_is_a_file", func(m string) error { return os.WriteFile(filepath.Join(m, "someone--a.model"), nil, 0o644) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFakeHub(t)
			h.add(testRepo, commit(1), bertFiles(1))
			o := testOptions(t, h)
			models := filepath.Join(o.Home, "models")
			if err := errors.Join(os.MkdirAll(models, 0o755), c.make(models)); err != nil {
				t.Fatal(err)
			}
			if _, err := Pull(t.Context(), o, testRepo); !errors.Is(err, ErrDisk) {
				t.Errorf("got %v", err)
			}
			if got := names(elsewhere); len(got) != 0 {
				t.Errorf("wrote through the link: %v", got)
			}
		})
	}
}

// Rename may die between its two halves; the old model comes back.
func TestHalfASwapIsUndone(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	o := testOptions(t, h)
	dir, err := Pull(t.Context(), o, testRepo)
	if err != nil {
		t.Fatal(err)
	}
	want := read(t, dir, cardFile)
	work, err := plainDir(filepath.Join(o.Home, "models"), ".partial", "someone--a.model")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(dir, filepath.Join(work, "old")); err != nil {
		t.Fatal(err)
	}
	h.onAPI(on("/", status(500, "", "")))
	if _, err := Pull(t.Context(), o, testRepo); err == nil {
		t.Fatal("a broken hub gave a model")
	}
	if !bytes.Equal(read(t, dir, cardFile), want) || Verify(dir) != nil {
		t.Error("the old model is not back")
	}
}

func TestAskedWait(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, c := range []struct {
		name, key, value string
		want             time.Duration
	}{
		{"none", "X", "1", 0},
		{"seconds", "Retry-After", "3", 3 * time.Second},
		{"negative", "Retry-After", "-3", 0},
		{"absurd_is_capped", "Retry-After", "999999999999", 1e6 * time.Second},
		{"date", "Retry-After", now.Add(90 * time.Second).Format(http.TimeFormat), 90 * time.Second},
		{"past_date", "Retry-After", now.Add(-time.Hour).Format(http.TimeFormat), 0},
		{"nothing_remains", "RateLimit", `"api";r=0;t=55`, 56 * time.Second},
		{"something_remains", "RateLimit", `"api";r=12;t=55`, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := askedWait(http.Header{http.CanonicalHeaderKey(c.key): {c.value}}, now); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

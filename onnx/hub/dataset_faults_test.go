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
	"syscall"
	"testing"

	"github.com/pith-proxy/pith"
)

// Each fault ends in an error that is of its kind and says what to do, and leaves no
// data set behind.
func TestDatasetFaults(t *testing.T) {
	zeros := func(n int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, n)) }
	}
	edit := func(f func(*Dataset)) func(*Options, *fakeRepo, *Dataset) {
		return func(_ *Options, _ *fakeRepo, d *Dataset) { f(d) }
	}
	files := func(names ...string) func(*Options, *fakeRepo, *Dataset) {
		return edit(func(d *Dataset) { d.Files = names })
	}
	gated := func(token string) func(*Options, *fakeRepo, *Dataset) {
		return func(o *Options, r *fakeRepo, _ *Dataset) { o.Token, r.token, r.gated = token, "hf_right", true }
	}
	for _, c := range []struct {
		name  string
		api   answer
		cdn   answer
		edit  func(*Options, *fakeRepo, *Dataset)
		kind  error
		code  pith.Code
		words string
	}{
		{name: "unknown_repository", edit: edit(func(d *Dataset) { d.Repo = "no/such" }), kind: ErrNotFound, code: pith.CodeInvalid, words: "check the name"},
		{name: "unknown_revision", edit: edit(func(d *Dataset) { d.Revision = "v9" }), kind: ErrNotFound, code: pith.CodeInvalid, words: "no revision v9"},
		{name: "unknown_page", api: on("/api/", status(404, "", "")), kind: ErrNotFound, code: pith.CodeInvalid, words: "no repository"},
		{name: "unknown_file", edit: files("data.zip", "date.zip"), kind: ErrNotFound, code: pith.CodeInvalid, words: "no file date.zip; it has README.md, data.zip, more/part 1.jsonl"},
		{name: "folder_is_no_file", edit: files("more"), kind: ErrNotFound, code: pith.CodeInvalid, words: "no file more; it has"},
		{name: "no_file_asked_for", edit: files(), kind: ErrNotFound, code: pith.CodeInvalid, words: "with --file which files of someone/a.model to pull; it has README.md, data.zip, more/part 1.jsonl"},
		{name: "lost_file", api: on("/resolve/", status(404, "EntryNotFound", "")), kind: ErrNotFound, code: pith.CodeInvalid, words: "lost a file"},
		{name: "gated_without_token", edit: gated(""), kind: ErrDenied, code: pith.CodeInvalid, words: "accept its terms at http"},
		{name: "gated_with_other_token", edit: gated("hf_canary"), kind: ErrDenied, code: pith.CodeInvalid, words: "/datasets/someone/a.model, then set HF_TOKEN"},
		{name: "private", edit: func(_ *Options, r *fakeRepo, _ *Dataset) { r.token = "hf_right" }, kind: ErrNotFound, code: pith.CodeInvalid, words: "set HF_TOKEN if it is private"},
		{name: "forbidden", api: on("/api/", status(403, "", "Forbidden")), kind: ErrDenied, code: pith.CodeInvalid, words: "/datasets/someone/a.model with the account"},
		{name: "bad_token", api: on("/api/", status(401, "", "Invalid credentials in Authorization header")), kind: ErrDenied, code: pith.CodeInvalid, words: "does not accept HF_TOKEN"},
		{name: "server_error", api: on("/api/", status(502, "", "")), kind: ErrBusy, code: pith.CodeUnavailable, words: "has trouble"},
		{name: "storage_error", cdn: on("/", status(500, "", "")), kind: ErrBusy, code: pith.CodeUnavailable, words: "goes on where this one ended"},
		{name: "redirect_to_file", api: on("/resolve/", redirect("file:///etc/passwd")), kind: ErrUnusable, code: pith.CodeUnavailable, words: "redirect"},
		{name: "moved_under_us", api: on("/resolve/", header("X-Repo-Commit", commit(5), text("x"))), kind: ErrUnusable, code: pith.CodeUnavailable, words: "another commit"},
		{name: "wrong_bytes", cdn: on("/", zeros(1<<20)), kind: ErrDigest, code: pith.CodeInternal, words: "suspect a proxy"},
		{name: "wrong_small_file", api: on("resolve-cache", zeros(len("# questions\n"))), edit: files("README.md"), kind: ErrDigest, code: pith.CodeInternal, words: "README.md"},
		{name: "too_many_bytes", cdn: on("/", func(w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			zeros(2<<20)(w, r)
		}), kind: ErrDigest, code: pith.CodeInternal, words: "more bytes"},
		{name: "listed_upwards", api: on("/tree/", func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, []any{map[string]any{"type": "file", "path": "../data.zip", "size": 1, "oid": commit(1)}})
		}), kind: ErrUnusable, code: pith.CodeInvalid, words: "unsafe name"},
		{name: "endless_pages", api: on("/tree/", header("Link", `<http://x/?cursor=a>; rel="next"`, text(`[]`))), kind: ErrTooLarge, code: pith.CodeTooLarge, words: "not a data set"},
		{name: "path_upwards", edit: files("../data.zip"), code: pith.CodeInvalid, words: "without .."},
		{name: "path_inner_upwards", edit: files("more/../../data.zip"), code: pith.CodeInvalid, words: "without .."},
		{name: "path_absolute", edit: files("/etc/passwd"), code: pith.CodeInvalid, words: "not from the root"},
		{name: "path_empty", edit: files(""), code: pith.CodeInvalid, words: "not a file"},
		{name: "path_of_the_record", edit: files("Source.JSON"), code: pith.CodeInvalid, words: "cannot be pulled"},
		{name: "name_upwards", edit: edit(func(d *Dataset) { d.Name = ".." }), code: pith.CodeInvalid, words: "data set's name"},
		{name: "name_with_slash", edit: edit(func(d *Dataset) { d.Name = "a/b" }), code: pith.CodeInvalid, words: "data set's name"},
		{name: "name_hidden", edit: edit(func(d *Dataset) { d.Name = ".partial" }), code: pith.CodeInvalid, words: "data set's name"},
		{name: "no_repository", edit: edit(func(d *Dataset) { d.Repo = "questions" }), code: pith.CodeInvalid, words: "OWNER/NAME"},
		{name: "repository_upwards", edit: edit(func(d *Dataset) { d.Repo = "../x" }), code: pith.CodeInvalid, words: "OWNER/NAME"},
		{name: "revision_upwards", edit: edit(func(d *Dataset) { d.Revision = "a/../b" }), code: pith.CodeInvalid, words: "revision"},
		{name: "too_large", edit: func(o *Options, _ *fakeRepo, _ *Dataset) { o.MaxBytes = 1<<20 - 1 }, kind: ErrTooLarge, code: pith.CodeTooLarge, words: "the limit is"},
		{name: "no_room", edit: func(o *Options, _ *fakeRepo, _ *Dataset) {
			o.free = func(string) (uint64, error) { return 1 << 20, nil }
		}, kind: ErrDisk, code: pith.CodeInternal, words: "set PITH_HOME"},
		{name: "disk_full", edit: func(o *Options, _ *fakeRepo, _ *Dataset) {
			o.sink = func(io.Writer) io.Writer { return fullDisk{} }
		}, kind: syscall.ENOSPC, code: pith.CodeInternal, words: "free some space"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newFakeHub(t)
			o, d := testOptions(t, h), dataset("data.zip")
			r := h.add(dataRepo, commit(1), dataFiles(1))
			if c.edit != nil {
				c.edit(&o, r, &d)
			}
			h.onAPI(c.api)
			h.onCDN(c.cdn)
			dir, err := PullDataset(t.Context(), o, d)
			if dir != "" || c.kind != nil && !errors.Is(err, c.kind) || pith.CodeOf(err) != c.code || !strings.Contains(fmt.Sprint(err), c.words) {
				t.Errorf("got  %v (%s)\nwant %v (%s) with %q", err, pith.CodeOf(err), c.kind, c.code, c.words)
			}
			if s := fmt.Sprintf("%v %+v", err, err); strings.Contains(s, "hf_canary") || strings.Contains(s, "secret") {
				t.Errorf("the error tells a secret: %s", s)
			}
			if got, err := Datasets(o.Home); len(got) != 0 || err != nil {
				t.Errorf("left behind %v, %v", got, err)
			}
			if got := names(filepath.Join(o.Home, "datasets")); len(got) > 1 {
				t.Errorf("left behind %v", got)
			}
		})
	}
}

func TestBrokenDatasetStreamIsContinued(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	cut(h, 12, 50_000) // more cuts than tries, but each one gains bytes
	if _, err := PullDataset(t.Context(), testOptions(t, h), dataset("data.zip")); err != nil {
		t.Fatal(err)
	}
	if got := h.bytesOf("data.zip"); got != 1<<20 {
		t.Errorf("%d bytes travelled, want %d", got, 1<<20)
	}
	reqs := h.requests("cdn", "data.zip")
	if last := reqs[len(reqs)-1]; last.rng != "bytes=600000-" || last.ifRange == "" {
		t.Errorf("last request %+v", last)
	}
}

// An interrupt leaves what came and, of an older pull, the whole folder.
func TestCancelThenResumeDataset(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	dir, err := PullDataset(t.Context(), o, dataset("data.zip"))
	if err != nil {
		t.Fatal(err)
	}
	h.add(dataRepo, commit(2), dataFiles(2))
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
	if _, err := PullDataset(ctx, o, dataset("data.zip")); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "goes on where") {
		t.Fatalf("cancelled pull: %v", err)
	}
	if s, _ := ReadDatasetSource(dir); s.Commit != commit(1) || VerifyDataset(t.Context(), dir) != nil {
		t.Errorf("after a cancelled pull the folder has %+v", s)
	}
	h.onCDN(nil)
	o.Progress = nil
	if _, err := PullDataset(t.Context(), o, dataset("data.zip")); err != nil {
		t.Fatal(err)
	}
	if got := h.bytesOf("data.zip"); got != 2<<20 {
		t.Errorf("%d bytes travelled over all pulls, want %d", got, 2<<20)
	}
}

func TestHalfASwapOfADatasetIsUndone(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	dir, err := PullDataset(t.Context(), o, dataset("data.zip"))
	if err != nil {
		t.Fatal(err)
	}
	want := read(t, dir, sourceFile)
	work, err := plainDir(filepath.Join(o.Home, "datasets"), ".partial", "questions")
	if err = errors.Join(err, os.Rename(dir, filepath.Join(work, "old"))); err != nil {
		t.Fatal(err)
	}
	h.onAPI(on("/", status(500, "", "")))
	if _, err := PullDataset(t.Context(), o, dataset("data.zip")); err == nil {
		t.Fatal("a broken hub gave data")
	}
	if !bytes.Equal(read(t, dir, sourceFile), want) || VerifyDataset(t.Context(), dir) != nil {
		t.Error("the old files are not back")
	}
}

func TestDatasetLinksAndStrangersAreRefused(t *testing.T) {
	elsewhere := t.TempDir()
	for _, c := range []struct {
		name string
		make func(root string) error
	}{
		{"folder_is_a_link", func(m string) error { return os.Symlink(elsewhere, filepath.Join(m, "questions")) }},
		{"partial_is_a_link", func(m string) error { return os.Symlink(elsewhere, filepath.Join(m, ".partial")) }},
		{"file_is_a_link", func(m string) error {
			dir, err := plainDir(m, ".partial", "questions", "files")
			return errors.Join(err, os.Symlink(filepath.Join(elsewhere, "x"), filepath.Join(dir, dataFiles(1)["data.zip"].sha256())))
		}},
		{"folder_is_somebody_elses", func(m string) error {
			dir, err := plainDir(m, "questions")
			return errors.Join(err, os.WriteFile(filepath.Join(dir, "data.zip"), nil, 0o644))
		}},
		{"folder_is_of_another_repository", func(m string) error {
			dir, err := plainDir(m, "questions")
			return errors.Join(err, writeRecord(dir, sourceFile, DatasetSource{Repo: "someone/else", Commit: commit(1),
				Files: []DatasetFile{{"data.zip", 1, strings.Repeat("a", 64)}}}))
		}},
		{"folder_is_a_file", func(m string) error { return os.WriteFile(filepath.Join(m, "questions"), nil, 0o644) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFakeHub(t)
			h.add(dataRepo, commit(1), dataFiles(1))
			o := testOptions(t, h)
			root := filepath.Join(o.Home, "datasets")
			if err := errors.Join(os.MkdirAll(root, 0o755), c.make(root)); err != nil {
				t.Fatal(err)
			}
			if _, err := PullDataset(t.Context(), o, dataset("data.zip")); !errors.Is(err, ErrDisk) {
				t.Errorf("got %v", err)
			}
			if got := names(elsewhere); len(got) != 0 {
				t.Errorf("wrote through the link: %v", got)
			}
		})
	}
}

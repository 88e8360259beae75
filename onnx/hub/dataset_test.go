package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith"
)

const dataRepo = "datasets/" + testRepo // as the fake hub keeps it

// dataFiles is a repository with a large archive, as LongBench has it, and small files.
func dataFiles(seed byte) map[string]fakeFile {
	return map[string]fakeFile{
		".gitattributes":    {data: []byte("*.zip filter=lfs\n")},
		"README.md":         {data: []byte("# questions\n")},
		"data.zip":          {data: bytes.Repeat([]byte{seed, 1, 2, 3, 5, 8, 13, 21}, 1<<17), lfs: true},
		"more/part 1.jsonl": {data: []byte(`{"n":` + fmt.Sprint(seed) + "}\n")},
	}
}

func dataset(files ...string) Dataset {
	return Dataset{Repo: testRepo, Name: "questions", Files: files}
}

// tree lists the files below a folder, with slashes.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(dir, func(at string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			rel, _ := filepath.Rel(dir, at)
			out = append(out, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPullDatasetPlacesFiles(t *testing.T) {
	h := newFakeHub(t)
	files := dataFiles(1)
	h.add(dataRepo, commit(1), files).license = "mit"
	h.pageSize = 2
	o := testOptions(t, h)
	var events []Event
	o.Progress = func(e Event) { events = append(events, e) }

	dir, err := PullDataset(t.Context(), o, dataset("more/part 1.jsonl", "data.zip", "data.zip"))
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(o.Home, "datasets", "questions"); dir != want {
		t.Errorf("dir %s, want %s", dir, want)
	}
	if got, want := tree(t, dir), []string{"data.zip", "more/part 1.jsonl", "source.json"}; !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	for _, name := range []string{"data.zip", "more/part 1.jsonl"} {
		if !bytes.Equal(read(t, dir, name), files[name].data) {
			t.Errorf("%s differs", name)
		}
	}
	got, err := ReadDatasetSource(dir)
	want := &DatasetSource{Repo: testRepo, Revision: "main", Commit: commit(1), License: "mit", Files: []DatasetFile{
		{"data.zip", 1 << 20, files["data.zip"].sha256()}, {"more/part 1.jsonl", 8, files["more/part 1.jsonl"].sha256()}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("source %+v, %v\nwant %+v", got, err, want)
	}
	if err := VerifyDataset(t.Context(), dir); err != nil {
		t.Error(err)
	}
	if n := h.bytesOf("README.md"); n != 0 {
		t.Error("a file travelled that nobody asked for")
	}
	if got := names(filepath.Join(o.Home, "datasets", ".partial")); !slices.Equal(got, []string{"questions.lock"}) {
		t.Errorf("left behind: %v", got)
	}
	checkEvents(t, events)
}

// A repository of models and one of data may have the same name.
func TestKindsOfRepositoriesAreApart(t *testing.T) {
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1))
	o := testOptions(t, h)
	if _, err := PullDataset(t.Context(), o, dataset("README.md")); !errors.Is(err, ErrNotFound) {
		t.Errorf("a model pulled as data: %v", err)
	}
	h.add(dataRepo, commit(2), dataFiles(2))
	for range 2 {
		if _, err := Pull(t.Context(), o, testRepo); err != nil {
			t.Error(err)
		}
		dir, err := PullDataset(t.Context(), o, Dataset{Repo: testRepo, Files: []string{"README.md"}})
		if err != nil || filepath.Base(dir) != "someone--a.model" || string(read(t, dir, "README.md")) != "# questions\n" {
			t.Errorf("%s, %v", dir, err)
		}
	}
	if got, err := Installed(o.Home); err != nil || len(got) != 1 {
		t.Errorf("models %v, %v", got, err)
	}
}

func TestDatasetLicences(t *testing.T) {
	for _, c := range []struct {
		name string
		card any
		want string
	}{
		{"none_uses_what_is_known", nil, "known"},
		{"one", "mit", "mit"},
		{"several", []string{"mit", "cc-by-4.0"}, "mit, cc-by-4.0"},
		{"something_else", map[string]int{"x": 1}, "known"},
		{"control_characters", "m\x1bit", "m it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newFakeHub(t)
			h.add(dataRepo, commit(1), dataFiles(1)).license = c.card
			d := dataset("README.md")
			d.License = "known"
			dir, err := PullDataset(t.Context(), testOptions(t, h), d)
			if err != nil {
				t.Fatal(err)
			}
			if s, _ := ReadDatasetSource(dir); s.License != c.want {
				t.Errorf("got %q, want %q", s.License, c.want)
			}
		})
	}
}

func TestDatasetTokenStaysWithTheHub(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1)).token = "hf_canary"
	o := testOptions(t, h)
	o.Token = "hf_canary"
	if _, err := PullDataset(t.Context(), o, dataset("data.zip", "README.md")); err != nil {
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

// The hub sends those who ask for an old name on to the new one.
func TestRenamedDataset(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	h.onAPI(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/old/") {
			return false
		}
		to := strings.Replace(r.URL.EscapedPath(), "/old/name", "/"+testRepo, 1) + "?" + r.URL.RawQuery
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusTemporaryRedirect)
		return true
	})
	dir, err := PullDataset(t.Context(), testOptions(t, h), Dataset{Repo: "old/name", Files: []string{"data.zip", "more/part 1.jsonl"}})
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := ReadDatasetSource(dir); s.Repo != "old/name" || s.Commit != commit(1) {
		t.Errorf("source %+v", s)
	}
}

func TestSecondDatasetPullMovesNothing(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	for range 2 {
		if _, err := PullDataset(t.Context(), o, dataset("data.zip", "README.md")); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(h.requests("api", "/resolve/")); n != 2 {
		t.Errorf("%d requests for files, want 2", n)
	}
}

// Files that are asked for later join those that are there, which do not travel again.
func TestDatasetGrows(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	dir, err := PullDataset(t.Context(), o, dataset("data.zip"))
	if err != nil {
		t.Fatal(err)
	}
	for i, more := range []string{"more/part 1.jsonl", "README.md", "README.md"} {
		next := dataFiles(1)
		if i > 0 {
			next["README.md"] = fakeFile{data: []byte("# other words\n")}
		}
		h.add(dataRepo, commit(1+min(i, 1)), next)
		if _, err := PullDataset(t.Context(), o, dataset(more)); err != nil {
			t.Fatal(err)
		}
		if s, _ := ReadDatasetSource(dir); !s.has("data.zip") || !s.has(more) {
			t.Errorf("after %s the folder has %+v", more, s)
		}
	}
	s, err := ReadDatasetSource(dir)
	if err != nil || s.Commit != commit(2) || len(s.Files) != 3 || VerifyDataset(t.Context(), dir) != nil {
		t.Errorf("source %+v, %v", s, err)
	}
	if got := h.bytesOf("data.zip"); got != 1<<20 {
		t.Errorf("%d bytes travelled, want those of one download", got)
	}
}

func TestNewCommitReplacesTheDataset(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	d := dataset("data.zip", "more/part 1.jsonl")
	dir, err := PullDataset(t.Context(), o, d)
	if err != nil {
		t.Fatal(err)
	}
	h.add(dataRepo, commit(2), dataFiles(2)) // the same sizes, other bytes
	for i, revision := range []string{"", commit(1), "main"} {
		d.Revision = revision
		if _, err := PullDataset(t.Context(), o, d); err != nil {
			t.Fatal(err)
		}
		want := []byte{2, 1, 2}[i]
		s, err := ReadDatasetSource(dir)
		if err != nil || s.Commit != commit(int(want)) || VerifyDataset(t.Context(), dir) != nil || read(t, dir, "data.zip")[0] != want {
			t.Errorf("revision %q: source %+v, %v", revision, s, err)
		}
	}
}

// A file that grew is not continued in the old folder, whose bytes it begins with.
func TestFailedUpdateKeepsTheOldDataset(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	dir, err := PullDataset(t.Context(), o, dataset("data.zip"))
	if err != nil {
		t.Fatal(err)
	}
	next := dataFiles(1)
	next["data.zip"] = fakeFile{data: append(next["data.zip"].data, next["data.zip"].data...), lfs: true}
	h.add(dataRepo, commit(2), next)
	cut(h, 1, 300_000)
	o.Retries = 1
	if _, err := PullDataset(t.Context(), o, dataset("data.zip")); !errors.Is(err, ErrBusy) {
		t.Fatalf("pull with one try: %v", err)
	}
	if s, _ := ReadDatasetSource(dir); s.Commit != commit(1) || VerifyDataset(t.Context(), dir) != nil {
		t.Errorf("the old files are not what they were: %+v", s)
	}
}

func TestVanishedFileKeepsTheOldDataset(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	dir, err := PullDataset(t.Context(), o, dataset("data.zip", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	next := dataFiles(2)
	delete(next, "README.md")
	h.add(dataRepo, commit(2), next)
	_, err = PullDataset(t.Context(), o, dataset("data.zip"))
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "pull "+testRepo+"@"+commit(1)) {
		t.Errorf("got %v", err)
	}
	if s, _ := ReadDatasetSource(dir); s.Commit != commit(1) || VerifyDataset(t.Context(), dir) != nil {
		t.Errorf("the old files are not what they were: %+v", s)
	}
}

// What somebody unpacked in the folder is not lost to a pull.
func TestDatasetWithStrangersStays(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	dir, err := PullDataset(t.Context(), o, dataset("data.zip"))
	if err != nil {
		t.Fatal(err)
	}
	mine, err := plainDir(dir, "data")
	if err = errors.Join(err, os.WriteFile(filepath.Join(mine, "mine.jsonl"), []byte("{}"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if _, err := PullDataset(t.Context(), o, dataset("data.zip")); err != nil {
		t.Errorf("nothing is replaced, and yet %v", err)
	}
	h.add(dataRepo, commit(2), dataFiles(2))
	if _, err := PullDataset(t.Context(), o, dataset("data.zip")); !errors.Is(err, ErrDisk) || !strings.Contains(err.Error(), "data/mine.jsonl") {
		t.Errorf("got %v", err)
	}
	if string(read(t, mine, "mine.jsonl")) != "{}" || VerifyDataset(t.Context(), dir) != nil {
		t.Error("the folder changed")
	}
}

func TestDatasetOffline(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	o.Offline = true
	if _, err := PullDataset(t.Context(), o, dataset("data.zip")); !errors.Is(err, ErrOffline) || pith.CodeOf(err) != pith.CodeUnavailable {
		t.Fatalf("offline without data: %v", err)
	}
	o.Offline = false
	want, err := PullDataset(t.Context(), o, dataset("data.zip"))
	if err != nil {
		t.Fatal(err)
	}
	o.Offline = true
	before := len(h.requests("api", "/"))
	for _, c := range []struct {
		name string
		d    Dataset
		ok   bool
	}{
		{"all", dataset("data.zip"), true},
		{"whatever_is_there", dataset(), true},
		{"revision", Dataset{Repo: testRepo, Name: "questions", Revision: "main"}, true},
		{"commit", Dataset{Repo: testRepo, Name: "questions", Revision: commit(1)}, true},
		{"other_commit", Dataset{Repo: testRepo, Name: "questions", Revision: commit(2)}, false},
		{"other_branch", Dataset{Repo: testRepo, Name: "questions", Revision: "next"}, false},
		{"other_file", dataset("data.zip", "README.md"), false},
		{"other_repository", Dataset{Repo: "someone/else", Name: "questions"}, false},
		{"other_name", Dataset{Repo: testRepo, Name: "answers"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := PullDataset(t.Context(), o, c.d)
			if c.ok && (err != nil || got != want) || !c.ok && (!errors.Is(err, ErrOffline) || got != "") {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
	if err := os.WriteFile(filepath.Join(want, "data.zip"), []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := PullDataset(t.Context(), o, dataset("data.zip")); !errors.Is(err, ErrOffline) || !errors.Is(err, ErrDigest) {
		t.Errorf("offline with damaged data: %v", err)
	}
	if len(h.requests("api", "/")) != before {
		t.Error("offline, and yet the hub was asked")
	}
}

func TestConcurrentDatasetPullsShareOneDownload(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	var group sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		group.Go(func() { _, errs[i] = PullDataset(context.Background(), o, dataset("data.zip")) })
	}
	group.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := h.bytesOf("data.zip"); got != 1<<20 {
		t.Errorf("%d bytes travelled, want those of one download", got)
	}
}

func TestDatasetsAndDatasetDir(t *testing.T) {
	h := newFakeHub(t)
	h.add(dataRepo, commit(1), dataFiles(1))
	o := testOptions(t, h)
	if got, err := Datasets(o.Home); got != nil || err != nil {
		t.Errorf("an empty home has %v, %v", got, err)
	}
	known, err := PullDataset(t.Context(), o, dataset("README.md"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := PullDataset(t.Context(), o, Dataset{Repo: testRepo, Files: []string{"README.md"}})
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(known)
	for name, source := range map[string]string{"broken": "{", "upwards": string(mustJSON(DatasetSource{Repo: testRepo, Commit: commit(1),
		Files: []DatasetFile{{"../../x", 1, dataFiles(1)["data.zip"].sha256()}}})), "mine": ""} {
		dir, err := plainDir(root, name)
		if source != "" {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, sourceFile), []byte(source), 0o644))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	all, err := Datasets(o.Home)
	var got []string
	for _, i := range all {
		got = append(got, fmt.Sprint(i.Name, " ", i.Err == nil))
	}
	if want := []string{"broken false", "questions true", "someone--a.model true", "upwards false"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if err := os.WriteFile(filepath.Join(o.Home, sourceFile), read(t, known, sourceFile), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"questions": known, testRepo: other, "someone--a.model": other,
		"none": "", "broken": "", "upwards": "", "mine": "", "": "", "..": "", ".partial": "", "../datasets/questions": "", "/etc": ""} {
		if dir, ok := DatasetDir(o.Home, name); ok != (want != "") || ok && dir != want {
			t.Errorf("%q: %q, %v", name, dir, ok)
		}
	}
}

func FuzzDatasetSourceStaysInside(f *testing.F) {
	f.Add("data.zip")
	f.Add("../data.zip")
	f.Add("a/../../b")
	f.Add("SOURCE.json/x")
	f.Add(`C:\x`)
	f.Fuzz(func(t *testing.T, path string) {
		dir := t.TempDir()
		s := DatasetSource{Repo: testRepo, Commit: commit(1), Files: []DatasetFile{{path, 1, strings.Repeat("a", 64)}}}
		b, err := json.Marshal(s)
		if err = errors.Join(err, os.WriteFile(filepath.Join(dir, sourceFile), b, 0o644)); err != nil {
			t.Fatal(err)
		}
		got, err := ReadDatasetSource(dir)
		if err != nil {
			return
		}
		at := filepath.Join(dir, filepath.FromSlash(got.Files[0].Path))
		if rel, err := filepath.Rel(dir, at); err != nil || !filepath.IsLocal(rel) || rel == "." || strings.EqualFold(rel, sourceFile) {
			t.Errorf("%q is %s", path, at)
		}
	})
}

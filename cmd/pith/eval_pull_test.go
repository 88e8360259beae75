package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/spf13/cobra"

	"github.com/pith-proxy/pith/eval/dataset"
	"github.com/pith-proxy/pith/onnx/hub"
)

// dataHub is a hub with repositories of data, all at one commit. The protocol's corners
// are tested in package hub.
type dataHub struct {
	*httptest.Server
	repos map[string]map[string][]byte // files by OWNER/NAME
	gated bool

	mu   sync.Mutex
	auth []string // of requests, in order
}

const dataCommit = "0123456789abcdef0123456789abcdef01234567"

func newDataHub(t *testing.T) *dataHub {
	item := `{"dataset":"hotpotqa","_id":"1","input":"Who?","context":"It was Ada.","answers":["Ada"],"length":3,"all_classes":null,"language":"en"}`
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("data/hotpotqa.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(w, item)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	h := &dataHub{repos: map[string]map[string][]byte{
		sourceOf(t, "longbench").Repo: {"README.md": []byte("#\n"), "data.zip": b.Bytes()},
		"someone/questions":           {"README.md": []byte("#\n"), "test, all.jsonl": []byte(item + "\n"), "data/more.txt": []byte("x")},
	}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/datasets/{owner}/{name}/revision/{revision}", h.see(func(w http.ResponseWriter, _ *http.Request, _ map[string][]byte) {
		_ = writeJSON(w, map[string]any{"sha": dataCommit, "cardData": map[string]any{"license": []string{"mit"}}})
	}))
	mux.HandleFunc("GET /api/datasets/{owner}/{name}/tree/{commit}", h.see(h.tree))
	mux.HandleFunc("GET /datasets/{owner}/{name}/resolve/{commit}/{file...}", h.see(func(w http.ResponseWriter, r *http.Request, files map[string][]byte) {
		if h.gated {
			w.Header().Set("X-Error-Code", "GatedRepo")
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = w.Write(files[r.PathValue("file")])
	}))
	h.Server = httptest.NewServer(mux)
	t.Cleanup(h.Close)
	return h
}

func sourceOf(t *testing.T, name string) dataset.Source {
	all := dataset.Known()
	i := slices.IndexFunc(all, func(s dataset.Source) bool { return s.Name == name })
	if i < 0 || all[i].Repo == "" {
		t.Fatalf("%s is not a set of the hub: %+v", name, all)
	}
	return all[i]
}

func (h *dataHub) see(answer func(http.ResponseWriter, *http.Request, map[string][]byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.auth = append(h.auth, r.Header.Get("Authorization"))
		h.mu.Unlock()
		files, ok := h.repos[r.PathValue("owner")+"/"+r.PathValue("name")]
		if rev := r.PathValue("revision"); !ok || rev != "" && rev != "main" && rev != dataCommit {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer(w, r, files)
	}
}

func (h *dataHub) tree(w http.ResponseWriter, _ *http.Request, files map[string][]byte) {
	var page []any
	for name, data := range files {
		oid := sha1.Sum(fmt.Appendf(nil, "blob %d\x00%s", len(data), data))
		page = append(page, map[string]any{"type": "file", "path": name, "size": len(data), "oid": fmt.Sprintf("%x", oid)})
	}
	_ = writeJSON(w, page)
}

func (h *dataHub) asked() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.auth)
}

// evalPart runs one command of `pith eval` by itself.
func evalPart(part func(process, loader) *cobra.Command, env map[string]string, args ...string) (stdout, stderr string, err error) {
	var out, errOut bytes.Buffer
	p := process{getenv: func(k string) string { return env[k] }, stdout: &out, stderr: &errOut}
	cmd := part(p, func(cmd *cobra.Command) (*Config, error) { return loadConfig(cmd, "", p.getenv) })
	cmd.SilenceUsage, cmd.SilenceErrors = true, true
	cmd.SetArgs(args)
	cmd.SetOut(&out)
	cmd.SetErr(&errOut)
	err = cmd.ExecuteContext(context.Background())
	return out.String(), errOut.String(), err
}

func TestPullKnownDataset(t *testing.T) {
	h := newDataHub(t)
	home := t.TempDir()
	env := map[string]string{"PITH_HOME": home, "HF_ENDPOINT": h.URL, "HF_TOKEN": "hf_canary"}
	out, progress, err := evalPart(pullDatasetCommand, env, "longbench")
	dir := filepath.Join(home, "datasets", "longbench")
	if err != nil || out != dir+"\n" {
		t.Fatalf("printed %q, %v", out, err)
	}
	if !strings.Contains(progress, "pith: download data.zip") || strings.Contains(progress, "README") {
		t.Errorf("progress %q", progress)
	}
	for _, a := range h.asked() {
		if a != "Bearer hf_canary" {
			t.Errorf("authorization %q", a)
		}
	}
	s, err := hub.ReadDatasetSource(dir)
	if err != nil || s.Repo != sourceOf(t, "longbench").Repo || s.Commit != dataCommit || s.License != "mit" || len(s.Files) != 1 {
		t.Errorf("source %+v, %v", s, err)
	}
	before := len(h.asked())
	env["HF_HUB_OFFLINE"] = "1"
	if out, progress, err = evalPart(pullDatasetCommand, env, "longbench", "--quiet"); err != nil || out != dir+"\n" || progress != "" {
		t.Errorf("offline: %q, %q, %v", out, progress, err)
	}
	if len(h.asked()) != before {
		t.Error("offline, and yet the hub was asked")
	}
}

// What was pulled can be measured on.
func TestPulledDatasetOpens(t *testing.T) {
	h := newDataHub(t)
	home := t.TempDir()
	for _, args := range [][]string{{"longbench"}, {"someone/questions", "--file", "test, all.jsonl"}} {
		if _, _, err := evalPart(pullDatasetCommand, map[string]string{"PITH_HOME": home, "HF_ENDPOINT": h.URL}, args...); err != nil {
			t.Fatal(err)
		}
		dir, ok := hub.DatasetDir(home, args[0])
		if !ok {
			t.Fatalf("%s was pulled and is not there", args[0])
		}
		set, err := dataset.Open(dir, dataset.Options{})
		if err != nil || len(set.Items) != 1 || set.Items[0].Context != "It was Ada." {
			t.Errorf("%s: %+v, %v", args[0], set, err)
		}
	}
}

func TestPullDatasetFiles(t *testing.T) {
	h := newDataHub(t)
	env := map[string]string{"HF_ENDPOINT": h.URL}
	home := t.TempDir()
	out, _, err := evalPart(pullDatasetCommand, env, "--home", home, "someone/questions@"+dataCommit, "--file", "test, all.jsonl", "--file", "README.md")
	dir := filepath.Join(home, "datasets", "someone--questions")
	if err != nil || out != dir+"\n" {
		t.Fatalf("printed %q, %v", out, err)
	}
	s, err := hub.ReadDatasetSource(dir)
	if err != nil || s.Revision != dataCommit || len(s.Files) != 2 || s.Files[1].Path != "test, all.jsonl" {
		t.Errorf("source %+v, %v", s, err)
	}
	// Beside those of a known set.
	if _, _, err := evalPart(pullDatasetCommand, env, "--home", home, "longbench", "--file", "README.md"); err != nil {
		t.Fatal(err)
	}
	s, err = hub.ReadDatasetSource(filepath.Join(home, "datasets", "longbench"))
	if err != nil || len(s.Files) != 2 {
		t.Errorf("source %+v, %v", s, err)
	}
}

func TestPullDatasetRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		args   []string
		env    map[string]string
		edit   func(*dataHub)
		code   int
		words  string
		unseen bool // the hub must not be asked
	}{
		{name: "no_name", args: nil, code: exitUsage, words: "arg", unseen: true},
		{name: "unknown_name", args: []string{"longbanch"}, code: exitUsage, words: "use one of longbench, longbench-v2, or OWNER/NAME", unseen: true},
		{name: "not_on_the_hub", args: []string{"gsm8k"}, code: exitUsage, words: "give its path to --dataset", unseen: true},
		{name: "empty_revision", args: []string{"longbench@"}, code: exitUsage, words: "after @", unseen: true},
		{name: "revision_upwards", args: []string{"longbench@a/../b"}, code: exitUsage, words: "revision", unseen: true},
		{name: "repository_upwards", args: []string{"../x"}, code: exitUsage, words: "OWNER/NAME", unseen: true},
		{name: "file_upwards", args: []string{"longbench", "--file", "../x"}, code: exitUsage, words: "without ..", unseen: true},
		{name: "no_file", args: []string{"someone/questions"}, code: exitUsage, words: "--file which files of someone/questions to pull; it has README.md, data/more.txt, test, all.jsonl"},
		{name: "other_file", args: []string{"longbench", "--file", "x"}, code: exitUsage, words: "no file x; it has README.md, data.zip"},
		{name: "unknown_repository", args: []string{"someone/else", "--file", "x"}, code: exitUsage, words: "check the name"},
		{name: "gated", args: []string{"longbench"}, edit: func(h *dataHub) { h.gated = true }, code: exitUsage, words: "accept its terms at"},
		{name: "offline", args: []string{"longbench"}, env: map[string]string{"HF_HUB_OFFLINE": "1"}, code: exitNotReady, words: "HF_HUB_OFFLINE forbids", unseen: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newDataHub(t)
			if c.edit != nil {
				c.edit(h)
			}
			env := map[string]string{"PITH_HOME": t.TempDir(), "HF_ENDPOINT": h.URL}
			for k, v := range c.env {
				env[k] = v
			}
			out, _, err := evalPart(pullDatasetCommand, env, c.args...)
			if err == nil || exitCode(err) != c.code || !strings.Contains(message(err), c.words) || out != "" {
				t.Errorf("printed %q, exit %d, %v", out, exitCode(err), err)
			}
			if n := len(h.asked()); c.unseen && n != 0 {
				t.Errorf("the hub was asked %d times", n)
			}
			if got, err := hub.Datasets(env["PITH_HOME"]); len(got) != 0 || err != nil {
				t.Errorf("left behind %v, %v", got, err)
			}
		})
	}
}

func TestListSaysWhatWasPulled(t *testing.T) {
	h := newDataHub(t)
	home := t.TempDir()
	env := map[string]string{"PITH_HOME": home, "HF_ENDPOINT": h.URL}
	for _, args := range [][]string{{"longbench"}, {"someone/questions", "--file", "README.md"}} {
		if _, _, err := evalPart(pullDatasetCommand, env, args...); err != nil {
			t.Fatal(err)
		}
	}
	broken := filepath.Join(home, "datasets", "longbench-v2")
	if err := os.Mkdir(broken, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(broken, "source.json"), "{")
	text, _, err := evalPart(listCommand, env)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		filepath.Join(home, "datasets", "longbench") + ", commit 0123456789ab",
		filepath.Join(home, "datasets", "someone--questions") + ", commit 0123456789ab",
		"longbench-v2 cannot be used",
		"licence: mit",
	} {
		if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
			t.Errorf("%q is missing:\n%s", want, text)
		}
	}
	out, _, err := evalPart(listCommand, env, "--json")
	var l evalList
	if err := json.Unmarshal([]byte(out), &l); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(l.Datasets, func(s listedSet) bool { return s.Name == "longbench" })
	if err != nil || i < 0 || l.Datasets[i].Commit != dataCommit || l.Datasets[i].Dir != filepath.Join(home, "datasets", "longbench") {
		t.Errorf("%v: %+v", err, l.Datasets)
	}
	if last := l.Datasets[len(l.Datasets)-1]; last.Name != "someone--questions" || last.Title != "someone/questions" {
		t.Errorf("last %+v", last)
	}
}

package hub

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A fakeHub speaks the hub's protocol: the API of models and data sets, trees with pages,
// and resolve, which answers small files itself (by way of a relative redirect,
// as the hub does now) and sends large ones to a second host with a signed
// address. TestServeFakeHub shows that the hub's own Python client is content
// with it.
type fakeHub struct {
	api, cdn *httptest.Server

	mu    sync.Mutex
	repos map[string]*fakeRepo // by OWNER/NAME; those of data sets by datasets/OWNER/NAME
	seen  []request
	sent  map[string]int64 // body bytes by file name, over both hosts

	pageSize int

	apiAnswer, cdnAnswer answer // see onAPI and onCDN
}

// onAPI and onCDN set what answers from now on; requests may be under way.
func (h *fakeHub) onAPI(f answer) { h.mu.Lock(); defer h.mu.Unlock(); h.apiAnswer = f }
func (h *fakeHub) onCDN(f answer) { h.mu.Lock(); defer h.mu.Unlock(); h.cdnAnswer = f }

func (h *fakeHub) answered(by *answer, w http.ResponseWriter, r *http.Request) bool {
	h.mu.Lock()
	f := *by
	h.mu.Unlock()
	return f != nil && f(w, r)
}

// A request is what a host saw.
type request struct {
	host, path, query, auth, rng, ifRange string
}

// A fakeRepo has branches that point at commits, and files by commit.
type fakeRepo struct {
	branches map[string]string
	commits  map[string]map[string]fakeFile
	license  any    // a string, or a list of them
	token    string // needed to see it
	gated    bool   // the token is needed for the bytes only
}

type fakeFile struct {
	data []byte
	lfs  bool
}

const signature = "X-Sig=secret"

func newFakeHub(t testing.TB) *fakeHub {
	h := &fakeHub{repos: map[string]*fakeRepo{}, sent: map[string]int64{}, pageSize: 1000}
	h.api = httptest.NewServer(http.HandlerFunc(h.serveAPI))
	h.cdn = httptest.NewServer(http.HandlerFunc(h.serveCDN))
	if t != nil {
		t.Cleanup(h.api.Close)
		t.Cleanup(h.cdn.Close)
	}
	return h
}

func commit(n int) string { return fmt.Sprintf("%040x", n) }

// add puts files into a repository as one commit and moves main to it.
func (h *fakeHub) add(repo, sha string, files map[string]fakeFile) *fakeRepo {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.repos[repo]
	if r == nil {
		r = &fakeRepo{branches: map[string]string{}, commits: map[string]map[string]fakeFile{}}
		h.repos[repo] = r
	}
	r.branches["main"], r.commits[sha] = sha, files
	return r
}

func (h *fakeHub) log(host string, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen = append(h.seen, request{host, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Authorization"), r.Header.Get("Range"), r.Header.Get("If-Range")})
}

// requests returns what a host saw of paths that contain part, and forgets
// nothing.
func (h *fakeHub) requests(host, part string) []request {
	h.mu.Lock()
	defer h.mu.Unlock()
	var out []request
	for _, r := range h.seen {
		if r.host == host && strings.Contains(r.path, part) {
			out = append(out, r)
		}
	}
	return out
}

func (h *fakeHub) bytesOf(name string) int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.sent[name]
}

func (h *fakeHub) serveAPI(w http.ResponseWriter, r *http.Request) {
	h.log("api", r)
	if h.answered(&h.apiAnswer, w, r) {
		return
	}
	path, cached := strings.CutPrefix(r.URL.EscapedPath(), "/api/resolve-cache/")
	path, api := strings.CutPrefix(path, "/api/")
	path, data := strings.CutPrefix(strings.TrimPrefix(path, "/"), "datasets/")
	parts := strings.Split(strings.TrimPrefix(path, "models/"), "/")
	for i := range parts {
		parts[i], _ = url.PathUnescape(parts[i])
	}
	repo := strings.Join(parts[:min(2, len(parts))], "/")
	if data {
		repo = "datasets/" + repo
	}
	switch parts = parts[min(2, len(parts)):]; {
	case cached && len(parts) >= 2:
		h.resolve(w, r, repo, parts[0], strings.Join(parts[1:], "/"), true)
	case api && len(parts) >= 2 && parts[0] == "revision":
		h.revision(w, r, repo, parts[1])
	case api && len(parts) == 0:
		h.revision(w, r, repo, "main")
	case api && len(parts) >= 2 && parts[0] == "tree":
		h.tree(w, r, repo, parts[1])
	case !api && len(parts) >= 3 && parts[0] == "resolve":
		h.resolve(w, r, repo, parts[1], strings.Join(parts[2:], "/"), false)
	default:
		hubError(w, 404, "", "Sorry, we can't find the page you are looking for.")
	}
}

func hubError(w http.ResponseWriter, status int, code, msg string) {
	if code != "" {
		w.Header().Set("X-Error-Code", code)
	}
	w.Header().Set("X-Error-Message", msg)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":%q}`, msg)
}

// open finds a repository and a commit, or answers as the hub does.
func (h *fakeHub) open(w http.ResponseWriter, r *http.Request, repo, rev string) (*fakeRepo, string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	got := h.repos[repo]
	needs := got != nil && got.token != "" && (!got.gated || !strings.HasPrefix(r.URL.Path, "/api/"))
	if needs && got.gated && r.Header.Get("Authorization") == "" {
		hubError(w, 401, "GatedRepo", "Access to dataset "+repo+" is restricted. You must have access to it and be authenticated to access it.")
		return nil, ""
	}
	if got == nil || needs && r.Header.Get("Authorization") == "" {
		hubError(w, 401, "RepoNotFound", "Repository not found")
		return nil, ""
	}
	if needs && r.Header.Get("Authorization") != "Bearer "+got.token {
		hubError(w, 403, "GatedRepo", "Access to model "+repo+" is restricted and you are not in the authorized list.")
		return nil, ""
	}
	sha := rev
	if b, ok := got.branches[rev]; ok {
		sha = b
	}
	if got.commits[sha] == nil {
		hubError(w, 404, "RevisionNotFound", "Invalid rev id: "+rev)
		return nil, ""
	}
	return got, sha
}

func (h *fakeHub) revision(w http.ResponseWriter, r *http.Request, repo, rev string) {
	got, sha := h.open(w, r, repo, rev)
	if got == nil {
		return
	}
	siblings := []map[string]string{}
	for name := range got.commits[sha] {
		siblings = append(siblings, map[string]string{"rfilename": name})
	}
	info := map[string]any{
		"_id": "0", "id": repo, "modelId": repo, "author": strings.Split(repo, "/")[0], "sha": sha, "private": false, "gated": false,
		"lastModified": "2024-05-10T00:00:00.000Z", "tags": []string{"onnx"}, "siblings": siblings,
	}
	if got.license != nil {
		info["cardData"] = map[string]any{"license": got.license}
	}
	writeJSON(w, info)
}

func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(v)
}

func (h *fakeHub) tree(w http.ResponseWriter, r *http.Request, repo, rev string) {
	got, sha := h.open(w, r, repo, rev)
	if got == nil {
		return
	}
	var names []string
	for name := range got.commits[sha] {
		names = append(names, name)
	}
	slices.Sort(names)
	from, _ := strconv.Atoi(r.URL.Query().Get("cursor"))
	to := min(len(names), from+h.pageSize)
	if to < len(names) {
		// On purpose the address of another host, as mirrors do.
		w.Header().Set("Link", fmt.Sprintf(`<https://elsewhere.invalid%s?recursive=true&cursor=%d>; rel="next"`, r.URL.Path, to))
	}
	page := []any{map[string]any{"type": "directory", "oid": commit(9), "size": 0, "path": "onnx"}}
	for _, name := range names[from:to] {
		page = append(page, got.commits[sha][name].entry(name))
	}
	writeJSON(w, page)
}

func (f fakeFile) entry(name string) map[string]any {
	e := map[string]any{"type": "file", "oid": f.blob(), "size": len(f.data), "path": name}
	if f.lfs {
		e["oid"] = commit(7) // of the pointer, which nobody needs
		e["lfs"] = map[string]any{"oid": f.sha256(), "size": len(f.data), "pointerSize": 134}
	}
	return e
}

func (f fakeFile) sha256() string {
	sum := sha256.Sum256(f.data)
	return hex.EncodeToString(sum[:])
}

func (f fakeFile) blob() string {
	h := remoteFile{size: int64(len(f.data))}.digester()
	h.Write(f.data)
	return hex.EncodeToString(h.Sum(nil))
}

func (h *fakeHub) resolve(w http.ResponseWriter, r *http.Request, repo, rev, name string, cached bool) {
	got, sha := h.open(w, r, repo, rev)
	if got == nil {
		return
	}
	w.Header().Set("X-Repo-Commit", sha)
	f, ok := got.commits[sha][name]
	switch {
	case !ok:
		hubError(w, 404, "EntryNotFound", "Entry not found")
	case f.lfs:
		w.Header().Set("X-Linked-Size", strconv.Itoa(len(f.data)))
		w.Header().Set("X-Linked-Etag", `"`+f.sha256()+`"`)
		w.Header().Set("Location", h.cdn.URL+"/"+strings.TrimPrefix(repo, "datasets/")+"/"+f.sha256()+"/"+name+"?"+signature)
		w.WriteHeader(http.StatusFound)
	case !cached:
		w.Header().Set("ETag", `"`+f.blob()+`"`)
		w.Header().Set("X-Linked-Size", strconv.Itoa(len(f.data)))
		w.Header().Set("Location", "/api/resolve-cache/"+area(repo)+"/"+sha+"/"+name)
		w.WriteHeader(http.StatusTemporaryRedirect)
	default:
		h.bytes(w, r, name, f.data, `"`+f.blob()+`"`)
	}
}

// serveCDN refuses, as storage hosts do, what carries a token or no signature.
func (h *fakeHub) serveCDN(w http.ResponseWriter, r *http.Request) {
	h.log("cdn", r)
	if h.answered(&h.cdnAnswer, w, r) {
		return
	}
	if r.URL.RawQuery != signature || r.Header.Get("Authorization") != "" {
		http.Error(w, "AccessDenied", http.StatusForbidden)
		return
	}
	data, tag := h.content(r)
	h.bytes(w, r, stored(r)[3], data, tag)
}

// stored is what an address of the storage host names: owner, name, digest and file.
func stored(r *http.Request) []string {
	return strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 4)
}

// content returns the bytes that an address of the storage host is of, and their tag.
func (h *fakeHub) content(r *http.Request) ([]byte, string) {
	parts := stored(r)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, repo := range []*fakeRepo{h.repos[parts[0]+"/"+parts[1]], h.repos["datasets/"+parts[0]+"/"+parts[1]]} {
		if repo == nil {
			continue
		}
		for _, files := range repo.commits {
			if f, ok := files[parts[3]]; ok && f.sha256() == parts[2] {
				return f.data, `"` + parts[2][:32] + `"`
			}
		}
	}
	return nil, ""
}

// area is a repository's name as some addresses have it, with its kind.
func area(repo string) string {
	if strings.HasPrefix(repo, "datasets/") {
		return repo
	}
	return "models/" + repo
}

// bytes serves a body with ranges, and counts what it wrote.
func (h *fakeHub) bytes(w http.ResponseWriter, r *http.Request, name string, data []byte, tag string) {
	w.Header().Set("ETag", tag)
	w.Header().Set("Accept-Ranges", "bytes")
	from := 0
	if rng := r.Header.Get("Range"); rng != "" && (r.Header.Get("If-Range") == "" || r.Header.Get("If-Range") == tag) {
		n, err := fmt.Sscanf(rng, "bytes=%d-", &from)
		if n != 1 || err != nil || from >= len(data) {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", len(data)))
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return
		}
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(data)-1, len(data)))
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)-from))
	if from > 0 {
		w.WriteHeader(http.StatusPartialContent)
	}
	if r.Method == http.MethodHead {
		return
	}
	n, _ := w.Write(data[from:])
	h.count(name, int64(n))
}

func (h *fakeHub) count(name string, n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.sent[name] += n
}

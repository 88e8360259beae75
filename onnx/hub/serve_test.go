package hub

import (
	"flag"
	"os"
	"os/signal"
	"testing"
)

var serve = flag.Bool("serve", false, "serve the fake hub until interrupted, for checking it with a real client")

// TestServeFakeHub serves the tests' hub, to see that it tells the truth about
// the protocol. With the hub's own Python client (huggingface_hub) installed:
//
//	go test -run ServeFakeHub -v . -serve
//	HF_ENDPOINT=http://127.0.0.1:PORT python -c '
//	from huggingface_hub import snapshot_download
//	print(snapshot_download("someone/a.model", local_dir="out"))
//	print(snapshot_download("someone/a.model", repo_type="dataset", local_dir="data"))'
func TestServeFakeHub(t *testing.T) {
	if !*serve {
		t.Skip("serves only with -serve")
	}
	h := newFakeHub(t)
	h.add(testRepo, commit(1), bertFiles(1)).license = "mit"
	h.add("someone/gated", commit(2), bertFiles(2)).token = "hf_right"
	h.add(dataRepo, commit(3), dataFiles(3)).license = []string{"mit", "cc-by-4.0"}
	h.pageSize = 1000
	t.Logf("HF_ENDPOINT=%s", h.api.URL)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt)
	<-stop
	for _, r := range append(h.requests("api", "/"), h.requests("cdn", "/")...) {
		t.Logf("%s %s range=%q token=%v", r.host, r.path, r.rng, r.auth != "")
	}
}

package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pith-proxy/pith/eval/economics/tracegen"
)

// pureText has two segments, and pureArms are what is asked for it.
var (
	pureText = passages[:1100]
	pureArms = map[string]map[string]any{
		"rate":      {"rate": 0.5},
		"threshold": {"threshold": 0.4},
		"question":  {"rate": 0.5, "question": "Who paid for the library in the high street?"},
	}
)

// mates are texts that come in one request with another one.
func mates(seed, n int) []string {
	r := rand.New(rand.NewPCG(uint64(seed), 3))
	out := make([]string, n)
	for i := range out {
		out[i] = tracegen.Prose(r, 1+r.IntN(30))
	}
	return out
}

// inBatch asks for the text among other requests, each of which is for itself.
func (s *server) inBatch(t *testing.T, tenant string, arm map[string]any, others []string) string {
	at := len(others) / 2
	var items []any
	for i, text := range slices.Insert(slices.Clone(others), at, pureText) {
		items = append(items, with(with(arm, "input", text), "custom_id", fmt.Sprint(i)))
	}
	data, err := json.Marshal(map[string]any{"requests": items})
	if err != nil {
		t.Error(err)
	}
	var out struct {
		Results []struct {
			Compression compressed `json:"compression"`
		} `json:"results"`
	}
	resp := s.raw(t, "/v1/compress/batch", string(data), "Authorization", "Bearer "+tenant)
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil || len(out.Results) != len(items) {
		t.Errorf("status %d, %v", resp.StatusCode, err)
		return ""
	}
	return out.Results[at].Compression.Output
}

// amongContexts asks for the text as one of several contexts. With a question these would
// share the budget, and the weight of its words, so that is no way to ask then.
func (s *server) amongContexts(t *testing.T, tenant string, arm map[string]any, others []string) string {
	at := len(others) / 2
	c := s.compress(t, tenant, with(arm, "contexts", slices.Insert(slices.Clone(others), at, pureText)))
	text, _ := c.Results[at]["text"].(string)
	return text
}

// digests are those of all outputs of one arm, each with where it was seen first.
type digests struct {
	mu   sync.Mutex
	seen map[[sha256.Size]byte]string
}

func (d *digests) add(text, where string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	sum := sha256.Sum256([]byte(text))
	if d.seen[sum] == "" {
		d.seen[sum] = where
	}
}

// pureRepeats is how often a process is asked for each way, half of them without its Redis.
const pureRepeats = 8

// Test 4 of the design: one text is one digest: alone, among 2, 4 and 16, in a batch and
// among contexts, with an empty cache, a warm one, one whose Redis is away and without
// one, on any number of cores and workers, with other requests at the same time.
func TestOneTextIsOneResult(t *testing.T) {
	all := map[string]*digests{}
	for name := range pureArms {
		all[name] = &digests{seen: map[[sha256.Size]byte]string{}}
	}
	r := newReplicas(t, 0, nil)
	before := runtime.GOMAXPROCS(0)
	defer runtime.GOMAXPROCS(before)
	for _, procs := range []int{1, 16} {
		for _, workers := range []string{"1", "4"} {
			runtime.GOMAXPROCS(procs)
			s := serverFor(t, r.vendor, r.env, "--workers", workers)
			for i := 0; i < pureRepeats; i += 4 {
				if i == pureRepeats/2 {
					r.redis.Stop()
				}
				var wg sync.WaitGroup
				for k := range 4 {
					wg.Go(func() { repeat(t, s, i+k, fmt.Sprintf("%d cores, %s workers, repeat %d", procs, workers, i+k), all) })
				}
				wg.Wait()
			}
			if err := s.stop(); err != nil {
				t.Error(err)
			}
			r.redis.Restart()
		}
	}
	for name, d := range all {
		if len(d.seen) != 1 {
			t.Errorf("%s: %d results: %v", name, len(d.seen), slices.Sorted(maps.Values(d.seen)))
		}
		if d.seen[sha256.Sum256([]byte(pureText))] != "" || d.seen[sha256.Sum256(nil)] != "" {
			t.Errorf("%s: nothing was compressed", name)
		}
	}
}

// repeat has a tenant of its own: what it asks for first, nobody has read.
func repeat(t *testing.T, s *server, n int, where string, all map[string]*digests) {
	tenant := "sk-" + where
	others := mates(n, []int{0, 1, 3, 15}[n%4])
	for i := range len(pureArms) {
		name := slices.Sorted(maps.Keys(pureArms))[(i+n)%len(pureArms)]
		arm, see := pureArms[name], func(text, how string) { all[name].add(text, where+": "+how) }
		see(s.inBatch(t, tenant, arm, others), "in a batch")
		if name != "question" {
			see(s.amongContexts(t, tenant, arm, others), "among contexts")
		}
		see(s.compress(t, tenant, with(arm, "input", pureText)).Output, "warm")
		if n%4 == i {
			see(s.compress(t, tenant, with(with(arm, "input", pureText), "cache", "off")).Output, "off")
		}
	}
}

// What may be used of the cache changes figures alone, and read keeps nothing, here or
// for the other replica.
func TestCacheModesGiveTheSame(t *testing.T) {
	r := newReplicas(t, 2, nil)
	for name, arm := range pureArms {
		t.Run(name, func(t *testing.T) {
			tenant := "sk-" + name
			ask := func(replica int, mode string) compressed {
				return r.all[replica].compress(t, tenant, with(with(arm, "input", pureText), "cache", mode))
			}
			before := len(r.redis.Dump())
			want := ask(0, "off")
			if want.Output == pureText || want.Cache.Result || want.Cache.Hits != 0 {
				t.Fatalf("off: %+v", want.Cache)
			}
			same := func(how string, c compressed, result bool, hits, misses int) {
				t.Helper()
				if c.Output != want.Output || !reflect.DeepEqual(c.Results, want.Results) || !reflect.DeepEqual(c.Usage, want.Usage) {
					t.Errorf("%s: another result", how)
				}
				if c.Cache.Result != result || c.Cache.Hits != hits || c.Cache.Misses != misses {
					t.Errorf("%s: %+v, want %v, %d, %d", how, c.Cache, result, hits, misses)
				}
			}
			first := ask(0, "read")
			n := first.Cache.Misses
			if n < 2 {
				t.Fatalf("%d segments", n)
			}
			same("cold read", first, false, 0, n)
			same("read again", ask(0, "read"), false, 0, n)
			same("read on the other replica", ask(1, "read"), false, 0, n)
			r.written()
			if after := len(r.redis.Dump()); after != before {
				t.Errorf("reading left %d values in Redis", after-before)
			}
			same("cold write", ask(0, "write"), false, 0, n)
			r.written()
			for replica := range r.all {
				same("warm write", ask(replica, "write"), true, 0, 0)
				same("warm read", ask(replica, "read"), true, 0, 0)
				same("warm off", ask(replica, "off"), false, 0, n)
			}
			// Some segments come from the other replica, and some are read here.
			longer := with(with(arm, "input", pureText+strings.Repeat(" And so it went on.", 30)), "cache", "read")
			c := r.all[1].compress(t, tenant, longer)
			if c.Cache.Result || c.Cache.Hits == 0 || c.Cache.Misses == 0 {
				t.Errorf("a longer text: %+v", c.Cache)
			}
			if c.Output != r.all[0].compress(t, tenant, with(longer, "cache", "off")).Output {
				t.Error("a longer text has another result with a cache")
			}
		})
	}
}

package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/cache"
	"github.com/pith-proxy/pith/cache/redistest"
	"github.com/pith-proxy/pith/eval/economics/tracegen"
	"github.com/pith-proxy/pith/service/fakeupstream"
)

// replicas are `pith serve` several times, on one Redis and in front of one vendor.
type replicas struct {
	t      *testing.T
	redis  *redistest.Server
	up     *fakeupstream.Server
	vendor string
	env    map[string]string
	all    []*server // nil is one that is stopped
}

// newReplicas starts replicas that wait for Redis as long as a busy machine may take.
func newReplicas(t *testing.T, n int, env map[string]string) *replicas {
	t.Helper()
	r := &replicas{t: t, redis: redistest.Start(t, redistest.Options{}), up: fakeupstream.New(fakeupstream.Options{})}
	srv := httptest.NewServer(r.up)
	t.Cleanup(srv.Close)
	r.vendor = srv.URL
	r.env = map[string]string{"PITH_REDIS_URL": r.redis.URL(), "PITH_CACHE_MASTER_KEY": "a secret-canary of all replicas",
		"PITH_CACHE_READ_BUDGET": "1s"}
	maps.Copy(r.env, env)
	for range n {
		r.all = append(r.all, r.start(nil))
	}
	return r
}

func (r *replicas) start(env map[string]string) *server {
	r.t.Helper()
	all := maps.Clone(r.env)
	maps.Copy(all, env)
	return serverFor(r.t, r.vendor, all)
}

// restart has replica i lose its memory.
func (r *replicas) restart(i int) {
	r.t.Helper()
	if err := r.all[i].stop(); err != nil {
		r.t.Fatalf("shutdown: %v", err)
	}
	r.all[i] = r.start(nil)
}

// written waits until Redis has all that the replicas want to tell it.
func (r *replicas) written() {
	r.t.Helper()
	for _, s := range r.all {
		redistest.Eventually(r.t, "written", func() bool { return s.cacheStats(r.t).Redis.QueueLength == 0 })
	}
}

func (s *server) cacheStats(t *testing.T) (stats cache.Stats) {
	t.Helper()
	resp, err := http.Get(s.admin + "/cache")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&stats); err != nil {
		t.Fatal(err)
	}
	return stats
}

// compressed is an answer of /v1/compress.
type compressed struct {
	Output  string           `json:"output"`
	Results []map[string]any `json:"results"`
	Usage   map[string]any   `json:"usage"`
	Cache   struct {
		Result bool `json:"result"`
		Hits   int  `json:"segment_hits"`
		Misses int  `json:"segment_misses"`
	} `json:"cache"`
}

// compress asks with the credential of a tenant.
func (s *server) compress(t *testing.T, tenant string, body map[string]any) (c compressed) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp := s.raw(t, "/v1/compress", string(data), "Authorization", "Bearer "+tenant)
	if err := json.NewDecoder(resp.Body).Decode(&c); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	return c
}

func with(body map[string]any, key string, value any) map[string]any {
	body = maps.Clone(body)
	body[key] = value
	return body
}

// dialogue is a conversation of which each request has one turn more.
type dialogue struct {
	path   string
	header []string
	body   func(turns []any) map[string]any
	result func(id, text string) []any // a search and what it found
	turns  []any
	texts  []string // that may be shortened, so far
}

func chatTalk() *dialogue {
	return &dialogue{path: "/v1/chat/completions",
		body: func(turns []any) map[string]any { return map[string]any{"model": "gpt-4o", "messages": turns} },
		result: func(id, text string) []any {
			call := map[string]any{"id": id, "type": "function", "function": map[string]any{"name": "web_search", "arguments": "{}"}}
			return []any{map[string]any{"role": "assistant", "content": nil, "tool_calls": []any{call}},
				map[string]any{"role": "tool", "tool_call_id": id, "content": text}}
		},
	}
}

func messagesTalk() *dialogue {
	return &dialogue{path: "/v1/messages", header: []string{"Anthropic-Version", "2023-06-01"},
		body: func(turns []any) map[string]any {
			return map[string]any{"model": "claude-sonnet-4-5", "max_tokens": 64, "messages": turns}
		},
		result: func(id, text string) []any {
			return []any{map[string]any{"role": "assistant", "content": []any{map[string]any{"type": "tool_use", "id": id, "name": "web_search", "input": map[string]any{}}}},
				map[string]any{"role": "user", "content": []any{map[string]any{"type": "tool_result", "tool_use_id": id, "content": text}}}}
		},
	}
}

// next adds turn n: material and a question, results of searches, and talk between them.
func (k *dialogue) next(n int) {
	r := rand.New(rand.NewPCG(uint64(n), 11))
	text := tracegen.Prose(r, 390)
	switch {
	case n == 0:
		k.turns = append(k.turns, map[string]any{"role": "user", "content": passagesPrompt()})
		k.texts = append(k.texts, passages)
	case n%6 == 1:
		k.turns = append(k.turns, k.result(fmt.Sprint("call_", n), text)...)
		k.texts = append(k.texts, text)
	case n%6 == 4:
		k.say("Use <passages>\n" + text + "\n</passages>\n\nQuestion: What did the choir plan?")
	default:
		k.say("And who was that?")
	}
}

// say adds an answer and the user's next words.
func (k *dialogue) say(text string) {
	k.turns = append(k.turns, map[string]any{"role": "assistant", "content": "It is so."}, map[string]any{"role": "user", "content": text})
}

// ask sends the conversation as it stands and returns the turns that the vendor got.
func (k *dialogue) ask(t *testing.T, s *server, up *fakeupstream.Server) (sent []json.RawMessage, h http.Header) {
	t.Helper()
	data, err := json.Marshal(k.body(k.turns))
	if err != nil {
		t.Fatal(err)
	}
	resp := s.raw(t, k.path, string(data), k.header...)
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d", resp.StatusCode)
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal([]byte(lastBody(up)), &members); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(members["messages"], &sent); err != nil || len(sent) != len(k.turns) {
		t.Fatalf("%d turns became %d: %v", len(k.turns), len(sent), err)
	}
	return sent, resp.Header
}

// churned returns the first turn that was sent in another form before, -1 if none was.
func churned(before, now []json.RawMessage) int {
	for i := range before {
		if !bytes.Equal(before[i], now[i]) {
			return i
		}
	}
	return -1
}

const talkTurns = 50

// A client whose requests go to the replicas in turn: what it repeats is sent in the same
// bytes, and what one replica has read is a hit in the next one.
func TestReplicasServeOneConversation(t *testing.T) {
	for n, k := range map[int]*dialogue{2: messagesTalk(), 3: chatTalk()} {
		t.Run(fmt.Sprint(n, "_replicas"), func(t *testing.T) {
			r := newReplicas(t, n, nil)
			var before []json.RawMessage
			looked, hits, misses, shortened := 0, 0, 0, 0
			for turn := range talkTurns {
				k.next(turn)
				sent, h := k.ask(t, r.all[turn%n], r.up)
				if i := churned(before, sent); i >= 0 {
					t.Fatalf("turn %d: turn %d was sent in another form before", turn, i)
				}
				before = sent
				var hit, miss int
				if _, err := fmt.Sscanf(h.Get("X-Pith-Cache"), "hit=%d,miss=%d", &hit, &miss); err != nil || hit < looked || hit > looked+1 {
					t.Fatalf("turn %d: X-Pith-Cache %q, %d texts were known", turn, h.Get("X-Pith-Cache"), looked)
				}
				looked = hit + miss
				if h.Get("X-Pith-Status") == "compressed" {
					shortened++
				}
				r.written()
				c := r.all[(turn+1)%n].compress(t, "sk-canary-key", map[string]any{"contexts": k.texts, "threshold": 0.3})
				if turn > 0 {
					hits, misses = hits+c.Cache.Hits, misses+c.Cache.Misses
				}
			}
			if share := float64(hits) / float64(hits+misses); share < 0.9 || hits < 100 {
				t.Errorf("%d hits and %d misses after the first turn", hits, misses)
			}
			if looked < 10 || shortened != talkTurns {
				t.Errorf("%d texts were looked at, %d requests were shortened: the test shows nothing", looked, shortened)
			}
			t.Logf("%d hits, %d misses", hits, misses)
			for i, s := range r.all {
				if st := s.cacheStats(t); st.Redis.Hits == 0 || st.Redis.Writes == 0 {
					t.Errorf("replica %d: %+v", i, st.Redis)
				}
			}
		})
	}
}

// garble writes over each value in Redis, given all of them by length: those of one kind
// and of one text are neighbours.
func (r *replicas) garble(change func(values []string, i int) string) {
	dump := r.redis.Dump()
	names := slices.SortedFunc(maps.Keys(dump), func(a, b string) int {
		return cmp.Or(len(dump[a])-len(dump[b]), strings.Compare(a, b))
	})
	values := make([]string, len(names))
	for i, name := range names {
		values[i] = dump[name]
	}
	for i, name := range names {
		r.redis.Do("SET", name, change(values, i))
	}
}

// Whatever happens to Redis and to replicas, no request fails and no text that is repeated
// changes. In the end a replica without a Redis and without a memory sends the same.
func TestReplicasOutliveTheirTroubles(t *testing.T) {
	troubles := map[int]func(r *replicas){ // a new text comes at 1, 7, 13, …
		5:  func(r *replicas) { r.all[1].stop(); r.all[1] = nil },
		8:  func(r *replicas) { r.all[1] = r.start(nil) },
		11: func(r *replicas) { r.redis.Stop() },
		13: func(r *replicas) { r.restart(1) },
		16: func(r *replicas) { r.redis.Restart() },
		19: func(r *replicas) { r.redis.Pause() },
		20: func(r *replicas) { r.restart(2) },
		24: func(r *replicas) { r.redis.Resume() },
		27: func(r *replicas) { r.redis.Do("CONFIG", "SET", "maxmemory-policy", "noeviction", "maxmemory", "1") },
		29: func(r *replicas) { r.restart(2) },
		32: func(r *replicas) { r.redis.Do("CONFIG", "SET", "maxmemory", "0") },
		35: func(r *replicas) { r.garble(func([]string, int) string { return "garbage" }) },
		36: func(r *replicas) { r.restart(0) },
		39: func(r *replicas) { // each value under another's name
			r.garble(func(values []string, i int) string { return values[(i+2)%len(values)] })
		},
		41: func(r *replicas) { r.restart(2) },
		43: func(r *replicas) { // cut short
			r.garble(func(values []string, i int) string { return values[i][:len(values[i])-1] })
		},
		44: func(r *replicas) { r.restart(2) },
		47: func(r *replicas) { r.redis.Do("FLUSHALL") },
	}
	r := newReplicas(t, 3, map[string]string{"PITH_CACHE_READ_BUDGET": "100ms"})
	k := chatTalk()
	var before []json.RawMessage
	for turn := range talkTurns {
		if do := troubles[turn]; do != nil {
			do(r)
		}
		s := r.all[turn%3]
		if s == nil {
			s = r.all[2]
		}
		k.next(turn)
		sent, h := k.ask(t, s, r.up)
		if i := churned(before, sent); i >= 0 {
			t.Fatalf("turn %d: turn %d was sent in another form before", turn, i)
		}
		if h.Get("X-Pith-Status") != "compressed" || strings.Contains(h.Get("X-Pith-Reason"), "deadline") {
			t.Fatalf("turn %d: status %q, reason %q", turn, h.Get("X-Pith-Status"), h.Get("X-Pith-Reason"))
		}
		c := s.compress(t, "sk-canary-key", map[string]any{"input": k.texts[len(k.texts)-1], "threshold": 0.3})
		if c.Output == "" || c.Output == k.texts[len(k.texts)-1] {
			t.Fatalf("turn %d: nothing was compressed", turn)
		}
		before = sent
	}
	for _, i := range []int{0, 2} {
		if st := r.all[i].cacheStats(t).Redis; st.DecodeFailures+st.DigestMismatches == 0 {
			t.Errorf("replica %d saw nothing that was garbled: the test shows nothing", i)
		}
	}
	sent, _ := k.ask(t, serverFor(t, r.vendor, map[string]string{"PITH_CACHE_ENABLED": "false"}), r.up)
	if i := churned(before, sent); i >= 0 {
		t.Errorf("without a cache turn %d is sent in another form", i)
	}
}

// What one replica had no time for, the others send as it came, too, and so does that one
// when it starts anew.
func TestReplicasAgreeAboutWhatIsRaw(t *testing.T) {
	r := newReplicas(t, 1, nil)
	hurried := r.start(map[string]string{"PITH_PROXY_DEADLINE": "1ms"})
	k := chatTalk()
	k.next(0)
	first, h := k.ask(t, hurried, r.up)
	if h.Get("X-Pith-Reason") != "deadline" {
		t.Fatalf("reason %q: the test shows nothing", h.Get("X-Pith-Reason"))
	}
	k.next(1)
	for name, s := range map[string]*server{"another": r.all[0], "a new one": r.start(nil)} {
		sent, h := k.ask(t, s, r.up)
		if churned(first, sent) >= 0 || h.Get("X-Pith-Status") != "compressed" {
			t.Errorf("%s: status %q, the raw text has another form: %v", name, h.Get("X-Pith-Status"), churned(first, sent) >= 0)
		}
	}
}

// document is a text of some thousand tokens, with tables and code in it.
func document(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "proxy.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(data[:bytes.LastIndexByte(data[:min(len(data), 14000)], '\n')])
}

// Test 6 of the design: many questions over one document read it once, whatever replica
// they go to, and an edit makes few segments new.
func TestManyQuestionsReadADocumentOnce(t *testing.T) {
	r := newReplicas(t, 2, nil)
	text := document(t)
	all := 0
	for i := range 20 {
		c := r.all[i/10].compress(t, "a", map[string]any{"input": text, "rate": 0.3, "question": fmt.Sprintf("What happens to request number %d?", i)})
		switch {
		case i == 0:
			if all = c.Cache.Misses; all < 12 || c.Cache.Hits > 0 {
				t.Fatalf("first question: %+v", c.Cache)
			}
			r.written()
		case c.Cache.Result || c.Cache.Hits+c.Cache.Misses != all || 20*c.Cache.Hits < 19*all:
			t.Errorf("question %d: %+v, want nearly %d hits", i, c.Cache, all)
		}
	}
	at := strings.Index(text[len(text)/2:], " the ") + len(text)/2
	edited := text[:at] + " whichever " + text[at+len(" the "):]
	c := r.all[1].compress(t, "a", map[string]any{"input": edited, "rate": 0.3, "question": "What happens to it?"})
	if c.Cache.Misses < 1 || c.Cache.Misses > 3 || c.Cache.Hits < all-4 {
		t.Errorf("after an edit: %+v of %d segments", c.Cache, all)
	}
}

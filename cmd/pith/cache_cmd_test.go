package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/cache"
	"github.com/pith-proxy/pith/cache/redistest"
	"github.com/pith-proxy/pith/service/proxy"
)

// cacheCommandOf runs `pith cache` for a server.
func (s *server) cacheCommand(t *testing.T, env map[string]string, args ...string) (string, error) {
	t.Helper()
	out, errOut, err := command(t, env, "", append(append([]string{"cache"}, args...), "--admin-listen", strings.TrimPrefix(s.admin, "http://"))...)
	if errOut != "" {
		t.Errorf("on the standard error: %q", errOut)
	}
	return out, err
}

func TestCacheStats(t *testing.T) {
	r := newReplicas(t, 1, nil)
	for range 2 {
		r.all[0].compress(t, "sk-a", map[string]any{"input": meeting})
	}
	r.written()
	out, err := r.all[0].cacheCommand(t, nil, "stats")
	var both cache.Stats
	if err != nil || json.Unmarshal([]byte(out), &both) != nil || both.Redis == nil {
		t.Fatalf("%v: %q", err, out)
	}
	if m := both.Memory; m.Hits != 1 || m.Misses < 2 || m.Entries < 2 || m.Bytes == 0 || m.MaxBytes != 128<<20 {
		t.Errorf("memory: %+v", m)
	}
	if d := both.Redis; d.Writes < 2 || d.Misses < 2 || d.BytesWritten == 0 || d.Breaker != "closed" || len(d.Errors) != 0 {
		t.Errorf("redis: %+v", d)
	}
	var alone map[string]any
	out, err = startServer(t, nil).cacheCommand(t, nil, "stats")
	if err != nil || json.Unmarshal([]byte(out), &alone) != nil || alone["memory"] == nil || len(alone) != 1 {
		t.Errorf("without Redis: %v: %q", err, out)
	}
}

// What is wrong is said in one line, without what is secret.
func TestCacheCommandMistakes(t *testing.T) {
	guarded := startServer(t, map[string]string{"PITH_ADMIN_TOKEN": "right-canary"})
	none := startServer(t, map[string]string{"PITH_CACHE_ENABLED": "false"})
	away := &server{admin: "http://127.0.0.1:1"}
	key := []string{"flush-tenant", "--credential-env", "KEY"}
	for name, tt := range map[string]struct {
		server *server
		token  string
		args   []string
		code   int
		want   string // "" is success
	}{
		"no_flag":               {guarded, "right-canary", []string{"flush-tenant"}, exitUsage, "--credential-env"},
		"header_alone":          {guarded, "right-canary", []string{"flush-tenant", "--header", "X-Api-Key"}, exitUsage, "--credential-env"},
		"unset_variable":        {guarded, "right-canary", []string{"flush-tenant", "--credential-env", "NOT_SET"}, exitUsage, "NOT_SET"},
		"argument":              {guarded, "right-canary", []string{"flush-tenant", "sk-canary"}, exitUsage, "--help"},
		"no_token":              {guarded, "", key, exitFailure, "admin.token"},
		"wrong_token":           {guarded, "wrong-canary", key, exitFailure, "admin.token"},
		"right_token":           {guarded, "right-canary", key, exitOK, ""},
		"stats_without_token":   {guarded, "", []string{"stats"}, exitFailure, "admin.token"},
		"stats_with_token":      {guarded, "right-canary", []string{"stats"}, exitOK, ""},
		"no_cache":              {none, "", key, exitFailure, "no cache"},
		"stats_without_a_cache": {none, "", []string{"stats"}, exitFailure, "no cache"},
		"no_service":            {away, "", key, exitFailure, "no service answers on 127.0.0.1:1"},
		"stats_of_no_service":   {away, "", []string{"stats"}, exitFailure, "no service answers"},
		"no_admin_listener":     {&server{}, "", key, exitUsage, "admin_listen"},
		"stats_without_admin":   {&server{}, "", []string{"stats"}, exitUsage, "admin_listen"},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := tt.server.cacheCommand(t, map[string]string{"KEY": "sk-canary", "PITH_ADMIN_TOKEN": tt.token}, tt.args...)
			if exitCode(err) != tt.code || (err == nil) != (tt.want == "") {
				t.Fatalf("exit code %d, %v", exitCode(err), err)
			}
			if strings.Contains(out+fmt.Sprint(err), "canary") && name != "argument" {
				t.Errorf("a secret is shown: %q, %v", out, err)
			}
			if err != nil && (!strings.Contains(message(err), tt.want) || strings.Contains(message(err), "\n")) {
				t.Errorf("no word of %q in %q", tt.want, message(err))
			}
		})
	}
}

// askedBy is a request as a client with certain headers makes it.
type askedBy struct {
	s       *server
	headers map[string]string
}

// known reports whether the service had the text from the client before. It has it
// afterwards.
func (a askedBy) known(t *testing.T) bool {
	t.Helper()
	data, _ := json.Marshal(map[string]any{"input": meeting})
	req, err := http.NewRequest(http.MethodPost, a.s.url+"/v1/compress", strings.NewReader(string(data)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range a.headers {
		req.Header.Set(k, v)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var c compressed
	if err := json.NewDecoder(resp.Body).Decode(&c); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("status %d, %v", resp.StatusCode, err)
	}
	if c.Cache.Result == (c.Cache.Misses > 0) {
		t.Errorf("%+v", c.Cache)
	}
	return c.Cache.Result
}

// Each way to name a tenant names the one that the service means.
func TestFlushTenantNamesTenants(t *testing.T) {
	made := map[string]string{} // key by id
	config := "upstreams:\n  openai: {base_url: \"http://127.0.0.1:1/v1\"}\nproxy:\n  keys:\n"
	for id, more := range map[string]string{"ours": "upstream: openai, credential_env: VENDOR", "theirs": "mode: auto"} {
		out, _, err := command(t, nil, "", "keys", "new")
		if err != nil {
			t.Fatal(err)
		}
		f := strings.Fields(out) // key: K hash: H
		made[id] = f[1]
		config += fmt.Sprintf("    - {id: %s, hash: %q, %s}\n", id, f[3], more)
	}
	file := filepath.Join(t.TempDir(), "pith.yaml")
	write(t, file, config)
	env := map[string]string{"PITH_CONFIG": file, "VENDOR": "sk-vendor", "KEY": "sk-1"}
	s := startServer(t, env)
	clients := map[string]struct {
		headers map[string]string
		flags   []string
	}{
		"bearer":              {map[string]string{"Authorization": "Bearer sk-1"}, []string{"--credential-env", "KEY"}},
		"x_api_key":           {map[string]string{"X-Api-Key": "sk-1"}, []string{"--credential-env", "KEY", "--header", "x-api-key"}},
		"api_key":             {map[string]string{"Api-Key": "sk-1"}, []string{"--credential-env", "KEY", "--header", "Api-Key"}},
		"anonymous":           {nil, []string{"--anonymous"}},
		"key_alone":           {map[string]string{"X-Pith-Key": made["theirs"]}, []string{"--key", "theirs"}},
		"key":                 {map[string]string{"Authorization": "Bearer " + made["ours"]}, []string{"--key", "ours"}},
		"key_with_credential": {map[string]string{"Authorization": "Bearer sk-1", "X-Pith-Key": made["theirs"]}, []string{"--key", "theirs", "--credential-env", "KEY"}},
	}
	for _, c := range clients {
		a := askedBy{s, c.headers}
		a.known(t)
		if !a.known(t) {
			t.Fatal("nothing is kept: the test shows nothing")
		}
	}
	for name, c := range clients {
		if _, err := s.cacheCommand(t, env, append([]string{"flush-tenant"}, c.flags...)...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for other, c := range clients {
			if got := (askedBy{s, c.headers}).known(t); got != (other != name) {
				t.Errorf("flushed %s: %s is known: %v", name, other, got)
			}
		}
	}
}

// A tenant that cannot exist is a mistake of whoever types it, who would else believe
// that something was flushed.
func TestFlushTenantRefusesWhatCannotBe(t *testing.T) {
	s := startServer(t, nil)
	for _, args := range [][]string{{"--key", "no-such-key"}, {"--credential-env", "KEY", "--header", "Cookie"}} {
		if _, err := s.cacheCommand(t, map[string]string{"KEY": "sk-1"}, append([]string{"flush-tenant"}, args...)...); exitCode(err) != exitUsage {
			t.Errorf("%v: %v", args, err)
		}
	}
}

// Two tenants share nothing, one of them is flushed in all replicas and the other in none,
// and whoever reads the Redis reads nothing.
func TestTenantsAreApart(t *testing.T) {
	r := newReplicas(t, 2, nil)
	body := map[string]any{"input": "Canarysson said so. " + passages, "question": "What did Canaryfield say?", "rate": 0.5}
	ask := func(replica int, tenant string) compressed {
		t.Helper()
		c := r.all[replica].compress(t, tenant, body)
		if c.Cache.Result == (c.Cache.Misses > 0) || c.Cache.Hits > 0 {
			t.Fatalf("%+v", c.Cache)
		}
		return c
	}
	chat := func(replica int, tenant string) (cached string) {
		t.Helper()
		k := chatTalk()
		k.next(0)
		k.header = []string{"Authorization", "Bearer " + tenant}
		_, h := k.ask(t, r.all[replica], r.up)
		return h.Get("X-Pith-Cache")
	}
	const one, two = "sk-canary-one", "sk-canary-two"
	var names [2][]string
	for i, tenant := range []string{one, two} {
		if ask(0, tenant).Cache.Result || chat(1, tenant) != "hit=0,miss=1" {
			t.Errorf("tenant %d was known before", i)
		}
		r.written()
		for k := range r.redis.Dump() {
			if !slices.Contains(names[0], k) {
				names[i] = append(names[i], k)
			}
		}
	}
	if len(names[0]) < 6 || len(names[0]) != len(names[1]) {
		t.Errorf("%d values of the one tenant, %d of the other", len(names[0]), len(names[1]))
	}
	if !ask(1, one).Cache.Result || !ask(1, two).Cache.Result || chat(0, one) != "hit=1,miss=0" {
		t.Error("the other replica does not know")
	}

	// From here on nothing is kept that could be found again.
	knows := func(replica int, tenant string) bool {
		t.Helper()
		return r.all[replica].compress(t, tenant, with(body, "cache", "read")).Cache.Result
	}
	if out, err := r.all[0].cacheCommand(t, map[string]string{"KEY": one}, "flush-tenant", "--credential-env", "KEY"); err != nil || out != "" {
		t.Fatalf("%v: %q", err, out)
	}
	if knows(0, one) {
		t.Error("known where it was flushed")
	}
	redistest.Eventually(t, "flushed in the other replica", func() bool {
		if !knows(0, two) || !knows(1, two) {
			t.Fatal("the other tenant was flushed, too")
		}
		return !knows(1, one)
	})
	if chat(1, one) != "hit=0,miss=1" || chat(0, two) != "hit=1,miss=0" {
		t.Error("the proxy still has the tenant's decisions, or the other's no more")
	}

	r.written()
	for name, value := range r.redis.Dump() {
		for _, secret := range []string{"canary", "harcastle", "library", "gpt-4o", "llmlingua", "passages", base64.StdEncoding.EncodeToString([]byte("sk-canary"))} {
			if strings.Contains(strings.ToLower(name+"\n"+value), strings.ToLower(secret)) {
				t.Errorf("%q can be read in Redis", secret)
			}
		}
	}
	for _, s := range r.all {
		if strings.Contains(strings.ToLower(s.log.String()), "canary") {
			t.Error("a log has a secret")
		}
	}
}

// A flush counts here at once even if Redis cannot be told, and is told when it can.
func TestFlushWithoutRedis(t *testing.T) {
	r := newReplicas(t, 2, map[string]string{"PITH_CACHE_READ_BUDGET": "300ms"})
	body := map[string]any{"input": meeting}
	knows := func(replica int) bool {
		t.Helper()
		return r.all[replica].compress(t, "sk-1", with(body, "cache", "read")).Cache.Result
	}
	r.all[0].compress(t, "sk-1", body)
	r.written()
	if !knows(0) || !knows(1) {
		t.Fatal("nothing is kept: the test shows nothing")
	}
	r.redis.Pause()
	_, err := r.all[0].cacheCommand(t, map[string]string{"KEY": "sk-1"}, "flush-tenant", "--credential-env", "KEY")
	if exitCode(err) != exitFailure || !strings.Contains(err.Error(), "could not be told") {
		t.Errorf("got %v", err)
	}
	if knows(0) {
		t.Error("it is known where it was flushed")
	}
	r.redis.Resume()
	redistest.Eventually(t, "flushed in the other replica", func() bool { return !knows(0) && !knows(1) })
}

// A page in a browser can send simple requests to the admin listener, and whatever a
// name of its own resolves to; neither flushes anything.
func TestBrowsersCannotFlush(t *testing.T) {
	s := startServer(t, map[string]string{"PITH_CORS_ORIGINS": "https://page.example"})
	a := askedBy{s, map[string]string{"Authorization": "Bearer sk-1"}}
	a.known(t)
	tenant, err := proxy.TenantName(proxy.Bearer{Credential: "Bearer sk-1", Header: "Authorization"})
	if err != nil {
		t.Fatal(err)
	}
	good := fmt.Sprintf(`{"tenant":%q}`, base64.StdEncoding.EncodeToString([]byte(tenant)))
	send := func(method, host, media, body string) int {
		req, err := http.NewRequest(method, s.admin+"/cache/flush", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", "https://page.example")
		if req.Host = host; media != "" {
			req.Header.Set("Content-Type", media)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		_, _ = io.Copy(io.Discard, resp.Body)
		for name := range resp.Header {
			if strings.HasPrefix(name, "Access-Control-") {
				t.Errorf("%s: the answer has %s", method, name)
			}
		}
		return resp.StatusCode
	}
	const json = "application/json"
	for name, tt := range map[string]struct {
		method, host, media, body string
		status                    int
	}{
		"text":         {"POST", "", "text/plain", good, 415},
		"form":         {"POST", "", "application/x-www-form-urlencoded", good, 415},
		"multipart":    {"POST", "", "multipart/form-data", good, 415},
		"disguised":    {"POST", "", "text/plain; application/json", good, 415},
		"no_type":      {"POST", "", "", good, 415},
		"preflight":    {"OPTIONS", "", "", "", 405},
		"get":          {"GET", "", json, "", 405},
		"rebound_name": {"POST", "page.example", json, good, 404},
		"no_base64":    {"POST", "", json, `{"tenant":"?"}`, 400},
		"other_member": {"POST", "", json, good[:len(good)-1] + `,"all":true}`, 400},
		"too_long":     {"POST", "", json, good + strings.Repeat(" ", 5000), 400},
		"no_json":      {"POST", "", json, "tenant", 400},
	} {
		if got := send(tt.method, tt.host, tt.media, tt.body); got != tt.status {
			t.Errorf("%s: status %d, want %d", name, got, tt.status)
		}
		if !a.known(t) {
			t.Errorf("%s flushed it", name)
		}
	}
	if got := send("POST", "", json, good); got != 204 || a.known(t) {
		t.Errorf("status %d for what should be right: the test shows nothing", got)
	}
}

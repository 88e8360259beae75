package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

// passages are retrieved text in which one sentence answers the question.
const passages = `The town of Ashford lies on the river Stour and grew around its market, which was first held in the thirteenth century. Over the following centuries the market moved several times, and the cattle market became one of the largest in the county.

The railway works opened in 1847 and employed over a thousand people for most of the following century. Housing for the workers was built to the south of the line, in streets that were named after the directors of the company. Most of those houses still stand, although the works themselves closed in 1982 and the buildings stood empty for many years.

The library in the high street was paid for by a local brewer, Edmund Harcastle, who gave 4,200 pounds in 1906 on the condition that it should stay open on Sundays. The council kept to the condition until 1951, when it was dropped without much discussion, and the building has since been extended twice.

In recent years the town has grown quickly because trains to the capital take less than forty minutes. New offices, a cinema and an outlet centre have been built on the land that the railway works used to occupy, and the population has more than doubled since the nineteen seventies.

The school on the hill was moved out of the centre in the nineteen fifties. Its old building is now a museum, which shows how people lived and worked in the town, and has a room about the railway with a model of the works as they were before the war.`

func passagesPrompt() string {
	return "Answer the question using the passages.\n\n<passages>\n" + passages + "\n\n" + strings.ReplaceAll(passages, "Ashford", "Willesby") +
		"\n</passages>\n\nQuestion: Who paid for the library in the high street?"
}

func chatBody(t *testing.T, messages ...map[string]any) string {
	t.Helper()
	data, err := json.Marshal(map[string]any{"model": "gpt-4o", "messages": messages})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// vendorAnd starts a fake vendor, and pith in front of it.
func vendorAnd(t *testing.T, env map[string]string, args ...string) (*fakeupstream.Server, *server) {
	t.Helper()
	up := fakeupstream.New(fakeupstream.Options{})
	srv := httptest.NewServer(up)
	t.Cleanup(srv.Close)
	return up, serverFor(t, srv.URL, env, args...)
}

func serverFor(t *testing.T, upstream string, env map[string]string, args ...string) *server {
	t.Helper()
	all := map[string]string{"PITH_UPSTREAMS_OPENAI_BASE_URL": upstream + "/v1", "PITH_UPSTREAMS_ANTHROPIC_BASE_URL": upstream,
		"PITH_PROXY_DEADLINE": "30s", "PITH_PROXY_VERIFY": "true",
		"PITH_PROXY_CACHE_MINIMUM": "false"} // the tests' prompts are short
	for k, v := range env {
		all[k] = v
	}
	return startServer(t, all, args...)
}

func (s *server) raw(t *testing.T, path, body string, headers ...string) *http.Response {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, s.url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer sk-canary-key")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp
}

func lastBody(up *fakeupstream.Server) string {
	all := up.Requests()
	return string(all[len(all)-1].Body)
}

func TestServeShortensAPromptForItsQuestion(t *testing.T) {
	up, s := vendorAnd(t, nil)
	body := chatBody(t, map[string]any{"role": "user", "content": passagesPrompt()})
	resp := s.raw(t, "/v1/chat/completions", body)
	if got := resp.Header.Get("X-Pith-Status"); got != "compressed" {
		t.Fatalf("status %q, reason %q", got, resp.Header.Get("X-Pith-Reason"))
	}
	sent := lastBody(up)
	if len(sent) > len(body)*2/3 {
		t.Errorf("%d bytes became %d", len(body), len(sent))
	}
	for _, want := range []string{"Edmund Harcastle", "4,200 pounds", "Question: Who paid for the library in the high street?", "Answer the question using the passages."} {
		if !strings.Contains(sent, want) {
			t.Errorf("sent without %q", want)
		}
	}
	if err := s.stop(); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	for _, canary := range []string{"Harcastle", "sk-canary-key", "chat/completions"} {
		if strings.Contains(s.log.String(), canary) {
			t.Errorf("the log has %q", canary)
		}
	}
}

// By default a prompt stays raw that the vendor would not keep in its cache if it were
// shorter, unless nobody keeps prompts of the model.
func TestServeKeepsTheVendorsMinimum(t *testing.T) {
	_, s := vendorAnd(t, map[string]string{"PITH_PROXY_CACHE_MINIMUM": "true"})
	prompt := []map[string]any{{"role": "user", "content": passagesPrompt()}}
	resp := s.raw(t, "/v1/chat/completions", chatBody(t, prompt...))
	if got := resp.Header.Get("X-Pith-Reason"); got != "below_cache_minimum" {
		t.Errorf("reason %q", got)
	}
	resp = s.raw(t, "/v1/chat/completions", strings.Replace(chatBody(t, prompt...), "gpt-", "own-", 1))
	if got := resp.Header.Get("X-Pith-Status"); got != "compressed" {
		t.Errorf("status %q, reason %q", got, resp.Header.Get("X-Pith-Reason"))
	}
	long := append([]map[string]any{{"role": "system", "content": strings.Repeat("Be brief, and say where you found it. ", 200)}}, prompt...)
	resp = s.raw(t, "/v1/chat/completions", strings.Replace(chatBody(t, long...), "gpt-4o", "gpt-4o-mini", 1)) // another conversation
	if got := resp.Header.Get("X-Pith-Status"); got != "compressed" {
		t.Errorf("behind a long system prompt: status %q, reason %q", got, resp.Header.Get("X-Pith-Reason"))
	}
}

// The real model gives one text one form: after a restart, on another replica, and
// while the engine is busy with other texts.
func TestServeSendsOneForm(t *testing.T) {
	up, one := vendorAnd(t, nil)
	upstream := up
	srv := httptest.NewServer(upstream)
	t.Cleanup(srv.Close)
	other := serverFor(t, srv.URL, nil, "--workers", "1")
	messages := []map[string]any{
		{"role": "user", "content": passagesPrompt()},
		{"role": "assistant", "tool_calls": []any{map[string]any{"id": "c", "type": "function",
			"function": map[string]any{"name": "web_search", "arguments": "{}"}}}},
		{"role": "tool", "tool_call_id": "c", "content": passages + "\n\n" + passages},
	}
	body := chatBody(t, messages...)
	if got := one.raw(t, "/v1/chat/completions", body).Header.Get("X-Pith-Methods"); got != "llmlingua2=2" {
		t.Fatalf("methods %q", got)
	}
	want := lastBody(up)
	other.raw(t, "/v1/chat/completions", body)
	if got := lastBody(up); got != want {
		t.Error("another replica, with another number of workers, sends other bytes")
	}
	if err := one.stop(); err != nil {
		t.Fatal(err)
	}
	again := serverFor(t, srv.URL, nil)
	var wg sync.WaitGroup
	for i := range 3 {
		wg.Go(func() {
			again.post(t, "/v1/compress", map[string]any{"input": fmt.Sprint(i, meeting, meeting, meeting), "rate": 0.4})
		})
	}
	again.raw(t, "/v1/chat/completions", body)
	wg.Wait()
	found := 0
	for _, r := range up.Requests() {
		if string(r.Body) == want {
			found++
		}
	}
	if found != 3 {
		t.Errorf("%d of 3 requests were sent in one form", found)
	}
}

func TestLedgerFileOutlivesTheProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ledger")
	env := map[string]string{"PITH_PROXY_LEDGER_FILE": file, "PITH_PROXY_LEDGER_SECRET": "s", "PITH_PROXY_DEADLINE": "1ms"}
	up := fakeupstream.New(fakeupstream.Options{})
	srv := httptest.NewServer(up)
	t.Cleanup(srv.Close)
	body := chatBody(t, map[string]any{"role": "user", "content": passagesPrompt()})
	s := serverFor(t, srv.URL, env)
	if got := s.raw(t, "/v1/chat/completions", body).Header.Get("X-Pith-Reason"); got != "deadline" {
		t.Fatalf("reason %q", got)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	env["PITH_PROXY_DEADLINE"] = "30s"
	s = serverFor(t, srv.URL, env)
	if got := s.raw(t, "/v1/chat/completions", body).Header.Get("X-Pith-Reason"); got != "deadline" || lastBody(up) != body {
		t.Errorf("after a restart: reason %q", got)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	env["PITH_PROXY_LEDGER_SECRET"] = "other"
	if _, _, err := command(t, env, "", "serve", "--listen", "127.0.0.1:0", "--admin-listen", ""); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("with another secret: %v", err)
	}
}

func TestProxyConfigurationMistakes(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pith.yaml")
	write(t, file, `
upstreams:
  v1: {base_url: "http://h/v1"}
  bad: {base_url: "ftp://h", dialect: klingon}
  secret: {base_url: "https://user:canary@h/v1"}
proxy:
  mode: maximal
  rate: 7
  roles: [assistant]
  deadline: 2m
  models: [{match: "[", mode: off}, {match: "gpt-*", rate: 2}]
  keys: [{hash: "x:y", upstream: nobody}, {id: a, hash: "b:c", credential_env: X}]
tls: {cert_file: a.pem}
cors: {origins: ["example.com"]}
`)
	_, _, err := command(t, nil, "", "config", "check", "--config", file)
	if err == nil {
		t.Fatal("no error")
	}
	for _, key := range []string{"upstreams.v1", "upstreams.bad.base_url", "upstreams.bad.dialect", "upstreams.secret.base_url", "proxy.mode",
		"proxy.rate", "proxy.roles", "proxy.deadline", "proxy.models.0.match", "proxy.models.1.rate", "proxy.keys.0.id",
		"proxy.keys.0.upstream", "proxy.keys.1.upstream", "tls:", "cors.origins"} {
		if !strings.Contains(err.Error(), key) {
			t.Errorf("no word of %s in:\n%v", key, err)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("the error shows a password: %v", err)
	}
}

func TestFileNamesUpstreamsAndKeys(t *testing.T) {
	out, _, err := command(t, nil, "", "keys", "new")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Fields(out) // key: K hash: H
	up := fakeupstream.New(fakeupstream.Options{})
	srv := httptest.NewServer(up)
	t.Cleanup(srv.Close)
	file := filepath.Join(t.TempDir(), "pith.yaml")
	write(t, file, fmt.Sprintf("upstreams:\n  local: {base_url: %q}\nproxy:\n  keys:\n    - {id: one, hash: %q, upstream: local, credential_env: VENDOR_KEY, mode: \"off\"}\n",
		srv.URL+"/v1", lines[3]))
	s := startServer(t, map[string]string{"PITH_CONFIG": file, "VENDOR_KEY": "sk-real"})
	resp := s.raw(t, "/pith/local/v1/chat/completions", chatBody(t, map[string]any{"role": "user", "content": "hi"}), "Authorization", "Bearer "+lines[1])
	if resp.StatusCode != 200 {
		t.Fatalf("status %d", resp.StatusCode)
	}
	if got := up.Requests()[0].Header.Get("Authorization"); got != "Bearer sk-real" {
		t.Errorf("the vendor got %q", got)
	}
	if resp = s.raw(t, "/v1/chat/completions", "{}", "Authorization", "Bearer "+lines[1]); resp.StatusCode != 403 {
		t.Errorf("at another upstream: status %d", resp.StatusCode)
	}
	if strings.Contains(s.log.String(), lines[1]) || strings.Contains(s.log.String(), "sk-real") {
		t.Error("the log has a key")
	}
}

// A stream that is under way when the service stops goes on to its end.
func TestStreamsOutliveTheShutdown(t *testing.T) {
	up, s := vendorAnd(t, nil)
	req, err := http.NewRequest(http.MethodPost, s.url+"/v1/chat/completions", strings.NewReader(`{"model":"m","stream":true,"messages":[{"role":"user","content":"hi"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(fakeupstream.ScriptHeader, "drip=100ms")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	for s.get("/readyz") == http.StatusOK { // until it has begun to stop
		time.Sleep(time.Millisecond)
	}
	data, err := io.ReadAll(resp.Body)
	if err != nil || !strings.HasSuffix(string(data), "data: [DONE]\n\n") {
		t.Errorf("the stream ended with %q, %v", data[max(0, len(data)-40):], err)
	}
	if err := <-stopped; err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if got := up.Requests(); len(got) != 1 || got[0].Gone {
		t.Errorf("the vendor saw %d requests, the first gone: %v", len(got), got[0].Gone)
	}
}

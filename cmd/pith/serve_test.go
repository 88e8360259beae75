package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// server is a running `pith serve`.
type server struct {
	url, admin string
	log        *logBuffer
	stop       func() error
}

type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var listening = regexp.MustCompile(`msg=listening listen=(\S+) admin=(\S+)`)

// startServer runs `pith serve` in this process, everything real, on free ports.
func startServer(t *testing.T, env map[string]string, args ...string) *server {
	t.Helper()
	log := &logBuffer{}
	p := process{args: append([]string{"serve", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"}, args...),
		getenv: func(k string) string { return env[k] }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: log,
		exeDir: filepath.Join("..", "..", "onnx")}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- p.run(ctx) }()
	s := &server{log: log, stop: sync.OnceValue(func() error { cancel(); return <-ended })}
	t.Cleanup(func() { s.stop() })
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if m := listening.FindStringSubmatch(log.String()); m != nil {
			s.url, s.admin = "http://"+m[1], "http://"+m[2]
			if s.get("/readyz") == http.StatusOK {
				return s
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the service did not become ready:\n%s", log)
		}
	}
}

// tlsRoots are those of a server that is served with TLS.
var tlsRoots *x509.CertPool

func (s *server) get(path string) int {
	client, url := http.DefaultClient, s.url
	if tlsRoots != nil {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: tlsRoots}}
		defer transport.CloseIdleConnections()
		client, url = &http.Client{Transport: transport}, strings.Replace(url, "http:", "https:", 1)
	}
	resp, err := client.Get(url + path)
	if err != nil {
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

// post returns the status and the decoded body.
func (s *server) post(t *testing.T, path string, body map[string]any) (int, map[string]any) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.Post(s.url+path, "application/json", bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, out
}

func TestServeCompressesWithTheBuiltInModel(t *testing.T) {
	s := startServer(t, nil)
	status, out := s.post(t, "/v1/compress", map[string]any{"input": strings.Repeat(meeting, 10), "rate": 0.33})
	if status != http.StatusOK {
		t.Fatalf("status %d: %v", status, out)
	}
	usage := out["usage"].(map[string]any)
	if kept := usage["kept_ratio"].(float64); kept > 0.33 || kept < 0.3 {
		t.Errorf("kept_ratio %v, want nearly 0.33", kept)
	}
	if !strings.Contains(out["output"].(string), "12,500 euros") {
		t.Errorf("output: %q", out["output"])
	}
	if status, out = s.post(t, "/compress", map[string]any{"input": meeting, "rate": 7}); status != http.StatusBadRequest {
		t.Errorf("rate 7 gives %d: %v", status, out)
	}
	if err := s.stop(); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if strings.Contains(s.log.String(), "billboard") {
		t.Error("the log has prompt text")
	}
}

// One text is one result, whatever else the service does meanwhile.
func TestServeIsDeterministicUnderLoad(t *testing.T) {
	s := startServer(t, nil)
	body := map[string]any{"contexts": []string{meeting, "Another text, about nothing much at all, to be honest with you."},
		"question": "How much do the billboards cost?", "target_tokens": 60}
	_, want := s.post(t, "/v1/compress", body)
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			if i%3 == 0 {
				s.post(t, "/v1/compress", map[string]any{"input": strings.Repeat(meeting, i+1), "rate": 0.5})
				return
			}
			if _, got := s.post(t, "/v1/compress", body); got["output"] != want["output"] {
				t.Errorf("got %q, want %q", got["output"], want["output"])
			}
		})
	}
	wg.Wait()
}

func TestServeMistakes(t *testing.T) {
	s := startServer(t, nil)
	taken := strings.TrimPrefix(s.url, "http://")
	for name, args := range map[string][]string{
		"port_taken":    {"--listen", taken},
		"unknown_model": {"--listen", "127.0.0.1:0", "--models", "no-such-model"},
		"no_library":    {"--listen", "127.0.0.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{}
			if name == "no_library" {
				env["PITH_ENGINE_LIBRARY"] = filepath.Join(t.TempDir(), "libonnxruntime.so")
			}
			_, _, err := command(t, env, "", append([]string{"serve", "--admin-listen", ""}, args...)...)
			if err == nil || exitCode(err) == exitOK {
				t.Fatalf("got %v", err)
			}
		})
	}
}

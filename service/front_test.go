package service

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// standIn is a proxy that answers with its name.
type standIn struct{ closed chan struct{} }

func (standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.WriteString(w, "proxied "+r.Method+" "+r.URL.Path)
}
func (standIn) Serves(u *url.URL) bool {
	return strings.HasPrefix(strings.TrimLeft(u.Path, "/"), "v1/")
}
func (p standIn) CloseTunnels() { close(p.closed) }

func withProxy(p Proxy) func(*Options) { return func(o *Options) { o.Proxy = p } }

func TestFront(t *testing.T) {
	s := newTest(t, fake{}, withProxy(standIn{}))
	tests := []struct {
		method, path string
		proxied      bool
	}{
		{"POST", "/v1/chat/completions", true},
		{"POST", "//v1/chat/completions", true},
		{"POST", "/v1/chat%2Fcompletions", true},
		{"POST", "/v1/chat/completions/", true},
		{"DELETE", "/v1/anything/new", true},
		{"GET", "/v1/models", true},
		{"OPTIONS", "/v1/chat/completions", true},
		{"POST", "/v1/compress", false},
		{"DELETE", "/v1/compress", false}, // ours, and the method is not
		{"GET", "/v1/compressors", false},
		{"POST", "/v1/compress/", true},
		{"GET", "/healthz", false},
		{"GET", "/nowhere", false},
		{"GET", "/", false},
	}
	for _, tt := range tests {
		w := do(s, httptest.NewRequest(tt.method, tt.path, nil))
		if got := strings.HasPrefix(w.Body.String(), "proxied"); got != tt.proxied {
			t.Errorf("%s %s: proxied %v, status %d", tt.method, tt.path, got, w.Code)
		}
		if tt.proxied && (w.Header().Get("X-Pith-Request-Id") != "" || w.Header().Get("X-Content-Type-Options") != "") {
			t.Errorf("%s %s: headers of ours on the vendor's answer: %v", tt.method, tt.path, w.Header())
		}
	}
}

func TestCORS(t *testing.T) {
	s := newTest(t, fake{}, withProxy(standIn{}), func(o *Options) { o.Origins = []string{"https://app.example.com"} })
	off := newTest(t, fake{}, withProxy(standIn{}))
	ws := []string{"Upgrade", "websocket", "Connection", "Upgrade"}
	tests := []struct {
		name    string
		s       *Service
		method  string
		headers []string
		status  int
		allowed string
	}{
		{"allowed", s, "POST", []string{"Origin", "https://app.example.com"}, 200, "https://app.example.com"},
		{"preflight", s, "OPTIONS", []string{"Origin", "https://app.example.com", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization, x-stainless-os"}, 204, "https://app.example.com"},
		{"options_that_is_none", s, "OPTIONS", []string{"Origin", "https://app.example.com"}, 200, "https://app.example.com"},
		{"other_origin", s, "POST", []string{"Origin", "https://evil.example.com"}, 200, ""},
		{"other_preflight", s, "OPTIONS", []string{"Origin", "https://evil.example.com", "Access-Control-Request-Method", "POST"}, 200, ""},
		{"websocket_of_other", s, "GET", append(ws, "Origin", "https://evil.example.com"), 403, ""},
		{"websocket_of_allowed", s, "GET", append(ws, "Origin", "https://app.example.com"), 200, "https://app.example.com"},
		{"websocket_of_own", s, "GET", append(ws, "Origin", "http://example.com"), 200, ""},
		{"websocket_of_a_program", s, "GET", ws, 200, ""},
		{"off", off, "POST", []string{"Origin", "https://app.example.com"}, 200, ""},
		{"off_websocket", off, "GET", append(ws, "Origin", "https://app.example.com"), 403, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := do(tt.s, httptest.NewRequest(tt.method, "/v1/realtime", nil), tt.headers...)
			if w.Code != tt.status || w.Header().Get("Access-Control-Allow-Origin") != tt.allowed {
				t.Errorf("status %d, allowed %q", w.Code, w.Header().Get("Access-Control-Allow-Origin"))
			}
			if tt.status == 204 && w.Header().Get("Access-Control-Allow-Headers") != "authorization, x-stainless-os" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// pair writes a certificate that is its own authority.
func pair(t *testing.T, dir, name string) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, name+".crt"), filepath.Join(dir, name+".key")
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: k}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return certFile, keyFile
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := pair(t, dir, "server")
	client, clientKey := pair(t, dir, "client")
	conf, err := TLS{CertFile: cert, KeyFile: key, ClientCAFile: client}.Config()
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	s := newTest(t, fake{}, withProxy(standIn{gone}), func(o *Options) { o.TLS = conf })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l, nil) }()

	roots := x509.NewCertPool()
	data, _ := os.ReadFile(cert)
	roots.AppendCertsFromPEM(data)
	own, err := tls.LoadX509KeyPair(client, clientKey)
	if err != nil {
		t.Fatal(err)
	}
	get := func(certs ...tls.Certificate) (*http.Response, error) {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: certs}, ForceAttemptHTTP2: true}
		defer tr.CloseIdleConnections()
		res, err := (&http.Client{Transport: tr}).Get("https://" + l.Addr().String() + "/v1/models")
		if err == nil {
			res.Body.Close()
		}
		return res, err
	}
	if res, err := get(own); err != nil || res.ProtoMajor != 2 {
		t.Errorf("with a certificate: %v, %v", res, err)
	}
	if _, err := get(); err == nil {
		t.Error("a client without a certificate was let in")
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	<-gone
}

func TestCertificateIsReadAgain(t *testing.T) {
	dir := t.TempDir()
	cert, key := pair(t, dir, "server")
	c := &certificate{TLS: TLS{CertFile: cert, KeyFile: key}}
	first, err := c.get(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(key, []byte("half a renewal"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.looked = time.Time{}
	if half, err := c.get(nil); err != nil || half != first {
		t.Errorf("during a renewal: %v", err)
	}
	pair(t, dir, "server")
	later := time.Now().Add(time.Second)
	_ = os.Chtimes(cert, later, later)
	c.looked = time.Time{}
	if second, err := c.get(nil); err != nil || second == first {
		t.Errorf("after a renewal: the same certificate, %v", err)
	}
	if _, err := (TLS{CertFile: cert, KeyFile: filepath.Join(dir, "none")}).Config(); err == nil {
		t.Error("no error for a key that is not there")
	}
}

func TestUnencryptedHTTP2(t *testing.T) {
	s := newTest(t, fake{}, func(o *Options) { o.H2C = true })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Serve(ctx, l, nil) }()
	tr := &http.Transport{Protocols: new(http.Protocols)}
	tr.Protocols.SetUnencryptedHTTP2(true)
	res, err := (&http.Client{Transport: tr}).Get("http://" + l.Addr().String() + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.ProtoMajor != 2 {
		t.Errorf("protocol %s", res.Proto)
	}
	tr.CloseIdleConnections()
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sashabaranov/go-openai"
)

// certificate writes a certificate for this machine, and returns who trusts it.
func certificate(t *testing.T) (certFile, keyFile string, roots *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	k, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "crt"), filepath.Join(dir, "key")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	write(t, certFile, string(data))
	write(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: k})))
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(data)
	return certFile, keyFile, roots
}

// protocols notes what a client's answers came over.
type protocols struct {
	http.RoundTripper
	seen map[string]int
}

func (p protocols) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := p.RoundTripper.RoundTrip(r)
	if err == nil {
		p.seen[res.Proto]++
	}
	return res, err
}

func TestServeSpeaksHTTP2OverTLS(t *testing.T) {
	cert, key, roots := certificate(t)
	tlsRoots = roots
	t.Cleanup(func() { tlsRoots = nil })
	up, s := vendorAnd(t, map[string]string{"PITH_TLS_CERT_FILE": cert, "PITH_TLS_KEY_FILE": key})
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	seen := map[string]int{}
	conf := openai.DefaultConfig("sk-test")
	conf.BaseURL = strings.Replace(s.url, "http:", "https:", 1) + "/v1"
	conf.HTTPClient = &http.Client{Transport: protocols{transport, seen}}
	client := openai.NewClientWithConfig(conf)
	req := openai.ChatCompletionRequest{Model: "gpt-4o", Messages: []openai.ChatCompletionMessage{{Role: "user", Content: passagesPrompt()}}}
	if _, err := client.CreateChatCompletion(context.Background(), req); err != nil {
		t.Fatal(err)
	}
	stream, err := client.CreateChatCompletionStream(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	text := ""
	for {
		chunk, err := stream.Recv()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range chunk.Choices {
			text += c.Delta.Content
		}
	}
	if !strings.Contains(text, "pith fake upstream") || seen["HTTP/2.0"] != 2 {
		t.Errorf("text %q over %v", text, seen)
	}
	got := up.Requests()
	if len(got) != 2 || string(got[0].Body) == string(got[1].Body) || len(got[0].Body) > len(passagesPrompt())*4/5 {
		t.Errorf("%d requests of %d bytes", len(got), len(got[0].Body))
	}
}

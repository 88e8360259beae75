package service

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// TLS says with which certificate the public listener is served.
type TLS struct {
	CertFile, KeyFile string // PEM; read again when they change

	// ClientCAFile, if set, asks clients for a certificate that one of these signed.
	// The proxy keeps clients with different names apart.
	ClientCAFile string
}

// Config returns the configuration for a listener. An error names the file.
func (t TLS) Config() (*tls.Config, error) {
	c := &certificate{TLS: t}
	if _, err := c.get(nil); err != nil {
		return nil, err
	}
	conf := &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: c.get, NextProtos: []string{"h2", "http/1.1"}}
	if t.ClientCAFile == "" {
		return conf, nil
	}
	pem, err := os.ReadFile(t.ClientCAFile)
	if err != nil {
		return nil, fmt.Errorf("tls: client CA: %w", err)
	}
	conf.ClientCAs, conf.ClientAuth = x509.NewCertPool(), tls.RequireAndVerifyClientCert
	if !conf.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("tls: no certificate in %s", t.ClientCAFile)
	}
	return conf, nil
}

// certificate is read anew when its files change, so that a renewal needs no restart.
type certificate struct {
	TLS

	mu     sync.Mutex
	looked time.Time
	stamp  [2]time.Time
	pair   *tls.Certificate
}

// lookAgain is how long a certificate is used before its files are looked at.
const lookAgain = 10 * time.Second

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pair != nil && time.Since(c.looked) < lookAgain {
		return c.pair, nil
	}
	c.looked = time.Now()
	stamp, err := c.stamps()
	if err == nil && c.pair != nil && stamp == c.stamp {
		return c.pair, nil
	}
	pair, loadErr := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err = errors.Join(err, loadErr); err != nil {
		if c.pair != nil {
			return c.pair, nil // a renewal that is half done: the old one still serves
		}
		return nil, fmt.Errorf("tls: %w", err)
	}
	c.pair, c.stamp = &pair, stamp
	return c.pair, nil
}

func (c *certificate) stamps() (s [2]time.Time, err error) {
	for i, name := range []string{c.CertFile, c.KeyFile} {
		info, err := os.Stat(name)
		if err != nil {
			return s, err
		}
		s[i] = info.ModTime()
	}
	return s, nil
}

package relay

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// Options are the times and means of a connection. A time of 0 is the default that is
// named; a negative one is no limit.
type Options struct {
	DialTimeout         time.Duration // to find the address and connect: 5 s
	TLSHandshakeTimeout time.Duration // 10 s
	// ResponseHeaderTimeout is from the request's last byte to the answer's first: 15 min,
	// since a model may think for long before it answers.
	ResponseHeaderTimeout time.Duration
	IdleConnTimeout       time.Duration // a connection without a request is closed: 55 s, before the upstream does
	StreamIdle            time.Duration // the upstream falls silent within an answer: 10 min
	ReadTimeout           time.Duration // the client stops in the middle of a body that streams through: 60 s
	WriteTimeout          time.Duration // the client does not take a write: 60 s

	MaxIdleConnsPerHost int    // kept open for the next request; 0 is 1024
	ExtraCAFile         string // certificates in PEM to trust besides the system's
	Proxy               *url.URL
	ProxyFromEnv        bool // use HTTPS_PROXY and its like, unless Proxy is set
}

func (o Options) withDefaults() Options {
	for _, d := range []struct {
		field *time.Duration
		value time.Duration
	}{
		{&o.DialTimeout, 5 * time.Second},
		{&o.TLSHandshakeTimeout, 10 * time.Second},
		{&o.ResponseHeaderTimeout, 15 * time.Minute},
		{&o.IdleConnTimeout, 55 * time.Second},
		{&o.StreamIdle, 10 * time.Minute},
		{&o.ReadTimeout, time.Minute},
		{&o.WriteTimeout, time.Minute},
	} {
		if *d.field == 0 {
			*d.field = d.value
		}
		*d.field = max(*d.field, 0) // which net/http takes for no limit
	}
	if o.MaxIdleConnsPerHost <= 0 {
		o.MaxIdleConnsPerHost = 1024
	}
	return o
}

// What HTTP/2 connections do.
const (
	// pingAfter is how long one may be silent before it is asked whether it still lives.
	pingAfter = 30 * time.Second
	// streamBuffer is how far an upstream may run ahead of a client that reads slowly.
	streamBuffer = 1 << 20
)

// NewTransport returns a transport for upstreams. It adds nothing to a request and
// unpacks no answer; it speaks HTTP/2 where the upstream does; it does not connect to
// link-local addresses or to the metadata services of clouds, whatever a name resolves
// to. Behind a proxy that is for the proxy to see to, except for plain addresses.
func NewTransport(o Options) (*http.Transport, error) {
	o = o.withDefaults()
	roots, err := certPool(o.ExtraCAFile)
	if err != nil {
		return nil, err
	}
	dialer := &net.Dialer{Timeout: o.DialTimeout, Control: refuseBlocked}
	return &http.Transport{
		Proxy:       o.proxy(),
		DialContext: dialer.DialContext,
		TLSClientConfig: &tls.Config{
			RootCAs:            roots,
			MinVersion:         tls.VersionTLS12,
			ClientSessionCache: tls.NewLRUClientSessionCache(0),
		},
		TLSHandshakeTimeout:    o.TLSHandshakeTimeout,
		ResponseHeaderTimeout:  o.ResponseHeaderTimeout,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        o.IdleConnTimeout,
		MaxIdleConnsPerHost:    o.MaxIdleConnsPerHost,
		MaxResponseHeaderBytes: 1 << 20,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
		HTTP2:                  &http.HTTP2Config{SendPingTimeout: pingAfter, MaxReceiveBufferPerStream: streamBuffer},
	}, nil
}

// proxy is what tells the transport its proxy, or nil for none.
func (o *Options) proxy() func(*http.Request) (*url.URL, error) {
	var find func(*http.Request) (*url.URL, error)
	switch {
	case o.Proxy != nil:
		find = http.ProxyURL(o.Proxy)
	case o.ProxyFromEnv:
		find = http.ProxyFromEnvironment
	default:
		return nil
	}
	return func(r *http.Request) (*url.URL, error) {
		if blockedHost(r.URL.Hostname()) {
			return nil, errBlocked
		}
		return find(r)
	}
}

// certPool is the system's certificates and those in file. nil is the system's alone.
func certPool(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read CA file: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's certificates: %w", err)
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("CA file has no certificate in PEM")
	}
	return pool, nil
}

package proxy

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Tenant says whose a request is, for parts of the service that ask for no key. It is
// nobody's of ours if keys of pith are required and it shows none.
func (p *Proxy) Tenant(r *http.Request) (tenant string, ok bool) {
	shown, _ := shownKey(r.Header)
	if key := p.keys.find(shown); shown != "" && key != nil {
		return string(key.tenant(r)), true
	}
	return string(tenantOf(r)), !p.opts.RequireKey
}

// Bearer is what a client shows, for [TenantName].
type Bearer struct {
	Key        string // ID of a key of pith's
	Own        bool   // the key has a vendor's credential of its own
	Subject    string // of a certificate
	Credential string // the vendor's, as in the header
	Header     string // that the credential comes in
}

// TenantName returns the name of the tenant that a client belongs to. The errors say what
// no client can show.
func TenantName(b Bearer) (string, error) {
	h := http.Header{}
	if b.Credential != "" {
		name := http.CanonicalHeaderKey(b.Header)
		if !slices.Contains(credentials, name) {
			return "", fmt.Errorf("no credential comes in the header %s; they come in %s", b.Header, strings.Join(credentials, ", "))
		}
		h.Set(name, b.Credential)
	}
	shows := b.Subject != "" || b.Credential != ""
	switch {
	case b.Key == "":
		return string(bearerOf(b.Subject, h)), nil
	case b.Own && shows:
		return "", fmt.Errorf("the key %s has a vendor's credential and is a tenant by itself", b.Key)
	case !shows:
		return keyTenant + b.Key, nil
	}
	return keyTenant + b.Key + string(bearerOf(b.Subject, h)), nil
}

const keyTenant = "key\x00"

// tenant is whose requests with the key are.
func (k *heldKey) tenant(r *http.Request) []byte {
	name := []byte(keyTenant + k.ID)
	if k.Credential == "" && shows(r) { // the vendor's key is the client's own, and may be one of many
		name = append(name, tenantOf(r)...)
	}
	return name
}

func shows(r *http.Request) bool {
	return subjectOf(r) != "" || slices.ContainsFunc(credentials, func(name string) bool { return r.Header.Get(name) != "" })
}

func subjectOf(r *http.Request) string {
	if r.TLS == nil || len(r.TLS.VerifiedChains) == 0 {
		return ""
	}
	return r.TLS.PeerCertificates[0].Subject.String()
}

// tenantOf keeps the texts of those apart who have different credentials, or
// certificates with different names.
func tenantOf(r *http.Request) []byte { return bearerOf(subjectOf(r), r.Header) }

func bearerOf(subject string, h http.Header) []byte {
	sum := sha256.New()
	_, _ = sum.Write([]byte(subject))
	for _, name := range credentials {
		_, _ = sum.Write([]byte{1})
		for _, v := range h.Values(name) {
			_, _ = sum.Write([]byte(v))
			_, _ = sum.Write([]byte{0})
		}
	}
	return sum.Sum(nil)
}

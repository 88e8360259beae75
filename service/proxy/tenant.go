package proxy

import (
	"crypto/sha256"
	"net/http"
)

// Tenant says whose a request is, for parts of the service that ask for no key.
func (p *Proxy) Tenant(r *http.Request) string {
	shown, _ := shownKey(r.Header)
	if key := p.keys.find(shown); shown != "" && key != nil {
		return string(key.tenant(r))
	}
	return string(tenantOf(r))
}

// TenantName returns the name of the tenant that clients belong to who show a key of
// pith's, by its ID, or a certificate, by its subject, or vendors' credentials, in the
// headers they send; "" and nil for what they do not show. A key that has a vendor's
// credential of its own is a tenant by itself.
func TenantName(keyID, subject string, h http.Header) string {
	if keyID == "" {
		return string(bearerOf(subject, h))
	}
	name := []byte("key\x00" + keyID)
	if subject != "" || len(h) > 0 {
		name = append(name, bearerOf(subject, h)...)
	}
	return string(name)
}

// tenant is whose requests with the key are.
func (k *heldKey) tenant(r *http.Request) []byte {
	name := []byte("key\x00" + k.ID)
	if k.Credential == "" { // the vendor's key is the client's own, and may be one of many
		name = append(name, tenantOf(r)...)
	}
	return name
}

// tenantOf keeps the texts of those apart who have different credentials, or
// certificates with different names.
func tenantOf(r *http.Request) []byte {
	subject := ""
	if r.TLS != nil && len(r.TLS.VerifiedChains) > 0 {
		subject = r.TLS.PeerCertificates[0].Subject.String()
	}
	return bearerOf(subject, r.Header)
}

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

package proxy

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/pith-proxy/pith/service/proxy/policy"
	"github.com/pith-proxy/pith/service/proxy/vendor"
)

// KeyPrefix begins every key that pith gives out, so that none is ever taken for a
// vendor's and sent there.
const KeyPrefix = "pith_"

// Key is a virtual key: what a client shows to pith in the place of a vendor's key,
// or beside it. Of the key itself only a salted hash is kept.
type Key struct {
	ID   string // names the key in logs; also the tenant
	Hash string // as HashKey returns it

	// Upstream is the only one that the key is good for; "" is any.
	Upstream string

	// Credential is the vendor's key that is sent in the place of this one. "" leaves
	// the client's own credential, which then comes beside X-Pith-Key.
	Credential string

	Override    policy.Override
	NoLossy     bool // a limit that no override lifts
	MaxInFlight int  // requests at once; 0 is no limit
}

// HashKey returns the form of a key that is stored: salt and SHA-256, in hexadecimal.
// Keys are long and random, so that a slow hash would protect nothing more.
func HashKey(salt []byte, key string) string {
	sum := sha256.Sum256(append(append([]byte{}, salt...), key...))
	return hex.EncodeToString(salt) + ":" + hex.EncodeToString(sum[:])
}

// keyring finds keys.
type keyring struct {
	keys []*heldKey
}

type heldKey struct {
	Key
	salt     []byte
	sum      []byte
	inFlight atomic.Int64
}

func newKeyring(keys []Key) (*keyring, error) {
	k := &keyring{}
	seen := map[string]bool{}
	for _, one := range keys {
		salt, sum, ok := strings.Cut(one.Hash, ":")
		h := &heldKey{Key: one}
		var err1, err2 error
		h.salt, err1 = hex.DecodeString(salt)
		h.sum, err2 = hex.DecodeString(sum)
		if err := errors.Join(err1, err2); err != nil || !ok || len(h.sum) != sha256.Size {
			return nil, fmt.Errorf("proxy: the hash of key %q is not one; `pith keys new` makes them", one.ID)
		}
		if one.ID == "" || seen[one.ID] {
			return nil, fmt.Errorf("proxy: keys need an id each, and none twice; got %q", one.ID)
		}
		if one.Credential != "" && one.Upstream == "" {
			return nil, fmt.Errorf("proxy: key %q has a credential, so it needs the upstream that the credential is for", one.ID)
		}
		seen[one.ID] = true
		k.keys = append(k.keys, h)
	}
	return k, nil
}

// find looks at every key, so that the time taken says nothing.
func (k *keyring) find(key string) *heldKey {
	var found *heldKey
	for _, h := range k.keys {
		sum := sha256.Sum256(append(append([]byte{}, h.salt...), key...))
		if subtle.ConstantTimeCompare(sum[:], h.sum) == 1 {
			found = h
		}
	}
	return found
}

// caller is who asks.
type caller struct {
	tenant []byte // whose texts these are; never shown
	key    *heldKey
	swap   bool // the vendor's credential is ours to put in
}

// credentials are the headers that clients send keys in.
var credentials = []string{"Authorization", "X-Api-Key", "Api-Key", "X-Goog-Api-Key"}

// identify finds out who asks. The problem is the answer if that is refused.
func (p *Proxy) identify(r *http.Request, rt *route) (caller, *vendor.Problem) {
	shown, own := shownKey(r.Header)
	if shown == "" {
		if p.opts.RequireKey {
			return caller{}, unauthorized(http.StatusUnauthorized, "this server wants a key of its own: send it in X-Pith-Key")
		}
		return caller{tenant: tenantOf(r)}, nil
	}
	key := p.keys.find(shown)
	if key == nil {
		return caller{}, unauthorized(http.StatusUnauthorized, "no such key of pith")
	}
	if key.Upstream != "" && key.Upstream != rt.name {
		return caller{}, unauthorized(http.StatusForbidden, "this key is for another upstream")
	}
	if own && key.Credential == "" {
		return caller{}, unauthorized(http.StatusUnauthorized,
			"this key of pith stands for no vendor's key: send it in X-Pith-Key and the vendor's where it belongs")
	}
	return caller{tenant: key.tenant(r), key: key, swap: key.Credential != ""}, nil
}

// shownKey returns the key of pith's that the client shows, and whether it stands in
// the place of the vendor's.
func shownKey(h http.Header) (key string, own bool) {
	if k := h.Get("X-Pith-Key"); k != "" {
		return k, false
	}
	for token := range strings.SplitSeq(h.Get("Sec-Websocket-Protocol"), ",") {
		if k, ok := strings.CutPrefix(strings.TrimSpace(token), socketKey); ok && strings.HasPrefix(k, KeyPrefix) {
			return k, true
		}
	}
	for _, name := range credentials {
		for _, v := range h[name] {
			if v = bare(v); strings.HasPrefix(v, KeyPrefix) {
				return v, true
			}
		}
	}
	return "", false
}

// socketKey begins the subprotocol in which browsers send a key, since they cannot set
// headers on a websocket.
const socketKey = "openai-insecure-api-key."

func unauthorized(status int, msg string) *vendor.Problem {
	return &vendor.Problem{Status: status, Code: vendor.CodeUnauthorized, Message: msg}
}

// swapCredential puts the vendor's key where the vendor looks for it.
func (c *caller) swapCredential(h http.Header, d vendor.Dialect) {
	if !c.swap {
		return
	}
	for _, name := range credentials {
		h.Del(name)
	}
	if p := h.Get("Sec-Websocket-Protocol"); strings.Contains(p, socketKey+KeyPrefix) {
		tokens := strings.Split(p, ",")
		for i, token := range tokens {
			if strings.HasPrefix(strings.TrimSpace(token), socketKey+KeyPrefix) {
				tokens[i] = " " + socketKey + c.key.Credential
			}
		}
		h.Set("Sec-Websocket-Protocol", strings.TrimSpace(strings.Join(tokens, ",")))
		return
	}
	if d == vendor.Anthropic {
		h.Set("X-Api-Key", c.key.Credential)
		return
	}
	h.Set("Authorization", "Bearer "+c.key.Credential)
}

// dropOwnKeys takes out what is still ours among the credentials: it is no vendor's to
// see, wherever the client put it.
func dropOwnKeys(h http.Header) {
	for _, name := range credentials {
		h[name] = slices.DeleteFunc(h[name], func(v string) bool {
			return strings.HasPrefix(bare(v), KeyPrefix)
		})
		if len(h[name]) == 0 {
			delete(h, name)
		}
	}
	for i, p := range h["Sec-Websocket-Protocol"] {
		if strings.Contains(p, socketKey+KeyPrefix) {
			tokens := slices.DeleteFunc(strings.Split(p, ","), func(token string) bool {
				return strings.HasPrefix(strings.TrimSpace(token), socketKey+KeyPrefix)
			})
			h["Sec-Websocket-Protocol"][i] = strings.TrimSpace(strings.Join(tokens, ","))
		}
	}
}

// bare is a credential without its scheme.
func bare(v string) string {
	if scheme, rest, ok := strings.Cut(v, " "); ok && strings.EqualFold(scheme, "Bearer") {
		return strings.TrimLeft(rest, " ")
	}
	return v
}

// enter counts the request against the key's limit and reports whether it is within.
func (c *caller) enter() bool {
	if c.key == nil || c.key.MaxInFlight == 0 {
		return true
	}
	if c.key.inFlight.Add(1) > int64(c.key.MaxInFlight) {
		c.key.inFlight.Add(-1)
		return false
	}
	return true
}

func (c *caller) leave() {
	if c.key != nil && c.key.MaxInFlight != 0 {
		c.key.inFlight.Add(-1)
	}
}

// subscription reports whether the credential is a login of a person's assistant and
// not a key that is paid by the token. Such clients compare what they send with what
// they are told, so nothing is dropped from their prompts unless they ask for it.
func subscription(h http.Header) bool {
	v := h.Get("Authorization") + " " + h.Get("X-Api-Key")
	return strings.Contains(v, "sk-ant-oat") || strings.Contains(v, "Bearer eyJ") && h.Get("Chatgpt-Account-Id") != ""
}

package cache

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"strconv"
	"sync"

	"github.com/pith-proxy/pith"
)

// Key names one value of one tenant at one epoch.
type Key = pith.Key

const prefix = "sc1:"

// nameOf returns the name in Redis, which is also what the value is bound to.
func nameOf(k Key) string { return prefix + base64.RawURLEncoding.EncodeToString(k[:]) }

// public stands in for the master key where there is none.
const public = "pith cache without a master key"

// epochName is where Redis keeps the tenant's epoch. A prefix of its own keeps it from
// ever being a Key's name.
func epochName(master []byte, tenant string) string {
	mac := hmac.New(sha256.New, master)
	mac.Write([]byte(tenant))
	return prefix + "e:" + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:len(Key{})])
}

// secrets are one tenant's at one epoch.
type secrets struct {
	namers sync.Pool // of *namer
	check  []byte    // for values that are not sealed
	seal   cipher.AEAD
}

// namer is a MAC of names, with room for what goes through it.
type namer struct {
	mac     hash.Hash
	scratch []byte
}

// newSecrets derives the tenant's key from the master key, and from it one for names and
// one for values. Only with a real master key are values sealed.
func newSecrets(master []byte, sealed bool, tenant string, epoch int64) *secrets {
	info := "segment-cache/" + strconv.FormatInt(epoch, 10)
	key, _ := hkdf.Key(sha256.New, master, []byte(tenant), info, sha256.Size) // fails on absurd lengths only
	expand := func(use string) []byte {
		b, _ := hkdf.Expand(sha256.New, key, use, sha256.Size)
		return b
	}
	names := expand("names")
	s := &secrets{check: expand("check")}
	s.namers.New = func() any { return &namer{mac: hmac.New(sha256.New, names)} }
	if sealed {
		block, _ := aes.NewCipher(expand("values"))
		s.seal, _ = cipher.NewGCMWithRandomNonce(block)
	}
	return s
}

// key is a MAC over the fields, each behind its length, so that no two tuples are the
// same bytes.
func (s *secrets) key(kind string, fields [][]byte) Key {
	n := s.namers.Get().(*namer)
	defer s.namers.Put(n)
	n.mac.Reset()
	n.scratch = append(binary.BigEndian.AppendUint64(n.scratch[:0], uint64(len(kind))), kind...)
	n.mac.Write(n.scratch)
	for _, f := range fields {
		n.scratch = binary.BigEndian.AppendUint64(n.scratch[:0], uint64(len(f)))
		n.mac.Write(n.scratch)
		n.mac.Write(f)
	}
	n.scratch = n.mac.Sum(n.scratch[:0])
	return Key(n.scratch[:len(Key{})])
}

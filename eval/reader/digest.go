package reader

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"net/http"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
)

// A digest names an answer by all that decides it.
type digest [sha256.Size]byte

func (d digest) String() string { return hex.EncodeToString(d[:]) }

// idempotencyKey is the header by which vendors know that a call was sent before.
const idempotencyKey = "Idempotency-Key"

func (d digest) idempotencyKey() string { return "pith-" + d.String() }

// idempotencyKey of a prompt that is sent with a field for its tokens. It is another one if
// the field is, since vendors refuse a key that came with another body.
func (c *Client) idempotencyKey(d digest, p Prompt, field string) string {
	key := d.idempotencyKey()
	if field != c.o.MaxTokensField && c.most(p) > 0 {
		key += "-" + field
	}
	return key
}

// digest of a prompt. Another order or meaning of what goes in makes stored answers
// unreachable, and they would be paid for again.
func (c *Client) digest(p Prompt) digest {
	h := sha256.New()
	put(h, "format", "1")
	put(h, "endpoint", c.endpoint)
	put(h, "model", c.o.Model)
	put(h, "system", c.o.System)
	put(h, "prompt", p.Text)
	put(h, c.o.MaxTokensField, strconv.Itoa(p.MaxTokens))
	put(h, "reasoning", strconv.Itoa(c.o.Reasoning))
	put(h, "effort", c.o.Effort)
	put(h, "temperature", strconv.FormatFloat(float64(c.o.Temperature), 'g', -1, 32))
	if c.o.Seed != nil {
		put(h, "seed", strconv.Itoa(*c.o.Seed))
	}
	if c.o.State != "" {
		put(h, "state", c.o.State)
	}
	putHeader(h, c.o.Header)
	return digest(h.Sum(nil))
}

// Settings names all that decides answers beside their prompts.
func (c *Client) Settings() string { return c.digest(Prompt{}).String() }

// put writes lengths too, so that no two lists of fields are one text.
func put(h hash.Hash, name, value string) {
	fmt.Fprintf(h, "%d:%s%d:%s", len(name), name, len(value), value)
}

func putHeader(h hash.Hash, header http.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if !private(name) {
			put(h, "header "+textproto.CanonicalMIMEHeaderKey(name), strings.Join(header[name], "\n"))
		}
	}
}

// private reports whether a header says who asks or pays, which changes no answer.
func private(header string) bool {
	h := strings.ToLower(header)
	switch h {
	case "authorization", "proxy-authorization", "cookie", "openai-organization", "openai-project", "user-agent":
		return true
	}
	return strings.HasSuffix(h, "-key") || strings.HasSuffix(h, "-token") || strings.HasSuffix(h, "-secret")
}

package fakeupstream

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
)

// addVendorHeaders sets what the vendors send beside the content: identifiers and
// rate limits. Clients attach the first to their errors and obey the second.
func (a *answer) addVendorHeaders(d dialect, rec Recorded) {
	if a.header == nil {
		a.header = http.Header{}
	}
	set := openAIHeaders
	id := "X-Request-Id"
	if d == anthropic {
		set, id = anthropicHeaders, "Request-Id"
	}
	maps.Copy(a.header, set)
	a.header[id] = []string{requestID(rec)}
	if isCodex(rec.Header) {
		maps.Copy(a.header, codexHeaders)
	}
}

func requestID(rec Recorded) string { return fmt.Sprintf("req_fake%06d", rec.Seq) }

func isCodex(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "X-Codex-") {
			return true
		}
	}
	return strings.HasPrefix(h.Get("Originator"), "codex")
}

var openAIHeaders = http.Header{
	"Openai-Organization":            {"org-fake"},
	"Openai-Processing-Ms":           {"7"},
	"Openai-Version":                 {"2020-10-01"},
	"X-Ratelimit-Limit-Requests":     {"10000"},
	"X-Ratelimit-Limit-Tokens":       {"2000000"},
	"X-Ratelimit-Remaining-Requests": {"9999"},
	"X-Ratelimit-Remaining-Tokens":   {"1999000"},
	"X-Ratelimit-Reset-Requests":     {"6ms"},
	"X-Ratelimit-Reset-Tokens":       {"30ms"},
}

var anthropicHeaders = http.Header{
	"Anthropic-Organization-Id":              {"00000000-0000-4000-8000-000000000000"},
	"Anthropic-Ratelimit-Requests-Limit":     {"1000"},
	"Anthropic-Ratelimit-Requests-Remaining": {"999"},
	"Anthropic-Ratelimit-Requests-Reset":     {"2026-01-01T00:00:00Z"},
	"Anthropic-Ratelimit-Tokens-Limit":       {"400000"},
	"Anthropic-Ratelimit-Tokens-Remaining":   {"399000"},
	"Anthropic-Ratelimit-Tokens-Reset":       {"2026-01-01T00:00:00Z"},
}

var codexHeaders = http.Header{
	"X-Codex-Primary-Used-Percent":     {"12.5"},
	"X-Codex-Primary-Window-Minutes":   {"300"},
	"X-Codex-Secondary-Used-Percent":   {"40.0"},
	"X-Codex-Secondary-Window-Minutes": {"10080"},
	"X-Models-Etag":                    {`W/"fake"`},
}

package policy

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Prefix begins every header of ours, in canonical form.
const Prefix = "X-Pith-"

// headerNames are the settings that a header can carry.
var headerNames = []string{"mode", "method", "rate", "target_tokens", "roles", "min_tokens", "question", "preserve",
	"deadline_ms", "on_error", "tags"}

// FromHeader reads the X-Pith-* headers of a request. The second result names, in
// snake_case and without the prefix, those it ignored: unknown ones, values out of
// range, values that differ from each other. It is ASCII, at most eight names in
// alphabetical order, and holds no value. X-Pith-Key is none of its business.
func FromHeader(h http.Header) (Override, []string) {
	var r reader
	names := make([]string, 0, 8)
	for key := range h {
		if hasAnyPrefixFold(key, Prefix) {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	for _, key := range names {
		name := strings.ReplaceAll(strings.ToLower(key[len(Prefix):]), "-", "_")
		if name == "key" {
			continue
		}
		v, ok := headerValue(name, h[key])
		if !ok || !slices.Contains(headerNames, name) {
			r.ignore(name)
			continue
		}
		r.text(name, v)
	}
	return r.finish()
}

// headerValue returns the value of a header that may come several times: lists
// are joined, of others all must agree.
func headerValue(name string, values []string) (string, bool) {
	if len(values) == 0 {
		return "", false
	}
	if name == "roles" || name == "preserve" {
		return strings.Join(values, ","), true
	}
	for _, v := range values[1:] {
		if v != values[0] {
			return "", false
		}
	}
	if name != "question" {
		return values[0], true
	}
	v, err := url.PathUnescape(values[0]) // a plus sign is a plus sign
	return v, err == nil
}

package policy

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// maxBody bounds the member "pith" of a request, in bytes, and maxMembers what it
// may hold.
const (
	maxBody    = 256 << 10
	maxMembers = 64
)

// FromBody reads the value of a body's member "pith": an object with the settings
// in snake_case, lists as arrays or as the header has them, tags also as a
// boolean. The second result is as with [FromHeader], in the order of the body; it
// is "pith" alone if raw is no such object. A member that comes twice is ignored
// the second time.
func FromBody(raw []byte) (Override, []string) {
	var r reader
	if len(raw) > maxBody || !json.Valid(raw) {
		return Override{}, []string{"pith"}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return Override{}, []string{"pith"}
	}
	var seen []string
	for d.More() {
		key, err := d.Token()
		if err != nil {
			break
		}
		var value any
		if err := d.Decode(&value); err != nil {
			break
		}
		name, _ := key.(string)
		if len(seen) == maxMembers {
			r.ignore("")
			break
		}
		if slices.Contains(seen, name) {
			r.ignore(name)
			continue
		}
		seen = append(seen, name)
		v, ok := bodyValue(name, value)
		if !ok {
			r.ignore(name)
			continue
		}
		r.text(name, v)
	}
	return r.finish()
}

// bodyValue returns a member's value in the form of a header, if it has the type
// that its name asks for.
func bodyValue(name string, value any) (string, bool) {
	switch v := value.(type) {
	case string:
		return v, !slices.Contains([]string{"rate", "target_tokens", "min_tokens", "deadline_ms"}, name)
	case json.Number:
		return v.String(), slices.Contains([]string{"rate", "target_tokens", "min_tokens", "deadline_ms"}, name)
	case bool:
		if v {
			return "on", name == "tags"
		}
		return "off", name == "tags"
	case []any:
		return bodyList(name, v)
	}
	return "", false
}

func bodyList(name string, list []any) (string, bool) {
	if name != "roles" && name != "preserve" {
		return "", false
	}
	if len(list) == 0 {
		return "none", true
	}
	var names []string
	for _, v := range list {
		s, ok := v.(string)
		if !ok || strings.ContainsAny(s, ",") {
			return "", false
		}
		names = append(names, s)
	}
	return strings.Join(names, ","), true
}

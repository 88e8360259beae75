package fakeupstream

import (
	"encoding/json"
	"slices"
	"strings"
)

const deepest = 16 // a schema may refer to itself

// example returns the JSON of a value that a schema describes: of every object all
// properties, of every array one item. It knows what the SDKs generate, not more.
func example(raw json.RawMessage) string {
	var root obj
	if json.Unmarshal(raw, &root) != nil {
		return "{}"
	}
	return string(encode(instance(root, root, 0)))
}

func instance(root, s obj, depth int) any {
	if depth > deepest {
		return nil
	}
	if ref, ok := s["$ref"].(string); ok {
		return instance(root, resolve(root, ref), depth+1)
	}
	if c, ok := s["const"]; ok {
		return c
	}
	if e, ok := s["enum"].([]any); ok && len(e) > 0 {
		return e[0]
	}
	for _, key := range []string{"anyOf", "oneOf", "allOf"} {
		if l, ok := s[key].([]any); ok && len(l) > 0 {
			first, _ := l[0].(obj)
			return instance(root, first, depth+1)
		}
	}
	switch typeOf(s) {
	case "object":
		return object(root, s, depth)
	case "array":
		item, _ := s["items"].(obj)
		return []any{instance(root, item, depth+1)}
	case "string":
		return "example"
	case "integer":
		return 7
	case "number":
		return 7.5
	case "boolean":
		return true
	}
	return nil
}

func object(root, s obj, depth int) obj {
	out := obj{}
	properties, _ := s["properties"].(obj)
	for name, p := range properties {
		if p, ok := p.(obj); ok {
			out[name] = instance(root, p, depth+1)
		}
	}
	return out
}

// typeOf is the type, or the first of several that is not null.
func typeOf(s obj) string {
	switch t := s["type"].(type) {
	case string:
		return t
	case []any:
		if i := slices.IndexFunc(t, func(v any) bool { return v != "null" }); i >= 0 {
			name, _ := t[i].(string)
			return name
		}
	}
	if _, ok := s["properties"]; ok {
		return "object"
	}
	return ""
}

// resolve follows a reference within the document.
func resolve(root obj, ref string) obj {
	at := root
	for name := range strings.SplitSeq(strings.TrimPrefix(ref, "#"), "/") {
		if name != "" {
			at, _ = at[name].(obj)
		}
	}
	return at
}

package policy

import "strings"

// maxToolName bounds what is read of a tool's name, in bytes.
const maxToolName = 256

// nameParts returns the words of a tool's name in lower case. Words end at every
// sign that is no letter or digit (snake_case, dots, mcp__server__tool) and where
// case says so: "readFile" is read, file; "HTTPGet" is http, get; "MultiEdit" is
// multi, edit. Digits stay with the letters before them.
func nameParts(name string) []string {
	if len(name) > maxToolName {
		name = name[:maxToolName]
	}
	var parts []string
	start := 0
	cut := func(end int) {
		if end > start {
			parts = append(parts, strings.ToLower(name[start:end]))
		}
		start = end
	}
	for i := 0; i < len(name); i++ {
		c := name[i]
		switch {
		case c < 0x80 && !isAlnum(c):
			cut(i)
			start = i + 1
		case i > start && isUpper(c):
			before := name[i-1]
			if !isUpper(before) || i+1 < len(name) && isLower(name[i+1]) {
				cut(i)
			}
		}
	}
	cut(len(name))
	return parts
}

// toolPart is the name of a tool without the server that offers it: what stands
// behind the last double underscore, dot, colon or slash, if anything does.
func toolPart(name string) string {
	for _, sep := range []string{"__", ".", ":", "/"} {
		if i := strings.LastIndex(name, sep); i >= 0 && i+len(sep) < len(name) {
			name = name[i+len(sep):]
		}
	}
	return name
}

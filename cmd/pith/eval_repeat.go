package main

import (
	"net/url"
	"path/filepath"
	"strings"
	"unicode"
)

// repeatable is the command line for a shell, without folders above the last and what may
// be a secret, since reports are shown around.
func repeatable(args []string) string {
	out := []string{"pith"}
	for i, a := range args {
		if flag, value, joined := strings.Cut(a, "="); joined && strings.HasPrefix(flag, "--") {
			a = flag + "=" + publicValue(flag, value)
		} else if i > 0 {
			a = publicValue(args[i-1], a)
		}
		if a == "" || strings.ContainsFunc(a, notPlain) {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		out = append(out, a)
	}
	return strings.Join(out, " ")
}

// systemPrompt stands for a prompt that is nobody else's business.
const systemPrompt = "SYSTEM PROMPT"

// publicValue is what a flag's value looks like in a report. Of a value that follows what only
// looks like a flag it may show less than it could.
func publicValue(flag, value string) string {
	switch flag {
	case "--reader-system":
		return systemPrompt
	case "--reader", "--url":
		return origin(value)
	}
	return shortPaths(value)
}

// origin is scheme, host and port. A path may have a key in it, as some gateways want.
func origin(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return "URL"
	}
	return u.Scheme + "://" + u.Host
}

// notPlain reports whether a shell may take r for something else.
func notPlain(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_./:,=@%+", r)
}

func shortPaths(list string) string {
	parts := strings.Split(list, ",")
	for i, s := range parts {
		if filepath.IsAbs(s) {
			parts[i] = filepath.Base(filepath.Clean(s))
		}
	}
	return strings.Join(parts, ",")
}

package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

// arrivals prints requests for people to read.
type arrivals struct {
	w                    io.Writer
	texts, headers, body bool
}

func newArrivals(w io.Writer, show []string) (*arrivals, error) {
	p := &arrivals{w: w}
	for _, what := range show {
		switch what {
		case "texts":
			p.texts = true
		case "headers":
			p.headers = true
		case "body":
			p.body = true
		case "none":
		default:
			return nil, usageError{fmt.Errorf("--show: there is no %q; give texts, headers, body or none", what)}
		}
	}
	return p, nil
}

func (p *arrivals) print(r fakeupstream.Recorded) {
	fmt.Fprintf(p.w, "\n#%d %s %s  %s, answered %d with %s\n", r.Seq, r.Method, printable(redactTarget(r.Target)), bytesOf(r.Size), r.Status, bytesOf(r.Sent))
	for _, note := range notes(r) {
		fmt.Fprintf(p.w, "  %s\n", note)
	}
	if p.headers {
		p.printHeaders(r.Header)
	}
	body, err := r.Decoded()
	if err != nil {
		fmt.Fprintf(p.w, "  %s\n", printable(err.Error()))
	}
	if prompt, err := fakeupstream.ReadPrompt(body); err == nil && len(prompt.Texts) > 0 {
		p.printPrompt(prompt)
	}
	for _, m := range r.Messages {
		fmt.Fprintf(p.w, "  message of %s\n", bytesOf(int64(len(m))))
		if prompt, err := fakeupstream.ReadPrompt(m); err == nil && len(prompt.Texts) > 0 {
			p.printPrompt(prompt)
		}
	}
	if p.body && utf8.Valid(body) {
		p.indent(string(body))
	}
}

func notes(r fakeupstream.Recorded) (notes []string) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" {
		notes = append(notes, "encoded with "+printable(coding))
	}
	if r.BodyErr != "" {
		notes = append(notes, "the body ended early")
	}
	if r.Gone {
		notes = append(notes, "the client went away")
	}
	return notes
}

func (p *arrivals) printPrompt(prompt fakeupstream.Prompt) {
	stream := ""
	if prompt.Stream {
		stream = ", stream"
	}
	fmt.Fprintf(p.w, "  model %s%s: %d messages, %s of text, about %d tokens\n", printable(prompt.Model), stream,
		prompt.Messages, bytesOf(int64(prompt.Bytes())), prompt.Tokens())
	for _, t := range prompt.Texts {
		name := printable(t.Role)
		if t.Kind != "" {
			name += " (" + printable(t.Kind) + ")"
		}
		fmt.Fprintf(p.w, "  %-30s %s\n", name, bytesOf(int64(t.Size)))
		if p.texts {
			p.indent(t.Text)
		}
	}
}

// indent prints a text as it is but for control characters, which could do
// anything to a terminal.
func (p *arrivals) indent(text string) {
	if text == "" {
		return
	}
	for line := range strings.Lines(text) {
		fmt.Fprintf(p.w, "      %s\n", printable(strings.TrimSuffix(line, "\n")))
	}
}

func (p *arrivals) printHeaders(h http.Header) {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range h[name] {
			fmt.Fprintf(p.w, "  %s: %s\n", printable(name), printable(redact(name, value)))
		}
	}
}

func printable(s string) string {
	if !strings.ContainsFunc(s, unprintable) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unprintable(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func unprintable(r rune) bool { return r != '\t' && !unicode.IsGraphic(r) && r != '\u200d' }

// secret lists the fields that may hold a credential.
var secret = []string{"Authorization", "Proxy-Authorization", "X-Api-Key", "Api-Key", "Cookie", "Sec-Websocket-Protocol", "X-Pith-Key"}

// redact keeps the scheme of a credential and its length, which tell enough about
// what a client sent.
func redact(name, value string) string {
	if !slices.Contains(secret, http.CanonicalHeaderKey(name)) {
		return value
	}
	scheme, rest, ok := strings.Cut(value, " ")
	if !ok {
		scheme, rest = "", value
	}
	return strings.TrimSpace(fmt.Sprintf("%s (%s, not shown)", scheme, bytesOf(int64(len(rest)))))
}

// redactTarget hides credentials in the query.
func redactTarget(target string) string {
	path, query, ok := strings.Cut(target, "?")
	if !ok {
		return target
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err != nil || slices.Contains([]string{"key", "api_key", "token"}, plain) {
			pairs[i] = name + "=(not shown)"
		}
	}
	return path + "?" + strings.Join(pairs, "&")
}

// bytesOf is a size with its unit.
func bytesOf(n int64) string {
	if n == 1 {
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

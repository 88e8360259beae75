package main

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os/exec"
	"strings"

	"github.com/pith-proxy/pith/bench/internal/prose"
	"github.com/pith-proxy/pith/compressors/segment"
	"github.com/pith-proxy/pith/tokenize"
)

// author writes texts out of the sentences of Go's doc comments, drawn at random: there
// are not enough of them for a million tokens, and in another company they are other
// segments. The same name and size give the same text.
type author struct {
	sentences []string
	counter   tokenize.Counter // of the default target model
}

func newAuthor() (*author, error) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	paragraphs, err := prose.Paragraphs(strings.TrimSpace(string(goroot)))
	if err != nil {
		return nil, err
	}
	counter, err := tokenize.CounterFor("")
	if err != nil {
		return nil, err
	}
	a := &author{sentences: sentencesOf(paragraphs), counter: counter}
	if len(a.sentences) < 100 {
		return nil, fmt.Errorf("only %d sentences in the doc comments of this Go", len(a.sentences))
	}
	return a, nil
}

// sentencesOf leaves out copies, fragments, and what is too long for prose.
func sentencesOf(paragraphs []string) (out []string) {
	seen := map[string]bool{}
	for _, p := range paragraphs {
		for s := range strings.SplitSeq(calm.Replace(p), ". ") {
			s = strings.TrimSuffix(strings.TrimSpace(s), ".") + "."
			if n := len(strings.Fields(s)); n < 6 || n > 50 || seen[s] || s[0] < 'A' || s[0] > 'Z' {
				continue
			}
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// calm takes out of prose the words by which the proxy knows rules, which it leaves as
// they are.
var calm = strings.NewReplacer(" must ", " will ", " shall ", " will ", " should ", " can ", " never ", " seldom ", " always ", " mostly ",
	" only ", " just ", " unless ", " where ", " except ", " besides ", " required ", " wanted ", " may ", " can ", " don't ", " do ", " cannot ", " can ")

// text has at least so many tokens, and not a sentence more than that takes.
func (a *author) text(name string, tokens int) string {
	return a.write(name, tokens, a.counter.Count)
}

// bytes is text with a size in bytes.
func (a *author) bytes(name string, n int) string {
	return a.write(name, n, func(s string) int { return len(s) })
}

func (a *author) write(name string, n int, size func(string) int) string {
	random := randomFor(name)
	var b strings.Builder
	for have, left := 0, 0; have < n; left-- {
		s := a.sentences[random.IntN(len(a.sentences))]
		switch {
		case left == 0 && b.Len() > 0:
			s = "\n\n" + s
			fallthrough
		case left == 0:
			left = 3 + random.IntN(5)
		default:
			s = " " + s
		}
		b.WriteString(s)
		have += size(s)
	}
	return b.String()
}

func randomFor(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(h.Sum64(), 6))
}

// question is one that nobody asked before, if no two have the same number.
func question(n int) string {
	of := []string{"a reader", "a file", "the network", "an error", "a lock", "the clock", "a type", "a key", "the zone", "a header", "a buffer"}
	return fmt.Sprintf("What does %s do with %s, case %d?", of[n%len(of)], of[(n/len(of)+n+1)%len(of)], n)
}

// parts cuts a text into pieces of at most so many bytes at borders of segments, so that
// the segments of the parts are those of the text.
func parts(text string, most int) (out []string) {
	start, last := 0, 0
	for _, end := range segment.Ends(text) {
		if end-start > most && last > start {
			out = append(out, text[start:last])
			start = last
		}
		last = end
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return out
}

// edited is the text with another word at a share of its length.
func edited(text string, at float64, word string) string {
	i := int(at * float64(len(text)))
	start := i + strings.IndexByte(text[i:], ' ') + 1
	end := start + strings.IndexAny(text[start:], " \n")
	return text[:start] + word + text[end:]
}

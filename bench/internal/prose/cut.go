package prose

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/pith-proxy/pith/tokenize"
)

// A Source hands out texts of a wanted length, each from where the last ended,
// from the start again when the prose is used up.
type Source struct {
	paragraphs []string
	encoder    *tokenize.Encoder
	next       int
}

// Open reads the prose of the Go tree in use; tokens are those of the model in
// modelDir.
func Open(modelDir string) (*Source, error) {
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	data, err := os.ReadFile(filepath.Join(modelDir, "tokenizer.json"))
	if err != nil {
		return nil, err
	}
	enc, err := tokenize.NewEncoder(data)
	if err != nil {
		return nil, err
	}
	p, err := Paragraphs(strings.TrimSpace(string(goroot)))
	if err != nil {
		return nil, err
	}
	if len(p) == 0 {
		return nil, fmt.Errorf("no prose in %s", goroot)
	}
	return &Source{paragraphs: p, encoder: enc}, nil
}

// Tokens returns the next text of at least n tokens; the last sentence that is
// needed ends it.
func (s *Source) Tokens(n int) (string, error) {
	return s.take(n, func(text string) (int, error) {
		tokens, err := s.encoder.Encode(text)
		return len(tokens), err
	})
}

// Bytes returns the next text of at least n bytes.
func (s *Source) Bytes(n int) string {
	text, _ := s.take(n, func(text string) (int, error) { return len(text) + len(gap), nil })
	return text
}

const gap = "\n\n" // between paragraphs

func (s *Source) take(n int, size func(string) (int, error)) (string, error) {
	var b strings.Builder
	for have := 0; have < n; {
		p := s.paragraphs[s.next%len(s.paragraphs)]
		s.next++
		if b.Len() > 0 {
			b.WriteString(gap)
		}
		for _, sentence := range strings.SplitAfter(p, ". ") {
			k, err := size(sentence)
			if err != nil {
				return "", err
			}
			b.WriteString(sentence)
			if have += k; have >= n {
				break
			}
		}
	}
	return strings.TrimSpace(b.String()), nil
}

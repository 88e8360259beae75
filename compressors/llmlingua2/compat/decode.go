package compat

import (
	"fmt"
	"strings"
)

// decoder joins pieces to text, as the decoder of the tokenizer.json does. The
// reference uses it for chunks and, strangely, for the kept words.
type decoder struct {
	Type          string `json:"type"`
	Prefix        string `json:"prefix"`         // WordPiece: of continuation pieces
	Cleanup       bool   `json:"cleanup"`        // WordPiece: repair English spacing
	Replacement   string `json:"replacement"`    // Metaspace: stands for a space
	PrependScheme string `json:"prepend_scheme"` // Metaspace: "never" keeps the first space
}

func (d *decoder) check() error {
	switch {
	case d.Type == "WordPiece" && d.Prefix != "":
	case d.Type == "Metaspace" && d.Replacement != "":
	default:
		return fmt.Errorf("tokenizer.json has decoder type %q; want WordPiece or Metaspace", d.Type)
	}
	return nil
}

func (d *decoder) join(items []string) string {
	var b strings.Builder
	for i, s := range items {
		if d.Type == "WordPiece" {
			b.WriteString(d.wordPiece(i, s))
		} else {
			b.WriteString(d.metaspace(i, s))
		}
	}
	return b.String()
}

func (d *decoder) wordPiece(i int, s string) string {
	if i > 0 {
		if rest, ok := strings.CutPrefix(s, d.Prefix); ok {
			s = rest
		} else {
			s = " " + s
		}
	}
	// Each item is cleaned alone, so "John ' s" keeps its spaces.
	if d.Cleanup && (strings.ContainsAny(s, ".?!,'") || strings.Contains(s, " do not")) {
		for _, c := range cleanups {
			s = strings.ReplaceAll(s, c[0], c[1])
		}
	}
	return s
}

// cleanups are applied one after the other.
var cleanups = [][2]string{
	{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","},
	{" ' ", "'"}, {" n't", "n't"}, {" 'm", "'m"}, {" do not", " don't"},
	{" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
}

func (d *decoder) metaspace(i int, s string) string {
	if i == 0 && d.PrependScheme != "never" {
		return strings.ReplaceAll(s, d.Replacement, "")
	}
	return strings.ReplaceAll(s, d.Replacement, " ")
}

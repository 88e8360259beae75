package lossless

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
)

// region is a piece of a text that is brought into a form by itself.
type region struct {
	text  string
	class content.Class
}

// least is the fewest bytes of a region of its own.
const least = 64

// regions cuts a text where its nature changes: at fences, around JSON that stands on
// lines of its own, and in a mixture between paragraphs. Joined, they are the text.
func regions(text string) []region {
	class := content.Classify(text)
	switch class {
	case content.JSON, content.NDJSON, content.Diff, content.HTML:
		return []region{{text, class}}
	}
	var out []region
	for _, b := range blocks(text) {
		switch {
		case b.class != "":
			out = append(out, b)
		case len(b.text) == len(text):
			out = append(out, mixture(text, class)...)
		default:
			out = append(out, mixture(b.text, content.Classify(b.text))...)
		}
	}
	if class == content.Code && !wordy(out) {
		return []region{{text, class}} // fences and brackets in a program are the program's
	}
	return out
}

// wordy reports whether there is text for people outside of what is code.
func wordy(rs []region) bool {
	for _, r := range rs {
		if r.class == content.Prose || r.class == content.Markdown {
			return true
		}
	}
	return false
}

// blocks finds fences and JSON. What is neither has no class yet.
func blocks(text string) []region {
	var out []region
	plain := 0 // where what is neither began
	add := func(at, end int, class content.Class) {
		if at > plain {
			out = append(out, region{text: text[plain:at]})
		}
		if plain = max(plain, end); at == end {
			return
		}
		out = append(out, region{text[at:end], class})
	}
	tries := 4 * len(text) // bytes looked at for the end of JSON
	for at := 0; at < len(text); {
		end := lineEnd(text, at)
		line := text[at:end]
		if mark := content.Fence(strings.TrimLeft(line, " \t")); mark != "" {
			closing := fenceEnd(text, end, mark)
			add(at, end, content.Other) // by itself, or what is around it would be read as fenced
			add(end, closing, content.Fenced(line, text[end:closing]))
			at = lineEnd(text, closing)
			add(closing, at, content.Other)
			continue
		}
		if tries > 0 && (line[0] == '{' || line[0] == '[') {
			n, looked := balanced(text[at:])
			tries -= looked
			if n >= least && strings.TrimSpace(text[at+n:lineEnd(text, at+n)]) == "" {
				end = lineEnd(text, at+n)
				add(at, at+n, content.JSON)
			}
		}
		at = end
	}
	if plain < len(text) {
		out = append(out, region{text: text[plain:]})
	}
	return out
}

// lineEnd returns the offset behind the line that offset at is in.
func lineEnd(text string, at int) int {
	if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(text)
}

// fenceEnd returns where the line begins that closes a fence, or the end of the text.
func fenceEnd(text string, at int, mark string) int {
	for at < len(text) {
		end := lineEnd(text, at)
		line := strings.TrimSpace(text[at:end])
		if strings.HasPrefix(line, mark) && strings.Trim(line, mark[:1]) == "" {
			return at
		}
		at = end
	}
	return len(text)
}

// balanced returns how many bytes the value has that s begins with, if its brackets
// close, or 0; and how many it looked at.
func balanced(s string) (n, looked int) {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"':
			n := quoted(s[i:])
			if n == 0 {
				return 0, i + 1
			}
			i += n - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1, i + 1
			}
		}
	}
	return 0, len(s)
}

// quoted returns how many bytes a string literal has; 0 if it does not end in its line.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		case '\n':
			return 0
		}
	}
	return 0
}

// mixture parts a mixed text between paragraphs of different nature.
func mixture(text string, class content.Class) []region {
	if class != content.Mixed {
		return []region{{text, class}}
	}
	var out []region
	for at := 0; at < len(text); {
		end := paragraphEnd(text, at)
		p := region{text[at:end], content.Classify(text[at:end])}
		at = end
		if k := len(out) - 1; k >= 0 && (out[k].class == p.class || len(p.text) < least || len(out[k].text) < least) {
			if len(out[k].text) < least && len(p.text) >= least {
				out[k].class = p.class
			}
			out[k].text = text[end-len(p.text)-len(out[k].text) : end]
			continue
		}
		out = append(out, p)
	}
	return out
}

// paragraphEnd returns where the paragraph at offset at ends, blank lines included.
func paragraphEnd(text string, at int) int {
	blank := false
	for at < len(text) {
		end := lineEnd(text, at)
		empty := strings.TrimSpace(text[at:end]) == ""
		if blank && !empty {
			return at
		}
		blank = blank || empty
		at = end
	}
	return len(text)
}

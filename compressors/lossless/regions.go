package lossless

import (
	"strings"

	"github.com/pith-proxy/pith/compressors/content"
)

// region is a piece of a text that is brought into a form by itself.
type region struct {
	text   string
	class  content.Class
	fenced bool // it is shown as what it is
}

// least is the fewest bytes of a region of its own.
const least = 64

// regions cuts a text where its nature changes: at fences, around JSON that stands on
// lines of its own, and in a mixture between paragraphs. Each begins a line. Joined, they
// are the text.
func regions(text string) []region {
	class := kindOf(text)
	switch {
	case class == content.JSON, class == content.NDJSON, class == content.Diff, class == content.HTML:
		return []region{{text: text, class: class}}
	case class != content.Log && class != content.Trace && hasHunks(text):
		return []region{{text: text, class: content.Diff}}
	}
	var out []region
	for _, b := range blocks(text) {
		switch {
		case b.class != "":
			out = append(out, b)
		case len(b.text) == len(text):
			out = append(out, mixture(text, class)...)
		default:
			out = append(out, mixture(b.text, kindOf(b.text))...)
		}
	}
	if class == content.Code && !wordy(out) {
		return []region{{text: text, class: class}} // fences and brackets in a program are the program's
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

// blocker cuts a text into what is fenced, JSON, and what is neither, whose class is not
// known yet.
type blocker struct {
	text  string
	out   []region
	plain int // where what is neither began
}

// add ends what is neither at one offset and takes what is up to another.
func (b *blocker) add(at, end int, r region) {
	if at > b.plain {
		b.out = append(b.out, region{text: b.text[b.plain:at]})
	}
	b.plain = end
	if r.text = b.text[at:end]; r.text != "" {
		b.out = append(b.out, r)
	}
}

// json takes JSON, together with what there is of it on the lines before.
func (b *blocker) json(at, end int) {
	k := len(b.out) - 1
	if k < 0 || b.out[k].class != content.JSON && b.out[k].class != content.NDJSON || b.out[k].fenced || strings.TrimSpace(b.text[b.plain:at]) != "" {
		b.add(at, end, region{class: content.JSON})
		return
	}
	start := b.plain - len(b.out[k].text)
	b.out[k] = region{text: b.text[start:end], class: content.NDJSON}
	b.plain = end
}

func blocks(text string) []region {
	b := blocker{text: text}
	tries := 4 * len(text) // bytes looked at for the end of JSON
	for at := 0; at < len(text); {
		end := lineEnd(text, at)
		line := text[at:end]
		if mark := content.Fence(strings.TrimLeft(line, " \t")); mark != "" {
			closing := fenceEnd(text, end, mark)
			b.add(at, end, region{class: content.Other}) // by itself, or what is around it would be read as fenced
			b.add(end, closing, region{class: content.Fenced(line, text[end:closing]), fenced: true})
			at = lineEnd(text, closing)
			b.add(closing, at, region{class: content.Other})
			continue
		}
		if tries > 0 && (line[0] == '{' || line[0] == '[') {
			n, looked := balanced(text[at:])
			tries -= looked
			if n > 2 && strings.TrimSpace(text[at+n:lineEnd(text, at+n)]) == "" {
				end = lineEnd(text, at+n)
				b.json(at, end)
			}
		}
		at = end
	}
	b.add(len(text), len(text), region{})
	return b.out
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
		return []region{{text: text, class: class}}
	}
	var out []region
	for at := 0; at < len(text); {
		end := paragraphEnd(text, at)
		p := region{text: text[at:end], class: kindOf(text[at:end])}
		at = end
		k := len(out) - 1
		if k < 0 || out[k].class != p.class && len(p.text) >= least && len(out[k].text) >= least {
			out = append(out, p)
			continue
		}
		if len(out[k].text) < least && len(p.text) >= least {
			out[k].class = p.class
		}
		out[k].text = text[end-len(p.text)-len(out[k].text) : end]
	}
	return out
}

// paragraphEnd returns where the paragraph at offset at ends, blank lines included.
func paragraphEnd(text string, at int) int {
	gap := false
	for at < len(text) {
		end := lineEnd(text, at)
		empty := strings.Trim(text[at:end], "\r\n") == ""
		if gap && !empty {
			return at
		}
		gap = gap || empty
		at = end
	}
	return len(text)
}

package content

import "strings"

// htmlTags are the elements of pages. Those of forms and frameworks are left out
// on purpose: what is full of them is a template.
var htmlTags = set(`html head body title meta link script style div span p a img ul ol li table thead tbody tr td th
	h1 h2 h3 h4 h5 h6 br hr em strong b i u s small sub sup code pre blockquote article section header footer nav main
	aside figure figcaption picture source video audio iframe form input button label select option textarea 
	dl dt dd noscript base time abbr cite q mark center font details summary template canvas
	caption colgroup col fieldset legend address ins del kbd samp var wbr object param embed map area`)

// drawing are the elements of pictures, which stand in pages and count for nothing.
var drawing = set(`svg path g use defs rect circle polygon line polyline ellipse lineargradient stop clippath mask symbol`)

// markupClass reads a text that begins with "<": HTML if nearly all of its tags
// are those of pages and most of it is no script, code if it is other markup. ok
// is false where tags are too few to say.
func markupClass(t string) (c Class, ok bool) {
	if hasAnyPrefixFold(t, "<?xml", "<svg") && !strings.Contains(t[:min(len(t), 400)], "<html") {
		return Code, true
	}
	m := readMarkup(t)
	if m.tags < 4 && m.tags*120 < len(t) && !m.page {
		return "", false
	}
	switch {
	case m.closed*4 < m.tags && !m.page: // "<name> said": nothing ever closes
		return "", false
	case m.known*10 < m.tags*8:
		return Code, true
	case m.programs*10 > len(t)*4:
		return Mixed, true
	}
	return HTML, true
}

type markup struct {
	tags, known, closed int
	programs            int // bytes of scripts and styles
	page                bool
}

func readMarkup(t string) (m markup) {
	m.page = hasAnyPrefixFold(t, "<!doctype html", "<html")
	for i := 0; i < len(t); {
		j := strings.IndexByte(t[i:], '<')
		if j < 0 {
			break
		}
		i += j + 1
		name, closing := tagName(t[i:])
		if name == "" || drawing[name] {
			continue
		}
		m.tags++
		if closing || name == "br" || name == "img" || name == "meta" {
			m.closed++
		}
		if htmlTags[name] {
			m.known++
		}
		i += len(name)
		if !closing && (name == "script" || name == "style") {
			n := programLen(t[i:], name)
			m.programs += n
			i += n
		}
	}
	return m
}

// tagName returns the name of the tag whose "<" stands before s, in lower case,
// or "". A name longer than any tag's is cut.
func tagName(s string) (name string, closing bool) {
	if s != "" && s[0] == '/' {
		s, closing = s[1:], true
	}
	i := 0
	for i < len(s) && i < 24 && (isAlnum(s[i]) || s[i] == ':' || s[i] == '-' || s[i] == '_') {
		i++
	}
	if i == 0 || !isAlpha(s[0]) {
		return "", false
	}
	return strings.ToLower(s[:i]), closing
}

// programLen is how many bytes stand before the closing tag of a script or style.
func programLen(s, name string) int {
	for i := 0; i < len(s); {
		j := strings.Index(s[i:], "</")
		if j < 0 {
			break
		}
		i += j
		if got, _ := tagName(s[i+1:]); got == name {
			return i
		}
		i += 2
	}
	return len(s)
}

func hasAnyPrefixFold(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if len(s) >= len(p) && strings.EqualFold(s[:len(p)], p) {
			return true
		}
	}
	return false
}

func allHex(s string) bool {
	for i := 0; i < len(s); i++ {
		if !isDigit(s[i]) && (s[i]|0x20 < 'a' || s[i]|0x20 > 'f') {
			return false
		}
	}
	return s != ""
}

package longcodezip

import (
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// keepNamed requires what the request names.
func keepNamed(f *file, names []string) {
	if len(names) == 0 {
		return
	}
	f.Root.All(func(n *codetree.Node) bool {
		it := f.items[n]
		if it == nil || n.Path == "" || !named(names, n.Path, f.name) {
			return true
		}
		it.require()
		return false
	})
}

// named reports whether a name stands for a path, whole or without the containers at its
// front, with or without the name of the file.
func named(names []string, path, file string) bool {
	ends := []string{path}
	if file != "" {
		ends = append(ends, file+":"+path)
	}
	for i := 1; i < len(path); i++ {
		if !isWord(path[i-1]) && isWord(path[i]) {
			ends = append(ends, path[i:])
		}
	}
	for _, name := range names {
		for _, end := range ends {
			if glob(name, end) {
				return true
			}
		}
	}
	return false
}

func isWord(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// glob reports whether pattern, in which '*' stands for any characters, is name.
func glob(pattern, name string) bool {
	star, retry := -1, 0
	p, n := 0, 0
	for n < len(name) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, retry = p, n
			p++
		case p < len(pattern) && pattern[p] == name[n]:
			p++
			n++
		case star >= 0:
			retry++
			p, n = star+1, retry
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// keepMatches requires what has text in it that no method may touch.
func keepMatches(cr *contextRun, p *pith.Preserve) {
	for _, lit := range p.Literals {
		for at := 0; ; {
			i := strings.Index(cr.text[at:], lit)
			if i < 0 {
				break
			}
			cr.require(at+i, at+i+len(lit))
			at += i + len(lit)
		}
	}
	for _, re := range p.Patterns {
		for _, m := range re.FindAllStringIndex(cr.text, -1) {
			if m[0] < m[1] {
				cr.require(m[0], m[1])
			}
		}
	}
}

// require says that a byte range of the text stays, with the leaves that it is in.
func (cr *contextRun) require(start, end int) {
	for _, f := range cr.files {
		if start < f.start+len(f.Source) && f.start < end {
			f.root.requireRange(start-f.start, end-f.start)
		}
	}
}

func (it *item) requireRange(start, end int) {
	if start >= it.end || end <= it.start {
		return
	}
	if it.leaf != nil {
		it.require()
		return
	}
	it.must = true // the range may be in its frame
	for _, c := range it.children {
		c.requireRange(start, end)
	}
}

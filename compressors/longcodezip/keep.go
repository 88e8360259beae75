package longcodezip

import (
	"regexp"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip/codetree"
)

// keepNamed requires what the request names, and notes in found which names there are.
func keepNamed(f *file, names []string, found []bool) {
	if len(names) == 0 {
		return
	}
	f.Root.All(func(n *codetree.Node) bool {
		it := f.items[n]
		if it == nil || n.Path == "" {
			return true
		}
		for i := range names {
			if named(names[i:i+1], n.Path, f.name) {
				it.require()
				found[i] = true
			}
		}
		return true
	})
}

// missed warns of names that nothing in the request has. Of what was not parsed, since it
// stays, any text that has the name's last word may have it.
func (r *run) missed(names []string, found []bool) {
	for i, name := range names {
		word := lastWord(name)
		maybe := found[i] || word == "" || slices.ContainsFunc(r.contexts, func(cr *contextRun) bool {
			return len(cr.files) == 0 && strings.Contains(cr.text, word)
		})
		if !maybe {
			r.warn("code.keep: nothing is named %q", name)
		}
	}
}

// lastWord returns the last run of letters and digits of a name.
func lastWord(name string) string {
	end := len(name)
	for end > 0 && !isWord(name[end-1]) {
		end--
	}
	start := end
	for start > 0 && isWord(name[start-1]) {
		start--
	}
	return name[start:end]
}

// required reports whether something in the context must stay.
func (cr *contextRun) required(p *pith.Preserve) bool {
	return slices.ContainsFunc(cr.files, func(f *file) bool { return f.root.must }) ||
		slices.ContainsFunc(p.Literals, func(lit string) bool { return lit != "" && strings.Contains(cr.text, lit) }) ||
		slices.ContainsFunc(p.Patterns, func(re *regexp.Regexp) bool { return re.FindString(cr.text) != "" })
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

package htmlform

import "golang.org/x/net/html/atom"

// A skipped element, of which no name is none.
type skipped struct {
	name  string
	tag   atom.Atom
	depth int // elements of the same name within
	inner int // lists and tables within
}

// start reports whether the element ended before this tag.
func (s *skipped) start(tag atom.Atom, name []byte, whole bool) bool {
	follower := followers[s.tag]
	switch {
	case s.inner == 0 && follower != nil && follower[tag]:
		*s = skipped{}
		return true
	case follower == nil && string(name) == s.name && !whole:
		s.depth++
	case containers[tag]:
		s.inner++
	}
	return false
}

// end reports whether the element ended before this tag.
func (s *skipped) end(tag atom.Atom, name []byte) bool {
	optional := followers[s.tag] != nil
	switch {
	case string(name) == s.name && s.depth > 0:
		s.depth--
	case string(name) == s.name && (s.inner == 0 || !optional):
		*s = skipped{}
	case !containers[tag] && !(s.tag == atom.P && breaks[tag] > 0):
	case s.inner > 0 && containers[tag]:
		s.inner--
	case optional && s.inner == 0:
		*s = skipped{} // its parent ends
		return true
	}
	return false
}

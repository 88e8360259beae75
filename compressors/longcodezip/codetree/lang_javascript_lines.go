package codetree

import (
	"slices"
	"strings"
)

// jsGlue looks for items that begin with what could as well go on with a statement: if all
// between them were left out, one without a semicolon and that would be read as one. Where
// there are any, what does not end by itself is joined to what is below it.
func jsGlue(s *splitter, all []item) []item {
	if !slices.ContainsFunc(all, s.goesOn) {
		return all
	}
	out := all[:0]
	for _, it := range all {
		k := len(out) - 1
		if k < 0 || s.ends(&out[k]) {
			out = append(out, it)
			continue
		}
		out[k] = joined(out[k], it)
		out[k].solid = max(2, out[k].solid)
	}
	return out
}

// goesOn reports whether an item could go on with the one above.
func (s *splitter) goesOn(it item) bool {
	if it.solid == 0 {
		return false
	}
	at := it.node.StartByte()
	switch s.kind(&it.node) {
	case "expression_statement":
		return strings.IndexByte("([`+-*/%.,<=&|?", s.source[at]) >= 0
	case "method_definition", "field_definition", "public_field_definition", "abstract_method_signature", "method_signature", "index_signature":
		return strings.IndexByte("[*(<", s.source[at]) >= 0
	}
	return false
}

// ends reports whether nothing below can go on with an item.
func (s *splitter) ends(it *item) bool {
	if it.solid == 0 {
		return true
	}
	from, end := it.tail.ByteRange()
	switch s.kind(&it.tail) {
	case "expression_statement", "lexical_declaration", "variable_declaration", "return_statement", "throw_statement",
		"field_definition", "public_field_definition", "import_statement", "export_statement", "type_alias_declaration",
		"function_signature", "abstract_method_signature", "method_signature", "property_signature":
		return end > from && s.source[end-1] == ';' || s.semicolon(int(end))
	}
	return true
}

// semicolon reports whether the next token is one.
func (s *splitter) semicolon(at int) bool {
	return strings.HasPrefix(strings.TrimLeft(s.source[at:min(len(s.source), at+80)], " \t\r\n"), ";")
}

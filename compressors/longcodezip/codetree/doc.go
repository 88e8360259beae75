// Package codetree divides source files into the parts that a reader would leave out
// whole: functions, methods, fields, statements.
//
//	f, err := codetree.Parse(ctx, source, codetree.Named("python"))
//	text := f.Render(dropped, codetree.Marks{})
//
// It parses with tree-sitter; what it has no grammar for is divided by indentation,
// braces or blank lines. It does not know which parts matter: that is for package
// longcodezip.
package codetree

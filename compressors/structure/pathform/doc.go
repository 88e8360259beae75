// Package pathform writes lines that begin with the same path with the path said once.
//
//	hits   what grep -n and compilers print: path:line:text and path:line:column:text,
//	       with or without lines of context, as ripgrep prints it below headings
//	paths  lists of files: find, git ls-files, tar t, go list, and du with its sizes
//
//	compressors/doc.go:12:first            compressors/doc.go
//	compressors/doc.go:15:second    →      12:first
//	compressors/router.go:7:third          15:second
//
//	                                       compressors/router.go:7:third
//
// Both forms are grammars that a reader sees through and that Decode reads back from the
// text; a layout says only how lines end. Lines keep their order. What stands under a
// heading stood there without another path between.
//
// A text is taken as a whole or not at all: if one line could be read in two ways in the
// new form, the text stays.
package pathform

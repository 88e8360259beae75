// Package tableform writes tables in text without what only sets them.
//
//	csv       RFC 4180 with , ; | or tab: quotes that nothing needs, and columns that
//	          are the same in all rows, which go to a first line
//	markdown  GitHub's tables within a Markdown text: spaces and dashes
//	frames    tables with frames, as mysql, psql and rich print them: the frame
//	columns   columns that are lined up with spaces, as ls -l, ps and kubectl print
//	          them: the spaces
//
// Rows and cells keep their order and their spelling, and an empty cell can be told from
// one that is not there. What goes is white space, quotes and lines of a frame, and the
// layout says how to put them back. A table of which that would need too much, or whose
// cells could no longer be told apart, stays as it is.
package tableform

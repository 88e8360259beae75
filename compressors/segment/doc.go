// Package segment cuts a text into segments that a cache can know again: a word put
// into one place of a long prompt makes one or two segments new and leaves all others,
// before and behind it, as they were.
//
//	start := 0
//	for _, end := range segment.Ends(text) {
//		use(text[start:end])
//		start = end
//	}
//
// Where a text is cut depends on what stands there and not on how far from the start
// it is. There are three levels:
//
//	regions  fenced code, JSON documents, tables; all else is prose
//	units    blocks between blank lines; of long blocks the lines, each with what is
//	         indented below it; of long lines the sentences; of long sentences the
//	         clauses, and then pieces
//	groups   units are joined, and a hash of the last one says when it is enough
//
// A segment begins at a line with text, or behind a sentence or a piece of one, and the
// white space that separates it from the next one is its own. Joined, the segments are
// the text, whatever its bytes. A text that grows at its end keeps all of its segments
// but the last two.
//
// Regions are hard boundaries, as far as that leaves a scorer something to read. Fenced
// code is never in one segment with prose, however short both are. JSON and tables are
// kept apart from Options.Min bytes on; shorter ones stay in the text round them, and so
// do those that lie within other lines.
//
// What it does not do: it tells of no segment what it holds, but whether it is fenced
// code; of languages it knows indentation and closing brackets alone. Messages and
// content parts are kept apart by whoever calls it for each.
//
// The splitter is that of section 2.2 of the design of the segment cache; the chunking by
// gear hash is that of FastCDC (Xia et al., USENIX ATC 2016).
package segment

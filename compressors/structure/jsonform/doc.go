// Package jsonform writes JSON, and streams of JSON values such as NDJSON, in fewer tokens
// and undoes that byte for byte.
//
//	e, ok := jsonform.Encode(text, structure.Options{Count: count})
//	…
//	text, err := jsonform.Decode(e.Text, e.Layout, len(text))
//
// A source is divided into content and layout. Content is what a JSON reader sees and
// some do not keep: the order of keys, keys that are there twice, how numbers are spelled.
// It is written as minified JSON, characters as themselves (你 for \u4f60), a line for
// each value of a stream. Layout is where white space stood and how strings were escaped,
// as the style of a program (json.dumps, JSON.stringify, jq, MarshalIndent, …) and
// exceptions to it. A source that is nearly all exceptions is left alone.
//
// Where that takes a tenth less, records become a table:
//
//	items[3]{sku,qty,price}:
//	A1,2,9.99
//	B2,1,14.5
//	C3,7,3.25
//
// after TOON (github.com/toon-format/toon), from which it differs in what the text holds,
// so that it tells the same as the JSON without any rule that one has to know:
//
//	[3]{a,b}:        an array of 3 records with these keys; a line for each follows
//	{3}{a,b}:        an object of 3 records; each line begins with the key: of its record
//	[3|]{a|b}:       cells are divided by | or a tab, not a comma
//	b?               some records have no b: the cell is empty, where an empty string is ""
//	c="x"            c is "x" in every record, and has no cell
//	d{e,f}           d is a record itself: a cell for e, a cell for f
//	g[]{h,i}         g is an array of records; the cell has an array of their values
//	[3]:             an array of 3 items, a line or a block behind a dash for each
//	key: …           a member of an object that has a table in it; members of the inner
//	                 objects are indented
//
// Cells are JSON, except that a string goes without quotes if nothing else can look like
// it: not a number in any notation, not true, false or null in any case, not a bracket,
// nor anything with quotes, backslashes, the delimiter, or characters that one cannot see.
// All other values are JSON. Lines of a table have the indentation of their header.
//
// Keys are in the order of the source. Records may miss keys, as long as half of the cells
// are there and the keys have one order in which each record has its own; a record with a
// key twice makes no table, nor do more than 48 cells in a row.
//
// What it does not do: it takes no text that is JSON in part (comments, trailing commas,
// something before or behind), no stream of bare numbers or words, and no JSON that is
// nested deeper than 512 or longer than 1 GiB.
package jsonform

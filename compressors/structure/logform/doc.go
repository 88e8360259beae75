// Package logform writes logs, traces and the output of builds and tests in fewer tokens.
// The form is exact: [Decode] returns every byte. Lines stay in their order, each at its
// place, so that what came before what can be seen as before.
//
// Its first line is a brief in plain English. Then come the rows of the legend, then the
// lines. What the form adds begins with a sigil, §, that is nowhere in the source:
//
//	Log in short form (§ is not in it): lines below "§:x" begin with x; …
//	§A= INFO [main] pool: opened connection {} to db-{}
//	§:2026-03-01 10:15:
//	02.123§A 17 3
//	02.130 WARN [main] pool: no connection is left
//	§x3
//	§|    at db.Pool.get(Pool.java:77)
//
//	§A={} …               a template with gaps; {2} has the value of its second gap again
//	…§A p q               what stands before it, then the template with p and q in its gaps
//	§:…                   what the lines below begin with, until the next such heading
//	§|…                   a line that does not begin with it
//	§x3                   the line above, 3 times in all
//	§1 begins, 12 lines   these lines, up to §1 ends, come again
//	§1 again x2           here they do, 2 times
//
// The values of gaps are separated by the character behind the letter, which is in none
// of them but the last. An empty line is always an empty line.
//
// Nothing is cut where it could be quoted wrongly: values are whole words, numbers, or
// what is left of a word behind punctuation or behind an underscore, as in blk_{}.
package logform

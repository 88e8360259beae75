// Package structure has what the forms of structured text have in common: JSON as a
// table, log lines as templates, hits by file, text without colours. Each form is a
// package below this one, which writes a text of its kind in fewer tokens and can undo
// that byte for byte. Package lossless chooses the forms of a text and checks each.
//
// A form moves no information out of the reader's sight but layout: white space that
// means nothing, one of several spellings of the same string, colours, what a terminal
// has overwritten. Numbers keep their spelling, and nothing is ever reordered.
package structure

import "errors"

// Options say what a form may do.
type Options struct {
	// Count returns the tokens of a text in the target model's vocabulary. Counts of
	// pieces need not add up.
	Count func(text string) int

	// Plain keeps JSON what it is: without white space, but no table.
	Plain bool

	// Around is the text that this is a part of: no stand-in may be in it either. "" is
	// none.
	Around string

	// Rows is the most rows of a legend: lines that define a stand-in which the reader
	// has to look up. 0 is none.
	Rows int
}

// Encoded is a text in another form.
type Encoded struct {
	Text string

	// Layout is JSON: what Decode needs beside Text. nil is nothing.
	Layout []byte

	// Rows of a legend that Text has.
	Rows int
}

// Errors of a Decode function. They hold nothing of the text.
var (
	ErrText   = errors.New("the text is not one that this layout was made with")
	ErrLayout = errors.New("the layout is not one of this form")
	ErrLimit  = errors.New("the text would be longer than the original was")
)

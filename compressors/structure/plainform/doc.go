// Package plainform writes a text without what a reader of it does not see, and can put
// all of that back byte for byte. It has two forms, which may follow each other:
//
//	EncodeNoise          output of programs as a terminal shows it at the end
//	EncodeSpace          no white space that means nothing
//	EncodeMarkdownSpace  the same for Markdown
//
// Noise is escape sequences (colours, movements of the cursor, titles, links), backspaces
// and what they strike over, and text that was written over after a carriage return or a
// movement up. A terminal without bounds is played: a shorter frame leaves the end of the
// longer one below it standing, as on a screen.
//
// What the reader loses is what a person at the terminal does not see either: the address
// of a hyperlink whose text is another, the title of the window, earlier frames of a
// progress bar; and colours. Test runners and compilers say in words what they colour; a
// diff that marks changed words by colour alone (git diff --color-words) does not, and
// should not be given to this form.
//
// Where it is not certain what a terminal would show, more is kept rather than less. The
// rows so far are then left as they are and a new one is begun:
//
//   - a frame that is written over by one which says something else and erases nothing
//   - a movement up past the first row, by more than 100 rows, or through rows of more
//     than 80 columns, which may have been two on the screen
//   - a movement down past the last row
//   - a screen that is cleared, or written from its top again
//
// A text that puts the cursor at places of the screen, scrolls, switches to another
// screen or another character set is left alone, and so is one of carriage returns
// without line feeds. The 8-bit spellings of control characters are none here: Latin-1
// and Windows-1252 use these bytes for letters.
//
// Space is white space at line ends, CRLF, all but one of the blank lines in a row, blank
// lines at both ends and the indentation that all lines share. Neither form is for source
// code, diffs, tables in Markdown or YAML; the caller sees to that. It also has to
// remember that a part of a text which ends with a blank line loses it, which matters if
// the next part is a paragraph of its own.
//
// Markdown keeps fenced code as it is, all indentation, and two spaces at the end of a
// line that is not the last of its paragraph, which break the line.
package plainform

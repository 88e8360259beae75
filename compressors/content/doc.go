// Package content tells what a text is made of: prose, code, JSON, a log, a table. It
// reads shapes and not meanings, takes time linear in the text, and says the same of the
// same text always. Where it is unsure it says anything rather than prose, because words
// of prose may go.
//
//	if content.Classify(text).Lossy() { … }
package content

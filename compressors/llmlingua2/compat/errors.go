package compat

import (
	"errors"

	"github.com/pith-proxy/pith"
)

// Class is the class of the exception the reference raises.
type Class string

// The classes that a well-formed request can provoke.
const (
	AssertionError      Class = "AssertionError"      // too many force tokens
	IndexError          Class = "IndexError"          // a chunk or the list of contexts has no words
	NotImplementedError Class = "NotImplementedError" // token_to_word is unknown
	OverflowError       Class = "OverflowError"       // a rate is infinite
	ValueError          Class = "ValueError"          // a percentile is outside 0..100
	ZeroDivisionError   Class = "ZeroDivisionError"   // a budget or a mean over nothing
)

// ReferenceError says that the reference fails on this request too, and how. It
// is the cause inside a [*pith.Error].
type ReferenceError struct{ Class Class }

// Error implements error.
func (e *ReferenceError) Error() string { return "the reference raises " + string(e.Class) }

// ClassOf returns the class of the exception the reference raises where Compress
// returned err, or "" if err is of another kind.
func ClassOf(err error) Class {
	var e *ReferenceError
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

// raise returns the failure of class c; param points to the member at fault, if
// the request and not the text is to blame.
func raise(c Class, param, msg string) error {
	code := pith.CodeCompression
	if param != "" {
		code = pith.CodeInvalid
	}
	return &pith.Error{Op: "compat.Compress", Code: code, Param: param, Msg: msg, Err: &ReferenceError{c}}
}

func errNoWords() error {
	return raise(IndexError, "", "a part of the text has no word that the model knows")
}

func errZeroDivision() error {
	return raise(ZeroDivisionError, "", "a budget or a score over a text without words")
}

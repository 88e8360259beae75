package reference

import (
	"errors"
	"fmt"

	"github.com/pith-proxy/pith"
)

// Class is the class of the exception the reference raises.
type Class string

// ValueError is raised where the code fits its budget already, and for an unknown method.
const ValueError Class = "ValueError"

// Error says that the reference fails on this request too, and how. It is the cause
// inside a [*pith.Error].
type Error struct {
	Class Class
	Fits  bool // the code was within its budget before anything was cut
}

// Error implements error.
func (e *Error) Error() string { return "the reference raises " + string(e.Class) }

// ClassOf returns the class of the exception the reference raises where Compress returned
// err, or "" if err is of another kind.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ""
}

// errFits is the early return of the coarse stage, which gives its caller three values
// where that unpacks four.
func errFits(tokens, target int) error {
	return &pith.Error{
		Op: "reference.Compress", Code: pith.CodeCompression,
		Msg: fmt.Sprintf("the code has %d tokens and fits its budget of %d; the reference cannot return it", tokens, target),
		Err: &Error{Class: ValueError, Fits: true},
	}
}

func errMethod(method string) error {
	return &pith.Error{
		Op: "reference.Compress", Code: pith.CodeInvalid, Param: "/fine_grained_importance_method",
		Msg: fmt.Sprintf("fine_grained_importance_method must be %s or %s; got %q", Conditional, Contrastive, method),
		Err: &Error{Class: ValueError},
	}
}

func errNaN(op string) error {
	return &pith.Error{Op: op, Code: pith.CodeCompression, Msg: "a perplexity is not a number"}
}

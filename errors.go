package pith

import (
	"errors"
	"fmt"
)

// Code is the class of a failure. The HTTP service maps each to one status.
type Code string

// The classes of failure.
const (
	CodeInvalid           Code = "pith_invalid_request"    // the request breaks the contract
	CodeTooLarge          Code = "pith_too_large"          // a limit on size was passed
	CodeBudgetUnreachable Code = "pith_budget_unreachable" // a hard budget is below what must stay
	CodeMismatch          Code = "pith_decode_mismatch"    // text and decode do not belong together
	CodeUnavailable       Code = "pith_unavailable"        // busy or not ready; try again later
	CodeDeadline          Code = "pith_deadline_exceeded"  // the caller's deadline passed first
	CodeCompression       Code = "pith_compression_failed" // the compressor failed
	CodeInternal          Code = "pith_internal"           // anything without a class
)

// Error is a failure with a class. Op and Err are for the log; only Code, Msg
// and Param reach a client, so Msg says what to change and never quotes a prompt.
type Error struct {
	Op    string // where it happened: "llmlingua2.Compress"
	Code  Code
	Msg   string // "rate must be in (0, 1]; got 1.5"
	Param string // JSON pointer to the offending member, "" if there is none
	Err   error
}

// Error implements error. It is for logs: it includes the cause.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Msg != "" {
		s = e.Msg
	}
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Invalid returns a [CodeInvalid] error about the member that param points to.
func Invalid(param, format string, args ...any) *Error {
	return &Error{Code: CodeInvalid, Param: param, Msg: fmt.Sprintf(format, args...)}
}

// CodeOf returns the class of err: that of the first [Error] in its chain, else
// [CodeInternal]. It returns "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}

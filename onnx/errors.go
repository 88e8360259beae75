package onnx

import (
	"context"
	"errors"
	"fmt"
	"runtime"

	"github.com/pith-proxy/pith"
)

// ErrBusy says that the engine's queue is full. Nothing was run; the caller may
// try again later.
var ErrBusy error = &pith.Error{Op: "onnx.Run", Code: pith.CodeUnavailable,
	Msg: "too much work is waiting; try again later"}

// ErrClosed says that the engine or the model was closed.
var ErrClosed error = &pith.Error{Op: "onnx.Run", Code: pith.CodeUnavailable,
	Msg: "the service is shutting down"}

// ended gives the error of a context that is over its class. A cancelled one
// keeps its cause: nobody is left to read a message.
func ended(ctx context.Context) error {
	cause := context.Cause(ctx)
	if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(cause, context.DeadlineExceeded) {
		return &pith.Error{Op: "onnx.Run", Code: pith.CodeDeadline,
			Msg: "the deadline passed before the model was done", Err: cause}
	}
	return cause
}

// A panicError is a panic turned into an error. It names the panic's type and
// place; the value itself could hold text of a prompt, so only that of a
// runtime error is shown.
type panicError struct {
	value any
	stack []byte
}

// Error implements error.
func (e *panicError) Error() string {
	if err, ok := e.value.(runtime.Error); ok {
		return fmt.Sprintf("panic: %v\n%s", err, e.stack)
	}
	return fmt.Sprintf("panic of type %T\n%s", e.value, e.stack)
}

func internal(msg string, err error) error {
	return &pith.Error{Op: "onnx.Run", Code: pith.CodeInternal, Msg: msg, Err: err}
}

// errNotFinite is of a model that ran and gave no numbers.
func errNotFinite() error {
	return &pith.Error{Op: "onnx.Run", Code: pith.CodeCompression,
		Msg: "the model gave no usable result", Err: errors.New("outputs are not finite")}
}

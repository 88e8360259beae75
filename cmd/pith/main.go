// Command pith makes prompts smaller: as an HTTP service, or file by file.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/pith-proxy/pith"
)

// version is set by the build.
var version = "devel"

// Exit codes.
const (
	exitOK       = 0
	exitFailure  = 1 // the work failed
	exitUsage    = 2 // the command line, the configuration or the request is wrong
	exitStopped  = 130
	exitNotReady = 75 // try again later, as EX_TEMPFAIL of sysexits
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	p := process{args: os.Args[1:], getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, exeDir: exeDir()}
	err := p.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pith:", message(err))
	}
	os.Exit(exitCode(err))
}

// process is what a command sees of the world. A test can start one with
// everything real and port 0.
type process struct {
	args           []string
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	exeDir         string // folder of the program, where its library and models lie
}

// exeDir is the folder of the running program, "" if it cannot be told.
func exeDir() string {
	exe, err := os.Executable()
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(exe); err == nil {
		exe = real
	}
	return filepath.Dir(exe)
}

func (p process) run(ctx context.Context) error {
	root := newRoot(p)
	root.SetArgs(p.args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	return root.ExecuteContext(ctx)
}

// usageError is a mistake in the command line or the configuration.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func exitCode(err error) int {
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, context.Canceled):
		return exitStopped
	case errors.As(err, &usage):
		return exitUsage
	}
	switch pith.CodeOf(err) {
	case pith.CodeInvalid, pith.CodeTooLarge, pith.CodeBudgetUnreachable:
		return exitUsage
	case pith.CodeUnavailable:
		return exitNotReady
	}
	return exitFailure
}

// stoppedError is the end of a command by a signal, with what the user should know.
type stoppedError struct {
	error
	message string
}

func (e stoppedError) Unwrap() error { return e.error }

// message is what the user reads: for a classed error, what to change.
func message(err error) string {
	if stopped := (stoppedError{}); errors.As(err, &stopped) {
		return stopped.message
	}
	var e *pith.Error
	if errors.As(err, &e) && e.Msg != "" {
		if e.Err != nil {
			return e.Msg + ": " + e.Err.Error()
		}
		return e.Msg
	}
	if errors.Is(err, context.Canceled) {
		return "stopped"
	}
	return err.Error()
}

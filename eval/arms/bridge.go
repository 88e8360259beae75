package arms

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"time"
	"unicode/utf8"
)

//go:embed bridge.py
var bridgeScript string

// BridgeOptions say how the Python package llmlingua is run.
type BridgeOptions struct {
	Python string // the program of an environment that has the package; default "python3"
	Model  string // a name on the hub, or a folder; wanted
	Device string // as the package's device_map; default "cpu"

	// LLMLingua2 runs LLMLingua-2, whose model classifies tokens, and not LLMLingua or,
	// with a question, LongLLMLingua, whose model predicts them.
	LLMLingua2 bool
}

// Bridge is a Python process with the package llmlingua 0.2.2 and one model. Its arms are
// safe for concurrent use, and take turns. Close it, or it stays a zombie. What it started
// itself ends with it, unless that has made a session of its own.
type Bridge struct {
	options  BridgeOptions
	version  string
	revision string

	cmd  *exec.Cmd
	kill context.CancelFunc
	in   io.WriteCloser
	out  *bufio.Reader
	last *lastLine

	grace time.Duration // how long it may take to end by itself
	turn  chan struct{} // holds one value while a request is under way
	asked int           // requests so far
	ended error         // why there are no more answers; nil while it runs
}

// A line of the process is at most lineRoom bytes and, for each byte of the line that it
// answers, lineGrowth: letters that take 3 bytes there and \uXXXX here, with room for a
// tokenizer that writes out what it does not know.
const (
	lineRoom   = 1 << 20
	lineGrowth = 8
)

// Start runs Python and returns when the model is open, which may take minutes. The
// process is killed when ctx ends, with what it started. Errors say what to install where something is missing.
func Start(ctx context.Context, o BridgeOptions) (*Bridge, error) {
	if o.Model == "" {
		return nil, errors.New("llmlingua: no model; name one on the hub, or a folder")
	}
	orDefault(&o.Python, "python3")
	orDefault(&o.Device, "cpu")
	settings, err := json.Marshal(map[string]any{"model": o.Model, "device": o.Device, "llmlingua2": o.LLMLingua2})
	if err != nil {
		return nil, fmt.Errorf("llmlingua: %w", err)
	}
	b := &Bridge{options: o, last: &lastLine{}, grace: 10 * time.Second, turn: make(chan struct{}, 1)}
	own, kill := context.WithCancel(ctx)
	b.kill = kill
	b.cmd = exec.CommandContext(own, o.Python, "-c", bridgeScript, string(settings))
	b.cmd.WaitDelay = time.Second // for pipes that a child of its own holds open
	b.cmd.Stderr = b.last
	ownGroup(b.cmd)
	if err := b.run(); err != nil {
		kill()
		return nil, fmt.Errorf("llmlingua: start %s: %w; install Python 3 and in it the package: %s", o.Python, err, install(o.Python))
	}
	if err := b.hello(ctx); err != nil {
		_ = b.Close()
		return nil, fmt.Errorf("llmlingua: %w", err)
	}
	return b, nil
}

func (b *Bridge) run() error {
	in, err := b.cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	b.in, b.out = in, bufio.NewReader(out)
	return b.cmd.Start()
}

// hello reads what the process says when the model is open or did not open.
func (b *Bridge) hello(ctx context.Context) error {
	var h struct{ Version, Revision, Missing, Error string }
	if err := b.read(ctx, lineRoom, &h); err != nil {
		return err
	}
	switch {
	case h.Missing != "":
		return fmt.Errorf("%s has no package %s; install it: %s", b.options.Python, h.Missing, install(b.options.Python))
	case h.Error != "":
		return fmt.Errorf("open model %s: %s", b.options.Model, short(h.Error))
	}
	b.version, b.revision = h.Version, h.Revision
	return nil
}

func install(python string) string { return python + " -m pip install llmlingua==0.2.2" }

// Version is the package's.
func (b *Bridge) Version() string { return b.version }

// Revision is the commit of the hub's repository that the model is of, "" if the package
// does not know, as with a model from a folder.
func (b *Bridge) Revision() string { return b.revision }

// bridgeRequest is one line to the process, bridgeAnswer one from it.
type bridgeRequest struct {
	ID       int     `json:"id"`
	Context  string  `json:"context"`
	Question string  `json:"question"`
	Rate     float64 `json:"rate"`
}

type bridgeAnswer struct {
	ID          int
	Text, Error string
}

// compress has the process make one text shorter. If ctx ends before the answer, the
// process is killed: there is no other way to stop it.
func (b *Bridge) compress(ctx context.Context, r bridgeRequest) (string, error) {
	if !utf8.ValidString(r.Context) || !utf8.ValidString(r.Question) {
		return "", errors.New("the text is not UTF-8, which JSON cannot hold")
	}
	select {
	case b.turn <- struct{}{}:
		defer func() { <-b.turn }()
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	if b.ended != nil {
		return "", b.ended
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	b.asked++
	r.ID = b.asked
	line, err := json.Marshal(r)
	if err != nil {
		return "", err
	}
	stop := context.AfterFunc(ctx, b.kill)
	defer stop()
	var a bridgeAnswer
	switch err := b.exchange(ctx, append(line, '\n'), &a); {
	case err != nil:
		return "", err
	case a.ID != r.ID:
		return "", b.end(ctx, errors.New("it answered another request"))
	case a.Error != "":
		return "", fmt.Errorf("the package failed with %s", short(a.Error))
	}
	return a.Text, nil
}

// exchange sends a line and reads the one that answers it, both at once: a process that
// talks before it listens would fill its pipe and never get to listen.
func (b *Bridge) exchange(ctx context.Context, line []byte, v any) error {
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		_, _ = b.in.Write(line) // if it does not arrive there is no answer
	}()
	err := b.read(ctx, lineRoom+lineGrowth*len(line), v) // an error closes what is written to
	<-sent
	return err
}

// read reads a line of the process, of most bytes at most. On an error that has ended.
func (b *Bridge) read(ctx context.Context, most int, v any) error {
	line, err := readLine(b.out, most)
	switch {
	case errors.Is(err, errLongLine):
		return b.end(ctx, fmt.Errorf("its answer has more than %d bytes without a line end", most))
	case err != nil:
		return b.end(ctx, nil)
	case !utf8.Valid(line):
		return b.end(ctx, errors.New("its answer is not UTF-8"))
	case json.Unmarshal(line, v) != nil:
		return b.end(ctx, errors.New("its answer is no JSON"))
	}
	return nil
}

// end ends the process if it runs, waits for it, and says why there are no more answers:
// cause, or what became of the process.
func (b *Bridge) end(ctx context.Context, cause error) error {
	if cause != nil {
		b.kill()
	}
	if !b.wait() && cause == nil {
		cause = errors.New("it closed its output and went on")
	}
	b.ended = fmt.Errorf("python ended with %s", b.cmd.ProcessState)
	if cause != nil {
		b.ended = fmt.Errorf("python was ended: %w", cause)
	} else if said := b.last.String(); said != "" {
		b.ended = fmt.Errorf("%w: %s", b.ended, short(said))
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return b.ended
}

// wait waits for the process, but no longer than grace, ends what it has left running and
// frees what it took. It says whether the process ended before its time was up.
func (b *Bridge) wait() (inTime bool) {
	_ = b.in.Close()
	late := time.AfterFunc(b.grace, b.kill)
	_ = b.cmd.Wait()
	inTime = late.Stop()
	b.kill()
	_ = killGroup(b.cmd.Process.Pid)
	return inTime
}

var errClosed = errors.New("the bridge is closed")

// Close lets the request under way finish, ends the process and waits for it.
func (b *Bridge) Close() error {
	b.turn <- struct{}{}
	defer func() { <-b.turn }()
	if b.ended == nil {
		b.wait()
		b.ended = errClosed
	}
	return nil
}

func orDefault[T comparable](p *T, v T) {
	var zero T
	if *p == zero {
		*p = v
	}
}

package main

import (
	"io"
	"os"
	"sync"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// isTerminal reports whether w or r is a terminal.
func isTerminal(x any) bool {
	f, ok := x.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// progress is a bar on a terminal, and nothing anywhere else. It is safe for
// concurrent use; nil shows nothing.
type progress struct {
	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

func newProgress(w io.Writer, what string, bytes bool) *progress {
	if !isTerminal(w) {
		return nil
	}
	return &progress{bar: progressbar.NewOptions64(1, progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what), progressbar.OptionShowBytes(bytes),
		progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())}
}

// set shows how far the work is.
func (p *progress) set(done, total int64) {
	if p == nil || total <= 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bar.ChangeMax64(total)
	_ = p.bar.Set64(done)
}

func (p *progress) describe(what string) {
	if p != nil {
		p.bar.Describe(what)
	}
}

// clear takes the bar away.
func (p *progress) clear() {
	if p != nil {
		_ = p.bar.Clear()
	}
}

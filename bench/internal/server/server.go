// Package server runs a pith for a benchmark: on free ports of the loopback
// interface, watched, and stopped at the end.
package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// A Server is a running pith.
type Server struct {
	URL, Admin string
	Started    time.Time // just before the process was

	cmd  *exec.Cmd
	log  bytes.Buffer
	done chan struct{} // closed when the process has ended
}

// Start runs bin with settings such as "PITH_MODELS_WINDOW=256"; other PITH_
// variables of this process are not passed on, but for the runtime library's.
func Start(bin string, settings ...string) (*Server, error) {
	ports, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	s := &Server{URL: "http://" + ports[0], Admin: "http://" + ports[1], done: make(chan struct{})}
	s.cmd = exec.Command(bin, "serve", "--listen", ports[0], "--admin-listen", ports[1], "--log-level", "warn")
	s.cmd.Env = append(environment(), settings...)
	s.cmd.Stderr = &s.log
	s.Started = time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(s.done)
		_ = s.cmd.Wait() // Stop looks at the state
	}()
	return s, nil
}

func environment() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PITH_") || strings.HasPrefix(v, "PITH_ORT_LIBRARY=") {
			env = append(env, v)
		}
	}
	return env
}

// freePorts holds all ports at once, so that they differ, and lets go of them.
func freePorts(n int) ([]string, error) {
	var addrs []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		addrs = append(addrs, l.Addr().String())
	}
	return addrs, nil
}

// Ready waits until the server says it is, and returns how long after its start
// that was.
func (s *Server) Ready(ctx context.Context) (time.Duration, error) {
	for {
		resp, err := http.Get(s.URL + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return time.Since(s.Started), nil
			}
		}
		if err := s.pause(ctx, 2*time.Millisecond); err != nil {
			return 0, err
		}
	}
}

// pause waits a little; an error says that waiting longer is of no use.
func (s *Server) pause(ctx context.Context, d time.Duration) error {
	select {
	case <-s.done:
		return fmt.Errorf("the server ended: %s", s.log.String())
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// Stop lets the server drain and says how it ended.
func (s *Server) Stop() error {
	_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	select {
	case <-s.done:
	case <-time.After(time.Minute):
		_ = s.cmd.Process.Kill()
		<-s.done
		return errors.New("the server did not drain within a minute")
	}
	if !s.cmd.ProcessState.Success() {
		return fmt.Errorf("the server ended with %v: %s", s.cmd.ProcessState, s.log.String())
	}
	return nil
}

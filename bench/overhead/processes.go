package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/pith-proxy/pith/bench/internal/proc"
	"github.com/pith-proxy/pith/bench/internal/server"
)

// serve is a child process: it says where it listens and ends when its input does,
// so that it does not outlive a parent that is killed.
func serve(h http.Handler) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return http.Serve(l, h)
}

// bare is the least that a proxy in Go does: the standard library's, with as many
// connections kept open as pith keeps.
func bare(to string) (http.Handler, error) {
	target, err := url.Parse(to)
	if err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(target) },
		FlushInterval: -1,
		Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1024, IdleConnTimeout: 55 * time.Second},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// Else a server closes the request's body when the answer begins, and where the
		// transport is about to look whether that was all of it, the stream breaks off.
		_ = http.NewResponseController(w).EnableFullDuplex()
		proxy.ServeHTTP(w, r)
	}), nil
}

// child is a process of this same program.
type child struct {
	addr  string
	cmd   *exec.Cmd
	stdin io.Closer
}

func startChild(cores []int, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(self, args...)}
	c.cmd.Stderr = os.Stderr
	if c.stdin, err = c.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := proc.On(cores, c.cmd.Start); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		c.stop()
		return nil, errors.New("a child process did not say where it listens")
	}
	c.addr = strings.TrimSpace(line)
	return c, nil
}

func (c *child) stop() {
	_ = c.stdin.Close()
	_ = c.cmd.Wait() // it ends with what os.Exit says
}

// startPith starts the program, with more settings, and waits until it is ready.
func startPith(ctx context.Context, bin, vendor, proxyMode string, cores []int, settings ...string) (s *server.Server, err error) {
	settings = append(settings, "PITH_UPSTREAMS_OPENAI_BASE_URL=http://"+vendor+"/v1", "PITH_PROXY_MODE="+proxyMode)
	err = proc.On(cores, func() error {
		s, err = server.Start(bin, settings...)
		return err
	})
	if err != nil {
		return nil, err
	}
	if _, err = s.Ready(ctx); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// layout says which processes run on which cores; nil is any.
type layout struct{ generator, vendor, proxy []int }

// layoutOf gives a quarter of the cores to the generator, a quarter to the vendor and
// the rest to whichever proxy is measured. Two cores are too few to share out.
func layoutOf(cores []int) layout {
	k := len(cores) / 4
	if len(cores) > 2 {
		k = max(k, 1)
	}
	if k == 0 {
		return layout{}
	}
	return layout{cores[:k], cores[k : 2*k], cores[2*k:]}
}

func (l layout) String() string {
	if l.proxy == nil {
		return "Generator, proxy and vendor share all cores: times are upper bounds."
	}
	return fmt.Sprintf("Own cores for each: generator %v, vendor %v, proxy %v.", l.generator, l.vendor, l.proxy)
}

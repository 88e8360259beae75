// Package redistest runs real Redis servers for tests: private ones, without
// persistence, that end with the test.
//
//	s := redistest.Start(t, redistest.Options{})
//	c, err := cache.Open(cache.Options{Redis: cache.Redis{URL: s.URL()}})
//
// A test is skipped where there is no redis-server, and fails there with CI set;
// scripts/redis.sh gets one.
package redistest

import (
	"context"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// Options of a Server. The zero value is a server on a port, open to everybody here.
type Options struct {
	Args  []string // more settings: "--maxmemory", "2mb"
	Users []string // as in ACL SETUSER: "pith on >secret ~sc1:* +get"
	Unix  bool     // the URL is that of a socket
	TLS   bool     // with certificates of Server.Certificates, also of clients
	Proxy bool     // the URL is that of a proxy, which Slow works on
}

// Server is a running redis-server. Its methods fail the test if they cannot do their
// work.
type Server struct {
	Certificates *Certificates // nil without TLS

	t      testing.TB
	opts   Options
	port   int
	folder string // short: the path of a socket has at most some 100 bytes
	args   []string
	cmd    *exec.Cmd
	exited chan struct{}
	guard  func() // ends the guard
	proxy  *proxy
	admin  *redis.Client
}

// patience is for whatever a server takes to do, on a busy machine.
const patience = 20 * time.Second

// Start starts a server and waits until it answers.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	s := newServer(t, o)
	args := append(o.certificates(s), o.users()...)
	s.start(append(args, o.Args...)...)
	if o.Proxy {
		s.proxy = newProxy(t, s.addr())
	}
	return s
}

func (o Options) certificates(s *Server) []string {
	if !o.TLS {
		return []string{"--port", strconv.Itoa(s.port)}
	}
	s.Certificates = newCertificates(s.t, s.folder)
	return []string{"--port", "0", "--tls-port", strconv.Itoa(s.port), "--tls-ca-cert-file", s.Certificates.CA,
		"--tls-cert-file", s.Certificates.Cert, "--tls-key-file", s.Certificates.Key}
}

func (o Options) users() (args []string) {
	for _, u := range o.Users {
		args = append(append(args, "--user"), strings.Fields(u)...)
	}
	return args
}

func newServer(t testing.TB, o Options) *Server {
	t.Helper()
	folder, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	return &Server{t: t, opts: o, folder: folder, port: freePort(t)}
}

// freePort draws from below the ports that connections get, so that none has it by the
// time it is used, or while the server is stopped.
func freePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := 10_000 + rand.IntN(20_000)
		if l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(port)); err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return 0
}

func (s *Server) start(args ...string) {
	s.t.Helper()
	s.begin(append([]string{"--save", "", "--appendonly", "no"}, args...)...)
}

func (s *Server) startSentinel(config string) {
	s.t.Helper()
	s.begin(config, "--sentinel", "--port", strconv.Itoa(s.port))
}

func (s *Server) begin(args ...string) {
	s.t.Helper()
	s.args = append(args, "--dir", s.folder, "--unixsocket", s.socket(), "--bind", "127.0.0.1", "--loglevel", "warning",
		"--logfile", filepath.Join(s.folder, "log"))
	s.admin = redis.NewClient(&redis.Options{Addr: s.socket(), MaxRetries: -1, Protocol: 2, DisableIdentity: true})
	s.t.Cleanup(func() {
		_ = s.admin.Close()
		s.end()
	})
	s.run()
}

func (s *Server) run() {
	s.t.Helper()
	s.cmd = exec.Command(find(s.t), s.args...)
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.guard = guard(s.t, s.cmd.Process.Pid)
	exited, cmd := make(chan struct{}), s.cmd
	s.exited = exited
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	Eventually(s.t, "redis-server answers", func() bool {
		select {
		case <-exited:
			log, _ := os.ReadFile(filepath.Join(s.folder, "log"))
			s.t.Fatalf("redis-server ended: %s", log)
		default:
		}
		return s.admin.Ping(context.Background()).Err() == nil
	})
}

// guard ends the server when this process ends without doing so, as after a panic: then
// the guard's input ends.
func guard(t testing.TB, pid int) (end func()) {
	cmd := exec.Command("sh", "-c", `read -r _; kill -9 "$0"`, strconv.Itoa(pid))
	_, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

func (s *Server) socket() string { return filepath.Join(s.folder, "sock") }
func (s *Server) addr() string   { return "127.0.0.1:" + strconv.Itoa(s.port) }

// Addr is host and port, of the proxy if there is one, or the path of the socket.
func (s *Server) Addr() string {
	switch {
	case s.opts.Unix:
		return s.socket()
	case s.proxy != nil:
		return s.proxy.addr
	}
	return s.addr()
}

// URL is for cache.Redis, without a user.
func (s *Server) URL() string { return s.URLAs("", "") }

// URLAs is URL with a user and a password.
func (s *Server) URLAs(user, password string) string {
	u := url.URL{Scheme: "redis", Host: s.Addr()}
	if password != "" {
		u.User = url.UserPassword(user, password)
	}
	switch {
	case s.opts.Unix:
		u.Scheme, u.Host, u.Path = "unix", "", s.socket()
	case s.opts.TLS:
		u.Scheme = "rediss"
	}
	return u.String()
}

// Do runs a command as the default user and returns its answer, nil for none.
func (s *Server) Do(args ...any) any {
	s.t.Helper()
	v, err := s.admin.Do(context.Background(), args...).Result()
	if err != nil && err != redis.Nil {
		s.t.Fatalf("%v: %v", args[0], err)
	}
	return v
}

// Dump returns all keys with their values, as Redis has them.
func (s *Server) Dump() map[string]string {
	s.t.Helper()
	out := map[string]string{}
	for _, k := range s.Do("KEYS", "*").([]any) {
		if v, ok := s.Do("GET", k).(string); ok {
			out[k.(string)] = v
		}
	}
	return out
}

// Stop kills the server. Stopping what is stopped does nothing.
func (s *Server) Stop() { s.end() }

func (s *Server) end() {
	if s.cmd == nil {
		return
	}
	s.guard()
	_ = s.cmd.Process.Kill()
	<-s.exited
	s.cmd = nil
}

// Restart starts the server again where it was, empty.
func (s *Server) Restart() {
	s.t.Helper()
	s.end()
	s.run()
}

// Pause stops the process without closing its connections, as a machine that hangs.
func (s *Server) Pause() { s.signal(syscall.SIGSTOP) }

// Resume undoes Pause.
func (s *Server) Resume() { s.signal(syscall.SIGCONT) }

func (s *Server) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// Slow has answers come later by d, 0 being as usual. It wants Options.Proxy.
func (s *Server) Slow(d time.Duration) { s.proxy.delay.Store(int64(d)) }

// Eventually polls until ok, and fails the test if that takes too long.
func Eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("in %v: not %s", patience, what)
		}
	}
}

// find returns the path of redis-server, or ends the test.
func find(t testing.TB) string {
	t.Helper()
	if path, err := exec.LookPath("redis-server"); err == nil {
		return path
	}
	folder, _ := os.Getwd()
	for ; folder != filepath.Dir(folder); folder = filepath.Dir(folder) {
		path := filepath.Join(folder, ".venv", "redis", "bin", "redis-server")
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	const lacks = "there is no redis-server: scripts/redis.sh gets one"
	if os.Getenv("CI") != "" {
		t.Fatal(lacks)
	}
	t.Skip(lacks)
	return ""
}

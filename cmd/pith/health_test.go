package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// unhealthy checks that `pith health` fails, and says why in one line.
func unhealthy(t *testing.T, env map[string]string, want string, args ...string) {
	t.Helper()
	out, errOut, err := command(t, env, "", append([]string{"health"}, args...)...)
	if exitCode(err) != exitFailure || message(err) != "not ready: "+want {
		t.Errorf("exit code %d, %v; want %q", exitCode(err), err, want)
	}
	if out+errOut != "" {
		t.Errorf("it prints %q", out+errOut)
	}
}

func healthy(t *testing.T, env map[string]string, args ...string) {
	t.Helper()
	out, errOut, err := command(t, env, "", append([]string{"health"}, args...)...)
	if err != nil || out+errOut != "" {
		t.Errorf("%v: %q", err, out+errOut)
	}
}

func TestHealthOfAService(t *testing.T) {
	s := startServer(t, map[string]string{"PITH_ADMIN_TOKEN": "t", "PITH_DRAIN_DELAY": "1s"})
	api, admin := strings.TrimPrefix(s.url, "http://"), strings.TrimPrefix(s.admin, "http://")
	_, port, err := net.SplitHostPort(admin)
	if err != nil {
		t.Fatal(err)
	}
	healthy(t, nil, "--admin-listen", admin) // which asks no token for it
	healthy(t, map[string]string{"PITH_ADMIN_TOKEN": "t"}, "--admin-listen", admin)
	healthy(t, nil, "--admin-listen", "0.0.0.0:"+port)
	healthy(t, nil, "--admin-listen", ":"+port)
	healthy(t, nil, "--admin-listen", "", "--listen", api)

	// The environment's proxy is for the way out.
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	healthy(t, map[string]string{"HTTP_PROXY": "http://127.0.0.1:1"}, "--admin-listen", admin)

	stopped := make(chan error, 1)
	go func() { stopped <- s.stop() }()
	for s.get("/readyz") == http.StatusOK { // until it has begun to stop
		time.Sleep(time.Millisecond)
	}
	unhealthy(t, nil, "status 503", "--admin-listen", admin)
	if err := <-stopped; err != nil {
		t.Errorf("shutdown: %v", err)
	}
	unhealthy(t, nil, "no answer", "--admin-listen", admin)
}

// Something else is there, or a service that opens its models, or one that hangs.
func TestHealthOfWhatIsNotReady(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		want   string
	}{
		"starting":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, "status 503"},
		"something_else": {http.NotFound, "status 404"},
		"no_http":        {func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) }, "no answer"},
		"hangs":          {func(http.ResponseWriter, *http.Request) { <-release }, "no answer"}, // takes healthTimeout
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(tt.answer)
			if name == "hangs" {
				t.Cleanup(srv.CloseClientConnections) // Close would wait for the handler
			} else {
				t.Cleanup(srv.Close)
			}
			unhealthy(t, nil, tt.want, "--admin-listen", strings.TrimPrefix(srv.URL, "http://"))
		})
	}
	_, _, err := command(t, nil, "", "health", "--listen", "8484")
	if exitCode(err) != exitUsage || !strings.Contains(err.Error(), "HOST:PORT") {
		t.Errorf("a bad address: %v", err)
	}
}

// Without an admin listener the API says whether it is ready, with TLS, too.
func TestHealthOverTLS(t *testing.T) {
	cert, key, roots := certificate(t)
	tlsRoots = roots
	t.Cleanup(func() { tlsRoots = nil })
	env := map[string]string{"PITH_TLS_CERT_FILE": cert, "PITH_TLS_KEY_FILE": key}
	s := startServer(t, env, "--admin-listen", "")
	api := strings.TrimPrefix(s.url, "http://")
	healthy(t, env, "--admin-listen", "", "--listen", api)
	_, port, err := net.SplitHostPort(api)
	if err != nil {
		t.Fatal(err)
	}
	healthy(t, env, "--admin-listen", "", "--listen", ":"+port) // no name of the certificate
	unhealthy(t, nil, "status 400", "--admin-listen", "", "--listen", api)
}

// There is nothing to show to a service that wants certificates: the mistake is named.
func TestHealthOfAServiceThatWantsCertificates(t *testing.T) {
	cert, key, _ := certificate(t)
	env := map[string]string{"PITH_TLS_CERT_FILE": cert, "PITH_TLS_KEY_FILE": key, "PITH_TLS_CLIENT_CA_FILE": cert}
	unhealthy(t, env, "the service wants certificates of its clients; give it an admin_listen to be asked on", "--admin-listen", "", "--listen", "127.0.0.1:1")
}

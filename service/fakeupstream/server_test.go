package fakeupstream_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// start serves up on loopback. The client it returns neither follows redirects
// nor decodes answers.
func start(t *testing.T, o fakeupstream.Options) (*fakeupstream.Server, *httptest.Server) {
	t.Helper()
	up := fakeupstream.New(o)
	srv := httptest.NewServer(up)
	t.Cleanup(srv.Close)
	srv.Client().Transport.(*http.Transport).DisableCompression = true
	return up, srv
}

// send sends a request. Of an answer that breaks off it returns what came.
func send(t *testing.T, srv *httptest.Server, method, path, body string, headers ...string) (*http.Response, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, srv.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	resp, err := srv.Client().Do(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp, string(b), err
}

const hello = `{"model":"gpt-5","messages":[{"role":"user","content":"Hello there"}]}`
const helloStream = `{"model":"gpt-5","stream":true,"messages":[{"role":"user","content":"Hello there"}]}`

func TestRecordsTheRequestAsItCame(t *testing.T) {
	up, srv := start(t, fakeupstream.Options{MaxBody: 10})
	target := "/v1//nothing%2Fhere/?a=1;b=2&c=%zz&beta=true"
	send(t, srv, "PATCH", target, hello, "X-Twice", "b", "X-Twice", "a", "X-Empty", "")
	recs, err := up.WaitDone(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	r, sum := recs[0], sha256.Sum256([]byte(hello))
	if r.Method != "PATCH" || r.Target != target || r.Proto != "HTTP/1.1" || r.Path() != "/v1//nothing%2Fhere/" || r.RawQuery() != "a=1;b=2&c=%zz&beta=true" {
		t.Errorf("request line: %s %s %s", r.Method, r.Target, r.Proto)
	}
	if got := strings.Join(r.Header["X-Twice"], ","); got != "b,a" || len(r.Header["X-Empty"]) != 1 {
		t.Errorf("header: %v", r.Header)
	}
	if string(r.Body) != hello[:10] || r.Size != int64(len(hello)) || r.SHA256 != hex.EncodeToString(sum[:]) || r.ContentLength != r.Size {
		t.Errorf("body %q, %d bytes, %s", r.Body, r.Size, r.SHA256)
	}
	if r.Status != 404 || r.Gone || !r.Done || r.Sent == 0 {
		t.Errorf("outcome: %+v", r)
	}
	if up.Reset(); len(up.Requests()) != 0 {
		t.Error("Reset left requests")
	}
}

func TestScripts(t *testing.T) {
	for name, tt := range map[string]struct {
		script, body string
		status       int
		header, want string
	}{
		"openai_error":    {"status=429;retry-after=3", hello, 429, "Retry-After: 3", `"code":"rate_limit_exceeded"`},
		"code":            {"status=400;code=context_length_exceeded", hello, 400, "", `"code":"context_length_exceeded"`},
		"created":         {"status=201", hello, 201, "", `"chat.completion"`},
		"one_byte_pieces": {"cut=1;unicode", helloStream, 200, "", "data: [DONE]\n\n"},
		"comments":        {"comments=2", helloStream, 200, "", ": keep-alive\n\n: keep-alive\n\ndata: [DONE]"},
		"huge":            {"huge=100000", hello, 200, "", strings.Repeat(" and more of the same", 4000)},
		"field":           {"header=X-Foo: bar", hello, 200, "X-Foo: bar", "received"},
		"early":           {"status=413;early", hello, 413, "", "error"},
		"misspelt":        {"statsu=1", hello, 400, "", "statsu"},
	} {
		t.Run(name, func(t *testing.T) {
			_, srv := start(t, fakeupstream.Options{})
			resp, body, err := send(t, srv, "POST", "/v1/chat/completions", tt.body, fakeupstream.ScriptHeader, tt.script)
			if err != nil || resp.StatusCode != tt.status || !strings.Contains(body, tt.want) {
				t.Fatalf("%v, error %v: %.300s", resp, err, body)
			}
			if k, v, _ := strings.Cut(tt.header, ": "); k != "" && resp.Header.Get(k) != v {
				t.Errorf("header: %v", resp.Header)
			}
		})
	}
}

func TestTimesCountsUsesOfAScript(t *testing.T) {
	up, srv := start(t, fakeupstream.Options{})
	var got []int
	for _, key := range []string{"a", "a", "b", "a", "b"} {
		resp, _, _ := send(t, srv, "POST", "/v1/messages", hello, fakeupstream.ScriptHeader, "status=529;times=2;key="+key)
		got = append(got, resp.StatusCode)
	}
	up.Reset()
	resp, _, _ := send(t, srv, "POST", "/v1/messages", hello, fakeupstream.ScriptHeader, "status=529;times=2;key=a")
	if want := []int{529, 529, 529, 200, 529, 529}; !equal(append(got, resp.StatusCode), want) {
		t.Errorf("got %v, then %d", got, resp.StatusCode)
	}
}

func TestCutOff(t *testing.T) {
	for name, tt := range map[string]struct {
		script, body string
		events       int
	}{
		"abort_in_stream":  {"abort=2", helloStream, 2},
		"reset_in_stream":  {"reset=2", helloStream, 2},
		"abort_in_body":    {"abort=3;cut=10", hello, 0},
		"abort_at_once":    {"abort=0", hello, 0},
		"abort_in_zstd":    {"abort=2;encoding=zstd", helloStream, 0},
		"reset_at_once":    {"reset=0", hello, 0},
		"abort_after_wait": {"abort=1;drip=1ms", helloStream, 1},
	} {
		t.Run(name, func(t *testing.T) {
			up, srv := start(t, fakeupstream.Options{})
			_, body, err := send(t, srv, "POST", "/v1/chat/completions", tt.body, fakeupstream.ScriptHeader, tt.script)
			if err == nil || strings.HasPrefix(name, "reset") && !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("error %v", err)
			}
			if got := strings.Count(body, "data:"); got != tt.events {
				t.Errorf("%d events, want %d", got, tt.events)
			}
			if recs, err := up.WaitDone(t.Context(), 1); err != nil || recs[0].Gone {
				t.Errorf("%v: %+v", err, recs)
			}
		})
	}
}

// A client that goes away in the middle is seen at once.
func TestSeesTheClientGo(t *testing.T) {
	up, srv := start(t, fakeupstream.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "POST", srv.URL+"/v1/messages", strings.NewReader(helloStream))
	req.Header.Set(fakeupstream.ScriptHeader, "drip=1h")
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil || line != "event: message_start\n" {
		t.Errorf("%v: %q", err, line)
	}
	cancel()
	resp.Body.Close()
	recs, err := up.WaitDone(t.Context(), 1)
	if err != nil || !recs[0].Gone || recs[0].Status != 200 {
		t.Errorf("%v: %+v", err, recs)
	}
}

func TestScriptFunction(t *testing.T) {
	now := time.Unix(1700000000, 0)
	_, srv := start(t, fakeupstream.Options{Now: func() time.Time { return now }, Script: func(r *http.Request) *fakeupstream.Reply {
		if r.URL.Path == "/v1/models" {
			return &fakeupstream.Reply{Body: []byte("not JSON"), Status: 203}
		}
		return nil
	}})
	if resp, body, _ := send(t, srv, "GET", "/v1/models", ""); resp.StatusCode != 203 || body != "not JSON" {
		t.Errorf("%d: %s", resp.StatusCode, body)
	}
	if _, body, _ := send(t, srv, "POST", "/v1/chat/completions", hello); !strings.Contains(body, `"created":1700000000`) {
		t.Errorf("got %s", body)
	}
}

func TestLogAndForget(t *testing.T) {
	var seen []string
	up, srv := start(t, fakeupstream.Options{Forget: true, Log: func(r fakeupstream.Recorded) { seen = append(seen, r.Target) }})
	send(t, srv, "GET", "/v1/models", "")
	send(t, srv, "GET", "/v1/models/gpt-5", "")
	srv.Close() // waits for the handlers
	if got := strings.Join(seen, " "); got != "/v1/models /v1/models/gpt-5" || len(up.Requests()) != 0 {
		t.Errorf("logged %q, kept %d", got, len(up.Requests()))
	}
}

func equal(a, b []int) bool { return encoded(a) == encoded(b) }

func encoded(v any) string { b, _ := json.Marshal(v); return string(b) }

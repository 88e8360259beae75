package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

func TestFakeUpstreamPrintsWhatArrives(t *testing.T) {
	const body = `{"model":"gpt-5","stream":true,"messages":[{"role":"system","content":"Be kind"},{"role":"user","content":"One\n\u001b[31mtwo"}]}`
	for name, tt := range map[string]struct {
		show         []string
		want, absent []string
	}{
		"texts": {[]string{"texts"}, []string{"#1 POST /v1/chat/completions?api_key=(not shown)", "model gpt-5, stream: 2 messages, 19 bytes",
			"system", "7 bytes", "      Be kind\n", "      One\n      \\x1b[31mtwo\n"}, []string{"\x1b", "secret", "Content-Type"}},
		"headers": {[]string{"headers"}, []string{"Authorization: Bearer (10 bytes, not shown)", "X-Api-Key: (10 bytes, not shown)", "Content-Type: "}, []string{"secret", "Be kind"}},
		"body":    {[]string{"body"}, []string{`      {"model":"gpt-5","stream":true`}, []string{"secret"}},
		"none":    {[]string{"none"}, []string{"7 bytes"}, []string{"secret", "Be kind", "Content-Type"}},
	} {
		t.Run(name, func(t *testing.T) {
			out := &logBuffer{}
			base, stop := startFake(t, out, tt.show)
			req, _ := http.NewRequest("POST", base+"/v1/chat/completions?api_key=secret", strings.NewReader(body))
			req.Header.Set("Authorization", "Bearer sk-secret1")
			req.Header.Set("X-Api-Key", "sk-secret2")
			req.Header.Set("Content-Type", "application/json")
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || !bytes.Contains(answer, []byte("[DONE]")) {
				t.Fatalf("%v: %s", err, answer)
			}
			if err := stop(); err != nil {
				t.Fatal(err)
			}
			for _, want := range tt.want {
				if !strings.Contains(out.String(), want) {
					t.Errorf("no %q in\n%s", want, out)
				}
			}
			for _, absent := range tt.absent {
				if strings.Contains(out.String(), absent) {
					t.Errorf("%q in\n%s", absent, out)
				}
			}
		})
	}
}

// startFake serves until stop, which waits for the requests that are being logged.
func startFake(t *testing.T, out io.Writer, show []string) (base string, stop func() error) {
	t.Helper()
	p, err := newArrivals(out, show)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	ended := make(chan error, 1)
	go func() { ended <- fakeUpstream(ctx, l, p, io.Discard) }()
	t.Cleanup(cancel)
	return "http://" + l.Addr().String(), func() error { cancel(); return <-ended }
}

func TestFakeUpstreamUsage(t *testing.T) {
	for name, args := range map[string][]string{
		"show":     {"--show", "everything"},
		"argument": {"now"},
	} {
		cmd := fakeUpstreamCommand()
		cmd.SetArgs(args)
		cmd.SetErr(io.Discard)
		cmd.SilenceUsage, cmd.SilenceErrors = true, true
		if err := cmd.Execute(); exitCode(err) != exitUsage {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !strings.Contains(fakeUpstreamCommand().Long, fakeupstream.ScriptHeader) {
		t.Error("the help does not name the header of scripts")
	}
}

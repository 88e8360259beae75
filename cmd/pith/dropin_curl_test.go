package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const curlChat = `{"model":"gpt-5","messages":[{"role":"user","content":"Hello \u00e9 \/"}],"temperature":1.0, "seed":9007199254740993}`
const curlStream = `{"model":"gpt-5","stream":true,"messages":[{"role":"user","content":"Hello"}]}`

// What curl is told, URL last. Each row is one case. @chat and @big are files.
var curls = []struct {
	name, path string
	args       []string
}{
	{"http10", "/v1/chat/completions", []string{"--http1.0", "-d", curlChat}},
	{"http10_stream", "/v1/chat/completions", []string{"--http1.0", "-d", curlStream}},
	{"http11_stream", "/v1/messages", []string{"--http1.1", "-N", "-d", curlStream}},
	{"http2_upgrade_is_passed_over", "/v1/models", []string{"--http2"}},
	{"chunked", "/v1/chat/completions", []string{"-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/json", "--data-binary", "@chat"}},
	{"expect", "/v1/chat/completions", []string{"-H", "Expect: 100-continue", "-H", "Content-Type: application/json", "--data-binary", "@chat"}},
	{"form_type", "/v1/chat/completions", []string{"--data-binary", "@chat"}},
	{"head", "/v1/models", []string{"-I"}},
	{"head_404", "/v1/nothing", []string{"-I"}},
	{"options", "/v1/chat/completions", []string{"-X", "OPTIONS", "-H", "Origin: http://localhost", "-H", "Access-Control-Request-Method: POST"}},
	{"method_of_ones_own", "/v1/models", []string{"-X", "PURGE"}},
	{"delete_with_body", "/v1/files/file-1", []string{"-X", "DELETE", "-d", `{"a":1}`}},
	{"get_with_body", "/v1/models", []string{"-X", "GET", "-H", "Content-Type: application/json", "-d", `{"a":1}`}},
	{"no_user_agent", "/v1/models", []string{"-H", "User-Agent:"}},
	{"odd_fields", "/v1/models", []string{"-H", "X-Empty;", "-H", "X-Twice: b", "-H", "X-Twice: a", "-H", "Cookie: a=1; b=2",
		"-H", "X-Bytes: caf\xe9", "-H", "Connection: X-Hop", "-H", "X-Hop: 1"}},
	{"odd_query", "/v1/models?a=1;b=2&c=%zz&d=%2f&&e&f=", nil},
	{"empty_query", "/v1/models?", nil},
	{"escaped_path", "/v1/models/ft%3Agpt%2F5%20x", nil},
	{"double_slash", "/v1//models", []string{"--path-as-is"}},
	{"dots", "/v1/x/../models", []string{"--path-as-is"}},
	{"slash_at_the_end", "/v1/models/", nil},
	{"form", "/v1/files", []string{"-F", "purpose=batch", "-F", "file=@big;filename=in.jsonl"}},
	{"upload", "/v1/audio/transcriptions", []string{"-H", "Content-Type: application/octet-stream", "--data-binary", "@big"}},
	{"upload_chunked", "/v1/uploads/1/parts", []string{"-H", "Transfer-Encoding: chunked", "-H", "Content-Type: application/octet-stream", "-T", "big", "-X", "POST"}},
	{"download", "/v1/audio/speech", []string{"-d", `{"input":"Hi"}`}},
	{"huge_answer", "/v1/chat/completions", []string{"-d", curlChat, "-H", "X-Fake-Script: huge=4000000"}},
	{"accepts_zstd", "/v1/chat/completions", []string{"-H", "Accept-Encoding: zstd, br", "-d", curlStream, "-H", "X-Fake-Script: encoding=zstd"}},
	{"accepts_nothing", "/v1/chat/completions", []string{"-d", curlChat, "-H", "X-Fake-Script: encoding=gzip"}},
	{"cut_off_in_body", "/v1/chat/completions", []string{"-d", curlChat, "-H", "X-Fake-Script: cut=100;abort=2"}},
	{"cut_off_in_stream", "/v1/chat/completions", []string{"-d", curlStream, "-H", "X-Fake-Script: abort=2"}},
	{"cancel", "/v1/chat/completions", []string{"-d", curlStream, "-H", "X-Fake-Script: drip=10s", "-m", "0.3"}},
}

func TestDropInCurl(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil || testing.Short() {
		t.Skip("needs curl, and starts it often")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "chat"), curlChat)
	write(t, filepath.Join(dir, "big"), strings.Repeat("{\"line\":\"0123456789\"}\r\n\x00\xff", 40_000))
	unchanged(t, func(t *testing.T, base string) (outcomes []outcome) {
		for _, c := range curls {
			args := append(append([]string{"-q", "-s", "-i", "--noproxy", "*", "-m", "20"}, c.args...), base+c.path)
			cmd := exec.CommandContext(t.Context(), "curl", args...)
			cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH")}
			out, err := cmd.Output()
			outcomes = append(outcomes, outcomeOf("curl", c.name, curled(out, err), nil))
		}
		return outcomes
	})
}

// curled is what curl printed, without what may differ: the order of fields, the
// date, fields of the connection, and those that pith adds. Long bodies are digested.
func curled(out []byte, err error) map[string]any {
	result := map[string]any{"exit": fmt.Sprint(err)}
	head, body, ok := bytes.Cut(out, []byte("\r\n\r\n"))
	for ok && bytes.Contains(head, []byte(" 100 Continue")) {
		head, body, ok = bytes.Cut(body, []byte("\r\n\r\n"))
	}
	fields := strings.Split(string(head), "\r\n")
	result["status"] = fields[0]
	fields = slices.DeleteFunc(fields[1:], func(f string) bool {
		name, _, _ := strings.Cut(f, ":")
		return name == "Date" || slices.Contains(hopByHop, name) || slices.Contains(added, name)
	})
	slices.Sort(fields)
	result["header"] = fields
	result["body"] = string(body)
	if len(body) > 4096 {
		result["body"] = fmt.Sprintf("%d bytes, %x", len(body), sha256.Sum256(body))
	}
	return result
}

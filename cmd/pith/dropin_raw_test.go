package main

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

// A rawRequest is a request as some program is known to send it.
type rawRequest struct {
	name, method, target, body string
	header                     http.Header
}

// rawClient sends requests one after the other. It neither follows redirects nor
// decodes answers.
func rawClient(requests []rawRequest) client {
	return func(t *testing.T, base string) (outcomes []outcome) {
		transport := &http.Transport{DisableCompression: true}
		defer transport.CloseIdleConnections()
		for _, r := range requests {
			result, err := r.send(t, transport, base)
			if err != nil {
				result, err = brokenConnection(err), nil
			}
			outcomes = append(outcomes, outcomeOf("raw", r.name, result, err))
		}
		return outcomes
	}
}

func (r rawRequest) send(t *testing.T, transport http.RoundTripper, base string) (any, error) {
	req, err := http.NewRequestWithContext(t.Context(), cmp.Or(r.method, "POST"), base+r.target, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if r.header != nil {
		req.Header = r.header.Clone()
	}
	if req.Header["User-Agent"] == nil {
		req.Header["User-Agent"] = nil // not Go's
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	resp.Header.Del("Date")
	for _, name := range added {
		resp.Header.Del(name)
	}
	end := ""
	if err != nil {
		end = brokenConnection(err)
	}
	return map[string]any{"status": resp.StatusCode, "header": resp.Header, "body": strconv.Quote(string(body)),
		"length": resp.ContentLength, "end": end}, nil
}

// Every status of a vendor's passes with its body and header, and so does every
// way to encode an answer.
func TestDropInStatuses(t *testing.T) {
	var all []rawRequest
	for _, path := range []string{"/v1/chat/completions", "/v1/messages"} {
		for _, status := range []int{200, 201, 202, 204, 206, 301, 302, 304, 307, 308, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 424,
			425, 429, 431, 451, 498, 499, 500, 501, 502, 503, 504, 505, 520, 529, 599} {
			script := fmt.Sprintf("status=%d;retry-after=7;header=Location: /v1/elsewhere;header=X-Odd: \u00e9", status)
			all = append(all, rawRequest{name: fmt.Sprint(status), target: path, body: curlChat,
				header: http.Header{fakeupstream.ScriptHeader: {script}, "Content-Type": {"application/json"}}})
		}
		// Not abort=0 and reset=0, of which a proxy can only make a status of its own.
		for _, script := range []string{"encoding=gzip", "encoding=br", "encoding=zstd", "encoding=deflate", "cut=1;unicode", "comments=3", "drip=1ms",
			"cut=7;encoding=gzip", "abort=2", "reset=2", "cut=50;abort=3", "huge=300000", "delay=50ms"} {
			for _, body := range []string{curlChat, curlStream} {
				all = append(all, rawRequest{name: script, target: path, body: body, header: http.Header{fakeupstream.ScriptHeader: {script}}})
			}
		}
	}
	unchanged(t, rawClient(all))
}

// What is no request for an answer passes as it is: the vendor says what is wrong
// with it.
func TestDropInBodies(t *testing.T) {
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	var all []rawRequest
	add := func(name, body string, header ...string) {
		h := http.Header{"Content-Type": {"application/json"}}
		for i := 0; i < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		for _, path := range []string{"/v1/chat/completions", "/v1/responses", "/v1/messages", "/v1/messages/count_tokens", "/v1/embeddings"} {
			all = append(all, rawRequest{name: name, target: path, body: body, header: h})
		}
	}
	add("empty", "")
	add("null", "null")
	add("array", "[]")
	add("number", "1e400")
	add("cut_off", curlChat[:40])
	add("more_after_the_end", curlChat+"{}")
	add("byte_order_mark", "\ufeff"+curlChat)
	add("not_UTF8", `{"messages":[{"role":"user","content":"caf`+"\xe9"+`"}]}`)
	add("lone_surrogate", `{"messages":[{"role":"user","content":"\ud83d"}]}`)
	add("duplicate_keys", `{"messages":[{"role":"user","content":"a","content":"b"}],"messages":[],"model":"a","MODEL":"b"}`)
	add("white_space", "\r\n\t {\r\n\"messages\" : [ ] \r\n}\r\n")
	add("escapes", `{"messages":[{"r\u006fle":"user","content":"\u00e9 \/ \u2028 \b\f <&>"}],"n":1.0,"x":9007199254740993,"y":1E+2,"z":-0}`)
	add("deep", strings.Repeat(`{"messages":[`, 2500)+strings.Repeat(`]}`, 2500))
	add("many_messages", `{"messages":[`+strings.Repeat(`{"role":"user","content":"x"},`, 20_000)+`{"role":"user","content":"x"}]}`)
	add("other_type", curlChat, "Content-Type", "text/plain")
	add("no_type", curlChat, "Content-Type", "")
	add("zstd", string(enc.EncodeAll([]byte(curlChat), nil)), "Content-Encoding", "zstd")
	add("zstd_corrupt", "\x28\xb5\x2f\xfd corrupt", "Content-Encoding", "zstd")
	add("encoded_twice", string(enc.EncodeAll(enc.EncodeAll([]byte(curlChat), nil), nil)), "Content-Encoding", "zstd, zstd")
	add("unknown_encoding", curlChat, "Content-Encoding", "rot13")
	add("identity", curlChat, "Content-Encoding", "identity")
	all = append(all, rawRequest{name: "bomb", target: "/v1/messages", body: string(enc.EncodeAll(make([]byte, 64<<20), nil)),
		header: http.Header{"Content-Encoding": {"zstd"}}})
	unchanged(t, rawClient(all))
}

// Assistants that are no libraries, as they are seen to talk.
func TestDropInAssistants(t *testing.T) {
	unchanged(t, rawClient(append(claudeCode(), codex(t)...)))
}

func claudeCode() []rawRequest {
	header := http.Header{
		"Accept": {"application/json"}, "Accept-Encoding": {"gzip, deflate, br, zstd"}, "Anthropic-Beta": {"claude-code-20250219,oauth-2025-04-20,interleaved-thinking-2025-05-14"},
		"Anthropic-Dangerous-Direct-Browser-Access": {"true"}, "Anthropic-Version": {"2023-06-01"}, "Authorization": {"Bearer sk-ant-oat01-AAAA"},
		"Content-Type": {"application/json"}, "User-Agent": {"claude-cli/2.1.0 (external, cli)"}, "X-App": {"cli"}, "X-Claude-Code-Session-Id": {"5f0c0000-0000-4000-8000-000000000000"},
		"X-Stainless-Arch": {"x64"}, "X-Stainless-Lang": {"js"}, "X-Stainless-Os": {"Linux"}, "X-Stainless-Retry-Count": {"0"}, "X-Stainless-Timeout": {"600"},
	}
	system := `"system":[{"type":"text","text":"x-anthropic-billing-header: cc_version=2.1.0.abc; cc_entrypoint=cli; cch=00000;"},` +
		`{"type":"text","text":"You are an agent.","cache_control":{"type":"ephemeral","ttl":"1h"}}]`
	turn := `"messages":[{"role":"user","content":[{"type":"text","text":"<system-reminder>\nBe careful.\n</system-reminder>"},{"type":"text","text":"Run the tests"}]},` +
		`{"role":"assistant","content":[{"type":"thinking","thinking":"Let me see.","signature":"EqQBCkYIARgCKkA+/abc=="},{"type":"tool_use","id":"toolu_01","name":"Bash","input":{"command":"go test ./..."}}]},` +
		`{"role":"user","content":[{"tool_use_id":"toolu_01","type":"tool_result","content":"` + strings.Repeat(`ok  \tpkg\t0.01s\n`, 200) + `","is_error":false,"cache_control":{"type":"ephemeral"}}]}]`
	tools := `"tools":[{"name":"Bash","description":"Runs a command","input_schema":{"$schema":"http://json-schema.org/draft-07/schema#","type":"object","properties":{"command":{"type":"string"}}}}]`
	rest := `"model":"claude-sonnet-5-5","metadata":{"user_id":"user_0_account__session_0"},"max_tokens":32000,"thinking":{"budget_tokens":1024,"type":"enabled"}`
	return []rawRequest{
		{name: "cc_models", method: "GET", target: "/v1/models?limit=1000", header: header},
		{name: "cc_warm_up", target: "/v1/messages?beta=true", header: header, body: `{"model":"claude-haiku-5-5","max_tokens":1,"messages":[{"role":"user","content":"quota"}]}`},
		{name: "cc_count", target: "/v1/messages/count_tokens?beta=true", header: header, body: `{"model":"claude-sonnet-5-5",` + turn + `,` + tools + `}`},
		{name: "cc_turn", target: "/v1/messages?beta=true", header: header, body: `{` + rest + `,` + system + `,` + turn + `,` + tools + `,"stream":true}`},
	}
}

func codex(t *testing.T) []rawRequest {
	t.Helper()
	header := http.Header{
		"Accept": {"text/event-stream"}, "Authorization": {"Bearer eyJhbGciOiJub25lIn0.e30."}, "Chatgpt-Account-Id": {"acc-1"}, "Content-Type": {"application/json"},
		"Conversation_id": {"0199"}, "Openai-Beta": {"responses=experimental"}, "Originator": {"codex_cli_rs"}, "Session_id": {"0199"},
		"User-Agent": {"codex_cli_rs/0.98.0 (Linux; x86_64) xterm"}, "Version": {"0.98.0"}, "X-Codex-Beta-Features": {"a,b"}, "X-Codex-Turn-Metadata": {`{"turn_id":"t1"}`},
	}
	body := `{"model":"gpt-5-codex","instructions":"You are a coding agent.","input":[{"type":"message","role":"developer","content":[{"type":"input_text","text":"<permissions instructions>"}]},` +
		`{"type":"message","role":"user","content":[{"type":"input_text","text":"Run the tests"}]},{"type":"reasoning","summary":[],"content":null,"encrypted_content":"gAAAAAB="},` +
		`{"type":"function_call","name":"shell","arguments":"{\"command\":[\"go\",\"test\"]}","call_id":"call_1"},` +
		`{"type":"function_call_output","call_id":"call_1","output":"{\"output\":\"` + strings.Repeat(`ok pkg 0.01s\\n`, 200) + `\",\"metadata\":{\"exit_code\":0}}"},` +
		`{"type":"custom_tool_call","status":"completed","call_id":"call_2","name":"apply_patch","input":"*** Begin Patch\n*** End Patch\n"},{"type":"custom_tool_call_output","call_id":"call_2","output":"Done!"}],` +
		`"tools":[{"type":"function","name":"shell","strict":false,"parameters":{"type":"object","properties":{}}},{"type":"custom","name":"apply_patch","format":{"type":"grammar","syntax":"lark","definition":"start: x"}}],` +
		`"tool_choice":"auto","parallel_tool_calls":false,"reasoning":{"effort":"medium","summary":"auto"},"store":false,"stream":true,"include":["reasoning.encrypted_content"],"prompt_cache_key":"0199"}`
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.EncoderLevelFromZstd(3)))
	if err != nil {
		t.Fatal(err)
	}
	compressed := header.Clone()
	compressed.Set("Content-Encoding", "zstd")
	compressed.Set("Accept-Encoding", "gzip, br, zstd")
	return []rawRequest{
		{name: "codex_plain", target: "/v1/responses", header: header, body: body},
		{name: "codex_zstd", target: "/v1/responses", header: compressed, body: string(enc.EncodeAll([]byte(body), nil))},
		{name: "codex_compact", target: "/v1/responses/compact", header: header, body: strings.Replace(body, `"stream":true,`, "", 1)},
		{name: "codex_models", method: "GET", target: "/v1/models?client_version=" + url.QueryEscape("0.98.0"), header: header},
		{name: "cursor_shape", target: "/v1/chat/completions", header: header, body: body}, // Responses' shape on Chat's path
	}
}

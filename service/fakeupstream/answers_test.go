package fakeupstream_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/klauspost/compress/zstd"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

const weather = `{"type":"object","properties":{"city":{"type":"string"},"days":{"type":"integer"},"unit":{"enum":["C","F"]},` +
	`"more":{"anyOf":[{"$ref":"#/$defs/more"},{"type":"null"}]}},"$defs":{"more":{"type":"object","properties":{"wind":{"type":["null","boolean"]},"hours":{"type":"array","items":{"type":"number"}}}}}}`

const weatherArgs = `{"city":"example","days":7,"more":{"hours":[7.5],"wind":true},"unit":"C"}`

var anthropicVersion = []string{"Anthropic-Version", "2023-06-01"}

func TestAnswers(t *testing.T) {
	chatTool := `"tools":[{"type":"function","function":{"name":"weather","parameters":` + weather + `}}]`
	flatTool := `"tools":[{"type":"function","name":"weather","parameters":` + weather + `}]`
	claudeTool := `"tools":[{"name":"weather","input_schema":` + weather + `}]`
	quoted := encoded(weatherArgs)
	for name, tt := range map[string]struct {
		path, body string
		want       string // regular expression
		headers    []string
	}{
		"chat":                    {"/v1/chat/completions", hello, `"content":"The pith fake upstream received 1 messages with 11 bytes of text\."`, nil},
		"chat_usage":              {"/v1/chat/completions", hello, `"prompt_tokens":3,`, nil},
		"chat_tool_asked_for":     {"/v1/chat/completions", `{` + chatTool + `,"messages":[{"role":"user","content":"Please use the tool"}]}`, regexp.QuoteMeta(quoted) + `.*"finish_reason":"tool_calls"|"finish_reason":"tool_calls".*` + regexp.QuoteMeta(quoted), nil},
		"chat_tool_not_asked_for": {"/v1/chat/completions", `{` + chatTool + `,"messages":[{"role":"user","content":"Hi"}]}`, `"finish_reason":"stop"`, nil},
		"chat_tool_forced":        {"/v1/chat/completions", `{` + chatTool + `,"tool_choice":"required","messages":[{"role":"user","content":"Hi"}]}`, `"tool_calls":\[`, nil},
		"chat_tool_done": {"/v1/chat/completions", `{` + chatTool + `,"messages":[{"role":"user","content":"Use the tool"},` +
			`{"role":"assistant","tool_calls":[{"function":{"arguments":"{}"}}]},{"role":"tool","content":"sunny"}]}`, `received 3 messages`, nil},
		"chat_schema":        {"/v1/chat/completions", `{"messages":[],"response_format":{"type":"json_schema","json_schema":{"schema":` + weather + `}}}`, regexp.QuoteMeta(quoted), nil},
		"completions":        {"/v1/completions", `{"prompt":"Once upon"}`, `"text":"The pith fake`, nil},
		"responses":          {"/v1/responses", `{"input":"Hello"}`, `5 bytes.*"status":"completed"`, nil},
		"responses_tool":     {"/v1/responses", `{"input":"Use the tool",` + flatTool + `}`, `"function_call"`, nil},
		"responses_schema":   {"/v1/responses", `{"input":"Hi","text":{"format":{"type":"json_schema","schema":` + weather + `}}}`, regexp.QuoteMeta(quoted), nil},
		"responses_count":    {"/v1/responses/input_tokens", `{"input":"Hello"}`, `"input_tokens":2`, nil},
		"moderations":        {"/v1/moderations", `{"input":"Hello"}`, `"flagged":false`, nil},
		"images":             {"/v1/images/generations", `{"prompt":"A cat"}`, `"b64_json"`, nil},
		"messages":           {"/v1/messages?beta=true", hello, `"text":"The pith fake.*"input_tokens":3`, nil},
		"messages_tool":      {"/v1/messages", `{"tool_choice":{"type":"tool","name":"weather"},` + claudeTool + `,"messages":[]}`, regexp.QuoteMeta(`"input":` + weatherArgs), nil},
		"messages_schema":    {"/v1/messages", `{"messages":[],"output_config":{"format":{"type":"json_schema","schema":` + weather + `}}}`, regexp.QuoteMeta(quoted), nil},
		"count_tokens":       {"/v1/messages/count_tokens", hello, `^{"input_tokens":3}$`, nil},
		"no_json":            {"/v1/chat/completions", `{"model":`, `"type":"invalid_request_error"`, nil},
		"no_json_anthropic":  {"/v1/messages", `[]`, `^{"error":{"message":.*"request_id":"req_fake000001","type":"error"}$`, nil},
		"our_own_extension":  {"/v1/chat/completions", `{"messages":[],"pith":{"mode":"off"}}`, `unknown parameter`, nil},
		"unknown_path":       {"/v1/nothing", `{}`, `^{"error":{"code":"not_found","message":"Invalid URL \(POST /v1/nothing\)","param":null`, nil},
		"unknown_anthropic":  {"/v1/nothing", `{}`, `"type":"not_found_error"`, anthropicVersion},
		"known_by_GET":       {"/v1/models", `{}`, `Not allowed to POST`, nil},
		"batches":            {"/v1/batches", `{}`, `"object":"batch"`, nil},
		"batches_anthropic":  {"/v1/messages/batches", `{"requests":[]}`, `"type":"message_batch"`, nil},
		"two_vectors":        {"/v1/embeddings", `{"input":["a","b"],"dimensions":2}`, `"index":1`, nil},
		"tokens_of_one_text": {"/v1/embeddings", `{"input":[1,2,3],"dimensions":2}`, `^[^{]*{"data":\[{[^{]*}\]`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, srv := start(t, fakeupstream.Options{})
			_, body, err := send(t, srv, "POST", tt.path, tt.body, tt.headers...)
			if err != nil || !regexp.MustCompile(tt.want).MatchString(body) {
				t.Errorf("error %v, got %s\nwant %s", err, body, tt.want)
			}
		})
	}
}

func TestStreams(t *testing.T) {
	for name, tt := range map[string]struct{ path, body, want string }{
		"chat":       {"/v1/chat/completions", helloStream, `(data: .*\n\n)+data: .*"finish_reason":"stop".*\n\ndata: \[DONE\]\n\n`},
		"chat_usage": {"/v1/chat/completions", `{"stream":true,"stream_options":{"include_usage":true}}`, `data: .*"usage":null(?s:.*)"choices":\[\],.*"usage":{.*\n\ndata: \[DONE\]\n\n`},
		"responses": {"/v1/responses", `{"stream":true,"input":"Hi"}`,
			`event: response.created\ndata: .*"sequence_number":0.*\n\nevent: response.in_progress\n(?s:.*)event: response.output_text.delta\n(?s:.*)event: response.completed\ndata: .*\n\n`},
		"messages": {"/v1/messages", helloStream,
			`event: message_start\n(?s:.*)event: ping\n(?s:.*)event: content_block_delta\n(?s:.*)event: message_delta\n.*\n\nevent: message_stop\ndata: {"type":"message_stop"}\n\n`},
		"completions": {"/v1/completions", `{"stream":true,"prompt":"x"}`, `(data: .*\n\n)+data: \[DONE\]\n\n`},
	} {
		t.Run(name, func(t *testing.T) {
			_, srv := start(t, fakeupstream.Options{})
			resp, body, err := send(t, srv, "POST", tt.path, tt.body)
			if err != nil || resp.ContentLength != -1 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") ||
				!regexp.MustCompile("^"+tt.want+"$").MatchString(body) {
				t.Errorf("error %v, length %d: %s", err, resp.ContentLength, body)
			}
		})
	}
}

// An encoded answer decodes to the plain one, in one piece and in events; so does
// an encoded request.
func TestEncodings(t *testing.T) {
	for _, coding := range []string{"gzip", "deflate", "br", "zstd"} {
		for _, body := range []string{hello, helloStream} {
			t.Run(coding, func(t *testing.T) {
				up, srv := start(t, fakeupstream.Options{})
				_, plain, _ := send(t, srv, "POST", "/v1/messages", body)
				up.Reset()
				resp, raw, err := send(t, srv, "POST", "/v1/messages", body, fakeupstream.ScriptHeader, "encoding="+coding)
				got, decErr := fakeupstream.Recorded{Header: resp.Header, Body: []byte(raw)}.Decoded()
				if err != nil || decErr != nil || string(got) != plain || raw == plain {
					t.Fatalf("%v, %v: got %q, want %q", err, decErr, got, plain)
				}
			})
		}
	}
	up, srv := start(t, fakeupstream.Options{})
	enc, _ := zstd.NewWriter(nil)
	sent := string(enc.EncodeAll([]byte(hello), nil))
	_, body, _ := send(t, srv, "POST", "/v1/chat/completions", sent, "Content-Encoding", "zstd")
	if !strings.Contains(body, "with 11 bytes") {
		t.Errorf("got %s", body)
	}
	if r := up.Requests()[0]; string(r.Body) != sent {
		t.Errorf("the record is decoded: %q", r.Body)
	}
}

func TestVendorHeaders(t *testing.T) {
	_, srv := start(t, fakeupstream.Options{})
	for i, tt := range []struct {
		headers      []string
		want, absent string
	}{
		{nil, "X-Request-Id", "Request-Id"},
		{anthropicVersion, "Request-Id", "X-Request-Id"},
		{[]string{"X-Codex-Beta-Features", "a"}, "X-Codex-Primary-Used-Percent", "Request-Id"},
	} {
		resp, _, _ := send(t, srv, "GET", "/v1/models", "", tt.headers...)
		if resp.Header.Get(tt.want) == "" || resp.Header.Get(tt.absent) != "" {
			t.Errorf("%d: %v", i, resp.Header)
		}
	}
}

func TestUpload(t *testing.T) {
	_, srv := start(t, fakeupstream.Options{})
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	_ = form.WriteField("purpose", "batch")
	file, _ := form.CreateFormFile("file", "in.jsonl")
	_, _ = file.Write([]byte("{}\n"))
	form.Close()
	_, body, _ := send(t, srv, "POST", "/v1/files", b.String(), "Content-Type", form.FormDataContentType())
	for _, want := range []string{`"filename":"in.jsonl"`, `"bytes":3`, `"purpose":"batch"`} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s in %s", want, body)
		}
	}
}

func TestVectorsAreTheSameInBothForms(t *testing.T) {
	_, srv := start(t, fakeupstream.Options{})
	vector := func(format string) (v json.RawMessage) {
		_, body, _ := send(t, srv, "POST", "/v1/embeddings", `{"input":"a","encoding_format":"`+format+`"}`)
		var out struct {
			Data []struct{ Embedding json.RawMessage }
		}
		if err := json.Unmarshal([]byte(body), &out); err != nil {
			t.Fatal(err)
		}
		return out.Data[0].Embedding
	}
	var numbers []float32
	var packed string
	if json.Unmarshal(vector("float"), &numbers) != nil || json.Unmarshal(vector("base64"), &packed) != nil {
		t.Fatal("no vectors")
	}
	raw, _ := base64.StdEncoding.DecodeString(packed)
	length := 0.0
	for i, x := range numbers {
		length += float64(x) * float64(x)
		if got := math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])); got != x {
			t.Fatalf("number %d is %v and %v", i, x, got)
		}
	}
	if len(numbers) != 1536 || math.Abs(length-1) > 1e-3 {
		t.Errorf("%d numbers of length %v", len(numbers), length)
	}
}

func TestWebSocket(t *testing.T) {
	up, srv := start(t, fakeupstream.Options{})
	conn, resp, err := websocket.Dial(t.Context(), srv.URL+"/v1/responses", &websocket.DialOptions{Subprotocols: []string{"a", "b"}})
	if err != nil {
		t.Fatal(err)
	}
	if conn.Subprotocol() != "a" || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Errorf("subprotocol %q, status %d", conn.Subprotocol(), resp.StatusCode)
	}
	exchange := func(typ websocket.MessageType, msg, last string) {
		t.Helper()
		if err := conn.Write(t.Context(), typ, []byte(msg)); err != nil {
			t.Fatal(err)
		}
		for {
			got, b, err := conn.Read(t.Context())
			if err != nil || got != typ {
				t.Fatalf("type %v, %v", got, err)
			}
			if strings.Contains(string(b), last) {
				return
			}
		}
	}
	exchange(websocket.MessageBinary, "\x00\xff", "\x00\xff")
	exchange(websocket.MessageText, `{"type":"response.create","stream_id":"s1","input":"Hello"}`, `"stream_id":"s1","type":"response.completed"`)
	exchange(websocket.MessageText, `{"type":"response.create","pith":{}}`, "unknown parameter")
	if err := conn.Close(4001, "enough"); websocket.CloseStatus(err) != -1 && err != nil {
		t.Errorf("close: %v", err)
	}
	recs, err := up.WaitDone(t.Context(), 1)
	if err != nil || len(recs[0].Messages) != 3 || recs[0].Gone || recs[0].Status != 101 {
		t.Errorf("%v: %+v", err, recs)
	}
	if _, resp, err = websocket.Dial(t.Context(), srv.URL+"/v1/responses", &websocket.DialOptions{
		HTTPHeader: http.Header{fakeupstream.ScriptHeader: {"status=426"}}}); err == nil || resp.StatusCode != 426 {
		t.Errorf("refusal: %v", err)
	}
}

package fakeupstream

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
)

type obj = map[string]any

// a call is a request as the handlers see it.
type call struct {
	rec    Recorded
	reply  Reply
	vars   []string // elements of the path
	prompt Prompt
	body   request
	now    int64 // seconds since 1970
}

// request is what the handlers read of a JSON body.
type request struct {
	Stream        bool `json:"stream"`
	StreamOptions struct {
		IncludeUsage bool `json:"include_usage"`
	} `json:"stream_options"`
	Tools          []tool          `json:"tools"`
	ToolChoice     json.RawMessage `json:"tool_choice"`
	ResponseFormat format          `json:"response_format"`
	Text           struct {
		Format format `json:"format"`
	} `json:"text"`
	OutputFormat format `json:"output_format"`
	OutputConfig struct {
		Format format `json:"format"`
	} `json:"output_config"`
	Input          json.RawMessage `json:"input"`
	EncodingFormat string          `json:"encoding_format"`
	Dimensions     int             `json:"dimensions"`
	Pith           json.RawMessage `json:"pith"`
}

// What a vendor says of a body.
var (
	errNotJSON = errors.New("the body of your request could not be parsed as a JSON object")
	errPith    = errors.New("unknown parameter: 'pith'")
)

func (s *Server) newCall(r *http.Request, rec Recorded, reply Reply) (*call, error) {
	c := &call{rec: rec, reply: reply, now: s.opts.Now().Unix()}
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if r.Method != http.MethodPost || strings.HasPrefix(media, "multipart/") {
		return c, nil
	}
	return c, c.read()
}

// read takes the JSON in. A member of an unexpected type is passed over: a vendor
// would say so, but this is no validator.
func (c *call) read() (err error) {
	raw, err := c.rec.Decoded()
	if err != nil {
		return err
	}
	if c.prompt, err = ReadPrompt(raw); err != nil {
		if int64(len(c.rec.Body)) < c.rec.Size {
			return nil // only its beginning was kept
		}
		return errNotJSON
	}
	_ = json.Unmarshal(raw, &c.body)
	if c.body.Pith != nil {
		return errPith
	}
	return nil
}

// id is an identifier of this request's, with a vendor's prefix.
func (c *call) id(prefix string) string { return fmt.Sprintf("%sfake%06d", prefix, c.rec.Seq) }

func inJSON(status int, v any) answer {
	return answer{status: status, header: http.Header{"Content-Type": {"application/json"}}, body: encode(v)}
}

// encode writes JSON as the vendors do: nothing escaped for HTML.
func encode(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // all that is encoded here can be
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// stream is an answer of events.
func stream(frames [][]byte) answer {
	return answer{status: http.StatusOK, frames: frames,
		header: http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}, "Cache-Control": {"no-cache"}}}
}

// data is an event without a name.
func data(v any) []byte { return fmt.Appendf(nil, "data: %s\n\n", encode(v)) }

// event is an event whose name is its type.
func event(v obj) []byte { return fmt.Appendf(nil, "event: %s\ndata: %s\n\n", v["type"], encode(v)) }

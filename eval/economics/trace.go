package economics

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"time"
)

// A Line is one recorded request.
type Line struct {
	Number       int // in the file, from 1
	At           time.Time
	API          string // "" if it is to be guessed
	Conversation string // "" if it is to be told by the first user turn
	Body         json.RawMessage
	Usage        *Usage // what the vendor reported; nil if the trace has none
}

// A LineError is a line that cannot be used. It quotes nothing of it.
type LineError struct {
	Line int    `json:"line"`
	Msg  string `json:"message"` // what to change
}

func (e *LineError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// maxLine is the most bytes of a line.
const maxLine = 64 << 20

// A TraceReader reads a trace: JSON objects, one a line, in the order of time, with the
// members time (RFC 3339, or seconds), body (the request as it was sent), and, if there
// are any, api, conversation, usage and answer. Empty lines are passed over.
type TraceReader struct {
	in     *bufio.Reader
	number int
	last   time.Time
}

// NewTraceReader returns a reader of r.
func NewTraceReader(r io.Reader) *TraceReader {
	return &TraceReader{in: bufio.NewReaderSize(r, 1<<20)}
}

// Next returns the next line. A *LineError leaves the reader at the line behind; any
// other error is the end, io.EOF the regular one.
func (t *TraceReader) Next() (Line, error) {
	for {
		raw, err := t.line()
		if err != nil {
			return Line{}, err
		}
		if raw = bytes.TrimSpace(raw); len(raw) > 0 {
			return t.parse(raw)
		}
	}
}

func (t *TraceReader) bad(format string, args ...any) error {
	return &LineError{t.number, fmt.Sprintf(format, args...)}
}

// line returns the bytes of the next line. Of one that is too long the rest is passed over.
func (t *TraceReader) line() ([]byte, error) {
	var line []byte
	t.number++
	long := false
	for {
		part, err := t.in.ReadSlice('\n')
		if long = long || len(line)+len(part) > maxLine; !long {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case long && (err == nil || err == io.EOF):
			return nil, t.bad("is over %d MiB; leave media out", maxLine>>20)
		case err == io.EOF && len(line) > 0, err == nil:
			return line, nil
		}
		return nil, err
	}
}

func (t *TraceReader) parse(raw []byte) (Line, error) {
	var in struct {
		Time         json.RawMessage `json:"time"`
		API          string          `json:"api"`
		Conversation string          `json:"conversation"`
		Body         json.RawMessage `json:"body"`
		Usage        json.RawMessage `json:"usage"`
		Answer       json.RawMessage `json:"answer"`
	}
	if err := json.Unmarshal(raw, &in); err != nil {
		return Line{}, t.bad("must be one JSON object with time and body, api and conversation being strings")
	}
	at, ok := parseTime(in.Time)
	switch {
	case !ok:
		return Line{}, t.bad(`"time" must be RFC 3339, or seconds as a number`)
	case at.Before(t.last):
		return Line{}, t.bad("comes before the line above it; sort the trace by time")
	case in.API != "" && !slices.Contains(APIs, in.API):
		return Line{}, t.bad(`"api" must be %s, or left out`, strings.Join(APIs, ", "))
	case in.Body == nil:
		return Line{}, t.bad(`"body" is missing: it is the request as it was sent`)
	}
	t.last = at
	if in.Usage == nil {
		if answer, ok := object(in.Answer); ok {
			in.Usage = answer["usage"]
		}
	}
	return Line{Number: t.number, At: at, API: in.API, Conversation: in.Conversation, Body: in.Body, Usage: parseUsage(in.Usage)}, nil
}

// maxSeconds is in the year 9999, the last that time.Time writes as JSON.
const maxSeconds = 253402300799

func parseTime(raw json.RawMessage) (time.Time, bool) {
	var text string
	if raw == nil {
		return time.Time{}, false
	}
	if json.Unmarshal(raw, &text) == nil {
		at, err := time.Parse(time.RFC3339Nano, text)
		return at, err == nil
	}
	var seconds float64
	if json.Unmarshal(raw, &seconds) != nil || seconds < 0 || seconds > maxSeconds {
		return time.Time{}, false
	}
	whole, part := math.Modf(seconds)
	return time.Unix(int64(whole), int64(part*1e9)).UTC(), true
}

// Usage is what a vendor reported for one request.
type Usage struct {
	Prompt int // tokens of the whole prompt
	Read   int // of these, read from the cache
}

// parseUsage reads the forms of OpenAI, Anthropic, DeepSeek and Gemini; nil if it is none
// of them.
func parseUsage(raw json.RawMessage) *Usage {
	var in struct {
		Prompt        *int `json:"prompt_tokens"` // OpenAI chat, and all of the prompt
		Input         *int `json:"input_tokens"`  // responses: all; Anthropic: the rest
		PromptDetails struct {
			Cached int `json:"cached_tokens"`
		} `json:"prompt_tokens_details"`
		InputDetails struct {
			Cached int `json:"cached_tokens"`
		} `json:"input_tokens_details"`
		Read    *int `json:"cache_read_input_tokens"`
		Created *int `json:"cache_creation_input_tokens"`
		Hit     int  `json:"prompt_cache_hit_tokens"`
		Gemini  *int `json:"promptTokenCount"`
		Cached  int  `json:"cachedContentTokenCount"`
	}
	if raw == nil || json.Unmarshal(raw, &in) != nil {
		return nil
	}
	u := Usage{}
	switch {
	case in.Prompt != nil:
		u = Usage{*in.Prompt, max(in.PromptDetails.Cached, in.Hit)}
	case in.Input != nil && (in.Read != nil || in.Created != nil):
		read, created := deref(in.Read), deref(in.Created)
		u = Usage{*in.Input + read + created, read}
	case in.Input != nil:
		u = Usage{*in.Input, in.InputDetails.Cached}
	case in.Gemini != nil:
		u = Usage{*in.Gemini, in.Cached}
	default:
		return nil
	}
	if u.Read < 0 || u.Prompt < u.Read {
		return nil
	}
	return &u
}

func deref(p *int) int {
	if p == nil {
		return 0
	}
	return *p
}

package main

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/pith-proxy/pith/service/fakeupstream"
)

func TestDropInWebSocket(t *testing.T) {
	unchanged(t, func(t *testing.T, base string) (outcomes []outcome) {
		add := func(name string, result any, err error) {
			outcomes = append(outcomes, outcomeOf("websocket", name, result, err))
		}
		frames, err := talk(t, base+"/v1/responses", []string{"a", "b"},
			`{"type":"response.create","stream_id":"s","model":"gpt-5","input":"Hello","temperature":1.0}`)
		add("responses", frames, err)
		frames, err = talk(t, base+"/v1/realtime?model=gpt-realtime", []string{"realtime", "openai-insecure-api-key.sk-test-0000"}, "", strings.Repeat("x", 4<<20))
		add("realtime", frames, err)
		add("refused", refused(t, base+"/v1/responses", "status=426"), nil)
		add("no_such_path", refused(t, base+"/v1/nothing", ""), nil)
		return outcomes
	})
}

type talked struct {
	Subprotocol string
	Frames      []string // the first 200 bytes of each
	Sizes       []int
	Close       websocket.StatusCode
}

// talk sends messages, reads the answers to each, pings, and closes with a code of
// its own.
func talk(t *testing.T, url string, protocols []string, messages ...string) (got talked, err error) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{Subprotocols: protocols,
		HTTPHeader: http.Header{"Authorization": {"Bearer sk-test-0000"}, "Openai-Beta": {"responses_websockets=2026-02-06"}}})
	if err != nil {
		return got, err
	}
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	got.Subprotocol = conn.Subprotocol()
	for _, m := range messages {
		if err := conn.Write(ctx, websocket.MessageText, []byte(m)); err != nil {
			return got, err
		}
		for {
			_, b, err := conn.Read(ctx)
			if err != nil {
				return got, err
			}
			got.Frames, got.Sizes = append(got.Frames, string(b[:min(len(b), 200)])), append(got.Sizes, len(b))
			if !strings.Contains(m, "response.create") || strings.Contains(string(b), `"type":"response.completed"`) {
				break
			}
		}
	}
	pinged := conn.CloseRead(ctx) // somebody has to read the answer to a ping
	if err := conn.Ping(ctx); err != nil {
		return got, err
	}
	err = conn.Close(4321, "enough")
	<-pinged.Done()
	got.Close = websocket.CloseStatus(err)
	return got, err
}

// refused is the status and type of an answer to a handshake.
func refused(t *testing.T, url, script string) map[string]any {
	conn, resp, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{HTTPHeader: http.Header{fakeupstream.ScriptHeader: {script}}})
	if err == nil {
		conn.CloseNow()
		return map[string]any{"status": 101}
	}
	if resp == nil {
		return map[string]any{"error": err.Error()}
	}
	return map[string]any{"status": resp.StatusCode, "type": resp.Header.Get("Content-Type"), "id": resp.Header.Get("X-Request-Id")}
}

package fakeupstream

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/coder/websocket"
)

// websocket answers each response.create on /v1/responses with the events of a
// response, and everything else, there and on /v1/realtime, with an echo. A close
// is answered with the client's own code.
func (s *Server) websocket(w http.ResponseWriter, r *http.Request, e *entry, reply Reply) {
	if reply.Status != 0 || r.URL.Path != "/v1/responses" && r.URL.Path != "/v1/realtime" {
		e.play(w, r, s.answer(r, e, reply), reply)
		return
	}
	var offered []string
	for _, list := range r.Header.Values("Sec-Websocket-Protocol") {
		for p := range strings.SplitSeq(list, ",") {
			offered = append(offered, strings.TrimSpace(p))
		}
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: offered, InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	e.change(func(rec *Recorded) { rec.Status = http.StatusSwitchingProtocols })
	err = s.converse(r.Context(), conn, e, reply)
	var closed websocket.CloseError
	e.change(func(rec *Recorded) { rec.Gone = !errors.As(err, &closed) })
}

// converse returns the error that ended the conversation.
func (s *Server) converse(ctx context.Context, conn *websocket.Conn, e *entry, reply Reply) error {
	for {
		typ, msg, err := conn.Read(ctx)
		if err != nil {
			return err
		}
		e.change(func(rec *Recorded) { rec.Messages = append(rec.Messages, msg) })
		if err := s.answerMessage(ctx, conn, e, reply, typ, msg); err != nil {
			return err
		}
	}
}

func (s *Server) answerMessage(ctx context.Context, conn *websocket.Conn, e *entry, reply Reply, typ websocket.MessageType, msg []byte) error {
	var m struct {
		Type   string          `json:"type"`
		Stream json.RawMessage `json:"stream_id"`
	}
	if json.Unmarshal(msg, &m) != nil || m.Type != "response.create" {
		return conn.Write(ctx, typ, msg)
	}
	c := &call{rec: e.copy(), reply: reply, now: s.opts.Now().Unix()}
	c.rec.Body, c.rec.Size, c.rec.Header = msg, int64(len(msg)), http.Header{}
	if err := c.read(); err != nil {
		return conn.Write(ctx, typ, encode(obj{"type": "error", "status": 400, "error": obj{"message": err.Error(), "type": "invalid_request_error"}}))
	}
	for _, ev := range c.responseEvents(c.say()) {
		if m.Stream != nil {
			ev["stream_id"] = m.Stream
		}
		if err := conn.Write(ctx, typ, encode(ev)); err != nil {
			return err
		}
	}
	return nil
}

package service

import (
	"net/http"
	"time"
)

// slowWriter lets a client be slow but not stuck: each piece of an answer has to
// be taken within patience.
type slowWriter struct {
	http.ResponseWriter
	patience time.Duration
}

const writePiece = 256 << 10

// Write implements http.ResponseWriter.
func (w slowWriter) Write(p []byte) (int, error) {
	rc := http.NewResponseController(w.ResponseWriter)
	done := 0
	for {
		_ = rc.SetWriteDeadline(time.Now().Add(w.patience))
		n, err := w.ResponseWriter.Write(p[done:min(done+writePiece, len(p))])
		done += n
		if err != nil || done == len(p) {
			return done, err
		}
	}
}

// Unwrap is for http.ResponseController.
func (w slowWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

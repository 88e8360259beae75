package service

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/pith-proxy/pith"
)

// logFailure logs why a compression failed. Compressors promise to keep prompt
// text out of their errors; since a log is for ever, the promise is checked.
func (s *Service) logFailure(ctx context.Context, j *job, e *pith.Error, err error) {
	level := slog.LevelWarn
	if mendable(e.Code) || e.Code == codeClientGone {
		level = slog.LevelDebug
	}
	if !s.opts.Log.Enabled(ctx, level) {
		return
	}
	texts := []string{string(j.req.Question), string(j.req.Instruction), j.req.Model}
	for i := range j.req.Contexts {
		texts = append(texts, string(j.req.Contexts[i].Text), j.req.Contexts[i].ID)
	}
	texts = append(texts, j.req.Options.ForceTokens...)
	texts = append(texts, j.req.Options.Preserve.Literals...)
	s.opts.Log.LogAttrs(ctx, level, "compression failed",
		slog.String("id", recordOf(ctx).id),
		slog.String("code", string(e.Code)),
		slog.String("error", scrub(err, texts)))
}

// quote is how many bytes in a row make a quotation.
const quote = 12

const withheld = "withheld, for it quotes the request: "

// scrub returns the message of err, or only its types if it quotes a text.
func scrub(err error, texts []string) string {
	msg := err.Error()
	if len(msg) > 1000 {
		msg = msg[:1000] + "…"
	}
	grams := map[string]struct{}{}
	for i := 0; i+quote <= len(msg); i++ {
		grams[msg[i:i+quote]] = struct{}{}
	}
	for _, t := range texts {
		if len(t) < quote {
			if len(t) >= 4 && strings.Contains(msg, t) {
				return withheld + types(err)
			}
			continue
		}
		for i := 0; i+quote <= len(t); i++ {
			if _, found := grams[t[i:i+quote]]; found {
				return withheld + types(err)
			}
		}
	}
	return msg
}

// types names the types of the errors in a chain.
func types(err error) string {
	var names []string
	for ; err != nil; err = errors.Unwrap(err) {
		names = append(names, fmt.Sprintf("%T", err))
	}
	return strings.Join(names, ": ")
}

package reader

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
)

// record is an answer as it is stored: a line with a checksum, then JSON. There is no
// prompt in it, only the digest, so that a file under another's name is known for one.
type record struct {
	Digest           string        `json:"digest"`
	Model            string        `json:"model"`
	Text             string        `json:"text"`
	Finish           string        `json:"finish"`
	PromptTokens     int           `json:"prompt_tokens"`
	CachedTokens     int           `json:"cached_tokens"`
	CompletionTokens int           `json:"completion_tokens"`
	Estimated        bool          `json:"estimated,omitempty"`
	Took             time.Duration `json:"took_ns"`
	InDoubt          bool          `json:"in_doubt,omitempty"`
}

const recordMagic = "pith answer 1 "

// noChoice was once stored of replies that hold no answer.
const noChoice = "empty"

var errDamaged = errors.New("not a whole answer of this prompt")

func encodeRecord(d digest, a Answer) ([]byte, error) {
	body, err := json.Marshal(record{
		Digest: d.String(), Model: a.Model, Text: a.Text, Finish: a.Finish,
		PromptTokens: a.PromptTokens, CachedTokens: a.CachedTokens, CompletionTokens: a.CompletionTokens,
		Estimated: a.Estimated, Took: a.Took, InDoubt: a.InDoubt,
	})
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	head := recordMagic + hex.EncodeToString(sum[:]) + "\n"
	return append([]byte(head), body...), nil
}

func decodeRecord(d digest, file []byte) (Answer, error) {
	head, body, _ := bytes.Cut(file, []byte("\n"))
	sum := sha256.Sum256(body)
	var r record
	if string(head) != recordMagic+hex.EncodeToString(sum[:]) || json.Unmarshal(body, &r) != nil || r.Digest != d.String() ||
		r.Finish == noChoice {
		return Answer{}, errDamaged
	}
	return Answer{
		Text: r.Text, Finish: r.Finish, Model: r.Model,
		PromptTokens: r.PromptTokens, CachedTokens: r.CachedTokens, CompletionTokens: r.CompletionTokens,
		Estimated: r.Estimated, Took: r.Took, InDoubt: r.InDoubt, Stored: true,
	}, nil
}

package reader

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// The first format of an answer's file was a line with a checksum, then JSON. It holds no
// prices, and of calls in doubt only that there were some. Its intents were zeros.
const oldMagic = "pith answer 1 "

type oldRecord struct {
	record
	Digest  string `json:"digest"`
	InDoubt bool   `json:"in_doubt"`
}

// noChoice was once stored of replies that hold no answer.
const noChoice = "empty"

func decodeOld(d digest, file []byte) (l line, ok bool) {
	head, body, _ := bytes.Cut(file, []byte("\n"))
	sum := sha256.Sum256(body)
	var r oldRecord
	if string(head) != oldMagic+hex.EncodeToString(sum[:]) || json.Unmarshal(body, &r) != nil || r.Digest != d.String() ||
		r.Finish == noChoice {
		return line{}, false
	}
	l = line{Digest: r.Digest, Answer: &r.record}
	if r.InDoubt {
		l.Doubt = unknownCall
	}
	return l, true
}

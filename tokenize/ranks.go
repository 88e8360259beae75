package tokenize

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"

	"github.com/pkoukk/tiktoken-go-loader/assets"
)

// The digests are those that the tiktoken package itself checks its downloads
// against (tiktoken_ext/openai_public.py).
const (
	o200kSHA256  = "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d"
	cl100kSHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"
)

// loadRanks reads an embedded rank file: a line is a token in base64, a space
// and its rank; the ranks are 0, 1, 2, … in the order of the lines.
func loadRanks(file, digest string) (*lexicon, error) {
	f, err := assets.Assets.Open(file)
	if err != nil {
		return nil, fmt.Errorf("open ranks: %w", err)
	}
	defer f.Close()
	hash := sha256.New()
	lex, err := parseRanks(io.TeeReader(f, hash))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file, err)
	}
	if got := hex.EncodeToString(hash.Sum(nil)); got != digest {
		return nil, fmt.Errorf("read %s: digest is %s, want %s", file, got, digest)
	}
	return lex, nil
}

func parseRanks(r io.Reader) (*lexicon, error) {
	var text []byte
	var ends []uint32
	var number [20]byte
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		token, rank, ok := bytes.Cut(lines.Bytes(), []byte(" "))
		if !ok || !bytes.Equal(rank, strconv.AppendInt(number[:0], int64(len(ends)), 10)) {
			return nil, fmt.Errorf("line %d is not a token and its rank", len(ends)+1)
		}
		var err error
		if text, err = base64.StdEncoding.AppendDecode(text, token); err != nil {
			return nil, fmt.Errorf("line %d: %w", len(ends)+1, err)
		}
		ends = append(ends, uint32(len(text)))
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	return buildLexicon(string(text), ends), nil
}

package reference

import (
	"context"
	"hash/fnv"
	"regexp"

	"github.com/pith-proxy/pith/tokenize"
)

// toy is the model of testdata/toy.py: plain arithmetic, the same to the last bit.
type toy struct{ bos bool }

var toyPieces = regexp.MustCompile(`(?s)\n+| +|\w{1,3}|.`)

func hash(b []byte) uint32 {
	h := fnv.New32a()
	h.Write(b)
	return h.Sum32()
}

func (t toy) Encode(text string) ([]tokenize.ID, error) {
	var out []tokenize.ID
	if t.bos {
		out = append(out, 255)
	}
	for _, p := range toyPieces.FindAllString(text, -1) {
		out = append(out, hash([]byte(p))%251)
	}
	return out, nil
}

func (t toy) NLL(_ context.Context, ids []tokenize.ID) ([]float64, error) {
	out := make([]float64, len(ids)-1)
	for j := range out {
		h := hash([]byte{byte(ids[j]), byte(ids[j+1]), byte(j % 16)})
		out[j] = 0.25 + float64(h%1000)/500
		if h>>20%8 == 0 {
			out[j] = out[j] + 8 + float64(h>>10%1000)/250
		}
	}
	return out, nil
}

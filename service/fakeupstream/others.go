package fakeupstream

import (
	"encoding/base64"
	"encoding/binary"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"net/http"
)

const defaultDimensions = 1536

// embeddings answers POST /v1/embeddings with a unit vector that depends on the
// text alone.
func embeddings(c *call) answer {
	inputs := list(c.body.Input)
	if inputs == nil || len(inputs[0]) > 0 && inputs[0][0] >= '0' && inputs[0][0] <= '9' {
		inputs = append(inputs[:0:0], c.body.Input) // a text, or the tokens of one
	}
	var all []any
	n := 0
	for i, in := range inputs {
		n += len(in)
		all = append(all, obj{"object": "embedding", "index": i, "embedding": c.vector(in)})
	}
	return inJSON(http.StatusOK, obj{"object": "list", "model": c.prompt.Model, "data": all,
		"usage": obj{"prompt_tokens": tokens(n), "total_tokens": tokens(n)}})
}

// vector is a list of numbers, or their bytes in base64 as the client wishes.
func (c *call) vector(input []byte) any {
	size := c.body.Dimensions
	if size <= 0 || size > defaultDimensions {
		size = defaultDimensions
	}
	sum := fnv.New64a()
	_, _ = sum.Write(input)
	random := rand.New(rand.NewPCG(sum.Sum64(), 0))
	v, square := make([]float32, size), 0.0
	for i := range v {
		x := random.NormFloat64()
		v[i], square = float32(x), square+x*x
	}
	var packed []byte
	for i := range v {
		v[i] /= float32(math.Sqrt(square))
		packed = binary.LittleEndian.AppendUint32(packed, math.Float32bits(v[i]))
	}
	if c.body.EncodingFormat == "base64" {
		return base64.StdEncoding.EncodeToString(packed)
	}
	return v
}

func moderations(c *call) answer {
	return inJSON(http.StatusOK, obj{"id": c.id("modr-"), "model": c.prompt.Model, "results": []any{
		obj{"flagged": false, "categories": obj{"violence": false}, "category_scores": obj{"violence": 0.01}}}})
}

var openAINames = []string{"gpt-5", "gpt-5-mini", "gpt-4o-mini", "text-embedding-3-small"}

func openAIModels(*call) answer {
	var list []any
	for _, id := range openAINames {
		list = append(list, model(id))
	}
	return inJSON(http.StatusOK, obj{"object": "list", "data": list})
}

func openAIModel(c *call) answer { return inJSON(http.StatusOK, model(c.vars[0])) }

func model(id string) obj {
	return obj{"id": id, "object": "model", "created": 1767225600, "owned_by": "pith-fake-upstream"}
}

// speech is 64 KiB that no text encoding survives.
func speech(*call) answer {
	sound := make([]byte, 64<<10)
	random := rand.NewChaCha8([32]byte{})
	_, _ = random.Read(sound)
	return answer{status: http.StatusOK, header: http.Header{"Content-Type": {"audio/mpeg"}}, body: sound}
}

func transcription(c *call) answer {
	return inJSON(http.StatusOK, obj{"text": c.report(), "usage": obj{"type": "duration", "seconds": 1}})
}

// images answers with one pixel.
func images(c *call) answer {
	const pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
	return inJSON(http.StatusOK, obj{"created": c.now, "data": []any{obj{"b64_json": pixel}}})
}

package compat

import "fmt"

const (
	window    = 512 // positions the classifier reads (max_seq_len)
	bodyLimit = 510 // pieces of text the reference means to put into one chunk
	maxBatch  = 50  // chunks in one model call (max_batch_size)
)

// chunk is a part of a context that is scored and cut on its own.
type chunk struct {
	text string // decoded, placeholders in it

	// Of the active positions, after scoring.
	pieces []string
	probs  []float32

	words []word // after merging
}

// chunks cuts a text with placeholders. Pieces are decoded to text here and
// tokenized again later, which is lossy: a chunk that begins inside a BERT word
// begins with a literal "##".
func (c *Compressor) chunks(text string, ends map[string]bool) ([]*chunk, error) {
	pieces, err := c.Tokenizer.Pieces(text)
	if err != nil {
		return nil, fmt.Errorf("tokenize context: %w", err)
	}
	var out []*chunk
	for _, part := range cut(pieces, ends) {
		out = append(out, &chunk{text: c.Vocabulary.dec.join(part)})
	}
	return out, nil
}

// cut splits pieces after the last end among the first 511, but never after the
// very first; without one, after 511, which is one more than fits.
func cut(pieces []string, ends map[string]bool) [][]string {
	var out [][]string
	for len(pieces) > bodyLimit {
		last := bodyLimit
		for k := min(bodyLimit, len(pieces)-1); k > 0; k-- {
			if ends[pieces[k]] {
				last = k
				break
			}
		}
		out = append(out, pieces[:last+1])
		pieces = pieces[last+1:]
	}
	if len(pieces) > 0 {
		out = append(out, pieces)
	}
	return out
}

// input frames the pieces of a chunk in [CLS] and [SEP], for both families: the
// reference's data set never learns which model it serves, so XLM-R, which lacks
// these, sees unknown ids (microsoft/LLMLingua#181). What passes the window is
// cut off, [SEP] included. Padding is left to the scorer: it is masked.
func (c *Compressor) input(pieces []string) Input {
	framed := make([]string, 0, len(pieces)+2)
	framed = append(framed, "[CLS]")
	framed = append(framed, pieces...)
	framed = append(framed, "[SEP]")
	framed = framed[:min(len(framed), window)]

	in := Input{IDs: make([]int64, len(framed)), Mask: make([]int64, len(framed))}
	for i, p := range framed {
		in.IDs[i] = c.unk
		if id, ok := c.Vocabulary.ID(p); ok {
			in.IDs[i] = id
		}
		if p != "[PAD]" { // a literal one in the text is masked too
			in.Mask[i] = 1
		}
	}
	return in
}

// active returns the pieces and probabilities of the positions whose mask is 1.
// Pieces come back from ids, so that an unknown surface is lost.
func (c *Compressor) active(in Input, probs []float32) ([]string, []float32) {
	pieces := make([]string, 0, len(probs))
	kept := make([]float32, 0, len(probs))
	for i, p := range probs {
		if in.Mask[i] == 1 {
			pieces = append(pieces, c.Vocabulary.Piece(in.IDs[i]))
			kept = append(kept, p)
		}
	}
	if len(pieces) == 1 {
		// The reference squeezes a list of one to a scalar, gets a string back, and
		// walks over its characters; one probability goes with the first.
		for _, r := range pieces[0] {
			pieces[0] = string(r)
			break
		}
	}
	return pieces, kept
}

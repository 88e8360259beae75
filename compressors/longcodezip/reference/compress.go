package reference

import (
	"context"
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// defaultLongest is the reference's guess for a model that does not tell.
const defaultLongest = 4096

// A Compressor runs requests. It is safe for concurrent use if its models are.
type Compressor struct {
	Ranker    Model // scores chunks and blocks, and counts tokens
	Segmenter Model // reads lines; nil means Ranker. The reference has Qwen2.5-Coder-0.5B-Instruct here
	Longest   int   // tokens that Ranker reads of a text; 0 means 4096
}

// job is one request on its way through the stages.
type job struct {
	Request
	ranker, segmenter *reader
	marker            string
	res               *Result
}

// Compress does what the reference does with the request. Where that raises, the error
// has a [Class].
func (c *Compressor) Compress(ctx context.Context, req Request) (*Result, error) {
	if !slices.Contains([]SpikeRule{Std, RobustStd, IQR, MAD}, req.SpikeRule) {
		return nil, pith.Invalid("/spike_rule", "spike_rule must be std, robust_std, iqr or mad; got %q", req.SpikeRule)
	}
	j := c.job(req)
	if err := j.coarse(ctx); err != nil {
		return nil, err
	}
	if !req.RankOnly {
		if err := j.fine(ctx); err != nil {
			return nil, err
		}
	}
	if err := j.finish(); err != nil {
		return nil, err
	}
	return j.res, nil
}

func (c *Compressor) job(req Request) *job {
	longest := c.Longest
	if longest == 0 {
		longest = defaultLongest
	}
	j := &job{Request: req, ranker: newReader(c.Ranker, longest), marker: marker(req.Language), res: &Result{}}
	if j.segmenter = j.ranker; c.Segmenter != nil {
		j.segmenter = newReader(c.Segmenter, 0)
	}
	return j
}

// coarse ranks the chunks, and takes or drops each as a whole.
func (j *job) coarse(ctx context.Context) error {
	lengths, err := j.lengths()
	if err != nil {
		return err
	}
	target := j.target(j.res.OriginalTokens)
	if j.res.OriginalTokens <= target || len(lengths) == 0 {
		return errFits(j.res.OriginalTokens, target)
	}
	scores, err := j.ranker.scores(ctx, j.Chunks, j.Query)
	if err != nil {
		return err
	}
	j.res.Ranking = rank(scores)
	j.res.Selected = coarse(j.res.Ranking, lengths, target+j.CoarseSlack)
	for i := range j.res.Chunks {
		j.res.Chunks[i].Text = j.marker + dots
	}
	for _, i := range j.res.Selected {
		c := &j.res.Chunks[i]
		c.Text, c.Selected, c.FineRatio = j.Chunks[i], true, 1
	}
	return nil
}

// lengths counts the tokens of each chunk and of all.
func (j *job) lengths() ([]int, error) {
	out := make([]int, len(j.Chunks))
	j.res.Chunks = make([]Chunk, len(j.Chunks))
	for i, text := range j.Chunks {
		n, err := j.ranker.length(text)
		if err != nil {
			return nil, err
		}
		out[i], j.res.Chunks[i].OriginalTokens = n, n
		j.res.OriginalTokens += n
	}
	return out, nil
}

// finish joins the file and the prompt, and counts.
func (j *job) finish() error {
	parts := make([]string, len(j.res.Chunks))
	for i := range j.res.Chunks {
		c := &j.res.Chunks[i]
		n, err := j.ranker.length(c.Text)
		if err != nil {
			return err
		}
		c.CompressedTokens = n
		j.res.CompressedTokens += n
		parts[i] = c.Text
	}
	j.res.Code = joinChunks(parts, j.marker)
	j.res.Ratio = float64(j.res.CompressedTokens) / float64(j.res.OriginalTokens)
	if j.RankOnly {
		j.res.Prompt = rankedPrompt(j.res.Code, j.Query, j.Instruction)
	} else {
		j.res.Prompt, j.res.Method = finePrompt(j.res.Code, j.Query, j.Instruction), j.Method
	}
	var err error
	j.res.PromptTokens, err = j.ranker.length(j.res.Prompt)
	return err
}

// lineCount counts what newlines separate: a last line without text is one too.
func lineCount(text string) int { return strings.Count(text, "\n") + 1 }

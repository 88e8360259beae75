package reference

// The methods that give a block its value.
const (
	Conditional = "conditional_ppl"        // how much the block lowers the query's perplexity
	Contrastive = "contrastive_perplexity" // how much the query lowers the block's perplexity
)

// A Request is a call of the reference's compress_code_file, with its parameters' names
// and rules. Start from [Defaults]: zero values mean zero.
type Request struct {
	Chunks      []string // of one file; joined, they are the file
	Query       string   // what chunks and blocks are scored against
	Instruction string   // decorates the prompt, is never scored

	Rate        float64 // coarse target as a fraction of the tokens, if TargetToken <= 0; 0.5 if <= 0 too
	TargetToken int     // coarse target in tokens
	CoarseSlack int     // tokens on top of the coarse target; the reference's context_budget
	RankOnly    bool    // stop after the coarse stage

	FineRatio  *float64 // fraction kept of the lines of selected chunks; nil means Rate
	Method     string   // [Conditional] or [Contrastive]
	MinLines   int      // fewer lines, and also fewer blocks, are kept whole
	Beta       float64  // how much a chunk's fraction depends on its score
	Knapsack   bool     // false: choose lines greedily
	Language   string   // decides the comment marker
	SpikeRule  SpikeRule
	SpikeSigma float64 // how many deviations the threshold lies above the middle
}

// Defaults returns a request with the reference's defaults. The last two are constants
// there: its copy for module summaries has 1 for SpikeSigma.
func Defaults(chunks ...string) Request {
	return Request{
		Chunks: chunks, Rate: 0.5, TargetToken: -1, CoarseSlack: 100,
		Method: Conditional, MinLines: 5, Beta: 0.5, Knapsack: true, Language: "python",
		SpikeRule: Std, SpikeSigma: 0.2,
	}
}

// target is the coarse target in tokens, before the slack.
func (r *Request) target(total int) int {
	switch {
	case r.TargetToken > 0:
		return r.TargetToken
	case r.Rate <= 0:
		return int(float64(total) * 0.5)
	}
	return int(float64(total) * r.Rate)
}

// fineRatio is the fraction of lines that the fine stage aims at. Rate counts a second
// time here: the result is about its square.
func (r *Request) fineRatio() float64 {
	if r.FineRatio != nil {
		return *r.FineRatio
	}
	return r.Rate
}

package reference

// A Result is what the reference returns, and the steps on the way.
type Result struct {
	Code   string // the compressed file
	Prompt string // with query and instruction

	OriginalTokens   int     // sum over chunks
	CompressedTokens int     // sum over what stands for them, before they are joined and cleaned
	PromptTokens     int     // of Prompt; the reference's final_compressed_tokens
	Ratio            float64 // CompressedTokens / OriginalTokens: the fraction kept

	Ranking  []Ranked // best first
	Selected []int    // ascending indexes of the chunks that were not dropped
	Chunks   []Chunk  // one for each of the request's
	Method   string   // of the fine stage, "" if there was none
}

// Ranked is a chunk's place in the ranking.
type Ranked struct {
	Index int
	Score float64 // AMI: how much lower the query's perplexity is after the chunk; 0 without a query
}

// A Chunk says what became of one chunk.
type Chunk struct {
	Text             string // what stands for it: itself, a part of it, or a mark
	Selected         bool
	OriginalTokens   int
	CompressedTokens int
	FineRatio        float64 // fraction of it to be kept; 1 if rank-only, 0 if not selected
	Note             string  // why a selected chunk was kept whole in the fine stage
	Lines            *Lines  // nil unless selected and not rank-only
	Fine             *Fine   // nil if dropped or kept whole
}

// Lines is a chunk seen line by line.
type Lines struct {
	Text      []string  // blank lines are changed, see splitLines
	Bits      []float64 // mean surprise of each line's tokens; 0 if empty, may be +Inf
	Threshold float64   // of spikes, in bits
	Spikes    []int     // indexes of lines after which a block ends
	Blocks    []string
}

// Fine is how a chunk was cut. Indexes are of blocks and ascend.
type Fine struct {
	Target    int       // tokens
	Values    []float64 // of blocks; may be -Inf
	Preserved []int
	Chosen    []int // the preserved ones included; in greedy mode no others
	Selection Selection
}

// Selection is the reference's selection_info.
type Selection struct {
	Method        string // "knapsack" or "greedy_line_by_line"
	PreservedOnly bool   // knapsack: the preserved blocks left no room, and nothing below is set but the totals
	Preserved     int    // blocks, or lines if greedy
	Selected      int    // blocks without the preserved ones, or lines with them if greedy
	Total         int    // blocks chosen, or all lines if greedy

	// Of knapsack only.
	Weights     []int   // tokens of each block
	TotalValue  float64 // may be -Inf: values are summed raw
	TotalWeight int     // tokens
}

// The notes of chunks kept whole.
const (
	noteWhole = "Kept (Ratio=1.0)"
	noteSmall = "Kept (Small Func < %d lines)"
)

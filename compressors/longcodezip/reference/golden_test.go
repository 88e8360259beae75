package reference

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// golden is one recorded call of the authors' package; see testdata/watch.py.
type golden struct {
	Name    string
	Bos     [2]bool // toy models only: of ranking and of lines
	Models  string  // tiny models only: the same, by name
	Longest int
	Request struct {
		Chunks             []string
		Query, Instruction string
		Rate, Beta         *float64
		FineRatio          *float64 `json:"fine_ratio"`
		TargetToken        *int     `json:"target_token"`
		MinLines           *int     `json:"min_lines"`
		RankOnly           bool     `json:"rank_only"`
		Slack              int
		Method, Language   string
		Knapsack           *bool
	}

	Error        Class
	Code, Prompt string
	Texts        []string
	Tokens       [3]int
	Ratio        number
	Alone        number   // perplexity of the query
	Given        []number // and after each chunk
	Ranking      [][2]number
	Selected     []int
	Method       string
	Lengths      []int
	Compressions map[int]struct {
		Original   int    `json:"original_tokens"`
		Compressed int    `json:"compressed_tokens"`
		Ratio      number `json:"compression_ratio"`
		Fine       number `json:"individual_fine_ratio"`
		Note       string
	}
	Steps map[int]step
}

// step is what happened to one selected chunk in the fine stage.
type step struct {
	Lines, Blocks    []string
	Bits, Values     []number
	Threshold, Scale number
	Spikes           []int
	Target           int
	Lengths          []int
	Preserved        []int
	Chosen           []int
	Text             *string
	Selection        struct {
		Method          string
		PreservedOnly   bool   `json:"preserved_only"`
		PreservedBlocks int    `json:"preserved_blocks"`
		SelectedBlocks  int    `json:"selected_blocks"`
		TotalBlocks     int    `json:"total_blocks"`
		PreservedLines  int    `json:"preserved_lines"`
		SelectedLines   int    `json:"selected_lines"`
		TotalLines      int    `json:"total_lines"`
		TotalValue      number `json:"total_value"`
		TotalWeight     int    `json:"total_weight"`
	}
}

// number is a float64 that may be infinite.
type number float64

func (n *number) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		return nil
	}
	v, err := strconv.ParseFloat(string(bytes.Trim(data, `"`)), 64)
	*n = number(v)
	return err
}

func floats(ns []number) []float64 {
	out := make([]float64, len(ns))
	for i, n := range ns {
		out[i] = float64(n)
	}
	return out
}

// request rebuilds the request of a recorded call.
func (g *golden) request() Request {
	r := Defaults(g.Request.Chunks...)
	r.Query, r.Instruction = g.Request.Query, g.Request.Instruction
	r.CoarseSlack, r.RankOnly, r.FineRatio = g.Request.Slack, g.Request.RankOnly, g.Request.FineRatio
	r.Language = g.Request.Language
	if g.Request.Method != "" {
		r.Method = g.Request.Method
	}
	set(&r.Rate, g.Request.Rate)
	set(&r.Beta, g.Request.Beta)
	set(&r.TargetToken, g.Request.TargetToken)
	set(&r.MinLines, g.Request.MinLines)
	set(&r.Knapsack, g.Request.Knapsack)
	return r
}

func set[T any](to *T, v *T) {
	if v != nil {
		*to = *v
	}
}

// rows reads a file of recorded lines; the first says what they were recorded with.
func rows[T any](tb testing.TB, name string) []T {
	tb.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var out []T
	d := json.NewDecoder(bufio.NewReader(z))
	for d.More() {
		var v T
		if err := d.Decode(&v); err != nil {
			tb.Fatalf("%s: %v", name, err)
		}
		out = append(out, v)
	}
	return out[1:]
}

// near compares perplexities and what is made of them, scale being a perplexity that they
// are differences of.
func near(got float64, want number, scale float64) bool {
	w := float64(want)
	if math.IsInf(w, 0) || math.IsInf(got, 0) {
		return got == w
	}
	return math.Abs(got-w) <= 1e-4*max(1, scale, math.Abs(w))
}

func allNear(what string, got []float64, want []number, scale float64) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%s: %d numbers, want %d", what, len(got), len(want))
	}
	for i := range got {
		if !near(got[i], want[i], scale) {
			return fmt.Sprintf("%s[%d]: %v, want %v", what, i, got[i], want[i])
		}
	}
	return ""
}

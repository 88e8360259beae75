package compat_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

// golden is one recorded call; see recipe/reference.py.
type golden struct {
	Kind     string
	Toy      [3]uint64
	Contexts []json.RawMessage `json:"ctx"`
	Options  json.RawMessage   `json:"opt"`

	Err        compat.Class
	List       []string
	Tokens     [2]int    `json:"n"`
	Strings    [3]string `json:"s"`
	Thresholds []string  `json:"th"`
	Label      *string
	Margin     float64
}

// request rebuilds the request of a recorded call.
func (g *golden) request(tb testing.TB, docs [][]rune) compat.Request {
	var texts []string
	for _, c := range g.Contexts {
		var s string
		if c[0] == '"' {
			parse(tb, c, &s)
		} else {
			var at [3]int
			parse(tb, c, &at)
			s = string(docs[at[0]][at[1] : at[1]+at[2]])
		}
		texts = append(texts, s)
	}
	req := compat.Defaults(texts...)
	parse(tb, g.Options, &req)
	return req
}

// run repeats a recorded call and describes the first difference, "" if none.
func (g *golden) run(c *compat.Compressor, req compat.Request) string {
	var thresholds []float64
	c.Watch(func(th float64) { thresholds = append(thresholds, th) })
	res, err := c.Compress(context.Background(), req)
	if err != nil || g.Err != "" {
		if compat.ClassOf(err) != g.Err {
			return fmt.Sprintf("got error %v, want %q", err, g.Err)
		}
		return ""
	}
	if diff := g.compare(res); diff != "" {
		return diff
	}
	if g.Thresholds == nil { // only layer A records them
		return ""
	}
	return sameThresholds(thresholds, g.Thresholds)
}

func (g *golden) compare(res compat.Result) string {
	var list []string
	for _, t := range res.CompressedPromptList {
		list = append(list, string(t))
	}
	if got, want := strings.Join(list, "\x00"), strings.Join(g.List, "\x00"); got != want || len(list) != len(g.List) {
		return difference("list", got, want)
	}
	if got := string(res.CompressedPrompt); got != strings.Join(g.List, "\n\n") {
		return difference("prompt", got, strings.Join(g.List, "\n\n"))
	}
	if got := [2]int{res.OriginTokens, res.CompressedTokens}; got != g.Tokens {
		return fmt.Sprintf("tokens: got %v, want %v", got, g.Tokens)
	}
	if got := [3]string{res.Ratio, res.Rate, res.Saving}; got != g.Strings {
		return fmt.Sprintf("figures: got %q, want %q", got, g.Strings)
	}
	if g.Label == nil {
		return ""
	}
	got := string(res.Labeled)
	if strings.HasPrefix(*g.Label, "sha256:") {
		sum := sha256.Sum256([]byte(got))
		got = "sha256:" + hex.EncodeToString(sum[:])[:24]
	}
	if got != *g.Label {
		return difference("labels", got, *g.Label)
	}
	return ""
}

// difference shows where two texts part.
func difference(what, got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	from := max(0, i-20)
	return fmt.Sprintf("%s differ at byte %d: got %q, want %q", what, i,
		got[from:min(len(got), i+40)], want[from:min(len(want), i+40)])
}

// sameThresholds compares percentiles to the last bit. The reference computes
// those of the context stage and the token stage in the order we do.
func sameThresholds(got []float64, want []string) string {
	if len(got) != len(want) {
		return fmt.Sprintf("thresholds: got %d, want %d", len(got), len(want))
	}
	for i, w := range want {
		bits := 64
		if w[0] == 's' {
			bits = 32
		}
		v, err := strconv.ParseFloat(w[1:], bits)
		if err != nil || math.Float64bits(v) != math.Float64bits(got[i]) {
			return fmt.Sprintf("threshold %d: got %v, want %s", i, got[i], w)
		}
	}
	return ""
}

// TestLayerA repeats every recorded call with a toy scorer: all but the model,
// to the last bit and the class of the exception.
func TestLayerA(t *testing.T) {
	docs := pool(t)
	for name, family := range families {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &toy{}
			c := tiny(t, family, s)
			cases, raised, bad := 0, 0, 0
			lines(t, "layer_a_"+name+".jsonl.gz", func(n int, line []byte) {
				if n == 0 {
					s.table = tableOf(t, line)
					return
				}
				var g golden
				parse(t, line, &g)
				s.seed, s.size, s.posn = g.Toy[0], g.Toy[1], g.Toy[2]
				cases++
				if g.Err != "" {
					raised++
				}
				if diff := g.run(c, g.request(t, docs)); diff != "" {
					if bad++; bad <= 10 {
						t.Errorf("line %d (%s) %s: %s", n+1, g.Kind, g.Options, diff)
					}
				}
			})
			t.Logf("%d of %d cases equal, %d of the cases are errors of the reference", cases-bad, cases, raised)
			if cases < 1000 {
				t.Errorf("only %d cases", cases)
			}
		})
	}
}

func tableOf(tb testing.TB, line []byte) []float32 {
	var h struct{ Table []uint32 }
	parse(tb, line, &h)
	table := make([]float32, len(h.Table))
	for i, bits := range h.Table {
		table[i] = math.Float32frombits(bits)
	}
	return table
}

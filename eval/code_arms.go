package eval

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"github.com/pith-proxy/pith/compressors/longcodezip"
)

// CodeBaselines returns what a method for code must beat, each of which keeps whole lines:
// those of the head, of the tail, and those that scorer finds most relevant to the
// question, with every line a chunk. Nothing stands where lines are missing, which costs
// them nothing.
func CodeBaselines(name string, scorer longcodezip.Scorer) []Arm {
	return []Arm{
		lineArm{"head lines", func(_ context.Context, _ Item, lines []string) ([]int, error) {
			return ascending(len(lines)), nil
		}},
		lineArm{"tail lines", func(_ context.Context, _ Item, lines []string) ([]int, error) {
			order := ascending(len(lines))
			slices.Reverse(order)
			return order, nil
		}},
		lineArm{name, func(ctx context.Context, item Item, lines []string) ([]int, error) {
			return rankLines(ctx, scorer, item.Question, lines)
		}},
	}
}

// lineArm keeps the lines of a text in the order of their rank until the next one would
// pass the limit.
type lineArm struct {
	name string
	rank func(ctx context.Context, item Item, lines []string) ([]int, error)
}

func (a lineArm) Name() string { return a.name }

// Compress implements [Arm].
func (a lineArm) Compress(ctx context.Context, item Item, limit Limit) (Kept, error) {
	lines := slices.Collect(strings.Lines(item.Context))
	order, err := a.rank(ctx, item, lines)
	if err != nil {
		return Kept{}, err
	}
	n, sum := 0, 0
	for n < len(order) {
		cost := limit.Counter.Count(lines[order[n]])
		if sum+cost > limit.Units {
			break
		}
		sum += cost
		n++
	}
	// Lines cost a little more or less together than alone.
	for ; ; n-- {
		if text := joinLines(lines, order[:n]); n == 0 || limit.Counter.Count(text) <= limit.Units {
			return Kept{Text: text}, nil
		}
	}
}

func joinLines(lines []string, chosen []int) string {
	var b strings.Builder
	for _, i := range slices.Sorted(slices.Values(chosen)) {
		b.WriteString(lines[i])
	}
	return b.String()
}

// rankLines puts the lines of highest gain first, the earlier first among equals, and
// blank ones last.
func rankLines(ctx context.Context, scorer longcodezip.Scorer, question string, lines []string) ([]int, error) {
	var chunks []string
	var at []int
	gain := make([]float64, len(lines))
	for i, l := range lines {
		gain[i] = math.Inf(-1)
		if strings.TrimSpace(l) != "" {
			chunks, at = append(chunks, l), append(at, i)
		}
	}
	gains, _, err := scorer.Gains(ctx, question, chunks)
	if err != nil {
		return nil, fmt.Errorf("score lines: %w", err)
	}
	for k, i := range at {
		gain[i] = gains[k]
	}
	order := ascending(len(lines))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(gain[b], gain[a]) })
	return order, nil
}

func ascending(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// RandomGains is the scorer that knows nothing: gains in [0, 1) that follow from seed,
// query and chunk.
func RandomGains(seed uint64) longcodezip.Scorer { return randomGains(seed) }

type randomGains uint64

func (randomGains) Name() string { return "random" }

func (r randomGains) Gains(ctx context.Context, query string, chunks []string) ([]float64, longcodezip.Usage, error) {
	gains := make([]float64, len(chunks))
	for i, c := range chunks {
		h := fnv.New64a()
		h.Write(binary.LittleEndian.AppendUint64(nil, uint64(r)))
		h.Write([]byte(query))
		h.Write([]byte{0})
		h.Write([]byte(c))
		gains[i] = float64(mix(h.Sum64())>>11) / (1 << 53)
	}
	return gains, longcodezip.Usage{}, ctx.Err()
}

// mix spreads a hash over all bits (the finaliser of MurmurHash3): FNV's high bits alone
// hardly depend on the last characters.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

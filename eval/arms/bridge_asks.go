package arms

import (
	"context"
	"fmt"
	"strings"

	"github.com/pith-proxy/pith/eval"
)

// mostAsks is how often the package is asked about one text.
const mostAsks = 4

// slack is how much more than the excess a lower rate takes off.
const slack = 0.98

// Arm returns the arm that compresses by the package. It is asked for the limit's rate.
// The package counts by tokenizers of its own and does not hold budgets, so where the
// result has more units than the limit it is asked again for less, in proportion, three
// times at most. What is still too long then is kept as it is, for reports to count as
// over the limit: to cut it would make it another method. A result that is below the
// limit is not filled up either. Its text is decoded from tokens, so spans are not known.
//
// With question it is told the item's question, which LongLLMLingua reads and LLMLingua-2
// does not. A text of white space alone is not sent and keeps nothing.
func (b *Bridge) Arm(label string, question bool) eval.Arm {
	return bridgeArm{b, label, question}
}

type bridgeArm struct {
	bridge   *Bridge
	label    string
	question bool
}

// Name returns the label.
func (a bridgeArm) Name() string { return a.label }

// Compress implements [eval.Arm].
func (a bridgeArm) Compress(ctx context.Context, item eval.Item, limit eval.Limit) (eval.Kept, error) {
	if strings.TrimSpace(item.Context) == "" {
		return eval.Kept{}, nil
	}
	r := bridgeRequest{Context: item.Context, Rate: limit.Rate}
	if a.question {
		r.Question = item.Question
	}
	for asks := 1; ; asks++ {
		text, err := a.bridge.compress(ctx, r)
		if err != nil {
			return eval.Kept{}, fmt.Errorf("compress by llmlingua: %w", err)
		}
		n := limit.Counter.Count(text)
		if n <= limit.Units || asks == mostAsks {
			return eval.Kept{Text: text}, nil
		}
		r.Rate *= slack * float64(limit.Units) / float64(n)
	}
}

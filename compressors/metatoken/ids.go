package metatoken

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// IDFormat is how a fine-tuned model reads meta-tokens: a legend in front of the body,
//
//	Open (meta-token id+)* Close body
//
// where each meta-token stands for the ids that follow it up to the next one. It belongs
// to the model, and to its training data (see [IDFormat.Pair]). After "Lossless Token
// Sequence Compression via Meta-Tokens" (Harvill et al., arXiv:2506.00307), which writes
// both delimiters in ordinary tokens.
//
// Methods do not change the format, and are safe for concurrent use.
type IDFormat struct {
	// Open and Close are the ids of the delimiters in the model's vocabulary.
	Open  []int32 `json:"open"`
	Close []int32 `json:"close"`

	// The meta-tokens are Count ids from First on. No text has them. There are at most
	// 65,536; the paper's authors are said to have used 512.
	First int32 `json:"first"`
	Count int32 `json:"count"`

	// MaxLen is the most ids that a meta-token may stand for; 0 is 256.
	MaxLen int `json:"max_len,omitempty"`

	// MaxRows is the most meta-tokens of a text; 0, and what is more, is Count.
	MaxRows int `json:"max_rows,omitempty"`
}

// Limits of a format.
const (
	defaultMaxLen = 256
	mostMeta      = 1 << 16
	mostDelimiter = 64
)

// Validate reports all that is wrong with the format, or nil.
func (f *IDFormat) Validate() error {
	errs := []error{f.checkDelimiter("open", f.Open), f.checkDelimiter("close", f.Close)}
	wrong := func(is bool, format string, args ...any) {
		if is {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	wrong(f.First < 0, "first must not be negative; got %d", f.First)
	wrong(f.Count < 1 || f.Count > mostMeta, "count must be in [1, %d]; got %d", mostMeta, f.Count)
	wrong(int64(f.First)+int64(f.Count)-1 > math.MaxInt32, "first+count-1 must be at most %d", math.MaxInt32)
	wrong(f.MaxLen < 0 || f.MaxLen == 1, "max_len must be 0 or at least 2; got %d", f.MaxLen)
	wrong(f.MaxRows < 0, "max_rows must not be negative; got %d", f.MaxRows)
	wrong(len(f.Open) > 0 && slices.Equal(f.Open, f.Close), "open and close must differ")
	// Else the end of a legend could begin a Close too early.
	wrong(overlapsItself(f.Close), "close must not end with ids that it begins with")
	return errors.Join(errs...)
}

func (f *IDFormat) checkDelimiter(name string, ids []int32) error {
	if len(ids) < 1 || len(ids) > mostDelimiter {
		return fmt.Errorf("%s must have 1 to %d ids; got %d", name, mostDelimiter, len(ids))
	}
	for i, id := range ids {
		switch {
		case id < 0:
			return fmt.Errorf("%s[%d] must not be negative; got %d", name, i, id)
		case f.isMeta(id):
			return fmt.Errorf("%s[%d] is %d, which is a meta-token", name, i, id)
		}
	}
	return nil
}

func overlapsItself(ids []int32) bool {
	for n := 1; n < len(ids); n++ {
		if slices.Equal(ids[:n], ids[len(ids)-n:]) {
			return true
		}
	}
	return false
}

// isMeta reports whether id is a meta-token. Differences of int32 wrap round, and fit as
// unsigned numbers.
func (f *IDFormat) isMeta(id int32) bool { return uint32(id-f.First) < uint32(f.Count) }

// Encode returns ids with meta-tokens for what repeats, numbered from First in the order
// of the legend, and true. If that would not be shorter it returns ids itself and false;
// so too if ids begin with Open, hold a meta-token or a negative number, are more than
// 1,500,000, or if the format is not valid. Whether ids were encoded must be told beside
// them, since ids of any text may look as if they were.
//
// Equal ids give equal results. Time grows about as their number.
func (f *IDFormat) Encode(ids []int32) ([]int32, bool) {
	if f.Validate() != nil || f.check(ids) != nil {
		return ids, false
	}
	encoded, rows := f.encode(ids, func(i int) int32 { return f.First + int32(i) })
	return encoded, rows > 0
}

// check returns what keeps ids from being encoded.
func (f *IDFormat) check(ids []int32) error {
	if hasPrefix(ids, f.Open) {
		return errors.New("the ids begin with the opening delimiter")
	}
	for i, id := range ids {
		if id < 0 || f.isMeta(id) {
			return fmt.Errorf("the id at %d is negative or a meta-token", i)
		}
	}
	return nil
}

// encode returns ids with meta-tokens and how many there are; with none, ids itself. meta
// names that of row i of those that it was told of.
func (f *IDFormat) encode(ids []int32, meta func(i int) int32) ([]int32, int) {
	phrases := f.mine(ids)
	saved := gainOf(phrases) - len(f.Open) - len(f.Close)
	if saved <= 0 {
		return ids, 0
	}
	encoded := make([]int32, 0, len(ids)-saved)
	row := make([]int32, len(ids)) // from 1, where a meta-token stands
	encoded = append(encoded, f.Open...)
	for i, p := range phrases {
		encoded = append(encoded, meta(i))
		encoded = append(encoded, ids[p.start:p.start+p.length]...)
		for _, at := range p.at {
			row[at] = int32(i) + 1
		}
	}
	encoded = append(encoded, f.Close...)
	for i := 0; i < len(ids); {
		if row[i] == 0 {
			encoded = append(encoded, ids[i])
			i++
			continue
		}
		encoded = append(encoded, meta(int(row[i])-1))
		i += int(phrases[row[i]-1].length)
	}
	if back, err := f.Decode(encoded, len(ids)); err != nil || !slices.Equal(back, ids) {
		return ids, 0
	}
	return encoded, len(phrases)
}

// mine finds the phrases of the legend. None holds Close, which would end the legend.
func (f *IDFormat) mine(ids []int32) []phrase {
	m := mining{alias: 1, row: 1, maxRows: int(f.Count), maxLen: f.MaxLen}
	if f.MaxRows > 0 {
		m.maxRows = min(m.maxRows, f.MaxRows)
	}
	if m.maxLen == 0 {
		m.maxLen = defaultMaxLen
	}
	if closes := f.closes(ids); len(closes) > 0 {
		m.edge = func(start, end int) (int, int) {
			i, _ := slices.BinarySearch(closes, start)
			if i < len(closes) {
				end = min(end, closes[i]+len(f.Close)-1)
			}
			return start, end
		}
	}
	return mine(ids, m)
}

// closes returns where Close stands in ids, ascending.
func (f *IDFormat) closes(ids []int32) (at []int) {
	for i := range ids {
		if hasPrefix(ids[i:], f.Close) {
			at = append(at, i)
		}
	}
	return at
}

func hasPrefix(ids, prefix []int32) bool {
	return len(ids) >= len(prefix) && slices.Equal(ids[:len(prefix)], prefix)
}

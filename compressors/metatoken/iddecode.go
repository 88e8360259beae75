package metatoken

import (
	"fmt"

	"github.com/pith-proxy/pith/compressors/structure"
)

// Decode returns what Encode was given. Of ids that it did not return, Decode returns some
// ids or an error: that of Validate, [structure.ErrLimit] if there would be more ids than
// limit, or one that wraps [structure.ErrText]. Errors tell of places, not of ids.
func (f *IDFormat) Decode(ids []int32, limit int) ([]int32, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	rows, body, err := f.legend(ids)
	if err != nil {
		return nil, err
	}
	total := 0
	for i := body; i < len(ids); i++ {
		n := 1
		if f.isMeta(ids[i]) {
			if n = len(rows[ids[i]]); n == 0 {
				return nil, textError("the meta-token at %d is not in the legend", i)
			}
		} else if ids[i] < 0 {
			return nil, textError("the id at %d is negative", i)
		}
		if total += n; total > limit {
			return nil, structure.ErrLimit
		}
	}
	decoded := make([]int32, 0, total)
	for _, id := range ids[body:] {
		if f.isMeta(id) {
			decoded = append(decoded, rows[id]...)
		} else {
			decoded = append(decoded, id)
		}
	}
	return decoded, nil
}

// legend returns what meta-tokens stand for and where the body begins.
func (f *IDFormat) legend(ids []int32) (rows map[int32][]int32, body int, err error) {
	if !hasPrefix(ids, f.Open) {
		return nil, 0, textError("there is no opening delimiter")
	}
	rows = map[int32][]int32{}
	at := len(f.Open)
	for at < len(ids) && f.isMeta(ids[at]) {
		end, err := f.rowEnd(ids, at+1)
		switch {
		case err != nil:
			return nil, 0, err
		case end == at+1:
			return nil, 0, textError("the meta-token at %d stands for nothing", at)
		case rows[ids[at]] != nil:
			return nil, 0, textError("the meta-token at %d has a row before", at)
		}
		rows[ids[at]], at = ids[at+1:end], end
	}
	if !hasPrefix(ids[at:], f.Close) {
		return nil, 0, textError("the legend should go on or end at %d", at)
	}
	return rows, at + len(f.Close), nil
}

// rowEnd returns where the row ends whose ids begin at i: before a meta-token or Close.
func (f *IDFormat) rowEnd(ids []int32, i int) (int, error) {
	for ; i < len(ids) && !f.isMeta(ids[i]) && !hasPrefix(ids[i:], f.Close); i++ {
		if ids[i] < 0 {
			return 0, textError("the id at %d is negative", i)
		}
	}
	return i, nil
}

func textError(format string, args ...any) error {
	return fmt.Errorf(format+": %w", append(args, structure.ErrText)...)
}

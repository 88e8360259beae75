package longcodezip

import (
	"context"

	"github.com/pith-proxy/pith"
)

// A memo says what is kept of a scorer's answers in a request's memory, and how to get
// those that are not there.
type memo struct {
	kind, field string // of the keys; a text is the rest of its key
	off         bool   // answers depend on more than that, so that none are kept

	valid func(text string, value []byte) bool
	read  func(texts []string) ([][]byte, error)
}

// recall returns a value for each text, and reads none of them twice. What is read just
// now takes the same form as what is kept, so that a selection sees the same numbers.
func (r *run) recall(ctx context.Context, m *memo, texts []string) ([][]byte, error) {
	distinct, place := once(texts)
	values := make([][]byte, len(distinct))
	keys := r.keys(m, distinct)
	if keys != nil {
		copy(values, r.req.Memory.Get(ctx, keys))
	}
	var missing []string
	var at []int
	for i, v := range values {
		if v == nil || !m.valid(distinct[i], v) {
			missing, at = append(missing, distinct[i]), append(at, i)
		}
	}
	if !m.off {
		r.cache.Hits += len(distinct) - len(missing)
		r.cache.Misses += len(missing)
	}
	if len(missing) > 0 {
		fresh, err := m.read(missing)
		if err != nil {
			return nil, err
		}
		for k, i := range at {
			values[i] = fresh[k]
			if keys != nil {
				r.req.Memory.Put(keys[i], fresh[k])
			}
		}
	}
	out := make([][]byte, len(texts))
	for i, t := range texts {
		out[i] = values[place[t]]
	}
	return out, nil
}

// once returns the texts without those that were there before, and where each is.
func once(texts []string) (distinct []string, place map[string]int) {
	place = map[string]int{}
	for _, t := range texts {
		if _, ok := place[t]; !ok {
			place[t] = len(distinct)
			distinct = append(distinct, t)
		}
	}
	return distinct, place
}

// keys returns the keys of texts; nil if nothing is kept.
func (r *run) keys(m *memo, texts []string) []pith.Key {
	if m.off || r.req.Memory == nil {
		return nil
	}
	keys := make([]pith.Key, len(texts))
	for i, t := range texts {
		keys[i] = r.req.Memory.Key(m.kind, []byte(m.field), []byte(t))
	}
	return keys
}

package llmlingua2

import (
	"context"
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/segment"
)

// reading is one segment that a request wants to know what a model says of. A text that
// occurs in several places is read once.
type reading struct {
	model    *Model
	text     string
	unspaced bool
	parts    []*part
	key      pith.Key // with a memory
}

// settle gives the analysis to the parts. It reports whether the value is one.
func (rd *reading) settle(value []byte) bool {
	a, err := decode(value, rd.text, rd.unspaced, rd.model.Dim)
	if err != nil {
		return false
	}
	for _, p := range rd.parts {
		p.analysis = a
	}
	return true
}

// readings lists what a model has to read.
func (r *run) readings(m *Model) []*reading {
	type name struct {
		text     string
		unspaced bool
	}
	seen := map[name]*reading{}
	var all []*reading
	for _, cr := range r.contexts {
		for _, p := range cr.parts {
			if p.model != m {
				continue
			}
			n := name{p.text, p.unspaced}
			if seen[n] == nil {
				seen[n] = &reading{model: m, text: p.text, unspaced: p.unspaced}
				all = append(all, seen[n])
			}
			seen[n].parts = append(seen[n].parts, p)
		}
	}
	return all
}

// read completes the parts of one model: from memory, from other requests that are
// reading the same just now, or by running it.
func (r *run) read(ctx context.Context, m *Model) error {
	all := r.readings(m)
	memory := r.req.Memory
	if memory == nil {
		return r.readAfresh(ctx, m, all)
	}
	keys := make([]pith.Key, len(all))
	for i, rd := range all {
		rd.key = m.key(memory, rd.text, rd.unspaced)
		keys[i] = rd.key
	}
	var misses []*reading
	for i, value := range memory.Get(ctx, keys) {
		if value == nil || !all[i].settle(value) {
			misses = append(misses, all[i])
		}
	}
	r.cache.Hits += len(all) - len(misses)
	r.cache.Misses += len(misses)
	if !r.enoughTime(ctx, m, misses) {
		r.c.later.add(memory, misses)
		return errNoTime
	}
	stats, err := r.c.flights.read(ctx, m, memory, misses)
	r.stats.add(stats)
	return err
}

// errNoTime is what a hasty request gets.
var errNoTime = &pith.Error{Op: "llmlingua2.read", Code: pith.CodeDeadline, Msg: "there is not enough time to read the text"}

// enoughTime reports whether it is worth a hasty request's while to try.
func (r *run) enoughTime(ctx context.Context, m *Model, misses []*reading) bool {
	end, ok := ctx.Deadline()
	return !r.req.Hasty || !ok || m.pace.enough(sizeOf(misses), time.Until(end))
}

func sizeOf(readings []*reading) (n int) {
	for _, rd := range readings {
		n += len(rd.text)
	}
	return n
}

// readAfresh runs the model for this request alone.
func (r *run) readAfresh(ctx context.Context, m *Model, all []*reading) error {
	r.cache.Misses += len(all)
	if !r.enoughTime(ctx, m, all) {
		return errNoTime
	}
	values := make([][]byte, len(all))
	stats, err := m.readAll(ctx, all, func(i int, value []byte) { values[i] = value })
	r.stats.add(stats)
	if err != nil {
		return err
	}
	for i, rd := range all {
		if !rd.settle(values[i]) {
			return errCodec // a mistake of ours
		}
	}
	return nil
}

// readAll is readUnpaced, of which the model's pace is learned.
func (m *Model) readAll(ctx context.Context, all []*reading, done func(i int, value []byte)) (Stats, error) {
	start := time.Now()
	var through atomic.Int64 // bytes
	stats, err := m.readUnpaced(ctx, all, func(i int, value []byte) {
		through.Add(int64(len(all[i].text)))
		done(i, value)
	})
	if err == nil || ctx.Err() != nil {
		m.pace.took(int(through.Load()), time.Since(start))
	}
	return stats, err
}

// readUnpaced runs the model over segments; see [Model.analyze].
func (m *Model) readUnpaced(ctx context.Context, all []*reading, done func(i int, value []byte)) (Stats, error) {
	jobs := make([]*job, len(all))
	for i, rd := range all {
		if err := ctx.Err(); err != nil {
			return Stats{}, err
		}
		j, err := m.prepare(rd.text, rd.unspaced)
		if err != nil {
			return Stats{}, err
		}
		jobs[i] = j
	}
	return m.analyze(ctx, jobs, done)
}

// key names the analysis of a segment. It has everything that the analysis depends on.
func (m *Model) key(memory pith.Memory, text string, unspaced bool) pith.Key {
	split := byte(0)
	if unspaced {
		split = 1
	}
	return memory.Key("analysis", []byte{codecRevision, split}, []byte(segment.Revision), m.fingerprint(), []byte(text))
}

// fingerprint is what the outputs of a model depend on beside its input.
func (m *Model) fingerprint() []byte {
	b := append([]byte(m.Digest), 0)
	b = append(append(b, m.Numeric...), 0)
	for _, n := range [...]int{m.Window, m.Dim, int(m.Start), int(m.End), len(m.Prefix), len(m.QuestionPrefix)} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, id := range m.Prefix {
		b = binary.AppendUvarint(b, uint64(id))
	}
	for _, id := range m.QuestionPrefix {
		b = binary.AppendUvarint(b, uint64(id))
	}
	return b
}

// embed returns the vector of the question.
func (r *run) embed(ctx context.Context, m *Model) ([]float32, error) {
	memory := r.req.Memory
	var key pith.Key
	if memory != nil {
		key = memory.Key("question", []byte{codecRevision}, m.fingerprint(), []byte(r.question))
		if v, ok := decodeQuestion(memory.Get(ctx, []pith.Key{key})[0], m.Dim); ok {
			return v, nil
		}
	}
	v, stats, err := m.embedQuestion(ctx, r.question)
	r.stats.add(stats)
	if err == nil && memory != nil {
		memory.Put(key, encodeQuestion(v))
	}
	return v, err
}

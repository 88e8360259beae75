package ledger

import (
	"encoding/binary"

	"github.com/go-json-experiment/json"
)

// A raw text's entry is written as the kind of its time and the reason. Any other is its
// kind, the length of the rest of it as JSON, that, and each text behind its length plus
// one; zero is a text that stays.
const (
	rawShort  = 'r'
	rawDay    = 'R'
	shortened = 's'
)

func (e *Entry) encode() []byte {
	if e.Raw {
		kind := byte(rawShort)
		if e.Long {
			kind = rawDay
		}
		return append([]byte{kind}, e.Reason...)
	}
	head, _ := json.Marshal(e) // strings and numbers
	b := binary.AppendUvarint([]byte{shortened}, uint64(len(head)))
	b = append(b, head...)
	for _, t := range e.Texts {
		if t == nil {
			b = append(b, 0)
			continue
		}
		b = append(binary.AppendUvarint(b, uint64(len(t))+1), t...)
	}
	return b
}

// decode is false for what encode did not write.
func decode(b []byte) (Entry, bool) {
	if len(b) == 0 {
		return Entry{}, false
	}
	kind, b := b[0], b[1:]
	switch kind {
	case rawShort, rawDay:
		return Entry{Raw: true, Long: kind == rawDay, Reason: string(b)}, true
	case shortened:
	default:
		return Entry{}, false
	}
	var e Entry
	n, at := binary.Uvarint(b)
	if at <= 0 || n > uint64(len(b)-at) || json.Unmarshal(b[at:at+int(n)], &e) != nil {
		return Entry{}, false
	}
	for b = b[at+int(n):]; len(b) > 0; {
		n, at := binary.Uvarint(b)
		switch {
		case at <= 0 || n > uint64(len(b)-at)+1:
			return Entry{}, false
		case n == 0:
			e.Texts, b = append(e.Texts, nil), b[at:]
		default:
			end := at + int(n) - 1
			e.Texts, b = append(e.Texts, b[at:end:end]), b[end:]
		}
	}
	return e, true
}

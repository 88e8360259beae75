package ledger

import (
	"github.com/go-json-experiment/json"
)

// A raw text's entry is written as the kind of its time and the reason; any other as
// JSON.
const (
	rawShort = 'r'
	rawDay   = 'R'
)

func (e *Entry) encode() []byte {
	if e.Raw {
		kind := byte(rawShort)
		if e.Long {
			kind = rawDay
		}
		return append([]byte{kind}, e.Reason...)
	}
	b, _ := json.Marshal(e) // strings, numbers and bytes
	return b
}

func decode(b []byte) (Entry, bool) {
	if len(b) > 0 && (b[0] == rawShort || b[0] == rawDay) {
		return Entry{Raw: true, Long: b[0] == rawDay, Reason: string(b[1:])}, true
	}
	var e Entry
	if json.Unmarshal(b, &e) != nil {
		return Entry{}, false
	}
	for i, t := range e.Texts {
		if len(t) == 0 {
			e.Texts[i] = nil // JSON has one word for both; a literal has its quotes
		}
	}
	return e, true
}

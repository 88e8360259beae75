package tokenize

import (
	"hash/maphash"
	"math/bits"
)

// lexicon maps strings to ids and back. It is one block of text and two arrays
// of numbers, about 25 bytes an entry beside the text: a Go map of strings of
// the same 200,000 entries takes twice that, and the collector walks it.
// It is built once and then read from any number of goroutines.
type lexicon struct {
	seed  maphash.Seed
	text  string   // all strings, one behind the other, in the order of ids
	ends  []uint32 // ends[id] is where the string of id ends in text
	slots []uint64 // open addressing: half a hash, then id+1; 0 is a free slot
}

// newLexicon takes the strings by id. A string that is "" has no id; of equal
// strings the first one keeps its id.
func newLexicon(pieces []string) *lexicon {
	size := 0
	for _, p := range pieces {
		size += len(p)
	}
	text := make([]byte, 0, size)
	ends := make([]uint32, len(pieces))
	for id, p := range pieces {
		text = append(text, p...)
		ends[id] = uint32(len(text))
	}
	return buildLexicon(string(text), ends)
}

// buildLexicon fills the slots for strings that lie end to end in text.
func buildLexicon(text string, ends []uint32) *lexicon {
	l := &lexicon{
		seed: maphash.MakeSeed(), text: text, ends: ends,
		slots: make([]uint64, 1<<bits.Len(uint(2*len(ends)))),
	}
	for id := range ends {
		p := l.piece(uint32(id))
		if p == "" {
			continue
		}
		if at, half, found := l.find(p); !found {
			l.slots[at] = half | uint64(id+1)
		}
	}
	return l
}

// piece returns the string of id, "" if it has none.
func (l *lexicon) piece(id uint32) string {
	if int64(id) >= int64(len(l.ends)) {
		return ""
	}
	start := uint32(0)
	if id > 0 {
		start = l.ends[id-1]
	}
	return l.text[start:l.ends[id]]
}

// find returns the slot of p, or the free slot where it would go, and the half
// of its hash that lies in the slot: most strings that are not there are told
// without a look at the text.
func (l *lexicon) find(p string) (slot uint32, half uint64, found bool) {
	hash := maphash.String(l.seed, p)
	half = hash &^ (1<<32 - 1)
	mask := uint32(len(l.slots) - 1)
	slot = uint32(hash) & mask
	for l.slots[slot] != 0 {
		if s := l.slots[slot]; s&^(1<<32-1) == half && l.piece(uint32(s)-1) == p {
			return slot, half, true
		}
		slot = (slot + 1) & mask
	}
	return slot, half, false
}

// id returns the id of p.
func (l *lexicon) id(p string) (uint32, bool) {
	slot, _, found := l.find(p)
	if !found {
		return 0, false
	}
	return uint32(l.slots[slot]) - 1, true
}

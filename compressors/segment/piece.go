package segment

import (
	"math"
	"strings"
	"unicode/utf8"
)

// Pieces of a sentence, or of what has none, are cut where a hash of the 64 bytes before
// is rare, so that they too are the same behind an edit. A piece is 384 bytes long on
// average.
const (
	leastPiece = 128
	gearWindow = 64 // bits of the hash, which loses one with each byte
	rare       = math.MaxUint64 / 256
)

// gear holds a random number for each byte, by SplitMix64 (Steele et al., OOPSLA 2014).
var gear = func() (t [256]uint64) {
	seed := uint64(0)
	for i := range t {
		seed += 0x9e3779b97f4a7c15
		z := seed
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		t[i] = z ^ z>>31
	}
	return t
}()

// pieceEnd returns the end of the piece that begins at lo: behind the first rare hash, or
// the rarest there is within limit bytes; at most hi.
func pieceEnd(text string, lo, hi, limit int) int {
	first, stop := lo+min(leastPiece, limit/2), min(hi, lo+limit-sight)
	if first >= stop {
		return hi
	}
	h := uint64(0)
	for _, c := range []byte(text[first-gearWindow : first]) {
		h = h<<1 + gear[c]
	}
	least, at := uint64(math.MaxUint64), stop
	for i := first; i < stop && least >= rare; i++ {
		if h = h<<1 + gear[text[i]]; h <= least {
			least, at = h, i+1
		}
	}
	if least >= rare && hi-lo <= limit {
		return hi
	}
	return gap(text, at, hi)
}

// gap returns a better place to cut than i in the next few bytes: behind white space,
// else behind punctuation, else between two characters.
func gap(text string, i, hi int) int {
	stop := i + sight
	if stop >= hi {
		return hi
	}
	near := text[i-1 : stop-1]
	if n := strings.IndexAny(near, " \t\r\v\f"); n >= 0 {
		return skipSpace(text, i+n, stop)
	}
	if n := strings.IndexAny(near, ",;}])>|&"); n >= 0 {
		return i + n
	}
	for n := 1; n < utf8.UTFMax && !utf8.RuneStart(text[i]); n++ {
		i++
	}
	return i
}

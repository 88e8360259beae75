package tokenize

// A long piece is merged in windows that overlap, so that the scratch space
// stays in the cache and the cost is linear. This is exact:
//
// Take tokens t1 … tn of which every two neighbours, joined and merged alone, give
// the same two tokens. Then merging the whole gives t1 … tn. For look at
// the first merge that crosses a border between tokens: until then the bytes
// of its two tokens have gone through the same merges as they do alone,
// because the lowest pair of all, if it lies there, is the lowest there. So the
// crossing would happen alone as well, and it does not.
//
// Neighbours within one window are such. When two windows share a token, the first
// window up to that token and the second one from there on are such, too.
const (
	windowBytes  = 4096
	overlapBytes = 640 // the longest token has 128
)

// mergeLong appends where the tokens of p start.
func (m *merger) mergeLong(starts []int32, p string) []int32 {
	last := m.mergeHeap(m.starts[1][:0], p[:min(windowBytes, len(p))], 0)
	next := m.starts[2][:0]
	for end := windowBytes; end < len(p); {
		cut := len(last) - 1
		for cut > 0 && int(last[cut]) > end-overlapBytes {
			cut--
		}
		from := int(last[cut]) // a token starts here, so a text that repeats itself falls into step
		end = min(from+windowBytes, len(p))
		next = m.mergeHeap(next[:0], p[from:end], from)
		i, j, ok := meet(last, next)
		if !ok {
			return m.mergeHeap(starts[:0], p, 0) // seen on no text
		}
		starts = append(starts, last[:i]...)
		last = append(last[:0], next[j:]...)
	}
	m.starts[1], m.starts[2] = last, next
	return append(starts, last...)
}

// meet returns the first token that two windows share: a[i] and a[i+1] are b[j]
// and b[j+1].
func meet(a, b []int32) (i, j int, ok bool) {
	for i+1 < len(a) && j+1 < len(b) {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		case a[i+1] == b[j+1]:
			return i, j, true
		default:
			i, j = i+1, j+1
		}
	}
	return 0, 0, false
}

package metatoken

// commonPrefixes fills lcp so that lcp[i] is how many symbols the suffixes sa[i-1] and
// sa[i] have in common; lcp[0] is 0. rank becomes the inverse of sa. All are as long as s.
//
// The algorithm is that of Kasai et al. (CPM 2001): in the order of the text the number
// falls by at most one from suffix to suffix.
func commonPrefixes(s, sa, rank, lcp []int32) {
	for i, j := range sa {
		rank[j] = int32(i)
	}
	h := 0
	for i := range s {
		r := rank[i]
		if r == 0 {
			lcp[0], h = 0, 0
			continue
		}
		a, b := s[i:], s[sa[r-1]:]
		if len(a) > len(b) {
			a, b = b, a
		}
		for h < len(a) && a[h] == b[h] {
			h++
		}
		lcp[r] = int32(h)
		h = max(h-1, 0)
	}
}

package compat

// selector keeps words of one chunk at a time: the reference knows no threshold
// across chunks.
type selector struct {
	reduce    float64 // fraction of tokens to drop, above 0
	aggregate func(*tally) prob
	force     map[string]bool
	drop      bool // drop_consecutive
	count     func(word string) int
	seen      func(threshold float64) // told of every percentile; for tests
}

// keep returns for each word whether it stays.
func (s *selector) keep(words []word) ([]bool, error) {
	probs := make([]prob, len(words))
	for i := range words {
		probs[i] = s.aggregate(&words[i].forced)
	}
	if s.drop {
		if err := s.silenceRepeats(words, probs); err != nil {
			return nil, err
		}
	}
	weighted := make([]entry, len(words))
	for i := range words {
		weighted[i] = entry{probs[i], s.count(words[i].text)}
	}
	// The reference asks for one percent more than the rate, then truncates. The
	// conversion keeps 100*r from being fused with the sum.
	th, err := s.percentile(weighted, float64(100*s.reduce)+1)
	if err != nil {
		return nil, err
	}
	return s.mark(words, probs, th), nil
}

// silenceRepeats sets to 0 a forced word that equals the previous forced one,
// unless a word above a threshold of its own stands between them.
func (s *selector) silenceRepeats(words []word, probs []prob) error {
	plain := make([]entry, len(words))
	for i, p := range probs {
		plain[i] = entry{p, 1}
	}
	th, err := s.percentile(plain, float64(100*s.reduce))
	if err != nil {
		return err
	}
	between, prev := false, -1
	for i := range words {
		switch {
		case !s.force[words[i].text]:
			between = between || probs[i].above(th)
			continue
		case between:
			between = false
		case prev >= 0 && words[prev].text == words[i].text:
			probs[i] = wide(0)
		}
		prev = i
	}
	return nil
}

// mark keeps what is above the threshold; at a threshold of 1, what equals it.
func (s *selector) mark(words []word, probs []prob, th float64) []bool {
	keep := make([]bool, len(words))
	last := -1
	for i, p := range probs {
		if !p.above(th) && !(th == 1 && p.v == th) {
			continue
		}
		if s.drop && s.force[words[i].text] && last >= 0 && words[last].text == words[i].text {
			continue
		}
		keep[i], last = true, i
	}
	return keep
}

func (s *selector) percentile(entries []entry, q float64) (float64, error) {
	return checkedPercentile(entries, q, "/rate", s.seen)
}

func checkedPercentile(entries []entry, q float64, param string, seen func(float64)) (float64, error) {
	n, err := percentileAt(q, param)
	if err != nil {
		return 0, err
	}
	th, err := percentile(entries, n)
	if err == nil && seen != nil {
		seen(th)
	}
	return th, err
}

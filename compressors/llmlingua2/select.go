package llmlingua2

import (
	"slices"

	"github.com/pith-proxy/pith"
)

// choose marks the candidates to keep so that the sum of their costs is at most
// budget, best score first and ties to the earlier one. Forced ones are kept
// whatever the budget; protected ones come with the first of their sentence, and
// a sentence whose protected part does not fit is left out whole.
func choose(cs []candidate, order []int, budget int) { fill(cs, order, budget, nil) }

// chooseEvidence is choose for text that is to answer a question: a sentence of
// which less than evidenceShare would be kept says nothing by itself, so it is
// left out, and what it would have cost goes to the others.
func chooseEvidence(cs []candidate, order []int, budget int) {
	left := map[int]bool{}
	for range evidenceRounds {
		fill(cs, order, budget, left)
		before := len(left)
		for s, share := range keptShares(cs) {
			if share > 0 && share < evidenceShare {
				left[s] = true
			}
		}
		if len(left) == before {
			return
		}
	}
	fill(cs, order, budget, left)
}

// evidenceShare was chosen among 0, 0.15, 0.2, 0.25, 0.3, 0.35, 0.5 and 0.7: gold
// answers survive as often as without it or oftener, and the agreement with
// labelled evidence, which 0.25 begins to lose, stays.
const (
	evidenceShare  = 0.2
	evidenceRounds = 3
)

// keptShares gives the kept part of each sentence, by cost; of one with forced
// candidates, 1.
func keptShares(cs []candidate) map[int]float64 {
	shares := map[int]float64{}
	for i := 0; i < len(cs); {
		k, kept, all, must := i, 0, 0, false
		for ; k < len(cs) && cs[k].sentence == cs[i].sentence; k++ {
			all += cs[k].cost
			must = must || cs[k].claim == forced
			if cs[k].keep {
				kept += cs[k].cost
			}
		}
		shares[cs[i].sentence] = 1
		if !must && all > 0 {
			shares[cs[i].sentence] = float64(kept) / float64(all)
		}
		i = k
	}
	return shares
}

// fill is choose, leaving out the sentences in left but for what is forced.
func fill(cs []candidate, order []int, budget int, left map[int]bool) {
	spent := 0
	entry := map[int]int{} // sentence → cost of its protected part, until entered
	for i := range cs {
		c := &cs[i]
		c.keep = c.claim == forced
		switch c.claim {
		case forced:
			spent += c.cost
		case protected:
			entry[c.sentence] += c.cost
		}
	}
	for _, i := range order {
		c := &cs[i]
		if c.keep || left[c.sentence] {
			continue
		}
		need := c.cost
		fee, closed := entry[c.sentence]
		if closed {
			need = fee
			if c.claim == free {
				need += c.cost
			}
		}
		if spent+need > budget {
			continue
		}
		spent += need
		c.keep = true
		if closed {
			enter(cs, i)
			delete(entry, c.sentence)
		}
	}
}

// enter keeps the protected candidates of the sentence of candidate i.
func enter(cs []candidate, i int) {
	s := cs[i].sentence
	for k := i; k >= 0 && cs[k].sentence == s; k-- {
		cs[k].keep = cs[k].keep || cs[k].claim == protected
	}
	for k := i; k < len(cs) && cs[k].sentence == s; k++ {
		cs[k].keep = cs[k].keep || cs[k].claim == protected
	}
}

// ranked returns the indexes of the candidates whose score decides, best first and ties
// to the earlier one.
func ranked(cs []candidate) []int {
	order := make([]int, 0, len(cs))
	for i := range cs {
		if cs[i].claim != forced {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		switch x, y := cs[a].score, cs[b].score; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return a - b
	})
	return order
}

// chooseByChunk spends rate on each chunk by itself, as LLMLingua-2 does. What a chunk
// leaves over goes to the next, so that short chunks do not add up to a rate below the
// one asked for.
func chooseByChunk(cs []candidate, rate float64) {
	carry := 0.0
	for len(cs) > 0 {
		chunk := cs[:chunkLen(cs)]
		cs = cs[len(chunk):]
		cost := 0
		for i := range chunk {
			cost += chunk[i].cost
		}
		share := float64(rate*float64(cost)) + carry
		choose(chunk, ranked(chunk), int(share))
		carry = max(0, min(share-float64(keptCost(chunk)), maxCarry))
	}
}

// chunkLen is how many candidates the next chunk has: as many as the authors' windows of
// 512 tokens hold of English, and then to the end of the sentence, if that comes soon. A
// region that no model read is a chunk by itself, so that it does not use up its
// neighbours' share.
func chunkLen(cs []candidate) int {
	for i := 1; i < len(cs); i++ {
		size := cs[i].start - cs[0].start
		if cs[i].fixed() || cs[i-1].fixed() || size >= 2*chunkBytes ||
			size >= chunkBytes && cs[i].sentence != cs[i-1].sentence {
			return i
		}
	}
	return len(cs)
}

const chunkBytes = 2048

func keptCost(cs []candidate) int {
	sum := 0
	for i := range cs {
		if cs[i].keep {
			sum += cs[i].cost
		}
	}
	return sum
}

// maxCarry is about one long word: more would let a chunk of protected text
// decide over the next.
const maxCarry = 8

// chooseAbove keeps what is forced and what has at least the threshold's keep
// probability: each unit's fate depends on its own text alone.
func chooseAbove(cs []candidate, threshold float64) {
	for i := range cs {
		cs[i].keep = cs[i].claim != free || float64(cs[i].prob) >= threshold
	}
}

// settle puts right what choosing unit by unit can leave behind: repeated forced
// words, and words run together in a text without spaces.
func settle(text string, cs []candidate, r *rules) {
	if r.dropConsecutive {
		dropConsecutive(text, cs, r.forceTokens)
	}
	prev := -1
	for i := range cs {
		if !cs[i].keep {
			continue
		}
		for k := i; prev >= 0 && prev < k-1 && runsTogether(text, cs, prev, k); {
			k--
			cs[k].keep = true
		}
		prev = i
	}
}

// dropConsecutive keeps one of equal forced words that come to stand in a row.
func dropConsecutive(text string, cs []candidate, forceTokens []string) {
	last := ""
	for i := range cs {
		if !cs[i].keep {
			continue
		}
		word := text[cs[i].start:cs[i].end]
		if word == last && slices.Contains(forceTokens, word) {
			cs[i].keep = false
			continue
		}
		last = word
	}
}

// runsTogether reports whether keeping prev and i and nothing between would
// make one word of two.
func runsTogether(text string, cs []candidate, prev, i int) bool {
	for k := prev + 1; k <= i; k++ {
		if cs[k-1].end < cs[k].start {
			return false
		}
	}
	a, b := text[cs[prev].start:cs[prev].end], text[cs[i].start:cs[i].end]
	return glued(a+b, len(a))
}

// scopeOf says over what a rate is spent when the request does not.
func scopeOf(o *pith.Options, b pith.Budget, question bool) pith.Scope {
	switch {
	case o.Scope != "":
		return o.Scope
	case question || b.TargetTokens > 0 || o.Strictness == pith.Hard:
		return pith.ScopeGlobal
	}
	return pith.ScopeChunk
}

package metric

import "strings"

// LongBench takes ROUGE-L from the Python package rouge 1.0.1, and with it these ways of
// its own: sentences end at full stops only; words count once however often they occur;
// the longest common subsequences of a gold sentence with all of the prediction's are
// united as sets of words, over all gold sentences together; and the subsequence is read
// out of the table by a recursion that fails beyond Python's limit of 1000 calls, which
// scores 0.

// The steps that fit below the limit: 1000 less the calls above the recursion when
// eval.py scores (nine, and one more for Chinese) and the call that ends it.
const (
	rougeSteps   = 990
	rougeZhSteps = 989
)

// rouge is the F1 of ROUGE-L, 0 where the reference fails.
func rouge(prediction, answer string) float64 { return rougeL(prediction, answer, rougeSteps) }

func rougeZh(prediction, answer []string) float64 {
	return rougeL(strings.Join(prediction, " "), strings.Join(answer, " "), rougeZhSteps)
}

func rougeL(prediction, answer string, steps int) float64 {
	ids := map[string]int{}
	hyp, hypWords := sentences(prediction, ids)
	ref, refWords := sentences(answer, ids)
	if len(hyp) == 0 || len(ref) == 0 {
		return 0
	}
	union := map[int]bool{}
	for _, r := range ref {
		for _, h := range hyp {
			if !addLCS(union, r, h, steps) {
				return 0
			}
		}
	}
	recall := float64(len(union)) / float64(refWords)
	precision := float64(len(union)) / float64(hypWords)
	return 2 * (precision * recall / (precision + recall + 1e-8))
}

// sentences cuts text at full stops and each sentence into words, given as numbers from
// ids, which it adds to. A sentence of white space is one empty word, and one of no
// characters is left out. It also returns how many different words there are.
func sentences(text string, ids map[string]int) (out [][]int, different int) {
	seen := map[int]bool{}
	for s := range strings.SplitSeq(text, ".") {
		if s == "" {
			continue
		}
		words := fields(s)
		if len(words) == 0 {
			words = []string{""}
		}
		sentence := make([]int, len(words))
		for i, w := range words {
			id, ok := ids[w]
			if !ok {
				id = len(ids)
				ids[w] = id
			}
			sentence[i] = id
			seen[id] = true
		}
		out = append(out, sentence)
	}
	return out, len(seen)
}

// addLCS puts the words of a longest common subsequence of x and y into set. Where more
// than one is longest, it prefers to pass over the later words of y. It gives up, and
// returns false, if reading it out takes more than steps.
func addLCS(set map[int]bool, x, y []int, steps int) bool {
	if min(len(x), len(y)) > steps { // a step passes over one word of each at most
		return false
	}
	// length[i*width+j] is that of x[:i] and y[:j]; it is at most steps.
	width := len(y) + 1
	length := make([]uint16, (len(x)+1)*width)
	for i := range x {
		above, row := length[i*width:], length[(i+1)*width:]
		for j := range y {
			if x[i] == y[j] {
				row[j+1] = above[j] + 1
			} else {
				row[j+1] = max(above[j+1], row[j])
			}
		}
	}
	i, j := len(x), len(y)
	for ; i > 0 && j > 0; steps-- {
		if steps == 0 {
			return false
		}
		switch {
		case x[i-1] == y[j-1]:
			set[x[i-1]] = true
			i, j = i-1, j-1
		case length[(i-1)*width+j] > length[i*width+j-1]:
			i--
		default:
			j--
		}
	}
	return true
}

package eval

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"strings"
)

// Item is one question about one text.
type Item struct {
	ID       string
	Dataset  string // the task it comes from: "hotpotqa"
	Language string // as the data set says: "en", "zh", "code"; "" if it does not
	Question string
	Context  string
	Answers  []string // gold answers; any of them is right
	Classes  []string // all labels of a classification task
	Length   int      // as the data set counts it

	// Needles are facts that must all survive, each as it stands in Context; only
	// generated sets have them.
	Needles []string
}

// Among returns a harder set: the text of each item is joined with n-1 texts of
// other items, its own at a random place, with an empty line between texts. A
// text that holds one of the item's answers, or that is the item's own under
// another question, is not taken. With too few texts an item gets fewer. The
// choice follows from seed and the order of items.
func Among(items []Item, n int, seed uint64, match Match) []Item {
	out := make([]Item, len(items))
	for i, it := range items {
		rng := rand.New(rand.NewPCG(seed, uint64(i)))
		texts := []string{it.Context}
		seen := map[string]bool{it.Context: true}
		for _, j := range rng.Perm(len(items)) {
			if len(texts) >= n {
				break
			}
			c := items[j].Context
			if seen[c] || match.Survives(c, it.Answers) {
				continue
			}
			seen[c] = true
			texts = append(texts, c)
		}
		place := rng.IntN(len(texts))
		texts[0], texts[place] = texts[place], texts[0]
		it.Context = strings.Join(texts, "\n\n")
		out[i] = it
	}
	return out
}

// Sample returns n items spread evenly over items, in their order; all of them
// if n is 0 or not below their number. It draws nothing, so that a sample of a
// file is the same everywhere.
func Sample(items []Item, n int) []Item {
	if n <= 0 || n >= len(items) {
		return items
	}
	out := make([]Item, n)
	for i := range out {
		out[i] = items[int(math.Floor(float64(i)*float64(len(items))/float64(n)))]
	}
	return out
}

// readLines decodes a JSON value from each line that is not empty.
func readLines[T any](r io.Reader, each func(T) error) error {
	br := bufio.NewReaderSize(r, 1<<20)
	for n := 1; ; n++ {
		line, err := br.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("line %d: %w", n, err)
		}
		if line := bytes.TrimSpace(line); len(line) > 0 {
			var v T
			if err := json.Unmarshal(line, &v); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
			if err := each(v); err != nil {
				return fmt.Errorf("line %d: %w", n, err)
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

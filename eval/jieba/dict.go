package jieba

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A dictionary gives words their share of all counts.
type dictionary struct {
	// shares holds the natural logarithm of each word's share, and prefixOnly for the
	// beginnings of words that are no words.
	shares map[string]float64

	unknown float64 // for a character that is no word: counted once
}

// prefixOnly is no logarithm of a share, for those are not above zero.
const prefixOnly = 1

type entry struct {
	word  string
	count int
}

// parseDictionary reads lines of a word, its count and its part of speech, separated by
// single spaces. Of two lines for a word the later holds, though both count in the total.
func parseDictionary(text string) (*dictionary, error) {
	entries := make([]entry, 0, strings.Count(text, "\n")+1)
	total := 0
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		e, err := parseEntry(line)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		entries = append(entries, e)
		total += e.count
	}
	if total <= 0 {
		return nil, errors.New("no words")
	}
	return newDictionary(entries, total), nil
}

func parseEntry(line string) (entry, error) {
	word, rest, ok := strings.Cut(strings.Trim(line, " \t\n\r\v\f"), " ")
	count, _, _ := strings.Cut(rest, " ")
	n, err := strconv.ParseInt(count, 10, 32)
	if !ok || err != nil || n < 0 || word == "" || !utf8.ValidString(word) {
		return entry{}, errors.New("want a word and its count")
	}
	return entry{word: word, count: int(n)}, nil
}

func newDictionary(entries []entry, total int) *dictionary {
	logs := map[int]float64{}
	logOf := func(n int) float64 {
		v, ok := logs[n]
		if !ok {
			v = log(n)
			logs[n] = v
		}
		return v
	}
	d := &dictionary{
		shares:  make(map[string]float64, len(entries)*3/2), // as many as it comes to with prefixes
		unknown: -logOf(total),
	}
	for _, e := range entries {
		share := float64(prefixOnly)
		if e.count > 0 {
			share = logOf(e.count) - logOf(total)
		}
		d.shares[e.word] = share
		for i := range e.word {
			if _, ok := d.shares[e.word[:i]]; !ok && i > 0 {
				d.shares[e.word[:i]] = prefixOnly
			}
		}
	}
	return d
}

func (d *dictionary) has(word string) bool {
	share, ok := d.shares[word]
	return ok && share != prefixOnly
}

// route returns where the words of the likeliest segmentation of block end, as offsets
// in bytes. Words are taken as independent: it is the one with the greatest sum of log
// shares, summed from the end. On a tie the longer word wins.
func (d *dictionary) route(block string) []int {
	starts := make([]int, 0, len(block)+1) // of characters, and the end
	for i := range block {
		starts = append(starts, i)
	}
	starts = append(starts, len(block))
	n := len(starts) - 1

	sum := make([]float64, n+1) // of the best route from a character to the end
	next := make([]int, n)      // the character after its first word
	for k := n - 1; k >= 0; k-- {
		sum[k], next[k] = math.Inf(-1), 0
		for i := k + 1; i <= n; i++ {
			share, ok := d.shares[block[starts[k]:starts[i]]]
			if !ok {
				break
			}
			if v := share + sum[i]; share != prefixOnly && v >= sum[k] {
				sum[k], next[k] = v, i
			}
		}
		if next[k] == 0 {
			sum[k], next[k] = d.unknown+sum[k+1], k+1
		}
	}

	ends := make([]int, 0, n)
	for k := 0; k < n; k = next[k] {
		ends = append(ends, starts[next[k]])
	}
	return slices.Clip(ends)
}

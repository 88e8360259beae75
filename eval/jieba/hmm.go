package jieba

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// The states of a character: it begins a word, ends it, is in its middle, or is a word
// alone. They are in the order of their letters, for the greater letter wins a tie.
const (
	begin = iota
	end
	middle
	single
	states

	letters = "BEMS"
)

// impossible is the reference's logarithm of zero. It is finite: sums of it tie with
// each other, and the ties are broken by letter.
const impossible = -3.14e100

// before lists the states that may come before a state.
var before = [states][2]int{
	begin:  {end, single},
	end:    {begin, middle},
	middle: {begin, middle},
	single: {end, single},
}

// A model is the hidden Markov model that finds words the dictionary lacks. Its values
// are natural logarithms of probabilities.
type model struct {
	start [states]float64
	trans [states][states]float64                 // from, to
	emit  [lastHan - firstHan + 1][states]float64 // of a character
}

func loadModel(dir string) (*model, error) {
	m := new(model)
	m.clear()
	for _, table := range []struct {
		name  string
		depth int
		put   func(keys []string, v float64) error
	}{
		{startFile, 1, m.putStart},
		{transFile, 2, m.putTrans},
		{emitFile, 2, m.putEmit},
	} {
		path := filepath.Join(dir, table.name)
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		if err := parseTable(string(text), table.depth, table.put); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return m, nil
}

// clear makes everything impossible: what a table leaves out is.
func (m *model) clear() {
	for s := range states {
		m.start[s] = impossible
		for t := range states {
			m.trans[s][t] = impossible
		}
	}
	for c := range m.emit {
		m.emit[c] = [states]float64{impossible, impossible, impossible, impossible}
	}
}

func (m *model) putStart(keys []string, v float64) error {
	s, err := state(keys[0])
	if err != nil {
		return err
	}
	m.start[s] = v
	return nil
}

func (m *model) putTrans(keys []string, v float64) error {
	from, err := state(keys[0])
	if err != nil {
		return err
	}
	to, err := state(keys[1])
	if err != nil {
		return err
	}
	m.trans[from][to] = v
	return nil
}

// putEmit passes over what is not one Chinese character, since only those come to the
// model.
func (m *model) putEmit(keys []string, v float64) error {
	s, err := state(keys[0])
	if err != nil {
		return err
	}
	if r, n := utf8.DecodeRuneInString(keys[1]); n == len(keys[1]) && isHan(r) {
		m.emit[r-firstHan][s] = v
	}
	return nil
}

func state(key string) (int, error) {
	s := strings.Index(letters, key)
	if len(key) != 1 || s < 0 {
		return 0, fmt.Errorf("no state %q", key)
	}
	return s, nil
}

// cut cuts a run of characters that are no words of the dictionary: Chinese ones by the
// model, numbers and Latin words as they stand, and what is between those as it stands.
func (m *model) cut(words []string, run string) []string {
	for len(run) > 0 {
		n := prefix(run, isHan)
		if n > 0 {
			words = m.cutHan(words, run[:n])
		} else {
			n = otherLen(run)
			words = append(words, run[:n])
		}
		run = run[n:]
	}
	return words
}

// otherLen is the length of the word at the start of s, which begins with no Chinese
// character: letters and digits with an optional fraction and percent sign, or all that
// is neither letter, digit nor Chinese.
func otherLen(s string) int {
	n := prefix(s, isAlnum)
	if n == 0 {
		return prefix(s, func(r rune) bool { return !isAlnum(r) && !isHan(r) })
	}
	if fraction := prefix(s[min(n+1, len(s)):], isDigit); fraction > 0 && s[n] == '.' {
		n += 1 + fraction
	}
	if strings.HasPrefix(s[n:], "%") {
		n++
	}
	return n
}

func prefix(s string, in func(rune) bool) int {
	if n := strings.IndexFunc(s, func(r rune) bool { return !in(r) }); n >= 0 {
		return n
	}
	return len(s)
}

func (m *model) cutHan(words []string, run string) []string {
	at := 0
	path := m.viterbi([]rune(run))
	for i, r := range run {
		next := i + utf8.RuneLen(r)
		if s := path[i/3]; s == end || s == single { // each is three bytes long
			words = append(words, run[at:next])
			at = next
		}
	}
	return words // the last state is one that ends a word
}

// viterbi returns the likeliest state of each character. Equally likely ones are
// chosen between by letter, as the reference's comparison of pairs has it.
func (m *model) viterbi(run []rune) []int {
	back := make([][states]int, len(run))
	var at [states]float64
	for s := range states {
		at[s] = m.start[s] + m.emit[run[0]-firstHan][s]
	}
	for t := 1; t < len(run); t++ {
		last := at
		for s := range states {
			at[s], back[t][s] = math.Inf(-1), 0
			for _, from := range before[s] {
				if v := last[from] + m.trans[from][s] + m.emit[run[t]-firstHan][s]; v >= at[s] {
					at[s], back[t][s] = v, from
				}
			}
		}
	}
	path := make([]int, len(run))
	s := end
	if at[single] >= at[end] {
		s = single
	}
	for t := len(run) - 1; t >= 0; t-- {
		path[t] = s
		s = back[t][s]
	}
	return path
}

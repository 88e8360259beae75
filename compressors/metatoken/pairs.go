package metatoken

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	mathbits "math/bits"
	"math/rand/v2"
	"strconv"
)

// Pair is a text to train a model with: Input is to be read as Original.
type Pair struct {
	Input    []int32 `json:"input"`
	Original []int32 `json:"original"`

	// Rows of the legend. With none, Input is Original: a model has to read that too.
	Rows int `json:"rows"`
}

// Pair makes a training pair of ids. It differs from Encode in that meta-tokens are drawn
// at random from all Count ones, none twice, so that a model learns to look them up and
// not what one of them mostly meant. Equal ids and seeds give equal pairs. Original is
// ids itself, and so may be Input.
//
// It returns an error for a format that is not valid, and for ids that would teach
// something wrong: such as begin with Open, hold a meta-token or a negative number.
func (f *IDFormat) Pair(ids []int32, seed uint64) (Pair, error) {
	if err := f.Validate(); err != nil {
		return Pair{}, err
	}
	return f.pair(ids, rand.NewPCG(seed, 0))
}

func (f *IDFormat) pair(ids []int32, random *rand.PCG) (Pair, error) {
	if err := f.check(ids); err != nil {
		return Pair{}, err
	}
	pool := newPool(f, random)
	input, rows := f.encode(ids, pool.meta)
	return Pair{Input: input, Original: ids, Rows: rows}, nil
}

// pool draws meta-tokens. Only what has been swapped is stored, so a legend of a few rows
// costs as much whatever the size of the pool.
type pool struct {
	random *rand.PCG
	first  int32
	count  int32
	drawn  []int32
	moved  map[int32]int32
}

func newPool(f *IDFormat, random *rand.PCG) *pool {
	return &pool{random: random, first: f.First, count: f.Count, moved: map[int32]int32{}}
}

// meta returns that of row i, which is at most one more than those before.
func (p *pool) meta(i int) int32 {
	if i == len(p.drawn) {
		p.drawn = append(p.drawn, p.first+p.draw(int32(i)))
	}
	return p.drawn[i]
}

// draw is step i of the shuffle of Fisher and Yates. How to get from 64 random bits to a
// number below n is spelled out here, since pairs must not change with the library; the
// odds differ by less than 2^-48.
func (p *pool) draw(i int32) int32 {
	below, _ := mathbits.Mul64(p.random.Uint64(), uint64(p.count-i))
	j := i + int32(below)
	picked := p.at(j)
	p.moved[j] = p.at(i)
	return picked
}

func (p *pool) at(i int32) int32 {
	if v, ok := p.moved[i]; ok {
		return v
	}
	return i
}

// mostLine is the most bytes of a line of JSON: enough for as many ids as are mined.
const mostLine = 32 << 20

// WritePairs makes a pair of each line that r has. Lines hold {"ids": [...]}, and other
// members that are ignored; lines of white space are left out. To w it writes a line of
// {"input": [...], "original": [...], "rows": n} for each. A pair follows from its ids,
// the number of its line, and the seed.
//
// It stops at the first line that no pair can be made of; the error names the line, and
// what was before it has been written.
func (f *IDFormat) WritePairs(w io.Writer, r io.Reader, seed uint64) error {
	if err := f.Validate(); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	return errors.Join(f.writePairs(out, r, seed), out.Flush())
}

func (f *IDFormat) writePairs(w io.Writer, r io.Reader, seed uint64) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, mostLine)
	write := json.NewEncoder(w)
	line := 0
	for lines.Scan() {
		line++
		if isBlank(lines.Bytes()) {
			continue
		}
		ids, err := readIDs(lines.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		pair, err := f.pair(ids, rand.NewPCG(seed, uint64(line)))
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		if err := write.Encode(pair); err != nil {
			return fmt.Errorf("write pair of line %d: %w", line, err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("line %d: %w", line+1, err)
	}
	return nil
}

func isBlank(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' && c != '\r' {
			return false
		}
	}
	return true
}

// readIDs reads a line. Its errors quote nothing of it, as those of json would.
func readIDs(line []byte) ([]int32, error) {
	var v struct {
		IDs json.RawMessage `json:"ids"`
	}
	var syntax *json.SyntaxError
	switch err := json.Unmarshal(line, &v); {
	case errors.As(err, &syntax):
		return nil, fmt.Errorf("not JSON at byte %d", syntax.Offset)
	case err != nil || len(v.IDs) == 0 || v.IDs[0] != '[':
		return nil, errors.New(`want an object with "ids", a list of whole numbers`)
	}
	ids := []int32{}
	list := bytes.TrimSpace(v.IDs[1 : len(v.IDs)-1])
	for more := len(list) > 0; more; {
		var item []byte
		item, list, more = bytes.Cut(list, []byte{','})
		id, err := strconv.ParseInt(string(bytes.TrimSpace(item)), 10, 32)
		if err != nil {
			return nil, fmt.Errorf("ids[%d] is not a whole number up to %d", len(ids), math.MaxInt32)
		}
		ids = append(ids, int32(id))
	}
	return ids, nil
}

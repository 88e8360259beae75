package tokenize

import (
	"fmt"
	"sync"
	"unicode/utf8"
)

// A Counter says how many tokens a text has in the vocabulary of a target model.
// Implementations are safe for concurrent use.
type Counter interface {
	// Count returns the number of tokens of text: 0 for "". Any bytes will do;
	// those that are not UTF-8 count as the U+FFFD that stands for them, and
	// strings such as "<|endoftext|>" as ordinary text. Message framing, which a
	// chat API adds, is not in it.
	Count(text string) int

	// Name returns the name that [CounterFor] knows the counter by.
	Name() string

	// Exact is false for an estimate.
	Exact() bool
}

// Additive is a [Counter] whose count is the sum over pieces of the text.
type Additive interface {
	Counter

	// Pieces yields the pieces of text in order, with the tokens of each, until
	// yield returns false. The pieces joined are text, byte for byte. A piece
	// costs the same in any text that is cut there, too.
	Pieces(text string, yield func(piece string, tokens int) bool)
}

// Every counter here is additive.
var _ Additive = (*encoding)(nil)

// encoding counts the tokens of one byte-pair vocabulary. Its ranks, about 5 MB,
// are read at first use.
type encoding struct {
	name, file, digest string
	split              func(*classTable) splitter
	load               sync.Once
	ready              struct {
		splitter splitter
		bpe      *bpe
		mergers  *sync.Pool
	}
}

var (
	o200k = &encoding{
		name: "o200k_base", file: "o200k_base.tiktoken", digest: o200kSHA256,
		split: func(t *classTable) splitter { return o200kSplit{t} },
	}
	cl100k = &encoding{
		name: "cl100k_base", file: "cl100k_base.tiktoken", digest: cl100kSHA256,
		split: func(t *classTable) splitter { return cl100kSplit{t} },
	}
)

func (e *encoding) Name() string { return e.name }
func (e *encoding) Exact() bool  { return true }

// prepare reads the ranks. They are part of the binary, so that a failure is a
// bug in the build, which a test finds.
func (e *encoding) prepare() {
	e.load.Do(func() {
		ranks, err := loadRanks(e.file, e.digest)
		if err != nil {
			panic(fmt.Sprintf("tokenize: %s: %v", e.name, err))
		}
		e.ready.splitter = e.split(classes())
		e.ready.bpe = newBPE(ranks)
		e.ready.mergers = e.ready.bpe.pool()
	})
}

// Count implements [Counter]. It takes time linear in text, whatever the text.
func (e *encoding) Count(text string) int {
	total := 0
	e.Pieces(text, func(_ string, tokens int) bool { total += tokens; return true })
	return total
}

// Pieces implements [Additive].
func (e *encoding) Pieces(text string, yield func(piece string, tokens int) bool) {
	e.prepare()
	m := e.ready.mergers.Get().(*merger)
	defer m.release(e.ready.mergers)
	valid := utf8.ValidString(text)
	for i := 0; i < len(text); {
		end := e.ready.splitter.next(text, i)
		piece := text[i:end]
		known := piece
		if !valid {
			known = toUTF8(piece)
		}
		if !yield(piece, m.count(known)) {
			return
		}
		i = end
	}
}

// release puts m back, unless one huge piece has made it too large to keep.
func (m *merger) release(pool *sync.Pool) {
	if cap(m.parts) > 1<<16 || cap(m.starts[0]) > 1<<16 {
		m.parts, m.heap, m.starts = nil, nil, [3][]int32{}
	}
	pool.Put(m)
}

// toUTF8 puts a U+FFFD for what is not UTF-8 in s.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			n = badLen(s[i:])
			b = utf8.AppendRune(b, utf8.RuneError)
		} else {
			b = append(b, s[i:i+n]...)
		}
		i += n
	}
	return string(b)
}

package measure

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/pith-proxy/pith/compressors/longcodezip"
	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/tokenize"
)

// How much of a text the model reads.
const (
	likelihoodWindows = 64  // of a kept text, the first ones
	likelihoodProse   = 512 // tokens of a window of prose: whole windows take twice as long
	likelihoodAnswer  = 128 // tokens of an answer, the first ones
	likelihoodLeast   = 64  // tokens of a kept text that a window must have room for
)

// Likelihood says how much a kept text helps a small causal language model to predict the
// gold answer: ln P(answer | kept, question) − ln P(answer | question), by the number of
// the answer's tokens. It is the pointwise mutual information of the two, in nats a token.
// It has any sign, and is 0 where nothing was kept. That is not the least there is, so that
// a text that an arm refused has no value.
//
// The model reads less at once than a text may have. Of prose it is shown consecutive
// windows of the kept text, each by itself and in front of the question, and the value is
// that of the window which helps most; none is chosen by the answer beforehand. A text
// that has more than 64 windows is read that far. The best of many windows is better by
// chance alone than the best of few, so a text that says nothing about the answer has no
// mean of 0 either: compare arms that keep as much. A Window below the model's own makes
// reading cheaper, and more windows.
//
// Of source code ([eval.Item.Language] is code) the model is shown the end, with the
// question and then the answer going on where that stops, as a completion does.
//
// Only the first of several gold answers counts, its first 128 tokens, and of a question
// the first and the last MaxQuery ones (default 256). The measure applies to items that
// have a first answer and are in English or code, the languages that the model has read.
//
// Equal inputs give equal values on machines whose model gives equal numbers. Values are
// remembered by digests of texts, since arms repeat them.
func Likelihood(lm longcodezip.LMOptions) (Measure, error) {
	if lm.MaxQuery == 0 {
		lm.MaxQuery = 256
	}
	l := &likelihood{LMOptions: lm}
	switch {
	case lm.Encoder == nil || lm.Model == nil:
		return nil, errors.New("likelihood: the language model has no encoder or no model")
	case len(lm.Form.Chunk) == 0 || len(lm.Form.Alone) == 0:
		return nil, errors.New("likelihood: the form of the language model begins with nothing")
	case l.room(lm.MaxQuery+likelihoodAnswer) < likelihoodLeast:
		return nil, fmt.Errorf("likelihood: a window of %d tokens leaves no room for a text", lm.Window)
	}
	return l, nil
}

type likelihood struct {
	longcodezip.LMOptions
	known lmMemo
}

// Name implements [Measure].
func (l *likelihood) Name() string { return "likelihood" }

// About implements [Measure].
func (l *likelihood) About() string {
	return fmt.Sprintf("how much the kept text helps the small language model %s to predict the gold answer: "+
		"nats a token over the question alone, 0 for no text, the best window of %d tokens, of code the last one of %d; a stand-in, not an answer score",
		l.LMOptions.Name, min(l.Window, likelihoodProse), l.Window)
}

// Of implements [Measure]. Its errors are those of the model and ctx's.
func (l *likelihood) Of(ctx context.Context, item eval.Item, kept eval.Kept) (float64, bool, error) {
	if err := ctx.Err(); err != nil {
		return 0, false, context.Cause(ctx)
	}
	a, ok, err := l.ask(item)
	if err != nil || !ok || kept.Refused {
		return 0, false, err
	}
	windows, err := l.windows(a, kept.Text)
	if err != nil {
		return 0, false, err
	}
	if len(windows) == 0 {
		return 0, true, nil
	}
	alone, err := l.nll(ctx, []longcodezip.Sequence{a.after(a.alone, nil, nil)})
	if err != nil {
		return 0, false, err
	}
	best, err := l.nll(ctx, windows)
	return alone - best, err == nil, err
}

// lmAsk is what the model is asked about an item.
type lmAsk struct {
	code     bool
	question []tokenize.ID
	answer   []tokenize.ID
	alone    []tokenize.ID // in front of a question without a text
}

// ask says what the model is asked; ok is false if the measure does not apply.
func (l *likelihood) ask(item eval.Item) (a lmAsk, ok bool, err error) {
	switch item.Language {
	case "", "en", "code":
	default:
		return lmAsk{}, false, nil
	}
	if len(item.Answers) == 0 {
		return lmAsk{}, false, nil
	}
	a = lmAsk{alone: l.Form.Alone}
	answer := strings.TrimSpace(item.Answers[0])
	if item.Language == "code" {
		a.code, a.alone = true, l.Form.Chunk
		answer = indented(item.Answers[0])
	}
	if a.answer, err = l.encode(answer); err != nil || len(a.answer) == 0 {
		return lmAsk{}, false, err
	}
	a.answer = a.answer[:min(len(a.answer), likelihoodAnswer)]
	if a.question, err = l.encode(wholeLines(item.Question)); err != nil {
		return lmAsk{}, false, err
	}
	if n := l.MaxQuery; len(a.question) > n {
		a.question = slices.Concat(a.question[:n-n/2], a.question[len(a.question)-n/2:])
	}
	return a, true, nil
}

// after is the sequence that has the answer behind the question, and a window in front of
// that, begun by start and ended by end.
func (a *lmAsk) after(start, window, end []tokenize.ID) longcodezip.Sequence {
	s := longcodezip.Sequence{IDs: slices.Concat(start, window, end, a.question, a.answer)}
	for p := len(s.IDs) - len(a.answer); p < len(s.IDs); p++ {
		s.Asked = append(s.Asked, p)
	}
	return s
}

// windows are the sequences that show the kept text, none if that is blank.
func (l *likelihood) windows(a lmAsk, text string) ([]longcodezip.Sequence, error) {
	text = wholeLines(text)
	if l.Form.Trim && !a.code {
		text = strings.TrimSuffix(text, "\n") // the form has an empty line of its own
	}
	ids, err := l.encode(text)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	room, end := l.room(len(a.question)+len(a.answer)), l.Form.Query
	if short := room + likelihoodProse - l.Window; !a.code && short < room {
		room = max(short, likelihoodLeast)
	}
	if a.code {
		end = nil
		ids = ids[max(0, len(ids)-room):]
	}
	var out []longcodezip.Sequence
	for window := range slices.Chunk(ids, room) {
		if len(out) == likelihoodWindows {
			break
		}
		out = append(out, a.after(l.Form.Chunk, window, end))
	}
	return out, nil
}

// room is how many tokens of a text there is room for beside n of question and answer.
func (l *likelihood) room(n int) int { return l.Window - len(l.Form.Chunk) - len(l.Form.Query) - n }

// wholeLines ends a text with one newline, and makes a blank one empty: what follows shall
// not hang on whether an arm kept the last line's end.
func wholeLines(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	return strings.TrimRight(text, " \t\r\n") + "\n"
}

// indented is an answer with the white space in front of its first line.
func indented(answer string) string {
	if strings.TrimSpace(answer) == "" {
		return ""
	}
	return strings.Trim(strings.TrimRight(answer, " \t\r\n"), "\r\n")
}

func (l *likelihood) encode(text string) ([]tokenize.ID, error) {
	if text == "" {
		return nil, nil
	}
	tokens, err := l.Encoder.Encode(text)
	if err != nil {
		return nil, fmt.Errorf("likelihood: tokenise for %s: %w", l.LMOptions.Name, err)
	}
	ids := make([]tokenize.ID, len(tokens))
	for i, t := range tokens {
		ids[i] = t.ID
	}
	return ids, nil
}

// nll returns the least mean negative log-likelihood that a sequence gives the asked
// tokens, in nats.
func (l *likelihood) nll(ctx context.Context, seqs []longcodezip.Sequence) (float64, error) {
	key := digestOf(seqs)
	if v, ok := l.known.get(key); ok {
		return v, nil
	}
	means := make([]float64, len(seqs))
	for i := range means {
		means[i] = math.NaN()
	}
	_, err := l.Model.NLL(ctx, seqs, func(i int, nll []float32) {
		if len(nll) == len(seqs[i].Asked) {
			means[i] = meanOf(nll)
		}
	})
	if err != nil {
		return 0, fmt.Errorf("likelihood: %w", err)
	}
	least := slices.Min(means) // NaN if there is one
	if math.IsNaN(least) {
		return 0, fmt.Errorf("likelihood: language model %s left a sequence out", l.LMOptions.Name)
	}
	l.known.put(key, least)
	return least, nil
}

func meanOf(x []float32) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v)
	}
	return sum / float64(len(x))
}

// lmMemoSize is how many values are kept: those of all arms and rates for the items under
// way, and more.
const lmMemoSize = 1 << 14

type lmKey [sha256.Size]byte

// digestOf tells lists of sequences apart.
func digestOf(seqs []longcodezip.Sequence) lmKey {
	var b []byte
	for _, s := range seqs {
		b = binary.AppendUvarint(b, uint64(len(s.IDs)))
		b = binary.AppendUvarint(b, uint64(len(s.Asked)))
		for _, id := range s.IDs {
			b = binary.AppendUvarint(b, uint64(id))
		}
	}
	return sha256.Sum256(b)
}

// lmMemo remembers the last [lmMemoSize] values. The zero value is ready.
type lmMemo struct {
	mu    sync.Mutex
	value map[lmKey]float64
	ring  [lmMemoSize]lmKey // in the order they came
	next  int
}

func (m *lmMemo) get(key lmKey) (float64, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.value[key]
	return v, ok
}

// put keeps a value in the place of the oldest.
func (m *lmMemo) put(key lmKey, v float64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.value == nil {
		m.value = map[lmKey]float64{}
	}
	if _, ok := m.value[key]; ok {
		return
	}
	if len(m.value) == lmMemoSize {
		delete(m.value, m.ring[m.next])
	}
	m.value[key], m.ring[m.next] = v, key
	m.next = (m.next + 1) % lmMemoSize
}

package suite

import (
	"errors"
	"fmt"
	"math"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/reader"
)

// An arm that reads for itself has its prompts shortened on the way. Nobody here sees what
// was kept; all that tells is how many tokens the vendor counted, in its own unit.

// countable reports an answer of such an arm that does not say what was kept.
func countable(a reader.Answer) error {
	read := &reading{PromptTokens: a.PromptTokens, Estimated: a.Estimated, Finish: a.Finish}
	if !uncounted(read) && !counted(read) {
		return errors.New("the reader does not say how many tokens it got; without that nobody knows what was kept")
	}
	return nil
}

// counted reports whether the vendor said how many tokens a prompt has.
func counted(a *reading) bool {
	return a.PromptTokens > 0 && !a.Estimated && a.Finish != reader.FinishContext
}

// uncounted reports whether a prompt was refused before anybody counted it.
func uncounted(a *reading) bool {
	return a.Finish == reader.FinishContext || a.Finish == reader.FinishFilter && a.Estimated
}

// relays reports whether a column's reader shortens.
func (r *run) relays(c int) bool { return r.cols[c].arm.Reader != nil }

// settleKept fills in what the arms kept that read for themselves. It waits for the end of
// the run, since it needs the answers to whole texts too. Results as they are on disk stay
// as they are: a run that goes on comes to the same.
func (r *run) settleKept() {
	whole := r.wholeColumn()
	for i := range r.rows {
		raw := -1 // tokens of the raw prompt, in the run's unit; to count is slow
		for c, got := range r.rows[i] {
			if got == nil || got.Read == nil || !r.relays(c) {
				continue
			}
			if raw < 0 {
				q := r.task(i).Ask(r.Set.Items[i], r.Counter)
				raw = r.Counter.Count(q.Prompt(q.Item.Context))
			}
			settled := *got
			settled.Kept = keptOf(got.Read, r.wholeReading(i, whole), raw, r.full[i])
			r.rows[i][c] = &settled
		}
	}
}

// wholeColumn is the one whose raw prompts the run's own reader answered; -1 if there is
// none.
func (r *run) wholeColumn() int {
	c := r.column(eval.Full().Name(), 0)
	if c >= 0 && r.relays(c) {
		return -1
	}
	return c
}

// wholeReading is the answer to an item's raw prompt, nil if nobody counted that.
func (r *run) wholeReading(i, whole int) *reading {
	if whole < 0 || r.rows[i][whole] == nil {
		return nil
	}
	if a := r.rows[i][whole].Read; a != nil && counted(a) {
		return a
	}
	return nil
}

// keptOf is how many tokens of a context of full tokens reached the vendor, whose raw prompt
// has raw. Where the vendor counted that too, the prompt lost the difference of its two
// counts, brought to our unit by the raw prompt's two counts; so an unchanged prompt was kept
// whole to the token. Else it is what the vendor counted, less all of the raw prompt that is
// not context. Of a prompt that was refused nobody counted anything: at worst all was kept.
func keptOf(a, whole *reading, raw, full int) int {
	switch {
	case uncounted(a):
		return full
	case whole == nil:
		return max(0, a.PromptTokens-(raw-full))
	}
	lost := float64(whole.PromptTokens-a.PromptTokens) * float64(raw) / float64(whole.PromptTokens)
	return max(0, full-int(math.Round(lost)))
}

// keptNotes say how it is known what the arms kept that read for themselves.
func (r *run) keptNotes() []string {
	var notes []string
	for a := range r.Arms {
		if arm := &r.Arms[a]; arm.Reader != nil {
			notes = append(notes, r.keptNote(arm))
		}
	}
	return notes
}

func (r *run) keptNote(arm *Arm) string {
	const none = "What %s kept is what its reader counted of the prompt, less what %s counts of the raw prompt beside the context: the framing of messages is in it, and so is any difference between the two ways to count."
	const all = "What %s kept is the text, counted by %s, less what its prompt is shorter than the raw one: the difference of what the vendor counted of the two, brought to that unit."
	const some = " Of %d of %d texts the vendor counted no raw prompt: there it is what it counted, less what %s counts of the raw prompt beside the context, with any difference between the two ways to count."
	const rest = " A prompt that the vendor refused counts as kept whole. The text itself is not seen, so that there are no measures of it and no times."
	texts, guessed := 0, 0
	whole := r.wholeColumn()
	for i := range r.rows {
		for c, got := range r.rows[i] {
			if r.cols[c].arm != arm || got == nil || got.Read == nil || uncounted(got.Read) {
				continue
			}
			texts++
			if r.wholeReading(i, whole) == nil {
				guessed++
			}
		}
	}
	unit := r.Counter.Name()
	switch {
	case guessed == texts:
		return fmt.Sprintf(none, arm.Name(), unit) + rest
	case guessed > 0:
		return fmt.Sprintf(all, arm.Name(), unit) + fmt.Sprintf(some, guessed, texts, unit) + rest
	}
	return fmt.Sprintf(all, arm.Name(), unit) + rest
}

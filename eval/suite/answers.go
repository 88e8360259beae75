package suite

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pith-proxy/pith/eval"
	"github.com/pith-proxy/pith/eval/reader"
)

// answerNotes say which answers are not what they seem, whether they were given now or in
// an earlier run.
func (r *run) answerNotes() []string {
	var notes []string
	add := func(format string, of func(*reading) bool) {
		if n, where := r.readings(of); n > 0 {
			notes = append(notes, fmt.Sprintf(format, n, where))
		}
	}
	notes = append(notes, r.longNotes()...)
	add("%d answers%s were taken by the vendor's filter, and score as empty ones.",
		func(a *reading) bool { return a.Finish == reader.FinishFilter })
	add("%d answers%s reached the cap of tokens before their first word, as models that think do under a small cap, and score as empty ones.",
		func(a *reading) bool { return a.Finish == "length" && blank(a.Answer) })
	add("%d answers%s had no text for no reason that the vendor gave.", func(a *reading) bool {
		return blank(a.Answer) && !a.tooLong() && a.Finish != reader.FinishFilter && a.Finish != "length"
	})
	add("Of %d answers%s the vendor said no tokens; the reader estimated them, and so are the dollars.",
		func(a *reading) bool { return a.Estimated })
	return append(notes, r.doubtNotes()...)
}

func blank(answer string) bool { return strings.TrimSpace(answer) == "" }

// tooLong reports whether the prompt did not fit the model, so that nobody read it.
func (a *reading) tooLong() bool { return a.Finish == reader.FinishContext }

// unanswered reports whether there was no answer to score: the prompt was too long or
// filtered, or nothing was said.
func (a *reading) unanswered() bool {
	return a.tooLong() || a.Finish == reader.FinishFilter || blank(a.Answer)
}

// tooLong reports whether the prompt of a result did not fit the model.
func (got *row) tooLong() bool { return got.Read != nil && got.Read.tooLong() }

// longNotes is the note on prompts that did not fit the model, and what that leaves out.
func (r *run) longNotes() []string {
	n, where := r.readings((*reading).tooLong)
	if n == 0 {
		return nil
	}
	note := fmt.Sprintf("%d prompts%s were longer, with room for an answer, than the model's window: they were not read, and score 0. Pairs of answers with such a prompt on either side are left out where scores are compared: %d with the whole text",
		n, where, r.longPairs(eval.Full().Name()))
	if r.Against != eval.Full().Name() {
		note += fmt.Sprintf(", %d with %s", r.longPairs(r.Against), r.Against)
	}
	return []string{note + "."}
}

// longPairs counts, over all rates, the pairs of scores with another arm's of the same item
// and rate of which either prompt was too long.
func (r *run) longPairs(with string) int {
	n := 0
	for c := range r.cols {
		other := r.column(with, r.cols[c].rate)
		if other < 0 || other == c {
			continue
		}
		for _, row := range r.rows {
			if row[c].scored() && row[other].scored() && (row[c].tooLong() || row[other].tooLong()) {
				n++
			}
		}
	}
	return n
}

func (got *row) scored() bool {
	if got == nil {
		return false
	}
	_, ok := got.Values[score]
	return ok
}

// doubtNotes is the note on answers that may have been paid for twice, if there are any.
func (r *run) doubtNotes() []string {
	var dollars float64
	n, where := r.readings(func(a *reading) bool {
		if a.InDoubt {
			dollars += r.dollars(a)
		}
		return a.InDoubt
	})
	if n == 0 {
		return nil
	}
	note := fmt.Sprintf("The calls of %d answers%s were sent again, with the same idempotency key, since an earlier one was broken off or came to no answer; a vendor that ignores such keys may have charged for those too",
		n, where)
	if dollars > 0 {
		note += ", $" + amount(dollars) + " each time"
	}
	return []string{note + "."}
}

// amount has four decimals, or as many as show three digits.
func amount(dollars float64) string {
	decimals := 4
	for least := 0.01; dollars < least && decimals < 12; least /= 10 {
		decimals++
	}
	return strconv.FormatFloat(dollars, 'f', decimals, 64)
}

// fewArms is how many arms a note names.
const fewArms = 6

// readings counts the readings of a kind, and says, if they are of few arms, how many each
// of those has: " (none 3, bm25 1)".
func (r *run) readings(of func(*reading) bool) (n int, where string) {
	byArm := make(map[string]int)
	for i := range r.rows {
		for c, got := range r.rows[i] {
			if got != nil && got.Read != nil && of(got.Read) {
				n++
				byArm[r.cols[c].arm.Name()]++
			}
		}
	}
	if len(byArm) == 0 || len(byArm) > fewArms {
		return n, ""
	}
	var parts []string
	for _, a := range r.Arms {
		if k := byArm[a.Name()]; k > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", a.Name(), k))
		}
	}
	return n, " (" + strings.Join(parts, ", ") + ")"
}

package suite

import (
	"fmt"
	"strconv"
	"strings"

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
	add("%d prompts%s were longer, with room for an answer, than the model's window: they were not read, and score 0.",
		func(a *reading) bool { return a.Finish == reader.FinishContext })
	add("%d answers%s were taken by the vendor's filter, and score as empty ones.",
		func(a *reading) bool { return a.Finish == reader.FinishFilter })
	add("%d answers%s reached the cap of tokens before their first word, as models that think do under a small cap, and score as empty ones.",
		func(a *reading) bool { return a.Finish == "length" && blank(a.Answer) })
	add("%d answers%s had no text for no reason that the vendor gave.", func(a *reading) bool {
		return blank(a.Answer) && a.Finish != reader.FinishContext && a.Finish != reader.FinishFilter && a.Finish != "length"
	})
	add("Of %d answers%s the vendor said no tokens; the reader estimated them, and so are the dollars.",
		func(a *reading) bool { return a.Estimated })
	return append(notes, r.doubtNotes()...)
}

func blank(answer string) bool { return strings.TrimSpace(answer) == "" }

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

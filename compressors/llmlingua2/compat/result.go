package compat

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/pith-proxy/pith"
)

// passThrough keeps every word, but what comes out has been tokenized and
// decoded and is not the source.
func (r *run) passThrough() error {
	for _, d := range r.docs {
		if !d.kept {
			continue
		}
		for _, ch := range d.chunks {
			text, err := r.swaps.restore(ch.text)
			if err != nil {
				return err
			}
			d.out.WriteString(text)
			if r.req.ReturnWordLabel {
				for _, w := range splitWords(text) {
					d.labels = append(d.labels, Label{pith.Text(w), true})
				}
			}
		}
	}
	return nil
}

// labels pairs words with verdicts; a nil keep drops all.
func (r *run) labels(words []word, keep []bool) []Label {
	out := make([]Label, len(words))
	for i := range words {
		text := words[i].text
		if r.c.Family == XLMR {
			text = strings.TrimLeft(text, "▁")
		}
		out[i] = Label{pith.Text(text), keep != nil && keep[i]}
	}
	return out
}

func (r *run) result() (Result, error) {
	res := Result{OriginTokens: r.origin, CompressedPromptList: []pith.Text{}}
	var parts []string
	for _, d := range r.docs {
		res.Kept = append(res.Kept, d.kept)
		if d.kept {
			out := d.out.String()
			parts = append(parts, out)
			res.CompressedPromptList = append(res.CompressedPromptList, pith.Text(out))
			res.CompressedTokens += r.c.Counter.Count(out)
		}
	}
	res.CompressedPrompt = pith.Text(strings.Join(parts, "\n\n"))
	if r.req.ReturnWordLabel {
		for _, d := range r.docs {
			res.Labels = append(res.Labels, r.labelsOf(d))
		}
		res.Labeled = r.labeled(res.Labels)
	}
	return res, res.figures()
}

// figures fills in the strings. The reference counts a saving at $0.06 for 1000.
func (res *Result) figures() error {
	ratio := 1.0
	if res.CompressedTokens != 0 {
		ratio = float64(res.OriginTokens) / float64(res.CompressedTokens)
	}
	if ratio == 0 {
		return errZeroDivision()
	}
	res.Ratio = fmt.Sprintf("%.1fx", ratio)
	res.Rate = fmt.Sprintf("%.1f%%", float64(1/ratio)*100)
	saved := float64(float64(res.OriginTokens-res.CompressedTokens)*0.06) / 1000
	res.Saving = fmt.Sprintf(", Saving $%.1f in GPT-4.", saved)
	return nil
}

// labelsOf returns the words of a context, all of them dropped if it is.
func (r *run) labelsOf(d *doc) []Label {
	labels := d.labels
	if !d.kept {
		for _, ch := range d.chunks {
			labels = append(labels, r.labels(ch.words, nil)...)
		}
	}
	return labels
}

// labeled spells out the words of all contexts; separators in words stay as they are.
func (r *run) labeled(contexts [][]Label) pith.Text {
	var items []string
	for _, labels := range contexts {
		for _, l := range labels {
			verdict := "0"
			if l.Keep {
				verdict = "1"
			}
			items = append(items, string(l.Word)+r.req.LabelSep+verdict)
		}
	}
	return pith.Text(strings.Join(items, r.req.WordSep))
}

// splitWords returns the words of text as the reference labels them when nothing
// is dropped: runs of letters, numerals and underscores, and some marks alone.
func splitWords(text string) []string {
	var out []string
	start := -1
	for i, r := range text {
		if r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			out, start = append(out, text[start:i]), -1
		}
		if strings.ContainsRune("<>=/!@#$%^&*()?\":{}|\\`~;+-", r) {
			out = append(out, string(r))
		}
	}
	if start >= 0 {
		out = append(out, text[start:])
	}
	return out
}

package compat_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/llmlingua2/compat"
)

// Force tokens that name each other's placeholders would multiply the text with
// every kind.
func TestForceTokensCannotExplode(t *testing.T) {
	var force []string
	for i := range 100 {
		force = append(force, strings.Repeat("[NEW"+strconv.Itoa((i+1)%100)+"]", 30))
	}
	for name, family := range families {
		for _, rate := range []float64{0.5, 1} {
			req := compat.Defaults("A placeholder: [NEW0], and again [NEW0].")
			req.ForceTokens, req.Rate = force, rate
			_, err := tiny(t, family, &toy{table: []float32{0.5, 0.75}, size: 2}).Compress(context.Background(), req)
			if pith.CodeOf(err) != pith.CodeTooLarge {
				t.Errorf("%s at rate %v: got %v, want %s", name, rate, err, pith.CodeTooLarge)
			}
		}
	}
}

// Kept and Labels have an entry for each context, dropped ones too.
func TestKeptAndLabels(t *testing.T) {
	req := compat.Defaults("The meeting was long.", "So was the lunch after it.", "The budget was agreed.")
	req.ReturnWordLabel = true
	res, err := tiny(t, compat.BERT, &toy{table: []float32{0.1, 0.9, 0.4, 0.7}, size: 4, seed: 3}).Compress(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	kept := 0
	var items []string
	for i, k := range res.Kept {
		if k {
			kept++
		}
		for _, l := range res.Labels[i] {
			if l.Keep && !k {
				t.Errorf("context %d is dropped and its word %q kept", i, string(l.Word))
			}
			items = append(items, string(l.Word)+" "+map[bool]string{true: "1", false: "0"}[l.Keep])
		}
	}
	if len(res.Kept) != 3 || kept != len(res.CompressedPromptList) || kept == 3 {
		t.Errorf("kept %v, a list of %d", res.Kept, len(res.CompressedPromptList))
	}
	if got := strings.Join(items, "\t\t|\t\t"); got != string(res.Labeled) {
		t.Errorf("labels %q, labelled text %q", got, string(res.Labeled))
	}
}

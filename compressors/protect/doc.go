// Package protect finds the parts of a text that a compressor must not touch:
// what is worthless unless whole (code, addresses, identifiers), and the small
// words that turn a sentence round when they are lost (numbers, negations).
//
//	policy, err := protect.NewPolicy(protect.Default, []string{"Acme Ltd"}, nil)
//	…
//	for _, s := range policy.Spans(text) {
//		fmt.Println(s.Class, text[s.Start:s.End])
//	}
//
// Scanners are written by hand and read the text a fixed number of times, so the
// time is linear in its length whatever it holds. They know the shapes of things,
// not their meaning: a number in words ("three hundred"), code that is merely
// indented and formulas between dollar signs are not seen.
package protect

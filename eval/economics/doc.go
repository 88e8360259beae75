// Package economics says what a conversation costs at vendors that keep prompts in a
// cache, and what shortening its prompts saves or loses there.
//
// A vendor that charges a tenth for what it has seen before turns an edit of old text
// into a loss: one changed byte, and all that follows is paid anew. The package has the
// vendors' rules as data ([Default], [Table.Load]), the break-even formulas ([Prices]), a
// cache of prompts as each vendor keeps it ([Simulator]), and the replay of recorded
// requests, raw and rewritten, against both ([Replay]).
//
//	report, err := economics.Replay(ctx, trace, economics.Options{
//		Table: economics.Default(), Fitting: true, Counter: counterFor, Rewriter: throughPith,
//	})
//	report.WriteTable(os.Stdout)
//
// Costs are relative: 1 is one input token that is neither read from a cache nor written
// to one. Tokens are those of texts, as the given counter counts them; what a vendor adds
// around messages is left out, and it is the same on both sides. Output is not priced,
// since its length is not the prompt's doing.
//
// Vendors change their rules monthly, and the numbers in vendors.json are second-hand.
// Open the vendor's own page before trusting one; each entry names its source and month.
package economics

// A Counter says how many tokens a text has for one model. It is safe for concurrent
// use.
type Counter interface {
	// Count returns the number of tokens, 0 for "".
	Count(text string) int
}

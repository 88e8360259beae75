// Package compat is LLMLingua-2 as its authors' Python package computes it,
// mistakes included (Pan et al., arXiv:2403.12968; microsoft/LLMLingua, class
// PromptCompressor with use_llmlingua2). It exists so that results can be
// compared with published ones, and for callers who ask for them.
//
//	vocab, err := compat.ParseVocabulary(tokenizerJSON)
//	c, err := compat.New(compat.Options{
//		Family: compat.XLMR, Vocabulary: vocab,
//		Tokenizer: tok, Scorer: model, Counter: cl100k,
//	})
//	req := compat.Defaults(page)
//	req.Rate = 0.33
//	res, err := c.Compress(ctx, req)
//
// The output is decoded, not cut from the source: white space, line ends and
// unknown characters change or vanish, even at rate 1. Budgets are missed in the
// reference's way. Where the reference raises, Compress fails, and [ClassOf]
// names the exception. Nothing here repairs any of that; package llmlingua2 does.
//
// Two things are not reproduced. Text such as "<|endoftext|>", on which the
// reference's counter raises ValueError, is counted as ordinary text. And the
// family of a model is said by the caller, not guessed from a path.
//
// testdata holds what the reference gave; recipe says how it was recorded.
package compat

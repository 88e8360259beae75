// Package eval measures compression without a reader: does the gold answer of a
// question still stand in what was kept (see [Survival]), do the names that the next line
// of code needs (see [CodeSurvival]), and does a method keep the words that a teacher kept
// (see [Agreement])? All give any number of arms the same budget on the same texts, and
// put a bootstrap interval on each figure. [Retrieval] measures rankings of functions.
//
//	items, err := eval.ReadLongBenchDir(dir, eval.QATasks)
//	report, err := eval.Survival(ctx, eval.SurvivalOptions{
//		Items: items,
//		Arms:  append(eval.Baselines(1, eval.DocFreqOfItems(items)), &eval.Pith{Label: "pith", Func: c.Compress}),
//		Rates: []float64{0.5, 0.33, 0.2},
//	})
//	err = report.WriteMarkdown(os.Stdout)
//
// Survival bounds what a reader can answer; it is not an answer score. The
// package calls no model and opens no connection: a compressor is handed in as
// a function. Equal inputs and seeds give equal reports on every machine.
package eval

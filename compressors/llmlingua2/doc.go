// Package llmlingua2 drops the words of a prompt that a token classifier finds
// least worth keeping (LLMLingua-2, Pan et al., arXiv:2403.12968), and, given a
// question, prefers the sentences that bear on it.
//
//	c, err := llmlingua2.New(llmlingua2.Options{Models: models})
//	res, err := c.Compress(ctx, pith.Request{
//		Contexts: []pith.Context{{Text: page}},
//		Budget:   pith.Budget{Rate: 0.33},
//	})
//
// The work has two halves. An analysis gives each word of a text a keep
// probability and each sentence a vector; it depends on the text and the model
// alone. A selection spends a budget on the analysis of all contexts; it is
// cheap, and only it looks at the question.
//
// This is the service profile: what is kept are exact byte spans of the source.
// It does not reproduce the authors' implementation with its quirks, which is
// what package compat is for, and it does not load or run models.
package llmlingua2

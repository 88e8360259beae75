// Package pith holds the words the rest of the program is written in: what a
// compression request asks for, what a result says, and how a failure is
// classed. It imports the standard library only, and everything else imports it.
//
// A caller fills in a [Request], checks it with [Request.Validate] and hands it
// to a compressor:
//
//	req := pith.Request{
//		Contexts: []pith.Context{{Text: page}},
//		Question: "When was the contract renewed?",
//		Budget:   pith.Budget{Rate: 0.33},
//	}
//	res, err := compressor.Compress(ctx, req)
//
// The package compresses nothing itself and knows neither models nor HTTP.
package pith

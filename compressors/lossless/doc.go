// Package lossless makes texts shorter without losing anything: it cuts a text into
// regions, brings each into the form that has the fewest tokens (packages below
// structure), and at last replaces what still repeats by a dictionary (package
// metatoken). What came out can be turned back into the source, byte for byte, with a
// recipe that travels beside it:
//
//	c := lossless.New(lossless.Options{ID: "lossless", Counter: tokenize.CounterFor, Structure: true, Dict: true})
//	res, err := c.Compress(ctx, req) // with req.Options.ReturnDecode
//	text, err := lossless.Decode(string(res.Contexts[0].Text), *res.Contexts[0].Decode)
//
// Each result was decoded and compared before it is returned; where that fails, or the
// saving is too small, the text comes back as it was. A result depends on the text and
// the options alone.
package lossless

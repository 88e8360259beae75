// Package compatmethod serves the compat profile of LLMLingua-2: it hands a
// [pith.Request] to package compat and says what came of it in pith's words.
//
//	m := compatmethod.New(compatmethod.Options{Models: sources})
//	res, err := m.Compress(ctx, pith.Request{Profile: pith.ProfileCompat, Contexts: contexts})
//
// The request becomes a call of the reference's compress_prompt, with its
// defaults for what a pith.Request cannot say: with two or more contexts the
// context filter is on and drops the weaker ones whole. Two things are pith's own.
// Locked contexts are not part of the call and come back as they were, and a
// context that would come back with more tokens of the target model stays as it was.
//
// Where the reference raises an exception the request fails, and the message
// names the exception. The reference's own figures (ratio, saving) are not reported.
package compatmethod

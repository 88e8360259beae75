// Package policy decides what may happen to each text of a proxied request. Its
// functions are pure: the same arguments give the same answer on every replica and
// on every turn of a conversation, since a decision that changes rewrites a prefix
// that the provider has cached. None of them sees a clock, a position in the
// request, a neighbour or a random number, and all take time linear in their input.
//
//	s := policy.Default().With(key, body, header) // weakest first
//	…
//	d := policy.Decide(policy.BlockInfo{
//		Role: policy.RoleTool, ToolName: name, Class: content.Classify(text), Tokens: n,
//	}, s)
//	switch d.Action { … }
//
// Where the package is unsure it says no: a text that stays as it is costs money,
// a text that is wrongly shortened costs an answer.
package policy

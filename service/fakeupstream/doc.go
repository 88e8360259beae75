// Package fakeupstream is a stand-in for an LLM vendor: it answers like OpenAI and
// like Anthropic, and remembers every request as it came. Tests use it to see what
// a proxy changed; people use it to try pith without a key (pith fake-upstream).
//
//	up := fakeupstream.New(fakeupstream.Options{})
//	srv := httptest.NewServer(up)
//	…                           // point a client at srv.URL
//	for _, req := range up.Requests() {
//		fmt.Println(req.Method, req.Target, req.SHA256, len(req.Body))
//	}
//
// Without being told anything it answers plausibly, and its text says how much it
// received. The header X-Fake-Script, or [Options.Script], makes it answer badly:
// with errors, late, in pieces, encoded, cut off. See [ParseReply].
//
// It has no model. Token counts are bytes of text divided by four, rounded up.
// Identifiers count up from one since [New] or [Server.Reset], so that two equal
// runs get equal answers. It asks for no key and keeps no files.
package fakeupstream

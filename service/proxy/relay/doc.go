// Package relay sends one request to an upstream and copies the answer back.
//
//	rl := relay.New(relay.Options{})
//	transport, err := relay.NewTransport(relay.Options{})
//	up := &relay.Upstream{Name: "openai", Base: base, Transport: transport}
//	…
//	rl.Forward(w, r, relay.Call{Upstream: up, Path: "/chat/completions", Done: record})
//
// What goes out is what came in, less what concerns one connection only (RFC 9110,
// 7.6.1), less X-Pith-* and the traces of proxies in between. What comes back is what
// the upstream said: status, headers, encoding, and every byte as soon as it is there.
// Nothing is sent twice, no redirect is followed, and an answer that breaks off breaks
// off for the client as well, so that half an answer never looks like a whole one.
//
// The package decides nothing about prompts: a body that is to differ from the client's
// comes in the Call. It keeps no keys and logs nothing; Outcome has what there is to say.
package relay

// Package proxy is the drop-in proxy: it stands where a vendor's base URL was, sends
// every request on as it came, and makes the prompts in some of them shorter.
//
//	p, err := proxy.New(proxy.Options{Compressor: …, Counter: …, Ledger: …,
//		Upstreams: map[string]proxy.Upstream{"openai": {Base: …}}})
//	http.Handle("/", p)
//
// What is sent differs from what came in the ranges that were shortened, and in
// nothing else. What comes back is the vendor's. Whatever goes wrong on the way, from a
// body that cannot be read to a compressor that panics, the request goes on as it
// came. The same text of the same conversation is always sent in the same form.
//
// A request passes through these files in turn: route (whose is it), caller (who asks,
// and with which key), intake (the body, if a prompt may be in it), shorten (what holds
// for this request), prompt (its texts, decided before or now), decide, user and tags
// (the decision), work (the compressor, within bounds), report (what the client is told).
package proxy

// Package arms has the arms that reach a compressor by other ways than a function call:
// a running pith over HTTP ([API]), the drop-in proxy on a request's way to a vendor
// ([Proxy]), and the Python package llmlingua in a process of its own ([Bridge]). They
// stand in one table with those of package eval, so each says where its terms differ.
//
//	arm := &arms.API{Label: "llmlingua2", URL: "http://localhost:8080", Method: "llmlingua2"}
//	kept, err := arm.Compress(ctx, item, eval.LimitFor(item.Context, 0.5, counter))
//
// No error has a word of an item in it.
package arms

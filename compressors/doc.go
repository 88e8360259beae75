// Package compressors brings the methods together behind one door. A [Router]
// looks at the method that a request and its contexts name, and hands the
// request on.
//
//	r := compressors.NewRouter(none, lingua)
//	res, err := r.Compress(ctx, req)
//
// Each method has a package of its own below this one. The router compresses
// nothing itself.
package compressors

// Package reference is LongCodeZip as its authors' Python package computes it from a
// list of chunks on, mistakes included (Shi et al., arXiv:2510.00446;
// YerbaPage/LongCodeZip, class LongCodeZip). It exists so that results can be compared
// with published ones, and is nobody's default.
//
//	c := reference.Compressor{Ranker: model}
//	req := reference.Defaults(chunks...)
//	req.Query = "how are keys evicted?"
//	req.Rate = 0.25
//	res, err := c.Compress(ctx, req)
//
// Budgets are missed in the reference's way, by a chunk and more; omission marks are
// wrong for some languages; the code that comes out need not parse. Where the reference
// raises, Compress fails, and [ClassOf] names the exception. Nothing here repairs any of
// that; package longcodezip does.
//
// Three things are not reproduced. Chunks come from the caller, where the reference cuts
// with regular expressions; joined, its chunks are the file. The coarse slack is a number,
// where the reference evaluates a string. And the order of chunks whose scores are not
// numbers, which is an accident of Python's sort, is an error.
//
// testdata holds what the reference gave on tiny models, and the script that recorded it.
package reference

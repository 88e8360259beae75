package compat

// Watch makes c tell seen of every percentile it computes.
func (c *Compressor) Watch(seen func(threshold float64)) { c.seen = seen }

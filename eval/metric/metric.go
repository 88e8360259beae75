// Package metric scores answers exactly as LongBench does (Bai et al., arXiv:2308.14508,
// metrics.py): the same normalisation, the same segmentation of Chinese, the same
// mistakes. Scores are in [0, 1].
package metric

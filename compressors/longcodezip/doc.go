// Package longcodezip shortens source code to what a task needs, after LongCodeZip (Shi et
// al., arXiv:2510.00446): functions are ranked by how much they tell about the query, and
// what is kept is cut further, block by block, until a budget of the target model's
// tokens holds. What is left still parses, and comments say where how much is missing.
package longcodezip

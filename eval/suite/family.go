package suite

import "github.com/pith-proxy/pith/eval"

// falseAlarms is how often an arm that is as good as all it is compared with may be listed
// with anything at all.
const falseAlarms = 0.05

// rejected says which of one arm's tests find a lower mean, so that the chance of any false
// alarm about the arm is at most [falseAlarms], however the tests depend on one another.
//
// The family is the arm's own: all its rates, tasks and measures, against the arm that gains
// are over, the best of the simple baselines and, with a reader's score, the whole text.
// Another method's tests are not in it, so that what is said of this one does not change with
// what else is run. A run of several arms may therefore raise more than one false alarm in
// twenty, but for each arm no more than that.
//
// Half of the chance goes to the means over all tasks and half to those of single tasks: the
// latter are many and would drown the former. All of it goes to one if the other has nothing
// that could be rejected. In each half those that could not be rejected are left out
// (see [attainable]), and the others have Holm's test.
func rejected(tests []test) []bool {
	var all, single []int
	for i, t := range tests {
		if t.task == "" {
			all = append(all, i)
		} else {
			single = append(single, i)
		}
	}
	const half = falseAlarms / 2
	out := make([]bool, len(tests))
	switch ofAll, ofSingle := attainable(tests, all, half), attainable(tests, single, half); {
	case len(ofSingle) == 0:
		reject(tests, attainable(tests, all, falseAlarms), falseAlarms, out)
	case len(ofAll) == 0:
		reject(tests, attainable(tests, single, falseAlarms), falseAlarms, out)
	default:
		reject(tests, ofAll, half, out)
		reject(tests, ofSingle, half, out)
	}
	return out
}

// attainable leaves out the tests that few or equal values keep from ever being rejected, so
// that they make it no harder for the others (Tarone, 1990): with K the least number for which
// at most K tests have a least p of rate/K or below, it returns these. A least p depends on
// how many differences are not 0 and never on which way they point, so that no choice by
// results is in it.
func attainable(tests []test, among []int, rate float64) []int {
	for k := 1; ; k++ {
		var can []int
		for _, i := range among {
			if tests[i].least <= rate/float64(k) {
				can = append(can, i)
			}
		}
		if len(can) <= k {
			return can
		}
	}
}

// reject has Holm's test over some tests.
func reject(tests []test, some []int, rate float64, out []bool) {
	p := make([]float64, len(some))
	for k, i := range some {
		p[k] = tests[i].p
	}
	for k, is := range eval.Holm(p, rate) {
		out[some[k]] = is
	}
}

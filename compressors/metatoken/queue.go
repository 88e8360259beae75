package metatoken

// queue is a heap of candidates, the best first.
type queue struct {
	all     []candidate
	compare func(a, b candidate) int
}

func (q *queue) push(c candidate) {
	i := len(q.all)
	q.all = append(q.all, c)
	for i > 0 {
		up := (i - 1) / 2
		if q.compare(q.all[up], c) <= 0 {
			break
		}
		q.all[i], i = q.all[up], up
	}
	q.all[i] = c
}

func (q *queue) pop() candidate {
	first, n := q.all[0], len(q.all)-1
	c := q.all[n]
	q.all = q.all[:n]
	if n == 0 {
		return first
	}
	i := 0
	for down := 1; down < n; down = 2*i + 1 {
		if down+1 < n && q.compare(q.all[down+1], q.all[down]) < 0 {
			down++
		}
		if q.compare(c, q.all[down]) <= 0 {
			break
		}
		q.all[i], i = q.all[down], down
	}
	q.all[i] = c
	return first
}

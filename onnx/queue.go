package onnx

import "container/heap"

// queue orders jobs by start tag, then by arrival; those that wait for an idle moment
// are behind all others. It is not safe for concurrent use.
type queue struct{ heap jobHeap }

func (q *queue) push(j *job) { heap.Push(&q.heap, j) }

// least returns the job whose unit is to start next, nil if there is none.
func (q *queue) least() *job {
	if len(q.heap) == 0 {
		return nil
	}
	return q.heap[0]
}

func (q *queue) fix(j *job) { heap.Fix(&q.heap, j.at) }

// remove does nothing if j is not in the queue.
func (q *queue) remove(j *job) {
	if j.at >= 0 {
		heap.Remove(&q.heap, j.at)
	}
}

type jobHeap []*job

func (h jobHeap) Len() int { return len(h) }

func (h jobHeap) Less(a, b int) bool {
	if h[a].idle != h[b].idle {
		return h[b].idle
	}
	if h[a].start != h[b].start {
		return h[a].start < h[b].start
	}
	return h[a].arrival < h[b].arrival
}

func (h jobHeap) Swap(a, b int) {
	h[a], h[b] = h[b], h[a]
	h[a].at, h[b].at = a, b
}

// Push implements heap.Interface.
func (h *jobHeap) Push(x any) {
	j := x.(*job)
	j.at = len(*h)
	*h = append(*h, j)
}

// Pop implements heap.Interface.
func (h *jobHeap) Pop() any {
	old := *h
	j := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	j.at = -1
	return j
}

// Copyright

// Package a is a sample.
package a

import (
	"fmt"
	"os"
)

// Limit is the most.
const Limit = 3

var debug = os.Getenv("DEBUG") != ""

// T counts.
type T struct {
	n int

	// Name is shown.
	Name string
}

type (
	// A is one.
	A int
	b interface {
		Sum() int
	}
)

// Sum adds.
func (t *T) Sum(xs ...int) (n int) {
	for _, x := range xs {
		if x > 0 {
			n += x
		}
	}
	return n
}

func (g *group[K, V]) get(k K) V { return g.m[k] }

func init() {
	switch n := Limit; {
	case n > 1:
		fmt.Println("one")
		fmt.Println("two")
		fallthrough
	case n > 2:
		fmt.Println("three")
	default:
		select {
		case <-done:
		}
	}
loop:
	for {
		go func() {
			defer close(done)
			fmt.Println("go")
		}()
		break loop
	}
}

// at the end

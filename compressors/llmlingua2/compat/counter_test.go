package compat_test

import (
	"testing"

	"github.com/pith-proxy/pith/tokenize"
)

// cl100k returns the counter the reference uses.
func cl100k(tb testing.TB) tokenize.Counter {
	c, err := tokenize.CounterFor("cl100k_base")
	if err != nil {
		tb.Fatal(err)
	}
	if c.Name() != "cl100k_base" {
		tb.Fatalf("asked for cl100k_base, got %s", c.Name())
	}
	return c
}

package onnx

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// check compares what the file says with what the spec promises, and notes how the graph
// is to be fed and read.
func (c *Causal) check(s *Spec, g *graphInfo) error {
	if err := checkNames(s, g); err != nil {
		return err
	}
	for _, name := range s.inputs() {
		if err := c.checkInput(name, g.inputs); err != nil {
			return err
		}
	}
	if s.Family == FamilyCausalNLL {
		return checkPort("output", outNLL, g.outputs, elemFloat, -1)
	}
	return c.checkLogits(g.outputs)
}

func (c *Causal) checkInput(name string, ports []port) error {
	switch {
	case name == asked:
		return checkPort("input", name, ports, elemInt64, -1)
	case name == useCacheBranch:
		return checkPort("input", name, ports, elemBool, -1)
	case !strings.HasPrefix(name, pastPrefix):
		return checkPort("input", name, ports, elemInt64, -1, -1)
	}
	p, err := findPort("input", name, ports)
	if err != nil {
		return err
	}
	if len(p.dims) != 4 || !slices.Contains(p.dims[1:], -1) {
		return fmt.Errorf("input %q has the shape %v; it must have 4 dimensions and a free length", name, p.dims)
	}
	if p.elem != elemFloat && p.elem != elemHalf {
		return fmt.Errorf("input %q is %s; it must be float32 or float16", name, elemName(p.elem))
	}
	if c.past == nil {
		c.past = map[string]port{}
	}
	c.past[name] = p
	return nil
}

// checkLogits finds out about the logits' element type and width.
func (c *Causal) checkLogits(ports []port) error {
	p, err := findPort("output", outLogits, ports)
	if err != nil {
		return err
	}
	c.half = p.elem == elemHalf
	elem := int64(elemFloat)
	if c.half {
		elem = elemHalf
	}
	c.vocab = c.spec.vocabulary(p)
	if c.vocab < 2 {
		return errors.New("neither the graph nor " + specFile + " says how many logits a token has: give it as \"vocabulary\"")
	}
	return checkPort("output", outLogits, ports, elem, -1, -1, int64(c.vocab))
}

// vocabulary returns how many logits a token has by what the graph or else the spec says;
// 0 if neither does.
func (s *Spec) vocabulary(p port) int {
	if len(p.dims) == 3 && p.dims[2] > 0 {
		return int(p.dims[2])
	}
	if dims := s.Graph.Outputs[outLogits]; len(dims) == 3 {
		if n, ok := dims[2].(float64); ok && n > 0 {
			return int(n)
		}
	}
	return s.Rows
}

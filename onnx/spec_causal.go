package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Names of inputs and outputs of causal language models: those of our own graphs, and
// those that the common exporters write.
const (
	asked          = "positions"
	outNLL         = "nll"
	positionIDs    = "position_ids"
	useCacheBranch = "use_cache_branch"
	pastPrefix     = "past_key_values."
)

// Causal reports whether it is a causal language model's description.
func (s *Spec) Causal() bool { return s.Family == FamilyCausalNLL || s.Family == FamilyCausal }

// checkCausal reports what makes the spec no causal language model that can be run here.
func (s *Spec) checkCausal() error {
	if !s.Causal() {
		return fmt.Errorf("family is %q; a causal language model is of %q or %q", s.Family, FamilyCausal, FamilyCausalNLL)
	}
	if s.MaxSequence < minSequence || s.MaxSequence > maxWindow {
		return fmt.Errorf("max_sequence is %d ids; it must be in [%d, %d]", s.MaxSequence, minSequence, maxWindow)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Graph.Inputs)) {
		want, known := s.rank(name)
		if !known {
			return fmt.Errorf("graph.inputs has %q, which a model of the family %s cannot be given", name, s.Family)
		}
		if got := len(s.Graph.Inputs[name]); got != want {
			return fmt.Errorf("input %q has %d dimensions; it must have %d", name, got, want)
		}
	}
	needed, output, rank := []string{inputIDs}, outLogits, 3
	if s.Family == FamilyCausalNLL {
		needed, output, rank = []string{inputIDs, asked}, outNLL, 1
	}
	for _, name := range needed {
		if s.Graph.Inputs[name] == nil {
			return fmt.Errorf("graph.inputs lacks %q", name)
		}
	}
	dims := s.Graph.Outputs[output]
	if dims == nil {
		return fmt.Errorf("graph.outputs lacks %q", output)
	}
	if len(dims) != rank {
		return fmt.Errorf("output %q has %d dimensions; it must have %d", output, len(dims), rank)
	}
	return nil
}

// rank returns how many dimensions an input has, if there can be one of that name.
func (s *Spec) rank(input string) (n int, known bool) {
	switch {
	case input == inputIDs:
		return 2, true
	case s.Family == FamilyCausalNLL:
		return 1, input == asked
	case input == attentionMask, input == positionIDs:
		return 2, true
	case input == useCacheBranch:
		return 1, true
	}
	return 4, strings.HasPrefix(input, pastPrefix)
}

const minSequence = 16 // less is no context to tell anything from

package report

import (
	"fmt"
	"testing"
)

// Of two dozen methods no two look alike: arms with a rate of their own are dots, so that
// colour and shape must tell them apart.
func TestStylesDiffer(t *testing.T) {
	var arms []Arm
	for i := range 24 {
		arms = append(arms, Arm{Name: fmt.Sprint("a", i), Kind: "pith"})
	}
	seen := map[string]string{}
	for _, a := range arms {
		s := stylesOf(arms)[a.Name]
		look := fmt.Sprint(s.color, s.marker)
		if other, ok := seen[look]; ok {
			t.Errorf("%s looks like %s", a.Name, other)
		}
		seen[look] = a.Name
	}
}

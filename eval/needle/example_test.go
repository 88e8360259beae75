package needle_test

import (
	"fmt"

	"github.com/pith-proxy/pith/eval/needle"
)

func ExampleGenerate() {
	set, err := needle.Generate(needle.Options{Kinds: []string{"single", "hops", "negation"}, Lengths: []int{2000}, Depths: []float64{0.5}, Seed: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, it := range set.Items {
		fmt.Println(it.ID)
		fmt.Println(it.Question, it.Answers)
		fmt.Printf("%q\n", it.Needles)
	}
	// Output:
	// single-2000-d0.50-r1
	// What is the entry code of the Carton gallery? [HL-4560]
	// ["Carton gallery" "HL-4560"]
	// hops-2000-d0.50-r1
	// At which address does the person live who has the key to the Selstead harbour office? [72 Tully Walk]
	// ["Selstead harbour office" "kept by Bruno Milner" "Bruno Milner of 72 Tully Walk"]
	// negation-2000-d0.50-r1
	// Of which place was the wiring not approved by the inspectors? [Thornford weather station]
	// ["Thornford weather station" "never approved"]
}

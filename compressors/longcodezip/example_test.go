package longcodezip_test

import (
	"context"
	"fmt"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/longcodezip"
)

func Example() {
	words := longcodezip.NewLexical()
	c, err := longcodezip.New(longcodezip.Options{Scorers: []longcodezip.Source{{Name: "bm25", Lexical: true,
		Open: func(context.Context) (longcodezip.Scorer, error) { return words, nil }}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	res, err := c.Compress(context.Background(), pith.Request{
		Contexts: []pith.Context{{ID: "shop.py", Text: `import math

def total(prices):
    """Adds prices up."""
    return math.fsum(prices)

def label(price):
    """Writes a price down for a customer."""
    euros, cents = divmod(price, 100)
    if cents:
        return f"{euros} euros {cents}"
    return f"{euros} euros"
`}},
		Question: "How are prices added up?",
		Budget:   pith.Budget{TargetTokens: 50},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Print(res.Contexts[0].Text)
	// Output:
	// import math
	//
	// def total(prices):
	//     """Adds prices up."""
	//     return math.fsum(prices)
	//
	// def label(price):
	//     """Writes a price down for a customer."""
	//     ...  # (4 lines omitted)
}

package lossless_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/compressors/lossless"
	"github.com/pith-proxy/pith/tokenize"
)

func Example() {
	source := `{
    "orders": [
        {"id": 1042, "customer": "Ana Sato", "total": 12.50, "state": "paid"},
        {"id": 1043, "customer": "Bo Moreau", "total": 80.00, "state": "paid"},
        {"id": 1044, "customer": "Chen Okafor", "total": 7.25, "state": "open"}
    ]
}
`
	c := lossless.New(lossless.Options{ID: "structure", Structure: true, Least: 8, Counter: tokenize.CounterFor})
	req := pith.Request{Contexts: []pith.Context{{Text: pith.Text(source)}}}
	req.Options.ReturnDecode = true
	res, err := c.Compress(context.Background(), req)
	if err != nil {
		panic(err)
	}
	r := res.Contexts[0]
	fmt.Printf("%d tokens, then %d:\n%s\n", r.InputTokens, r.OutputTokens, strings.TrimSpace(string(r.Text)))
	back, err := lossless.Decode(string(r.Text), *r.Decode)
	fmt.Println(back == source, err)
	// Output:
	// 100 tokens, then 51:
	// orders[3]{id,customer,total,state}:
	// 1042,Ana Sato,12.50,paid
	// 1043,Bo Moreau,80.00,paid
	// 1044,Chen Okafor,7.25,open
	// true <nil>
}

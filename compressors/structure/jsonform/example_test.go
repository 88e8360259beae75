package jsonform_test

import (
	"fmt"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/jsonform"
)

func Example() {
	text := `{
  "total": 3,
  "users": [
    {"id": 7, "name": "Ada", "plan": "free", "org": {"id": 1, "name": "R\u00f8d"}},
    {"id": 8, "name": "8", "plan": "free", "org": {"id": 2, "name": "Bl\u00e5"}, "mail": ""},
    {"id": 9, "name": "Bo, Jr.", "plan": "free", "org": {"id": 2, "name": "Bl\u00e5"}, "mail": "bo@example.com"}
  ]
}
`
	e, ok := jsonform.Encode(text, structure.Options{Count: func(text string) int { return len(text) / 4 }})
	fmt.Println(ok)
	fmt.Println(e.Text)
	back, err := jsonform.Decode(e.Text, e.Layout, len(text))
	fmt.Println(back == text, err)
	// Output:
	// true
	// total: 3
	// users[3]{id,name,plan="free",org{id,name},mail?}:
	// 7,Ada,1,Rød,
	// 8,"8",2,Blå,""
	// 9,"Bo, Jr.",2,Blå,bo@example.com
	// true <nil>
}

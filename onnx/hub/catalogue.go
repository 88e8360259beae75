package hub

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
)

// An Entry is a published model that pith knows by a short name.
type Entry struct {
	Name     string `json:"name"`     // what `pith models pull` takes, and the folder's name
	Repo     string `json:"repo"`     // OWNER/NAME on the hub
	Revision string `json:"revision"` // branch, tag or commit

	// Graph and Quantized are the paths of the graphs in the repository, ""
	// where they are found by rule (see chooseGraph).
	Graph     string `json:"graph,omitempty"`
	Quantized string `json:"quantized,omitempty"`

	Architecture  string        `json:"architecture"` // bert or xlm-roberta: how pieces become words
	Cased         bool          `json:"cased"`        // false: the tokenizer lower-cases
	Window        int           `json:"window"`       // most tokens in one pass, markers included
	Languages     []string      `json:"languages"`    // trained on English; the rest is what the encoder was pre-trained on
	SpecialTokens SpecialTokens `json:"special_tokens"`
	License       string        `json:"license"`        // SPDX; "" where the publisher states none that is known
	Base          string        `json:"base,omitempty"` // what it was made from

	// Bytes and QuantizedBytes are about how much a pull moves; 0 is unknown.
	Bytes          int64 `json:"bytes,omitempty"`
	QuantizedBytes int64 `json:"quantized_bytes,omitempty"`

	Instead []string `json:"instead,omitempty"` // entries with a graph, where this repository has none
	Note    string   `json:"note,omitempty"`
}

// SpecialTokens are the ids that frame a window. They are tokenizer ids.
type SpecialTokens struct {
	Start   int     `json:"start"`
	End     int     `json:"end"`
	Pad     int     `json:"pad"`
	Unknown maybeID `json:"unknown,omitzero"`
}

// maybeID is an id, or negative: there is none.
type maybeID int

// IsZero keeps one that there is not out of JSON.
func (id maybeID) IsZero() bool { return id < 0 }

//go:embed catalogue.json
var catalogueJSON []byte

// Catalogue returns the known models, in the order they are worth trying. The
// caller may change what it gets.
func Catalogue() []Entry {
	var all []Entry
	if err := json.Unmarshal(catalogueJSON, &all); err != nil {
		panic("hub: catalogue.json: " + err.Error())
	}
	return all
}

// lookup finds an entry by short name or by repository; the hub folds the case
// of repositories, so this does too.
func lookup(name string) (Entry, bool) {
	all := Catalogue()
	i := slices.IndexFunc(all, func(e Entry) bool {
		return e.Name == name || strings.EqualFold(e.Repo, name)
	})
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}

// catalogueNames is the list an error shows.
func catalogueNames() string {
	var names []string
	for _, e := range Catalogue() {
		if len(e.Instead) == 0 {
			names = append(names, e.Name)
		}
	}
	return strings.Join(names, ", ")
}

package hub

import (
	"encoding/json"
	"strings"
)

// A repository is what is asked of a hub. Which kind it is decides its addresses.
type repository struct {
	kind     kind
	name     string // OWNER/NAME
	revision string // branch, tag or commit, as asked for
}

// A kind is what a repository holds, as its addresses begin.
type kind string

const (
	ofModels   kind = "" // the hub's pages of models begin with nothing
	ofDatasets kind = "datasets"
)

// noun is what users call it.
func (k kind) noun() string {
	if k == ofDatasets {
		return "data set"
	}
	return "model"
}

// api is the path of what the API knows of the repository, in parts.
func (r repository) api(more ...string) []string {
	area := "models"
	if r.kind == ofDatasets {
		area = "datasets"
	}
	owner, name, _ := strings.Cut(r.name, "/")
	return append([]string{"api", area, owner, name}, more...)
}

// file is the path of a file's bytes, in parts.
func (r repository) file(commit, path string) []string {
	var parts []string
	if r.kind != ofModels {
		parts = append(parts, string(r.kind))
	}
	owner, name, _ := strings.Cut(r.name, "/")
	return append(append(parts, owner, name, "resolve", commit), strings.Split(path, "/")...)
}

// page is where people look at the repository.
func (r repository) page(endpoint string) string {
	if r.kind != ofModels {
		endpoint += "/" + string(r.kind)
	}
	return endpoint + "/" + r.name
}

// licence reads the licence of a repository's card; "" if it states none. Cards of
// data sets may list several.
func (k kind) licence(raw json.RawMessage) string {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		return printable(one)
	}
	var several []string
	if k == ofDatasets && json.Unmarshal(raw, &several) == nil {
		return printable(strings.Join(several, ", "))
	}
	return ""
}

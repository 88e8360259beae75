package economics

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

//go:embed vendors.json
var vendorsJSON []byte

// A Table is the rules of several vendors, in the order in which they are listed. It must
// not be changed once it is used.
type Table []Vendor

var defaultTable = sync.OnceValue(func() Table {
	t, err := Table(nil).Load(bytes.NewReader(vendorsJSON))
	if err != nil {
		panic("economics: vendors.json: " + err.Error()) // part of the binary; a test reads it
	}
	return t
})

// Default returns the rules that come with the package, as of the months in them.
func Default() Table { return slices.Clone(defaultTable()) }

// maxTable is the most bytes of a file of rules.
const maxTable = 1 << 20

// Load returns the table with the entries of a file of the form of vendors.json in it. An
// entry with a known name changes the members that it has; one with a new name is added
// and must be complete. Unknown members and numbers out of range are errors, which say
// what to change; all of them are reported at once.
func (t Table) Load(r io.Reader) (Table, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxTable+1))
	if err != nil {
		return nil, fmt.Errorf("read prices: %w", err)
	}
	if len(data) > maxTable {
		return nil, fmt.Errorf("the file of prices is over %d bytes", maxTable)
	}
	var file struct {
		Vendors []json.RawMessage `json:"vendors"`
	}
	if err := strict(data, &file); err != nil {
		return nil, err
	}
	out := slices.Clone(t)
	var errs []error
	for i, raw := range file.Vendors {
		if out, err = out.merge(raw); err != nil {
			errs = append(errs, fmt.Errorf("vendors[%d]: %w", i, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return out, nil
}

// merge puts one entry in. On an error it returns t.
func (t Table) merge(raw json.RawMessage) (Table, error) {
	var named struct {
		Name string `json:"name"`
	}
	if err := json.Unmarshal(raw, &named); err != nil {
		return t, errors.New(`an entry is an object with a "name"`)
	}
	at := slices.IndexFunc(t, func(v Vendor) bool { return v.Name == named.Name })
	v := Vendor{Unit: 1}
	if at >= 0 {
		v = t[at].clone()
	}
	if err := strict(raw, &v); err != nil {
		return t, err
	}
	if err := v.validate(); err != nil {
		return t, err
	}
	if at < 0 {
		return append(t, v), nil
	}
	t[at] = v
	return t, nil
}

// clone copies what decoding would write into.
func (v Vendor) clone() Vendor {
	v.Notes, v.APIs, v.ByModel = slices.Clone(v.Notes), slices.Clone(v.APIs), slices.Clone(v.ByModel)
	for i := range v.ByModel {
		m := &v.ByModel[i]
		m.MinTokens, m.Write, m.Read = copied(m.MinTokens), copied(m.Write), copied(m.Read)
	}
	facts := map[string]Section{}
	for k, s := range v.Invalidates {
		facts[k] = s
	}
	v.Invalidates = facts
	return v
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	v := *p
	return &v
}

// strict decodes one JSON value without unknown members.
func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("prices: %w; docs/replay.md lists the members", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("prices: something follows the JSON object")
	}
	return nil
}

// Pick returns the vendors with the names, in the order of the names. A name may have one
// of the vendor's models behind a colon: "openai:gpt-4.1" is OpenAI as [Vendor.For] has it
// for that model, whatever model a request names, and is called so. An error lists the
// vendors that there are, or the models that the table knows of one.
func (t Table) Pick(names []string) (Table, error) {
	var out Table
	for _, name := range names {
		v, err := t.pick(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

func (t Table) pick(name string) (Vendor, error) {
	for _, v := range t {
		if v.Name == name {
			return v, nil
		}
	}
	for _, v := range t {
		if model, ok := strings.CutPrefix(name, v.Name+":"); ok {
			return v.only(model)
		}
	}
	return Vendor{}, fmt.Errorf("no vendor %q; there are %s", name, strings.Join(t.Names(), ", "))
}

// only is the vendor with the rules of one model for all.
func (v Vendor) only(model string) (Vendor, error) {
	known := slices.Clone(v.Models)
	for _, m := range v.ByModel {
		known = append(known, m.Match)
	}
	if model == "" || !slices.ContainsFunc(known, func(pattern string) bool { return names(pattern, model) }) {
		return Vendor{}, fmt.Errorf("no model %q of %s is known; leave the model out, or give one that matches %s", model, v.Name, strings.Join(known, ", "))
	}
	v = v.For(model)
	v.Name, v.ByModel = v.Name+":"+model, nil
	return v, nil
}

// Names are the vendors' names.
func (t Table) Names() []string {
	var names []string
	for _, v := range t {
		names = append(names, v.Name)
	}
	return names
}

// ForModel returns how the vendor that a model is asked for at caches its prompts: the
// first one with a name that matches, with or without a gateway's in front.
func (t Table) ForModel(model string) (Vendor, bool) {
	for _, v := range t {
		for _, m := range v.Models {
			if names(m, model) {
				return v.For(model), true
			}
		}
	}
	return Vendor{}, false
}

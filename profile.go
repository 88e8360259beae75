package pith

import "fmt"

// validateProfile refuses what the profile would have to ignore.
func (r *Request) validateProfile() error {
	switch r.Profile {
	case "", ProfileService:
		return nil
	case ProfileCompat:
	default:
		return Invalid("/profile", "profile must be service or compat; got %q", r.Profile)
	}
	o := &r.Options
	p := &o.Preserve
	for _, m := range []struct {
		name string
		set  bool
	}{
		{"/question", r.Question != ""},
		{"/instruction", r.Instruction != ""},
		{"/threshold", r.Budget.Threshold != 0},
		{"/budget", o.Strictness != ""},
		{"/scope", o.Scope != ""},
		{"/top_n", o.TopN != 0},
		{"/min_score", o.MinScore != 0},
		{"/preserve", len(p.Classes)+len(p.Literals)+len(p.Patterns) > 0},
	} {
		if m.set {
			return Invalid(m.name, "%s has no meaning in the compat profile; leave it out", m.name[1:])
		}
	}
	if o.ReturnDecode {
		return Invalid("/return", "the compat profile loses words; there is nothing to decode")
	}
	if l := &o.Lossless; l.Forms != nil || l.LegendRows != 0 || l.Warm || l.Inline {
		return Invalid("/lossless", "lossless has no meaning in the compat profile; leave it out")
	}
	if !o.Code.isZero() {
		return Invalid("/code", "code has no meaning in the compat profile; leave it out")
	}
	if o.ReturnChunks {
		return Invalid("/return", "the compat profile has no chunks to return; use method longcodezip without a profile")
	}
	if o.ReturnSpans {
		return Invalid("/return", "the compat profile has no spans to return: its text is decoded, not cut from the source")
	}
	for i := range r.Contexts {
		if err := r.Contexts[i].validateCompat(fmt.Sprintf("/contexts/%d", i)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Context) validateCompat(param string) error {
	b := &c.Budget
	for _, m := range []struct {
		name string
		set  bool
	}{
		{"rate", b.Rate != 0},
		{"target_tokens", b.TargetTokens != 0},
		{"threshold", b.Threshold != 0},
		{"language", c.Language != ""},
		{"kind", c.Kind != ""},
	} {
		if m.set {
			return Invalid(param+"/"+m.name, "a context's own %s has no meaning in the compat profile; leave it out", m.name)
		}
	}
	return nil
}

package pith

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxKeepBytes is the most bytes of one name of CodeOptions.Keep.
const MaxKeepBytes = 256

func (o *CodeOptions) validate() error {
	switch o.Marks {
	case "", MarksCounted, MarksRange, MarksShort, MarksNone:
	default:
		return Invalid("/code/marks", "marks must be counted, range, short or none; got %q", o.Marks)
	}
	if n := len(o.Keep); n > MaxKeep {
		return Invalid("/code/keep", "at most %d names to keep; got %d", MaxKeep, n)
	}
	for i, name := range o.Keep {
		if err := validateKeep(name, fmt.Sprintf("/code/keep/%d", i)); err != nil {
			return err
		}
	}
	return nil
}

func validateKeep(name, param string) error {
	switch {
	case strings.TrimSpace(name) == "":
		return Invalid(param, "a name to keep must not be empty")
	case len(name) > MaxKeepBytes:
		return Invalid(param, "a name to keep may have at most %d bytes; got %d", MaxKeepBytes, len(name))
	case !utf8.ValidString(name):
		return Invalid(param, "a name to keep must be UTF-8")
	}
	return nil
}

// FileName is the context's ID if it reads as the name of a file, which is to say that it
// has an ending or a folder, as "src/app.py" has; else "". A name such as "c" says nothing.
func (c *Context) FileName() string {
	if strings.ContainsAny(c.ID, `./\`) {
		return c.ID
	}
	return ""
}

// isZero reports whether all is left to the method.
func (o *CodeOptions) isZero() bool { return !o.RankOnly && o.Keep == nil && o.Marks == "" }

func (k Kind) validate(param string) error {
	if k != "" && k != KindCode {
		return Invalid(param, "kind must be code, or left out; got %q", k)
	}
	return nil
}

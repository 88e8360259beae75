package service

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/pith-proxy/pith"
	"github.com/pith-proxy/pith/service/internal/api"
)

// contract holds the schemas of openapi.yaml that requests are validated against.
type contract struct {
	compress, batch, item, decompress, count *openapi3.Schema
}

func loadContract() (*contract, error) {
	doc, err := api.GetSpec()
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background(), openapi3.AllowExtraSiblingFields("description")); err != nil {
		return nil, err
	}
	var c contract
	for name, s := range map[string]**openapi3.Schema{
		"CompressRequest": &c.compress, "BatchRequest": &c.batch, "BatchItem": &c.item,
		"DecompressRequest": &c.decompress, "CountRequest": &c.count,
	} {
		ref := doc.Components.Schemas[name]
		if ref == nil || ref.Value == nil {
			return nil, fmt.Errorf("no schema %s", name)
		}
		*s = ref.Value
	}
	return &c, nil
}

// validate reports the first thing in v that breaks the schema, by the order of
// member names, as an error that names the place and the remedy. The validator's
// own messages are not used: some quote the value.
func validate(s *openapi3.Schema, v any) error {
	err := s.VisitJSON(v)
	if err == nil {
		return nil
	}
	var se *openapi3.SchemaError
	if !errors.As(err, &se) {
		return &pith.Error{Code: pith.CodeInvalid, Msg: "the body breaks the contract in openapi.yaml"}
	}
	return explain(se, "")
}

// explain puts a schema error into words. at is where in the body the schema was
// applied.
func explain(se *openapi3.SchemaError, at string) error {
	at += pointer(se.JSONPointer())
	s := se.Schema
	invalid := func(format string, args ...any) error { return pith.Invalid(at, format, args...) }
	switch se.SchemaField {
	case "oneOf":
		return explainAlternative(se, at)
	case "not":
		return explainConflict(se, at)
	case "properties":
		return explainUnknown(se, at)
	case "required":
		return invalid("%s is missing; add it", lastOf(at))
	case "type", "nullable":
		return invalid("%s must be %s; got %s", lastOf(at), typeOf(s), jsonType(se.Value))
	case "enum":
		return invalid("%s must be one of %s", lastOf(at), list(s.Enum))
	case "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum":
		return invalid("%s must be %s; got %v", lastOf(at), interval(s), se.Value)
	case "minLength":
		return invalid("%s must not be empty", lastOf(at))
	case "minItems":
		return invalid("%s must have at least %d item", lastOf(at), s.MinItems)
	case "pattern":
		return invalid("%s must match %s", lastOf(at), s.Pattern)
	case "maxLength":
		return &pith.Error{Code: pith.CodeTooLarge, Param: at, Msg: fmt.Sprintf("%s may have at most %d characters", lastOf(at), *s.MaxLength)}
	case "maxItems":
		return &pith.Error{Code: pith.CodeTooLarge, Param: at,
			Msg: fmt.Sprintf("%s may have at most %d items; got %d", lastOf(at), *s.MaxItems, lengthOf(se.Value))}
	}
	return invalid("%s breaks the contract in openapi.yaml (%s)", lastOf(at), se.SchemaField)
}

// explainAlternative blames the alternative of the value's own type.
func explainAlternative(se *openapi3.SchemaError, at string) error {
	var types []string
	for _, ref := range se.Schema.OneOf {
		types = append(types, typeOf(ref.Value))
		if err := ref.Value.VisitJSON(se.Value); err != nil && typeOf(ref.Value) == jsonType(se.Value) {
			var inner *openapi3.SchemaError
			if errors.As(err, &inner) {
				return explain(inner, at)
			}
		}
	}
	return pith.Invalid(at, "%s must be %s; got %s", lastOf(at), strings.Join(types, " or "), jsonType(se.Value))
}

// explainConflict finds which of the forbidden combinations it was; the contract
// has the message.
func explainConflict(se *openapi3.SchemaError, at string) error {
	if _, ok := se.Value.(map[string]any); !ok { // it has no members to be in conflict
		return pith.Invalid(at, "%s must be %s; got %s", lastOf(at), typeOf(se.Schema), jsonType(se.Value))
	}
	for _, ref := range se.Schema.Not.Value.AnyOf {
		if ref.Value.VisitJSON(se.Value) == nil {
			param, _ := ref.Value.Extensions["x-param"].(string)
			return pith.Invalid(at+param, "%s", ref.Value.Description)
		}
	}
	return pith.Invalid(at, "these members exclude each other")
}

// explainUnknown names the members the contract does not have. A name is the
// client's text, so one that does not look like a name is not repeated.
func explainUnknown(se *openapi3.SchemaError, at string) error {
	obj, _ := se.Value.(map[string]any)
	var unknown []string
	for name := range obj {
		if se.Schema.Properties[name] == nil && looksLikeName(name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	if len(unknown) == 0 {
		return pith.Invalid(at, "unknown member; openapi.yaml lists the known ones")
	}
	if len(unknown) > 5 {
		unknown = append(unknown[:5], "…")
	}
	return pith.Invalid(at+"/"+unknown[0], "unknown member: %s; openapi.yaml lists the known ones", strings.Join(unknown, ", "))
}

func looksLikeName(s string) bool {
	if len(s) == 0 || len(s) > 40 {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return r != '_' && r != '-' && (r < '0' || r > '9') && (r|' ' < 'a' || r|' ' > 'z')
	}) < 0
}

func pointer(path []string) string {
	var b strings.Builder
	for _, p := range path {
		b.WriteByte('/')
		b.WriteString(strings.NewReplacer("~", "~0", "/", "~1").Replace(p))
	}
	return b.String()
}

// lastOf names the member that a pointer points to.
func lastOf(pointer string) string {
	i := strings.LastIndexByte(pointer, '/')
	if i < 0 {
		return "the body"
	}
	name := pointer[i+1:]
	if _, err := strconv.Atoi(name); err == nil {
		return "item " + name + " of " + lastOf(pointer[:i])
	}
	return name
}

func typeOf(s *openapi3.Schema) string {
	if t := s.Type.Slice(); len(t) == 1 {
		return t[0]
	}
	if len(s.OneOf) > 0 {
		var types []string
		for _, ref := range s.OneOf {
			types = append(types, typeOf(ref.Value))
		}
		return strings.Join(types, " or ")
	}
	return "something else"
}

func jsonType(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	}
	return "number"
}

func lengthOf(v any) int {
	items, _ := v.([]any)
	return len(items)
}

func list(values []any) string {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, v)
	}
	return b.String()
}

// interval writes a schema's bounds as "in (0, 1]" or "at least 1".
func interval(s *openapi3.Schema) string {
	open, closing := "[", "]"
	if s.ExclusiveMin.IsTrue() {
		open = "("
	}
	if s.ExclusiveMax.IsTrue() {
		closing = ")"
	}
	switch {
	case s.Min != nil && s.Max != nil:
		return fmt.Sprintf("in %s%v, %v%s", open, number(*s.Min), number(*s.Max), closing)
	case s.Min != nil:
		return "at least " + number(*s.Min)
	default:
		return "at most " + number(*s.Max)
	}
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

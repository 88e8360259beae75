package economics

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// A Vendor is how a vendor, or a family of its models, caches prompts, and what that
// costs. Prices are multiples of the price of an input token.
type Vendor struct {
	Name   string   `json:"name"`
	Title  string   `json:"title,omitempty"`
	AsOf   string   `json:"as_of"`  // month of the source: 2026-11
	Mark   string   `json:"mark"`   // P: seen on the vendor's page; V: quoted by others, with a date
	Source string   `json:"source"` // where the numbers are from
	Notes  []string `json:"notes,omitempty"`
	APIs   []string `json:"apis"`             // whose requests can go there: see APIs
	Models []string `json:"models,omitempty"` // names, as path.Match has them, of those that are asked for there

	Write     float64     `json:"write"`      // per token written to the cache
	Read      float64     `json:"read"`       // per token read from it
	MinTokens int         `json:"min_tokens"` // shorter prefixes are silently not cached
	ByModel   []ModelRule `json:"by_model,omitempty"`

	Unit           int         `json:"unit"`                      // reads are whole multiples of so many tokens
	Match          Match       `json:"match"`                     // what prefixes can be read
	Breakpoints    Breakpoints `json:"breakpoints"`               // who says how far a prompt is cached
	MaxBreakpoints int         `json:"max_breakpoints,omitempty"` // in one request, the latest count; 0 is no limit
	LookBack       int         `json:"look_back,omitempty"`       // positions searched before a breakpoint, itself included; 0 is no limit

	Lifetime     Duration `json:"lifetime"`                // of an entry, without use
	Longest      Duration `json:"longest,omitempty"`       // of an entry, used or not; 0 is no limit
	LongLifetime Duration `json:"long_lifetime,omitempty"` // replaces Lifetime if a request asks for prompt_cache_retention 24h
	Refresh      bool     `json:"refresh"`                 // use begins the lifetime anew

	// StoragePerHour is the price of keeping one token for an hour, as a multiple of
	// the price of an input token. It is paid for the whole lifetime at the write.
	StoragePerHour float64 `json:"storage_per_hour,omitempty"`

	// Invalidates maps facts of a request to the first section whose prefixes end when
	// the fact changes: tool_choice, images, thinking.
	Invalidates map[string]Section `json:"invalidates,omitempty"`

	// Prices in money, per million tokens; 0 leaves costs relative.
	InputPerMillion  float64 `json:"input_per_million,omitempty"`
	OutputPerMillion float64 `json:"output_per_million,omitempty"`
	Currency         string  `json:"currency,omitempty"`
}

// APIs are the kinds of requests that can be read.
var APIs = []string{Chat, Responses, Messages}

// The kinds of requests.
const (
	Chat      = "openai.chat"
	Responses = "openai.responses"
	Messages  = "anthropic.messages"
)

// A Match says what an earlier request leaves to be read.
type Match string

// The ways of matching.
const (
	MatchPrefix     Match = "prefix"     // every prefix of its prompt
	MatchBreakpoint Match = "breakpoint" // the prefixes that end at its breakpoints
)

// Breakpoints says who decides how far a prompt is cached.
type Breakpoints string

// The kinds of breakpoints.
const (
	Automatic Breakpoints = "automatic" // the vendor
	Explicit  Breakpoints = "explicit"  // the request, or nobody
	Both      Breakpoints = "both"      // the vendor at the end, the request elsewhere
)

// A ModelRule changes some numbers for the models whose name matches. Of several the
// first counts.
type ModelRule struct {
	Match     string   `json:"match"` // as path.Match has it, in lower case
	MinTokens *int     `json:"min_tokens,omitempty"`
	Write     *float64 `json:"write,omitempty"`
	Read      *float64 `json:"read,omitempty"`
}

// For returns the vendor as it is for one model, whose name may have a gateway's in front
// of its last slash.
func (v Vendor) For(model string) Vendor {
	for _, m := range v.ByModel {
		if names(m.Match, model) {
			set(&v.MinTokens, m.MinTokens)
			set(&v.Write, m.Write)
			set(&v.Read, m.Read)
			break
		}
	}
	return v
}

// matches is path.Match in lower case, and a slash is no border.
func matches(pattern, model string) bool {
	flat := func(s string) string { return strings.ReplaceAll(s, "/", "\x00") }
	ok, _ := path.Match(flat(pattern), flat(strings.ToLower(model)))
	return ok
}

// names is matches, also of what is behind the last slash, where gateways put a vendor's
// name before it.
func names(pattern, model string) bool {
	return matches(pattern, model) || matches(pattern, model[strings.LastIndexByte(model, '/')+1:])
}

func set[T any](p *T, v *T) {
	if v != nil {
		*p = *v
	}
}

// Prices are those of the vendor without its models' own.
func (v Vendor) Prices() Prices { return Prices{Write: v.Write, Read: v.Read} }

// Takes reports whether requests of the kind can go there.
func (v Vendor) Takes(api string) bool { return slices.Contains(v.APIs, api) }

// Duration is a time.Duration that JSON has as a string: "5m".
type Duration time.Duration

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) error {
	parsed, err := time.ParseDuration(string(b))
	*d = Duration(parsed)
	return err
}

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// String is as short as it can be read again: 5m.
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Bounds of what makes sense, to find slips such as 10 for 0.1.
const (
	maxMultiple = 10
	maxMinimum  = 1_000_000
	maxUnit     = 4096
	maxLifetime = 30 * 24 * time.Hour
)

// validate reports every mistake at once, each with its member.
func (v *Vendor) validate() error {
	var errs []error
	bad := func(member, format string, args ...any) {
		errs = append(errs, fmt.Errorf("vendor %q: %s %s", v.Name, member, fmt.Sprintf(format, args...)))
	}
	if v.Name == "" || strings.ContainsAny(v.Name, ", \t\n") {
		bad("name", "is missing or has a comma or a space in it")
	}
	if _, err := time.Parse("2006-01", v.AsOf); err != nil {
		bad("as_of", "must be the month of the source, as 2026-11; got %q", v.AsOf)
	}
	if v.Mark != "P" && v.Mark != "V" {
		bad("mark", "must be P (seen on the vendor's page) or V (quoted by others)")
	}
	if v.Source == "" {
		bad("source", "is missing: say where the numbers are from")
	}
	if len(v.APIs) == 0 || slices.ContainsFunc(v.APIs, func(a string) bool { return !slices.Contains(APIs, a) }) {
		bad("apis", "must be some of %s", strings.Join(APIs, ", "))
	}
	v.validateRules(bad)
	v.validateNumbers(bad)
	return errors.Join(errs...)
}

func (v *Vendor) validateRules(bad func(member, format string, args ...any)) {
	if v.Match != MatchPrefix && v.Match != MatchBreakpoint {
		bad("match", "must be %s or %s", MatchPrefix, MatchBreakpoint)
	}
	if !slices.Contains([]Breakpoints{Automatic, Explicit, Both}, v.Breakpoints) {
		bad("breakpoints", "must be %s, %s or %s", Automatic, Explicit, Both)
	}
	if v.Match == MatchPrefix && v.Breakpoints != Automatic {
		bad("breakpoints", "must be %s where match is %s", Automatic, MatchPrefix)
	}
	for fact := range v.Invalidates {
		if !slices.Contains(factNames, fact) {
			bad("invalidates", "knows %s; got %q", strings.Join(factNames, ", "), fact)
		}
	}
	for i, m := range v.Models {
		if _, err := path.Match(m, ""); err != nil || m == "" {
			bad(fmt.Sprintf("models[%d]", i), "must be a pattern such as gpt-4o*")
		}
	}
	for i, m := range v.ByModel {
		if _, err := path.Match(m.Match, ""); err != nil || m.Match == "" {
			bad(fmt.Sprintf("by_model[%d].match", i), "must be a pattern such as gpt-4o*")
		}
	}
}

func (v *Vendor) validateNumbers(bad func(member, format string, args ...any)) {
	checkPrices(bad, "", v.Write, v.Read, v.MinTokens)
	for i := range v.ByModel {
		m := v.ByModel[i]
		one := Vendor{Write: v.Write, Read: v.Read, MinTokens: v.MinTokens, ByModel: []ModelRule{{Match: "", MinTokens: m.MinTokens, Write: m.Write, Read: m.Read}}}.For("")
		checkPrices(bad, fmt.Sprintf("by_model[%d].", i), one.Write, one.Read, one.MinTokens)
	}
	if v.Unit < 1 || v.Unit > maxUnit {
		bad("unit", "is the step of tokens in which reads grow and must be from 1 to %d; got %d", maxUnit, v.Unit)
	}
	if v.MaxBreakpoints < 0 || v.LookBack < 0 {
		bad("max_breakpoints and look_back", "must not be negative; 0 is no limit")
	}
	if d := time.Duration(v.Lifetime); d < time.Second || d > maxLifetime {
		bad("lifetime", "must be from 1s to %v, as \"5m\"; got %v", maxLifetime, d)
	}
	for member, d := range map[string]Duration{"longest": v.Longest, "long_lifetime": v.LongLifetime} {
		if d != 0 && (d < v.Lifetime || d > Duration(maxLifetime)) {
			bad(member, "must be from the lifetime to %v", maxLifetime)
		}
	}
	if !(v.StoragePerHour >= 0 && v.StoragePerHour <= maxMultiple) {
		bad("storage_per_hour", "is a multiple of the input price and must be from 0 to %d; got %v", maxMultiple, v.StoragePerHour)
	}
	if !(v.InputPerMillion >= 0) || !(v.OutputPerMillion >= 0) {
		bad("input_per_million and output_per_million", "must not be negative")
	}
}

func checkPrices(bad func(member, format string, args ...any), at string, write, read float64, least int) {
	if !(write >= 1 && write <= maxMultiple) {
		bad(at+"write", "is a multiple of the input price and must be from 1 to %d; got %v", maxMultiple, write)
	}
	if !(read > 0 && read <= 1) {
		bad(at+"read", "is a multiple of the input price and must be in (0, 1]; got %v", read)
	}
	if least < 0 || least > maxMinimum {
		bad(at+"min_tokens", "must be from 0 to %d; got %d", maxMinimum, least)
	}
}

package policy

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/pith-proxy/pith/compressors/protect"
)

// A reader turns named values of a header or a body into an override. A value
// that it does not know leaves a name in ignored and nothing else.
type reader struct {
	o       Override
	ignored []string
}

// maxIgnored bounds how many names are reported.
const maxIgnored = 8

// ignore reports a name, once. A name that is long or odd could be anything the
// client wrote, so it is reported as "unknown".
func (r *reader) ignore(name string) {
	odd := func(c rune) bool { return !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '_') }
	if name == "" || len(name) > 32 || strings.ContainsFunc(name, odd) {
		name = "unknown"
	}
	if len(r.ignored) < maxIgnored && !slices.Contains(r.ignored, name) {
		r.ignored = append(r.ignored, name)
	}
}

// text reads one setting by its name in snake_case from its form as text.
func (r *reader) text(name, v string) {
	v = strings.TrimSpace(v)
	if !r.known(name, v) {
		r.ignore(name)
	}
}

func (r *reader) known(name, v string) bool {
	switch name {
	case "mode":
		return r.mode(strings.ToLower(v))
	case "method":
		return r.method(strings.ToLower(v))
	case "rate":
		f, err := strconv.ParseFloat(v, 64)
		return err == nil && take(&r.o.Rate, f, f > 0 && f <= 1)
	case "target_tokens":
		n, err := strconv.Atoi(v)
		return err == nil && take(&r.o.TargetTokens, n, n > 0 && n <= MaxTargetTokens)
	case "min_tokens":
		n, err := strconv.Atoi(v)
		return err == nil && take(&r.o.MinTokens, n, n >= 0 && n <= MaxMinTokens)
	case "deadline_ms":
		n, err := strconv.ParseInt(v, 10, 32)
		d := time.Duration(n) * time.Millisecond
		return err == nil && take(&r.o.Deadline, d, d >= MinDeadline && d <= MaxDeadline)
	case "question":
		return take(&r.o.Question, v, len(v) <= MaxQuestion && utf8.ValidString(v))
	case "on_error":
		return take(&r.o.OnErrorFail, v == "fail", v == "fail" || v == "pass")
	case "tags":
		on, ok := switched(strings.ToLower(v))
		return take(&r.o.Tags, on, ok)
	case "roles":
		return r.list(&r.o.Roles, v, roleNames)
	case "preserve":
		return r.list(&r.o.Preserve, v, protect.Classes)
	}
	return false
}

var roleNames = []string{RoleTool, RoleContext, RoleUser, RoleSystem, RoleDeveloper}

// take points p at v if ok, and returns ok.
func take[T any](p **T, v T, ok bool) bool {
	if ok {
		*p = &v
	}
	return ok
}

// mode sets the mode. Any mode but dry-run ends a dry run that was configured.
func (r *reader) mode(v string) bool {
	dry := v == "dry-run" || v == "dry_run"
	switch m := Mode(v); m {
	case ModeOff, ModeAuto, ModeLossless, ModeLossy:
		r.o.Mode = &m
	default:
		if !dry {
			return false
		}
	}
	r.o.DryRun = &dry
	return true
}

// method takes any name of a sane shape: which methods there are is not known here.
func (r *reader) method(v string) bool {
	odd := func(c rune) bool { return !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_') }
	return take(&r.o.Method, v, v != "" && len(v) <= 64 && !strings.ContainsFunc(v, odd))
}

func switched(v string) (on, ok bool) {
	switch v {
	case "on", "true", "1":
		return true, true
	case "off", "false", "0":
		return false, true
	}
	return false, false
}

// maxList bounds the length of a list, in bytes.
const maxList = 1024

// list reads names parted by commas, "none" for the empty list. It keeps the
// names it knows, and returns false if there are others or none at all.
func (r *reader) list(p **[]string, v string, names []string) bool {
	if len(v) > maxList {
		return false
	}
	out, all := []string{}, true
	for name := range strings.SplitSeq(strings.ToLower(v), ",") {
		switch name = strings.TrimSpace(name); {
		case slices.Contains(names, name):
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		case name != "none" || strings.TrimSpace(v) != name:
			all = false
		}
	}
	if len(out) > 0 || all {
		*p = &out
	}
	return all
}

// finish returns what was read. Of two budgets neither can be meant more than the
// other, so neither counts.
func (r *reader) finish() (Override, []string) {
	if r.o.Rate != nil && r.o.TargetTokens != nil {
		r.o.Rate, r.o.TargetTokens = nil, nil
		r.ignore("rate")
		r.ignore("target_tokens")
	}
	return r.o, r.ignored
}

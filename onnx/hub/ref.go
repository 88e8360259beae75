package hub

import (
	"regexp"
	"strings"

	"github.com/pith-proxy/pith"
)

var (
	folderName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$`)
	repoPart   = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]{0,95}$`)
	revName    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._/+-]{0,254}$`)
	commitID   = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// A target is what to pull and under which name it is kept.
type target struct {
	entry Entry
	known bool   // entry comes from the catalogue
	name  string // folder under HOME/models
}

func (t target) repository() repository {
	return repository{ofModels, t.entry.Repo, t.entry.Revision}
}

// parseTarget understands a catalogue name or OWNER/NAME, each with an optional
// @REVISION.
func parseTarget(o Options, ref string) (target, error) {
	name, rev, pinned := strings.Cut(ref, "@")
	e, known := lookup(name)
	if !known {
		if err := checkRepo(name); err != nil {
			return target{}, err
		}
		e = Entry{Repo: name, Revision: "main", Languages: []string{"en"}, Cased: true}
		e.Name = strings.ReplaceAll(name, "/", "--")
	}
	if pinned {
		e.Revision = rev
	}
	if err := checkRevision(e.Revision); err != nil {
		return target{}, err
	}
	if err := overrule(&e, o); err != nil {
		return target{}, err
	}
	t := target{entry: e, known: known, name: o.As}
	if t.name == "" {
		t.name = e.Name
		if o.Quantized {
			t.name += "-quantized"
		}
	}
	return t, checkName(t.name)
}

func checkRepo(repo string) error {
	if !strings.Contains(repo, "/") {
		return pith.Invalid("", "no model has this name: use one of %s, or OWNER/NAME of a repository", catalogueNames())
	}
	return checkRepoName(repo)
}

func checkRepoName(repo string) error {
	owner, name, _ := strings.Cut(repo, "/")
	for _, part := range []string{owner, name} {
		if !repoPart.MatchString(part) || strings.Contains(part, "..") || strings.Contains(part, "--") {
			return pith.Invalid("", "a repository is named OWNER/NAME, in letters, digits, dots, dashes and underscores")
		}
	}
	return nil
}

func checkRevision(revision string) error {
	if !revName.MatchString(revision) || strings.Contains(revision, "..") {
		return pith.Invalid("", "the revision after @ must be a branch, a tag or a commit")
	}
	return nil
}

// checkName refuses what would leave HOME/models or hide in it.
func checkName(name string) error {
	if !folderName.MatchString(name) || strings.Contains(name, "..") {
		return pith.Invalid("", "a model's name has letters, digits, dots, dashes and underscores, and begins with a letter or digit")
	}
	return nil
}

func overrule(e *Entry, o Options) error {
	switch o.Family {
	case "":
	case "bert", "xlm-roberta", causal:
		e.Architecture = o.Family
	default:
		return pith.Invalid("", "the family must be bert, xlm-roberta or causal-lm")
	}
	if len(o.Languages) > 0 {
		e.Languages = o.Languages
	}
	return nil
}

// cleanPath reports whether a path listed by the hub is plain: relative, with
// forward slashes, no dot segments and no control characters.
func cleanPath(p string) bool {
	if p == "" || len(p) > 1024 || strings.ContainsFunc(p, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' || r == 0xfffd }) {
		return false
	}
	for part := range strings.SplitSeq(p, "/") {
		if part == "" || part == "." || part == ".." {
			return false
		}
	}
	return true
}

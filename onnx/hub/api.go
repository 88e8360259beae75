package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/pith-proxy/pith"
)

const (
	maxPages = 50    // of a tree; the hub puts 1000 entries on one
	maxFiles = 20000 // of a repository
)

// A snapshot is a repository at one commit.
type snapshot struct {
	kind    kind
	repo    string
	commit  string
	license string // as the repository's card states it; "" if it states none
	files   []remoteFile
}

// A remoteFile is a file the hub lists. Exactly one digest is set.
type remoteFile struct {
	path   string
	size   int64
	sha256 string // of the content, for files in large-file storage
	blob   string // git blob id (SHA-1), for the others
}

var (
	hexSHA256 = regexp.MustCompile(`^[0-9a-f]{64}$`)
	hexSHA1   = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// snapshot resolves the revision to a commit and lists the files of that
// commit, so that a push in the middle of a pull cannot mix two versions.
func (c *client) snapshot(ctx context.Context, r repository) (*snapshot, error) {
	s := &snapshot{kind: r.kind, repo: r.name}
	var info struct {
		SHA  string `json:"sha"`
		Card struct {
			License json.RawMessage `json:"license"`
		} `json:"cardData"`
	}
	if _, err := c.json(ctx, c.at(r.api("revision", r.revision)...), &info); err != nil {
		return nil, err
	}
	if !commitID.MatchString(info.SHA) {
		return nil, permanent{errors.New("the hub named no commit (is HF_ENDPOINT right?)")}
	}
	if commitID.MatchString(r.revision) && r.revision != info.SHA {
		return nil, permanent{errors.New("the hub answered with another commit than the one asked for")}
	}
	s.commit, s.license = info.SHA, r.kind.licence(info.Card.License)
	return s, c.tree(ctx, s, r)
}

// tree fills s.files, page by page. Of a page's link to the next one only the
// cursor is used: mirrors are known to hand out the hub's own address there.
func (c *client) tree(ctx context.Context, s *snapshot, r repository) error {
	q := url.Values{"recursive": {"true"}, "expand": {"false"}}
	for range maxPages {
		u := c.at(r.api("tree", s.commit)...)
		u.RawQuery = q.Encode()
		var page []treeEntry
		h, err := c.json(ctx, u, &page)
		if err != nil {
			return err
		}
		if err := s.add(page); err != nil {
			return err
		}
		cursor := nextCursor(h.Get("Link"))
		if cursor == "" {
			return nil
		}
		q.Set("cursor", cursor)
	}
	return tooManyFiles(r)
}

type treeEntry struct {
	Type string `json:"type"`
	Path string `json:"path"`
	Size int64  `json:"size"`
	OID  string `json:"oid"`
	LFS  *struct {
		OID  string `json:"oid"`
		Size int64  `json:"size"`
	} `json:"lfs"`
}

func (s *snapshot) add(page []treeEntry) error {
	for _, e := range page {
		if !cleanPath(e.Path) {
			return fail(pith.CodeInvalid, ErrUnusable, nil, "%s lists a file with an unsafe name (%s): nothing of it is used", s.repo, printable(fmt.Sprintf("%q", e.Path)))
		}
		if e.Type != "file" {
			continue
		}
		f := remoteFile{path: e.Path, size: e.Size, blob: e.OID}
		if e.LFS != nil {
			f.size, f.sha256, f.blob = e.LFS.Size, strings.TrimPrefix(e.LFS.OID, "sha256:"), ""
		}
		s.files = append(s.files, f)
	}
	if len(s.files) > maxFiles {
		return tooManyFiles(s.repository())
	}
	return nil
}

func tooManyFiles(r repository) error {
	return fail(pith.CodeTooLarge, ErrTooLarge, nil, "%s has more than %d files: it is not a %s that pith can use", r.name, maxFiles, r.kind.noun())
}

// nextCursor returns the cursor of a Link header's rel="next", or "".
func nextCursor(link string) string {
	for part := range strings.SplitSeq(link, ",") {
		addr, rel, _ := strings.Cut(part, ">")
		if !strings.Contains(rel, `rel="next"`) && !strings.Contains(rel, "rel=next") {
			continue
		}
		_, addr, _ = strings.Cut(addr, "<")
		if u, err := url.Parse(addr); err == nil {
			return u.Query().Get("cursor")
		}
	}
	return ""
}

// repository is what the snapshot is of, at its commit.
func (s *snapshot) repository() repository { return repository{s.kind, s.repo, s.commit} }

// find returns the file at a path.
func (s *snapshot) find(path string) (remoteFile, bool) {
	for _, f := range s.files {
		if f.path == path {
			return f, true
		}
	}
	return remoteFile{}, false
}

// usable checks what the listing says about a file that is wanted.
func (f remoteFile) usable() error {
	if f.size < 0 || f.sha256 == "" && !hexSHA1.MatchString(f.blob) || f.sha256 != "" && !hexSHA256.MatchString(f.sha256) {
		return permanent{fmt.Errorf("the hub lists %s without a size and a digest", printable(f.path))}
	}
	return nil
}

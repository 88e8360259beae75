package relay

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// ParseBase reads an upstream's base URL: http or https, a host, and perhaps a path.
// Whether it ends in a slash does not matter.
func ParseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("base URL cannot be read") // the error would quote what may be a password
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("base URL must begin with http:// or https://")
	case u.Hostname() == "":
		return nil, errors.New("base URL must name a host")
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return nil, errors.New("base URL must end with its path; keys belong in headers")
	}
	return u, nil
}

// RequestPath returns the path of a request that a server received, as it came. The
// request's URL has it too, but escapes some characters anew.
func RequestPath(r *http.Request) string {
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if path == "" {
		return r.URL.EscapedPath()
	}
	if path[0] == '/' {
		return path
	}
	// The absolute form, which clients send to proxies.
	_, rest, _ := strings.Cut(path, "://")
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		return rest[i:]
	}
	return ""
}

// joinPath puts path behind the base's own, both escaped.
func joinPath(base *url.URL, path string) string {
	dir := strings.TrimRight(base.EscapedPath(), "/")
	if path != "" && path[0] != '/' {
		dir += "/"
	}
	return dir + path
}

// setPath makes u's request line have the escaped path verbatim.
func setPath(u *url.URL, escaped string) {
	path, err := url.PathUnescape(escaped)
	if err != nil {
		path = escaped
	}
	u.Path, u.RawPath, u.Opaque = path, escaped, ""
	if u.EscapedPath() != escaped && !strings.HasPrefix(escaped, "//") {
		// A character that net/url insists on escaping. What is opaque it leaves alone,
		// and after one slash, not two, it is sent as a path.
		u.Opaque = escaped
	}
}

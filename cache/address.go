package cache

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// Redis says where the shared layer is and how to get in. Without a URL there is none.
type Redis struct {
	// URL is one of
	//
	//	redis://[user[:password]@]host[:6379][/db]
	//	unix://[user[:password]@]/path/of/socket[?db=0]
	//	redis+sentinel://[user[:password]@]host[:26379],…/master[?db=0]
	//	redis+cluster://[user[:password]@]host[:6379],…
	//
	// or begins with rediss for TLS, to the Sentinels too. In user and password, what
	// has a meaning in URLs is percent-encoded. The path of a socket is as it is.
	URL string

	Username, Password string // in place of the URL's

	// The Sentinels' own, which the servers' are not used for.
	SentinelUsername, SentinelPassword string

	CAFile            string // PEM; in place of the system's roots
	CertFile, KeyFile string // PEM; of the client
	ServerName        string // in the server's certificate, where it is not the host's name
}

type mode int

const (
	single mode = iota
	sentinel
	cluster
)

// address is a URL taken apart.
type address struct {
	mode           mode
	tls            bool
	hosts          []string // host:port, or the path of a socket
	master         string
	db             int
	user, password string
}

var schemes = map[string]address{
	"redis":           {},
	"rediss":          {tls: true},
	"unix":            {},
	"redis+sentinel":  {mode: sentinel},
	"rediss+sentinel": {mode: sentinel, tls: true},
	"redis+cluster":   {mode: cluster},
	"rediss+cluster":  {mode: cluster, tls: true},
}

// parseAddress does not use url.Parse, which refuses several hosts, and whose errors
// quote the password.
func parseAddress(s string) (address, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	a, known := schemes[scheme]
	if !ok || !known {
		return a, errors.New("URL must begin with redis://, rediss://, unix://, redis+sentinel://, rediss+sentinel://, redis+cluster:// or rediss+cluster://")
	}
	rest, query, _ := strings.Cut(rest, "?")
	hosts, path, err := a.login(rest)
	if err != nil {
		return a, err
	}
	if scheme == "unix" {
		if hosts != "" || path == "/" {
			return a, errors.New("URL must have the whole path of a socket, as unix:///run/redis.sock")
		}
		a.hosts = []string{path}
		return a, a.options(query)
	}
	if err := a.setHosts(hosts); err != nil {
		return a, err
	}
	if err := a.setPath(strings.Trim(path, "/")); err != nil {
		return a, err
	}
	return a, a.options(query)
}

// login takes user and password from the front of rest and returns the hosts and the
// path, which begins with a slash. A password may have a slash only if it is encoded,
// but an @ is fine.
func (a *address) login(rest string) (hosts, path string, err error) {
	authority, path, _ := strings.Cut(rest, "/")
	at := strings.LastIndexByte(authority, '@')
	hosts = authority[at+1:]
	if at >= 0 {
		user, password, _ := strings.Cut(authority[:at], ":")
		var err1, err2 error
		a.user, err1 = url.PathUnescape(user)
		a.password, err2 = url.PathUnescape(password)
		if err1 != nil || err2 != nil {
			return "", "", errors.New("user or password in the URL are not percent-encoded")
		}
	}
	return hosts, "/" + path, nil
}

func (a *address) setHosts(list string) error {
	port := "6379"
	if a.mode == sentinel {
		port = "26379"
	}
	for h := range strings.SplitSeq(list, ",") {
		if _, _, err := net.SplitHostPort(h); err != nil {
			h = net.JoinHostPort(strings.Trim(h, "[]"), port)
		}
		host, p, err := net.SplitHostPort(h)
		if n, bad := strconv.ParseUint(p, 10, 16); err != nil || bad != nil || n == 0 || !isHost(host) {
			return errors.New("URL must have hosts, each as name, name:port, or [IPv6]:port")
		}
		a.hosts = append(a.hosts, h)
	}
	if a.mode == single && len(a.hosts) != 1 {
		return errors.New("URL must have one host; several want redis+sentinel:// or redis+cluster://")
	}
	return nil
}

// isHost is strict, so that half of a password with a slash in it is not taken for one.
func isHost(s string) bool {
	if net.ParseIP(s) != nil {
		return true
	}
	return s != "" && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
}

func (a *address) setPath(path string) error {
	switch {
	case a.mode == sentinel && (path == "" || strings.Contains(path, "/")):
		return errors.New("URL must have the master's name as its path, as redis+sentinel://host/mymaster")
	case a.mode == sentinel:
		a.master = path
	case path == "":
	case a.mode == cluster:
		return errors.New("URL of a Cluster must have no path")
	default:
		return a.setDB(path)
	}
	return nil
}

func (a *address) setDB(s string) error {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || a.mode == cluster && n != 0 {
		return errors.New("database in the URL must be a number, and 0 in a Cluster")
	}
	a.db = int(n)
	return nil
}

func (a *address) options(query string) error {
	values, err := url.ParseQuery(query)
	if err != nil {
		return errors.New("query of the URL is not well formed")
	}
	for name, v := range values {
		if name != "db" {
			return errors.New("query of the URL may have only db; a ? in a password is written %3F")
		}
		if err := a.setDB(v[0]); err != nil {
			return err
		}
	}
	return nil
}

package cache

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const slack = 100 * time.Millisecond

// mostCalls bounds the calls under way, and so the connections to one server.
const mostCalls = 64

// quiet turns off the client library's log, which goes to stderr whatever we want, and
// may quote what it read. What happens is in Stats and in our own log.
var quiet = sync.OnceFunc(logging.Disable)

// newClient returns a client that has not connected yet.
func newClient(o *Options) (redis.UniversalClient, error) {
	a, err := parseAddress(o.Redis.URL)
	if err != nil {
		return nil, err
	}
	r := &o.Redis
	u := &redis.UniversalOptions{
		Addrs: a.hosts, DB: a.db, MasterName: a.master,
		Username: orString(r.Username, a.user), Password: orString(r.Password, a.password),
		SentinelUsername: r.SentinelUsername, SentinelPassword: r.SentinelPassword,

		Protocol:    2, // nothing is pushed to us
		MaxRetries:  -1,
		DialTimeout: o.DialTimeout, DialerRetries: 1,
		// Every call has its own deadline. These, which the library counts from a clock
		// that is up to 50 ms behind, are for calls of its own.
		ContextTimeoutEnabled: true, ReadTimeout: o.patience() + slack, WriteTimeout: o.patience() + slack,
		PoolSize: mostCalls, MaxIdleConns: mostCalls / 4, PipelinePoolSize: -1,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
		// Small batches of small values: larger buffers cost memory and gain nothing.
		ReadBufferSize: 32 << 10, WriteBufferSize: 32 << 10,
	}
	if a.tls {
		if u.TLSConfig, err = r.tlsConfig(); err != nil {
			return nil, err
		}
	} else if r.CAFile != "" || r.CertFile != "" || r.KeyFile != "" || r.ServerName != "" {
		return nil, errors.New("certificates and server name want a URL with TLS, as rediss://")
	}
	quiet()
	switch a.mode {
	case sentinel:
		return redis.NewFailoverClient(u.Failover()), nil
	case cluster:
		return redis.NewClusterClient(u.Cluster()), nil
	}
	return redis.NewClient(u.Simple()), nil
}

func orString(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (r *Redis) tlsConfig() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: r.ServerName}
	if r.CAFile != "" {
		pem, err := os.ReadFile(r.CAFile)
		if err != nil {
			return nil, fmt.Errorf("read CA file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file %s has no certificate", r.CAFile)
		}
	}
	if r.CertFile != "" || r.KeyFile != "" {
		pair, err := tls.LoadX509KeyPair(r.CertFile, r.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("read client certificate: %w", err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// The commands, all through pipelines, which a Cluster's client sends on by node, and
// without asking for COMMAND. Each returns the first failure with what it has.

// run sends what is in the pipe. When the connection is refused, for a wrong password
// say, the library tells us but not the commands, which look as if they were answered.
func run(ctx context.Context, pipe redis.Pipeliner) error {
	cmds, err := pipe.Exec(ctx)
	for _, c := range cmds {
		if e := c.Err(); e != nil && !errors.Is(e, redis.Nil) {
			return e
		}
	}
	if errors.Is(err, redis.Nil) {
		return nil
	}
	return err
}

// get returns the values of names, nil for those that are not there.
func get(ctx context.Context, client redis.UniversalClient, names []string) ([][]byte, error) {
	pipe := client.Pipeline()
	cmds := make([]*redis.StringCmd, len(names))
	for i, n := range names {
		cmds[i] = pipe.Get(ctx, n)
	}
	err := run(ctx, pipe)
	return values(cmds), err
}

// values leaves out what is empty, see run: no value of ours is.
func values(cmds []*redis.StringCmd) [][]byte {
	out := make([][]byte, len(cmds))
	for i, c := range cmds {
		if v, err := c.Bytes(); err == nil && len(v) > 0 {
			out[i] = v
		}
	}
	return out
}

// entry is a value as Redis keeps it.
type entry struct {
	name  string
	value []byte
	ttl   time.Duration
}

// claim sets what is not there yet and returns what is there then. SET with NX and GET
// would do it in one, from Redis 7.0 on.
func claim(ctx context.Context, client redis.UniversalClient, entries []entry) ([][]byte, error) {
	pipe := client.Pipeline()
	gets := make([]*redis.StringCmd, len(entries))
	for i, e := range entries {
		pipe.SetNX(ctx, e.name, e.value, e.ttl)
		gets[i] = pipe.Get(ctx, e.name)
	}
	err := run(ctx, pipe)
	return values(gets), err
}

// set stores values, over others.
func set(ctx context.Context, client redis.UniversalClient, entries []entry) error {
	pipe := client.Pipeline()
	for _, e := range entries {
		pipe.Set(ctx, e.name, e.value, e.ttl)
	}
	return run(ctx, pipe)
}

func setNew(ctx context.Context, client redis.UniversalClient, entries []entry) error {
	pipe := client.Pipeline()
	for _, e := range entries {
		pipe.SetNX(ctx, e.name, e.value, e.ttl)
	}
	return run(ctx, pipe)
}

// extend gives values their time anew, and those that are gone a new life.
func extend(ctx context.Context, client redis.UniversalClient, entries []entry) error {
	pipe := client.Pipeline()
	cmds := make([]*redis.BoolCmd, len(entries))
	for i, e := range entries {
		cmds[i] = pipe.PExpire(ctx, e.name, e.ttl)
	}
	if err := run(ctx, pipe); err != nil {
		return err
	}
	var gone []entry
	for i, c := range cmds {
		if !c.Val() {
			gone = append(gone, entries[i])
		}
	}
	if len(gone) == 0 {
		return nil
	}
	return setNew(ctx, client, gone)
}

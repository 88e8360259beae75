package cache

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pith-proxy/pith/cache/redistest"
)

// user is the line of the package documentation, without its first word.
const user = "pith on >secret resetkeys resetchannels ~sc1:* -@all +get +set +pexpire +cluster|slots +asking"

// works uses everything that Redis is used for.
func works(t *testing.T, o Options) *Cache {
	t.Helper()
	a, b := open(t, o), open(t, o)
	sa := space(t, a, "t")
	for i, k := range keys(sa, 200) {
		sa.Put(k, fmt.Append(nil, i))
	}
	written(t, a)
	sb := space(t, b, "t")
	for i, v := range sb.Get(ctx, keys(sb, 200)) {
		equal(t, fmt.Sprint("value ", i), v, fmt.Append(nil, i))
	}
	record, gone := key(sa, "record"), key(sa, "gone")
	equal(t, "claim", sa.Claim(ctx, []Item{{Key: record, Value: []byte("a's")}})[0], []byte("a's"))
	equal(t, "second claim", sb.Claim(ctx, []Item{{Key: record, Value: []byte("b's")}})[0], []byte("a's"))
	sb.Extend([]Item{{Key: record, Value: []byte("b's")}, {Key: gone, Value: []byte("b's")}})
	written(t, b)
	equal(t, "extended", read1(sa, gone), []byte("b's"))
	if err := a.FlushTenant(ctx, "t"); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]*Cache{"a": a, "b": b} {
		if r := c.Stats().Redis; len(r.Errors) > 0 || r.Breaker != "closed" {
			t.Errorf("%s: %+v", name, r)
		}
	}
	return a
}

func TestTheRightsOfTheDocumentation(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if line := "user " + strings.Replace(user, "secret", "PASSWORD", 1) + "\n"; err != nil || !strings.Contains(string(doc), line) {
		t.Errorf("the documentation does not have %q", line)
	}
	server := redistest.Start(t, redistest.Options{Users: []string{user}})
	works(t, patient(server.URLAs("pith", "secret")))
	if log := server.Do("ACL", "LOG").([]any); len(log) > 0 {
		t.Errorf("refused: %v", log)
	}
	for _, command := range []string{"KEYS *", "SCAN 0", "DEL sc1:x", "FLUSHALL", "CONFIG GET x", "GETRANGE sc1:x 0 1", "COMMAND", "GET other"} {
		args := []any{"ACL", "DRYRUN", "pith"}
		for _, word := range strings.Fields(command) {
			args = append(args, word)
		}
		answer := server.Do(args...)
		if !strings.Contains(fmt.Sprint(answer), "no permissions") {
			t.Errorf("%s: %v", command, answer)
		}
	}
}

func TestUserAndPasswordBesideTheURL(t *testing.T) {
	server := redistest.Start(t, redistest.Options{Users: []string{user}})
	o := patient(server.URLAs("nobody", "nothing"))
	o.Redis.Username, o.Redis.Password = "pith", "secret"
	works(t, o)
}

func TestSocket(t *testing.T) {
	server := redistest.Start(t, redistest.Options{Unix: true})
	works(t, patient(server.URL()))
	works(t, patient(server.URL()+"?db=3"))
	if s := fmt.Sprint(server.Do("INFO", "keyspace")); !strings.Contains(s, "db3:") {
		t.Errorf("nothing in database 3: %s", s)
	}
}

func TestTLS(t *testing.T) {
	server := redistest.Start(t, redistest.Options{TLS: true, Users: []string{user}})
	with := server.Certificates
	right := Redis{URL: server.URLAs("pith", "secret"), CAFile: with.CA, CertFile: with.Cert, KeyFile: with.Key}
	o := patient("")
	o.Redis = right
	works(t, o)
	o.Redis.ServerName = "redis.test" // in the certificate
	works(t, o)

	for name, row := range map[string]struct {
		change func(*Redis)
		want   []string
	}{
		"another_name": {func(r *Redis) { r.ServerName = "other.test" }, []string{"tls"}},
		"no_ca":        {func(r *Redis) { r.CAFile = "" }, []string{"tls"}},
		"no_cert":      {func(r *Redis) { r.CertFile, r.KeyFile = "", "" }, []string{"tls", "connection"}},
		"no_tls":       {func(r *Redis) { *r = Redis{URL: strings.Replace(r.URL, "rediss", "redis", 1)} }, []string{"connection"}},
	} {
		clock := newTime()
		o := impatient("", clock)
		o.Redis = right
		o.DialTimeout = 10 * time.Second
		row.change(&o.Redis)
		c := open(t, o)
		redistest.Eventually(t, name+" refused", func() bool {
			clock.Add(epochAge)
			c.Tenant(ctx, "t")
			return slices.ContainsFunc(row.want, func(cause string) bool { return c.Stats().Redis.Errors[cause] > 0 })
		})
		if c.Tenant(ctx, "t").shared() {
			t.Errorf("%s: Redis is used", name)
		}
	}
}

func TestSentinel(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	s := redistest.StartSentinel(t)
	works(t, patient(s.URL()))
	clock := newTime()
	o := impatient(s.URL(), clock)
	c := open(t, o)
	recovers(t, c, clock)
	s.FailOver()
	recovers(t, c, clock)
	s.Servers[0].Stop() // the master of before
	recovers(t, c, clock)
}

func TestCluster(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	cluster := redistest.StartCluster(t, 3, user)
	c := works(t, patient(cluster.URLAs("pith", "secret")))
	for i, node := range cluster.Nodes {
		if log := node.Do("ACL", "LOG").([]any); len(log) > 0 {
			t.Errorf("node %d refused: %v", i, log)
		}
		if n := len(node.Dump()); n < 20 {
			t.Errorf("node %d has %d of 200 keys", i, n)
		}
	}
	t.Run("a_slot_moves", func(t *testing.T) { slotMoves(t, cluster, c) })
	t.Run("a_node_is_away", func(t *testing.T) { nodeIsAway(t, cluster) })
}

// slotMoves uses a slot while it is moved and afterwards.
func slotMoves(t *testing.T, cluster *redistest.Cluster, c *Cache) {
	other := open(t, patient(cluster.URLAs("pith", "secret")))
	s, so := space(t, c, "t"), space(t, other, "t")
	k, record := key(s, "moving"), key(s, "record")
	s.Put(k, []byte("value"))
	written(t, c)
	step := func(when string) {
		t.Helper()
		equal(t, when+", read", read1(so, k), []byte("value"))
		equal(t, when+", other keys", so.Get(ctx, []Key{record})[0], nil)
		s.Put(k, []byte("value")) // again
		written(t, c)
		l := key(s, when)
		equal(t, when+", claim", s.Claim(ctx, []Item{{Key: l, Value: []byte("mine")}})[0], []byte("mine"))
	}
	step("before")
	move := cluster.BeginMove(nameOf(k))
	step("while it moves")
	move.End()
	step("afterwards")
	for i, n := range []*Cache{c, other} {
		if r := n.Stats().Redis; len(r.Errors) > 0 {
			t.Errorf("cache %d: %v", i, r.Errors)
		}
	}
}

// nodeIsAway loses a third, and the rest goes on until the breaker opens.
func nodeIsAway(t *testing.T, cluster *redistest.Cluster) {
	clock := newTime()
	c := open(t, impatient(cluster.URLAs("pith", "secret"), clock))
	recovers(t, c, clock)
	away := cluster.Nodes[cluster.Owner(nameOf(key(c.Tenant(ctx, "t"), absent)))] // else it might not be asked
	away.Pause()
	opens(t, c, clock)
	away.Resume()
	cluster.WaitWhole()
	recovers(t, c, clock)
}

package redistest

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// Cluster is a Redis Cluster of masters alone.
type Cluster struct{ Nodes []*Server }

const slots = 16384

// StartCluster starts n masters that share the slots evenly, with the given users.
func StartCluster(t testing.TB, n int, users ...string) *Cluster {
	t.Helper()
	c := &Cluster{}
	for i := range n {
		s := newServer(t, Options{})
		bus := freePort(t)
		s.start(append(Options{Users: users}.users(), "--port", strconv.Itoa(s.port), "--cluster-enabled", "yes",
			"--cluster-port", strconv.Itoa(bus), "--cluster-node-timeout", "5000")...)
		s.Do("CLUSTER", "SET-CONFIG-EPOCH", i+1)
		s.Do("CLUSTER", "ADDSLOTSRANGE", slots*i/n, slots*(i+1)/n-1)
		if i > 0 {
			c.Nodes[0].Do("CLUSTER", "MEET", "127.0.0.1", s.port, bus)
		}
		c.Nodes = append(c.Nodes, s)
	}
	c.WaitWhole()
	return c
}

// WaitWhole waits until all nodes see all others well. One that was away for longer than
// the node timeout is taken back only some ten seconds later.
func (c *Cluster) WaitWhole() {
	for _, s := range c.Nodes {
		Eventually(s.t, "one Cluster", func() bool {
			info := s.Do("CLUSTER", "INFO").(string)
			return strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_size:"+strconv.Itoa(len(c.Nodes)))
		})
	}
}

// URL is for cache.Redis, without a user. It names the first node alone.
func (c *Cluster) URL() string { return "redis+cluster://" + c.Nodes[0].addr() }

// URLAs is URL with a user and a password.
func (c *Cluster) URLAs(user, password string) string {
	return "redis+cluster://" + user + ":" + password + "@" + c.Nodes[0].addr()
}

// Dump returns all keys with their values.
func (c *Cluster) Dump() map[string]string {
	out := map[string]string{}
	for _, s := range c.Nodes {
		for k, v := range s.Dump() {
			out[k] = v
		}
	}
	return out
}

// Owner returns the index of the node that has the key's slot, by the first node's view.
func (c *Cluster) Owner(key string) int {
	slot := c.Nodes[0].Do("CLUSTER", "KEYSLOT", key).(int64)
	for _, r := range c.Nodes[0].Do("CLUSTER", "SLOTS").([]any) {
		r := r.([]any)
		if slot < r[0].(int64) || slot > r[1].(int64) {
			continue
		}
		for i, s := range c.Nodes {
			if int64(s.port) == r[2].([]any)[1].(int64) {
				return i
			}
		}
	}
	return -1
}

// Move is the moving of one slot. Between BeginMove and End the owner answers with ASK
// for keys that it no longer has, and afterwards with MOVED.
type Move struct {
	c        *Cluster
	from, to int
	slot     int64
}

// BeginMove begins to move the slot of key to another node, and moves the keys that it has.
func (c *Cluster) BeginMove(key string) *Move {
	from := c.Owner(key)
	m := &Move{c: c, from: from, to: (from + 1) % len(c.Nodes), slot: c.Nodes[0].Do("CLUSTER", "KEYSLOT", key).(int64)}
	source, target := c.Nodes[m.from], c.Nodes[m.to]
	target.Do("CLUSTER", "SETSLOT", m.slot, "IMPORTING", source.Do("CLUSTER", "MYID"))
	source.Do("CLUSTER", "SETSLOT", m.slot, "MIGRATING", target.Do("CLUSTER", "MYID"))
	for _, k := range source.Do("CLUSTER", "GETKEYSINSLOT", m.slot, 1000).([]any) {
		source.Do("MIGRATE", "127.0.0.1", target.port, k, 0, 5000)
	}
	return m
}

// End makes the other node the owner.
func (m *Move) End() {
	id := m.c.Nodes[m.to].Do("CLUSTER", "MYID")
	m.c.Nodes[m.to].Do("CLUSTER", "SETSLOT", m.slot, "NODE", id)
	for i := range m.c.Nodes {
		if i != m.to {
			m.c.Nodes[i].Do("CLUSTER", "SETSLOT", m.slot, "NODE", id)
		}
	}
}

// Sentinel is a master with one replica, watched by one Sentinel.
type Sentinel struct {
	Servers  []*Server // the first one starts as the master
	Sentinel *Server
}

// StartSentinel starts them, and waits until all know each other. The master is called
// mymaster.
func StartSentinel(t testing.TB) *Sentinel {
	t.Helper()
	master := Start(t, Options{})
	replica := Start(t, Options{Args: []string{"--replicaof", "127.0.0.1 " + strconv.Itoa(master.port), "--repl-diskless-sync-delay", "0"}})
	Eventually(t, "replicating", func() bool {
		return strings.Contains(replica.Do("INFO", "replication").(string), "master_link_status:up")
	})
	s := newServer(t, Options{})
	config := filepath.Join(s.folder, "conf") // which it writes to
	text := "sentinel monitor mymaster 127.0.0.1 " + strconv.Itoa(master.port) + " 1\n" +
		"sentinel down-after-milliseconds mymaster 1000\nsentinel failover-timeout mymaster 5000\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.startSentinel(config)
	Eventually(t, "known to the Sentinel", func() bool {
		return len(s.Do("SENTINEL", "REPLICAS", "mymaster").([]any)) == 1
	})
	return &Sentinel{Servers: []*Server{master, replica}, Sentinel: s}
}

// URL is for cache.Redis.
func (s *Sentinel) URL() string { return "redis+sentinel://" + s.Sentinel.addr() + "/mymaster" }

// FailOver makes the replica the master, and waits until the Sentinel says so.
func (s *Sentinel) FailOver() {
	s.Sentinel.Do("SENTINEL", "FAILOVER", "mymaster")
	port := strconv.Itoa(s.Servers[1].port)
	Eventually(s.Sentinel.t, "failed over", func() bool {
		return s.Sentinel.Do("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster").([]any)[1] == port
	})
}

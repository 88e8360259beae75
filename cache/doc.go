// Package cache keeps results by key, in two layers: in the memory of the process, and
// in a Redis that replicas share.
//
//	c, err := cache.Open(cache.Options{MasterKey: secret, Redis: cache.Redis{URL: "redis://10.0.0.7"}})
//	defer c.Close()
//	s := c.Tenant(ctx, "team-a")
//	k := s.Key("segment", settings, text)
//	if v := s.Get(ctx, []cache.Key{k})[0]; v == nil {
//		s.Put(k, compute(text))
//	}
//
// A key names all that a value depends on, so that a value never changes and is never
// made invalid; it only ends. Whatever fails, in whatever way, is a miss: the cache
// costs time then, within a budget, and never changes a result. It does not compute
// values, does not let one caller wait for another's, and lists nothing.
//
// # Tenants
//
// Each tenant has a key of its own, made from the master key, its id and its epoch:
// equal texts of two tenants have unrelated names, and with a master key a value that
// was written for one cannot be opened as another's, nor as that of another key. Without
// a master key, names come from a derivation that is public, and values are not
// encrypted: whoever reads that Redis reads them.
//
// # Flush
//
// [Cache.FlushTenant] raises the tenant's epoch, and with it all its names change. The
// epoch is part of each [Space]. A write under way during the flush has its name from
// before, so it ends where nobody looks any more; it cannot come back, and there is no
// order of events to get right. A Space from before is empty from then on. Another
// replica learns the epoch when it next asks for the tenant's Space a second or more
// after it last asked Redis, and works at the old one until then; what it writes in that
// second is unreachable afterwards like the rest. A replica that cannot reach Redis
// learns of it when it can.
//
// Epochs only grow: a replica that finds a lower one in Redis, or none, writes its own
// back. Should Redis evict an epoch while no replica runs that knows it, what was flushed
// is reachable again until its time is over. Values have an end and epochs have none, so
// that maxmemory-policy volatile-lfu never evicts an epoch. Use that.
//
// # Redis
//
// Redis 6.2 or newer or Valkey, single, behind Sentinel or as a Cluster, for this
// alone, with maxmemory set and without persistence. All that it has to allow is
//
//	user pith on >PASSWORD resetkeys resetchannels ~sc1:* -@all +get +set +pexpire +cluster|slots +asking
//
// of which the last two are for a Cluster. No command lists keys. If one master of a
// Cluster is away, reads fail in part, and the breaker soon stops them altogether.
package cache

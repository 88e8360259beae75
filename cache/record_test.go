package cache

import (
	"bytes"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/pith-proxy/pith/cache/redistest"
)

func TestTheFirstClaimStands(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	a, b := open(t, patient(server.URL())), open(t, patient(server.URL()))
	sa, sb := space(t, a, "t"), space(t, b, "t")
	k, l := key(sa, "k"), key(sa, "l")
	equal(t, "first", sa.Claim(ctx, []Item{{Key: k, Value: []byte("a's")}})[0], []byte("a's"))
	got := sb.Claim(ctx, []Item{{Key: l, Value: []byte("b's"), TTL: time.Hour}, {Key: k, Value: []byte("b's")}, {Key: l, Value: []byte("again")}})
	equal(t, "new", got[0], []byte("b's"))
	equal(t, "second", got[1], []byte("a's"))
	equal(t, "twice in one call", got[2], []byte("b's"))
	equal(t, "read", read1(sa, l), []byte("b's"))
	equal(t, "a record is not a value in memory", get1(sa, key(sa, "none")), nil)
	if n := a.Stats().Memory.Entries + b.Stats().Memory.Entries; n != 0 {
		t.Errorf("%d records in memory", n)
	}
	if ms := server.Do("PTTL", nameOf(l)).(int64); ms > 3_600_000 || ms < 3_500_000 {
		t.Errorf("kept for %d ms, want an hour", ms)
	}
	if ms := server.Do("PTTL", nameOf(k)).(int64); ms > 86_400_000 || ms < 86_300_000 {
		t.Errorf("kept for %d ms, want a day", ms)
	}
}

func TestClaimsRace(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	caches := []*Cache{open(t, patient(server.URL())), open(t, patient(server.URL()))}
	const racers, records = 16, 100
	answers := make([][][]byte, racers)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for r := range racers {
		s := space(t, caches[r%2], "t")
		var items []Item
		for i, k := range keys(s, records) {
			items = append(items, Item{Key: k, Value: fmt.Appendf(nil, "%d of racer %d", i, r)})
		}
		wg.Go(func() {
			<-start
			answers[r] = s.Claim(ctx, items)
		})
	}
	close(start)
	wg.Wait()
	winners := map[string]bool{}
	for i := range records {
		for r := range racers {
			equal(t, fmt.Sprintf("racer %d, record %d", r, i), answers[r][i], answers[0][i])
		}
		var of, winner int
		if _, err := fmt.Sscanf(string(answers[0][i]), "%d of racer %d", &of, &winner); err != nil || of != i {
			t.Errorf("record %d: %q", i, answers[0][i])
		}
		winners[fmt.Sprint(winner)] = true
	}
	t.Logf("%d racers won", len(winners))
}

func TestExtend(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	c := open(t, patient(server.URL()))
	s := space(t, c, "t")
	there, gone := key(s, "there"), key(s, "gone")
	s.Claim(ctx, []Item{{Key: there, Value: []byte("earlier"), TTL: time.Minute}})
	s.Extend([]Item{{Key: there, Value: []byte("mine"), TTL: time.Hour}, {Key: gone, Value: []byte("mine"), TTL: time.Hour}})
	written(t, c)
	equal(t, "what stands stays", read1(s, there), []byte("earlier"))
	equal(t, "what was gone is back", read1(s, gone), []byte("mine"))
	for _, k := range []Key{there, gone} {
		if ms := server.Do("PTTL", nameOf(k)).(int64); ms < 3_500_000 || ms > 3_600_000 {
			t.Errorf("kept for %d ms, want an hour", ms)
		}
	}
}

func TestLongRecords(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	c := open(t, patient(server.URL()))
	s := space(t, c, "t")
	var items []Item
	for i, n := range []int{MaxRecord, MaxRecord + 1, MaxValue + 1, 0, MaxRecord / 2, MaxRecord / 2, MaxRecord/2 + 1, 10} {
		items = append(items, Item{Key: key(s, fmt.Sprint(i)), Value: bytes.Repeat([]byte{byte('a' + i)}, n)})
	}
	for range 2 {
		for i, v := range s.Claim(ctx, items) {
			want := items[i].Value
			if len(want) > MaxRecord {
				want = nil
			}
			if !bytes.Equal(v, want) || (v == nil) != (want == nil) {
				t.Errorf("record %d of %d bytes: %d", i, len(items[i].Value), len(v))
			}
		}
	}
	s.Extend(items)
	written(t, c)
	if n := c.Stats().Redis.TooLarge; n != 3 {
		t.Errorf("%d were too large, want 3", n)
	}
}

func TestManyClaims(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	c := open(t, patient(server.URL()))
	s := space(t, c, "t")
	for _, n := range []int{0, 1, mostItems - 1, mostItems, mostItems + 1, 300} {
		items := make([]Item, n)
		for i := range items {
			items[i] = Item{Key: key(s, fmt.Sprint(n, i)), Value: fmt.Append(nil, i)}
		}
		for i, v := range s.Claim(ctx, items) {
			equal(t, fmt.Sprintf("%d of %d", i, n), v, fmt.Append(nil, i))
		}
	}
}

// A claim that Redis did not hear of is made again when it is back, and still yields to
// an earlier one.
func TestClaimsAreMadeAgain(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	c := open(t, impatient(server.URL(), clock))
	recovers(t, c, clock)
	server.Stop()
	s := c.Tenant(ctx, "t")
	mine, taken, extended := key(s, "mine"), key(s, "taken"), key(s, "extended")
	for range 2 * mostInRow { // with the breaker closed, and open
		equal(t, "unknown", s.Claim(ctx, []Item{{Key: mine, Value: []byte("mine")}})[0], nil)
	}
	opens(t, c, clock)
	s = c.Tenant(ctx, "t")
	s.Claim(ctx, []Item{{Key: taken, Value: []byte("mine")}})
	s.Extend([]Item{{Key: extended, Value: []byte("mine")}})
	redistest.Eventually(t, "parked", func() bool { return c.Stats().Redis.Parked >= 3 && c.Stats().Redis.QueueLength == 0 })
	server.Restart()
	server.Do("SET", nameOf(taken), s.secrets.encode(taken, []byte("theirs"), time.Time{}))
	recovers(t, c, clock)
	redistest.Eventually(t, "written", func() bool { return read1(s, mine) != nil && read1(s, extended) != nil && c.Stats().Redis.Parked == 0 })
	equal(t, "claimed again", read1(s, mine), []byte("mine"))
	equal(t, "taken by another", read1(s, taken), []byte("theirs"))
	equal(t, "extended", read1(s, extended), []byte("mine"))
}

func TestParkedRecordsAreBounded(t *testing.T) {
	server, clock := redistest.Start(t, redistest.Options{}), newTime()
	o := impatient(server.URL(), clock)
	o.Queue = 10
	c := open(t, o)
	recovers(t, c, clock)
	server.Stop()
	opens(t, c, clock)
	s := c.Tenant(ctx, "t")
	before := c.Stats().Redis.DroppedWrites
	for i := range 50 {
		s.Claim(ctx, []Item{{Key: key(s, fmt.Sprint(i)), Value: []byte("mine")}})
	}
	if r := c.Stats().Redis; r.Parked != 10 || r.DroppedWrites-before != 40 {
		t.Errorf("%+v", r)
	}
}

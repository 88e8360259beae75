package economics

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// quarters counts a token for each four bytes begun.
type quarters struct{}

func (quarters) Count(text string) int { return (len(text) + 3) / 4 }

func countQuarters(string) Counter { return quarters{} }

var epoch = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// block is a block of as many tokens as named, of pieces of one token each.
func block(at Section, name string, tokens int) Block {
	b := builder{}
	b.mark(name)
	for i := range tokens {
		b.pieces = append(b.pieces, Piece{Sum: hash(fmt.Sprint(name, i)) &^ 1, Tokens: 1})
	}
	return Block{Section: at, Content: b.content()}
}

// prompt is a request of named blocks: "tools:50 system:2000 a:300 b:20*", a star being
// a breakpoint. Names but tools and system are of messages.
func prompt(minutes float64, blocks string) *Request {
	r := &Request{At: epoch.Add(time.Duration(minutes * float64(time.Minute))), Model: "m"}
	for one := range strings.FieldsSeq(blocks) {
		one, marked := strings.CutSuffix(one, "*")
		var tokens int
		name, n, _ := strings.Cut(one, ":")
		_, _ = fmt.Sscan(n, &tokens)
		at := Conversation
		if strings.HasPrefix(name, "tools") {
			at = Tools
		} else if strings.HasPrefix(name, "system") {
			at = System
		}
		b := block(at, name, tokens)
		b.Breakpoint = marked
		r.Blocks = append(r.Blocks, b)
	}
	return r
}

func vendor(t testing.TB, name string) Vendor {
	t.Helper()
	v, err := Default().Pick([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	return v[0]
}

// What is read by request, at a vendor each.
func TestSimulator(t *testing.T) {
	image := func(r *Request) *Request { r.set(FactImages, "some"); return r }
	choice := func(r *Request) *Request { r.set(FactToolChoice, "any"); return r }
	model := func(r *Request) *Request { r.Model = "other"; return r }
	long := func(r *Request) *Request { r.Long = true; return r }
	manual := func(r *Request) *Request { r.ManualOnly = true; return r }
	blocks := func(n int) string {
		s := ""
		for i := range n {
			s += fmt.Sprintf(" x%d:10", i)
		}
		return s
	}
	for name, tt := range map[string]struct {
		vendor   string
		requests []*Request
		want     string // fresh/write/read of each
	}{
		"openai_repeats_in_steps":            {"openai", []*Request{prompt(0, "a:1500"), prompt(1, "a:1500")}, "0/1500/0 0/92/1408"},
		"openai_below_minimum":               {"openai", []*Request{prompt(0, "a:1023"), prompt(1, "a:1023"), prompt(2, "a:1023 b:1")}, "1023/0/0 1023/0/0 0/1024/0"},
		"openai_at_minimum":                  {"openai", []*Request{prompt(0, "a:1024"), prompt(1, "a:1024")}, "0/1024/0 0/0/1024"},
		"openai_shared_below_minimum":        {"openai", []*Request{prompt(0, "a:1000 b:1000"), prompt(1, "a:1000 c:1000")}, "0/2000/0 0/2000/0"},
		"openai_grows":                       {"openai", []*Request{prompt(0, "a:1280"), prompt(1, "a:1280 b:200"), prompt(2, "a:1280 b:200 c:1")}, "0/1280/0 0/200/1280 0/73/1408"},
		"openai_within_a_block":              {"openai", []*Request{prompt(0, "a:1280 b:640"), prompt(1, "a:1280 c:640")}, "0/1920/0 0/640/1280"},
		"openai_idle_refreshed":              {"openai", []*Request{prompt(0, "a:1280"), prompt(4, "a:1280"), prompt(9, "a:1280"), prompt(14.1, "a:1280")}, "0/1280/0 0/0/1280 0/0/1280 0/1280/0"},
		"openai_an_hour_at_most":             {"openai", every(4, 16, "a:1280"), "0/1280/0" + strings.Repeat(" 0/0/1280", 15)},
		"openai_an_hour_is_over":             {"openai", every(4, 17, "a:1280"), "0/1280/0" + strings.Repeat(" 0/0/1280", 15) + " 0/1280/0"},
		"openai_model":                       {"openai", []*Request{prompt(0, "a:1280"), model(prompt(1, "a:1280"))}, "0/1280/0 0/1280/0"},
		"openai_a_day_if_asked":              {"openai", []*Request{long(prompt(0, "a:1280")), long(prompt(600, "a:1280"))}, "0/1280/0 0/0/1280"},
		"openai_no_day_unasked":              {"openai", []*Request{prompt(0, "a:1280"), prompt(600, "a:1280")}, "0/1280/0 0/1280/0"},
		"deepseek_steps_of_64":               {"deepseek", []*Request{prompt(0, "a:130"), prompt(300, "a:130")}, "0/130/0 0/2/128"},
		"gemini_starts_high":                 {"gemini-implicit", []*Request{prompt(0, "a:4095"), prompt(1, "a:4096"), prompt(2, "a:4096")}, "4095/0/0 0/4096/0 0/0/4096"},
		"claude_unmarked":                    {"anthropic-5m", []*Request{prompt(0, "a:5000"), prompt(1, "a:5000")}, "5000/0/0 5000/0/0"},
		"claude_marked":                      {"anthropic-5m", []*Request{prompt(0, "system:2000* a:100"), prompt(1, "system:2000* b:100")}, "100/2000/0 100/0/2000"},
		"claude_below_minimum":               {"anthropic-5m", []*Request{prompt(0, "system:1023*"), prompt(1, "system:1023*")}, "1023/0/0 1023/0/0"},
		"claude_no_prefix_of_an_entry":       {"anthropic-5m", []*Request{prompt(0, "system:2000 a:500*"), prompt(1, "system:2000 b:500*")}, "0/2500/0 0/2500/0"},
		"claude_marker_moves_on":             {"anthropic-5m", []*Request{prompt(0, "system:2000 a:500*"), prompt(1, "system:2000 a:500 b:70 c:30*")}, "0/2500/0 0/100/2500"},
		"claude_19_new_blocks_are_found":     {"anthropic-5m", []*Request{prompt(0, "system:2000*"), prompt(1, "system:2000"+blocks(19)+"*")}, "0/2000/0 0/190/2000"},
		"claude_20_new_blocks_are_too_many":  {"anthropic-5m", []*Request{prompt(0, "system:2000*"), prompt(1, "system:2000"+blocks(20)+"*")}, "0/2000/0 0/2200/0"},
		"claude_second_marker_helps":         {"anthropic-5m", []*Request{prompt(0, "system:2000*"), prompt(1, "system:2000*"+blocks(20)+"*")}, "0/2000/0 0/200/2000"},
		"claude_fifth_marker_drops_first":    {"anthropic-5m", []*Request{prompt(0, "system:2000* a:1* b:1* c:1* d:1*"), prompt(1, "system:2000* z:1")}, "0/2004/0 1/2000/0"},
		"claude_tools_first":                 {"anthropic-5m", []*Request{prompt(0, "tools:50 system:2000* a:10"), prompt(1, "tools2:50 system:2000* a:10")}, "10/2050/0 10/2050/0"},
		"claude_image_ends_messages":         {"anthropic-5m", []*Request{prompt(0, "system:2000* a:500*"), image(prompt(1, "system:2000* a:500*"))}, "0/2500/0 0/500/2000"},
		"claude_tool_choice_ends_messages":   {"anthropic-5m", []*Request{prompt(0, "system:2000* a:500*"), choice(prompt(1, "system:2000* a:500*"))}, "0/2500/0 0/500/2000"},
		"claude_idle":                        {"anthropic-5m", []*Request{prompt(0, "system:2000*"), prompt(5, "system:2000*"), prompt(10.1, "system:2000*")}, "0/2000/0 0/0/2000 0/2000/0"},
		"claude_found_entry_is_refreshed":    {"anthropic-5m", []*Request{prompt(0, "system:2000*"), prompt(4, "system:2000 a:500*"), prompt(8, "system:2000* b:1")}, "0/2000/0 0/500/2000 1/0/2000"},
		"claude_an_hour":                     {"anthropic-1h", []*Request{prompt(0, "system:2000*"), prompt(59, "system:2000*"), prompt(118, "system:2000*"), prompt(179, "system:2000*")}, "0/2000/0 0/0/2000 0/0/2000 0/2000/0"},
		"openai_5.6_ends_where_it_ended":     {"openai-5.6", []*Request{prompt(0, "a:1500"), prompt(1, "a:1500 b:10"), prompt(2, "a:1500 c:10")}, "0/1500/0 0/10/1500 0/10/1500"},
		"openai_5.6_no_prefix_of_an_entry":   {"openai-5.6", []*Request{prompt(0, "a:1500 b:10"), prompt(1, "a:1500 c:10")}, "0/1510/0 0/1510/0"},
		"openai_5.6_marker_in_the_middle":    {"openai-5.6", []*Request{prompt(0, "a:1500* b:10"), prompt(1, "a:1500* c:10")}, "0/1510/0 0/10/1500"},
		"openai_5.6_explicit_without_marker": {"openai-5.6", []*Request{manual(prompt(0, "a:1500")), manual(prompt(1, "a:1500"))}, "1500/0/0 1500/0/0"},
		"gemini_explicit_is_not_refreshed":   {"gemini-explicit", []*Request{prompt(0, "a:5000*"), prompt(59, "a:5000*"), prompt(61, "a:5000*")}, "0/5000/0 0/0/5000 0/5000/0"},
		"empty":                              {"openai", []*Request{prompt(0, ""), prompt(1, "")}, "0/0/0 0/0/0"},
		"empty_marked":                       {"anthropic-5m", []*Request{prompt(0, "")}, "0/0/0"},
	} {
		t.Run(name, func(t *testing.T) {
			s := NewSimulator(vendor(t, tt.vendor))
			var got []string
			for _, r := range tt.requests {
				spent := s.Do(r)
				got = append(got, fmt.Sprintf("%d/%d/%d", spent.Fresh, spent.Write, spent.Read))
			}
			if g := strings.Join(got, " "); g != tt.want {
				t.Errorf("got  %s\nwant %s", g, tt.want)
			}
		})
	}
}

// every is as many equal requests, one each so many minutes.
func every(minutes float64, n int, blocks string) []*Request {
	var out []*Request
	for i := range n {
		out = append(out, prompt(minutes*float64(i), blocks))
	}
	return out
}

func TestCost(t *testing.T) {
	for _, tt := range []struct {
		vendor string
		want   [2]float64
	}{
		{"anthropic-5m", [2]float64{100 + 1.25*2000, 100 + 0.1*2000}},
		{"anthropic-1h", [2]float64{100 + 2*2000, 100 + 0.1*2000}},
		{"deepseek", [2]float64{2100, 0.02*2048 + 52}},
	} {
		s := NewSimulator(vendor(t, tt.vendor))
		for i, want := range tt.want {
			if got := s.Do(prompt(float64(i), "system:2000* a:100")).Cost; !near(got, want) {
				t.Errorf("%s, request %d: %v, want %v", tt.vendor, i, got, want)
			}
		}
	}
	s := NewSimulator(vendor(t, "gemini-explicit"))
	if got := s.Do(prompt(0, "a:5000*")); !near(got.Storage, 3.6*5000) || !near(got.Cost, 5000+3.6*5000) {
		t.Errorf("storage for an hour: %+v", got)
	}
}

// A law of caches that keep all prefixes, checked against the plainest way of saying it:
// what is read is the longest prefix of any prompt of the lifetime, in whole units, if it
// reaches the minimum.
func FuzzPrefixCacheAgainstOracle(f *testing.F) {
	f.Add(uint64(1), uint8(3))
	f.Add(uint64(7), uint8(200))
	f.Fuzz(func(t *testing.T, seed uint64, knobs uint8) {
		v := vendor(t, "deepseek")
		v.Unit, v.MinTokens = 1+int(knobs%9), int(knobs%5)*7
		v.Lifetime = Duration(time.Minute)
		r := rand.New(rand.NewPCG(seed, 0))
		s := NewSimulator(v)
		var sent []*Request
		for range 40 {
			q := randomPrompt(r, sent)
			want := 0
			for _, old := range sent {
				if q.At.Sub(old.At) <= time.Minute && old.Tokens() >= v.MinTokens {
					want = max(want, shared(q.Blocks, old.Blocks))
				}
			}
			if want -= want % v.Unit; want < v.MinTokens || q.Tokens() < v.MinTokens {
				want = 0
			}
			if got := s.Do(q); got.Read != want || got.Tokens() != q.Tokens() {
				t.Fatalf("read %d of %d tokens, want %d", got.Read, q.Tokens(), want)
			}
			sent = append(sent, q)
		}
	})
}

// The same for caches of breakpoints: what is read is the longest prefix within the
// look-back of a marker that ended at a marker of an earlier prompt.
func FuzzBreakpointCacheAgainstOracle(f *testing.F) {
	f.Add(uint64(1), uint8(3))
	f.Add(uint64(9), uint8(77))
	f.Fuzz(func(t *testing.T, seed uint64, knobs uint8) {
		v := vendor(t, "anthropic-5m")
		v.MinTokens, v.LookBack, v.MaxBreakpoints = 1+int(knobs%5)*7, 1+int(knobs%4), 0
		r := rand.New(rand.NewPCG(seed, 1))
		s := NewSimulator(v)
		var sent []*Request
		for range 40 {
			q := randomPrompt(r, sent)
			if got, want := s.Do(q).Read, oracle(&v, q, sent); got != want {
				t.Fatalf("read %d, want %d", got, want)
			}
			sent = append(sent, q)
		}
	})
}

// oracle is slow and plain. Times in these prompts are within the lifetime.
func oracle(v *Vendor, q *Request, sent []*Request) int {
	wrote := func(n int) bool { // an earlier prompt had a marker behind these n blocks
		for _, old := range sent {
			if len(old.Blocks) >= n && old.Blocks[n-1].Breakpoint && shared(q.Blocks[:n], old.Blocks[:n]) == tokens(q.Blocks[:n]) &&
				same(q.Blocks[:n], old.Blocks[:n]) && tokens(q.Blocks[:n]) >= v.MinTokens {
				return true
			}
		}
		return false
	}
	best := 0
	for i, b := range q.Blocks {
		if !b.Breakpoint || tokens(q.Blocks[:i+1]) < v.MinTokens {
			continue
		}
		for k := i; k >= 0 && k > i-v.LookBack; k-- {
			if wrote(k + 1) {
				best = max(best, tokens(q.Blocks[:k+1]))
				break
			}
		}
	}
	return best
}

func tokens(blocks []Block) int { return (&Request{Blocks: blocks}).Tokens() }

func same(a, b []Block) bool {
	for i := range a {
		if a[i].Sum != b[i].Sum {
			return false
		}
	}
	return true
}

// randomPrompt goes on from one of those sent, cuts it, or begins anew.
func randomPrompt(r *rand.Rand, sent []*Request) *Request {
	q := &Request{Model: "m", At: epoch}
	if len(sent) > 0 {
		q.At = sent[len(sent)-1].At.Add(time.Duration(r.IntN(8)) * time.Second)
		old := sent[r.IntN(len(sent))].Blocks
		for _, b := range old[:r.IntN(len(old)+1)] {
			b.Breakpoint = r.IntN(3) == 0
			q.Blocks = append(q.Blocks, b)
		}
	}
	for range r.IntN(3) {
		b := block(Conversation, fmt.Sprint(r.IntN(3)), 1+r.IntN(12))
		b.Breakpoint = r.IntN(2) == 0
		q.Blocks = append(q.Blocks, b)
	}
	return q
}

// Laws of every vendor in the table.
func TestLawsOfVendors(t *testing.T) {
	for _, v := range Default() {
		t.Run(v.Name, func(t *testing.T) {
			v.MinTokens, v.ByModel = min(v.MinTokens, 1024), nil
			full := "tools:100 system:2000 a:600*"
			one := func(second *Request) Spent {
				s := NewSimulator(v)
				s.Do(prompt(0, full))
				return s.Do(second)
			}
			life := time.Duration(v.Lifetime).Minutes()
			if got := one(prompt(life, full)); got.Read != 2700-2700%v.Unit {
				t.Errorf("an equal prompt within the lifetime reads %d of 2700", got.Read)
			}
			if got := one(prompt(life+0.1, full)); got.Read != 0 {
				t.Errorf("past the lifetime %d are read", got.Read)
			}
			if got := one(prompt(1, "tools_changed:100 system:2000 a:600*")); got.Read != 0 {
				t.Errorf("with other tools %d are read", got.Read)
			}
			if got := one(prompt(1, full[:len(full)-1]+" b:50 c:20*")); got.Read != 2700-2700%v.Unit {
				t.Errorf("a prompt that grew reads %d of 2700", got.Read)
			}
			s := NewSimulator(v)
			alone := NewSimulator(v)
			for i := range 20 { // another conversation between the turns changes nothing
				mine := prompt(float64(i), "system_mine:1500 a:9"+strings.Repeat(" b:40", i)+"*")
				s.Do(prompt(float64(i), "system_other:1500 a:9"+strings.Repeat(" b:40", i)+"*"))
				if got, want := s.Do(mine), alone.Do(mine); got != want {
					t.Fatalf("turn %d: %+v beside another conversation, %+v alone", i, got, want)
				}
			}
		})
	}
}

// Nothing is read that was not written, and a price lies between reading all and writing
// all.
func FuzzReadsAreWrittenBefore(f *testing.F) {
	f.Add(uint64(3), uint8(0))
	f.Fuzz(func(t *testing.T, seed uint64, which uint8) {
		table := Default()
		v := table[int(which)%len(table)]
		v.MinTokens, v.ByModel, v.StoragePerHour = 8, nil, 0
		r := rand.New(rand.NewPCG(seed, 2))
		s := NewSimulator(v)
		var sent []*Request
		longest := 0
		for range 30 {
			q := randomPrompt(r, sent)
			got, n := s.Do(q), q.Tokens()
			if got.Read > longest || got.Tokens() != n || got.Fresh < 0 || got.Write < 0 || got.Read < 0 {
				t.Fatalf("%s: %+v of %d tokens, the longest prompt before had %d", v.Name, got, n, longest)
			}
			if got.Cost < v.Read*float64(n)-1e-9 || got.Cost > v.Write*float64(n)+1e-9 {
				t.Fatalf("%s: %+v costs more than writing, or less than reading", v.Name, got)
			}
			longest = max(longest, n)
			sent = append(sent, q)
		}
	})
}

func TestTimeDoesNotGoBack(t *testing.T) {
	s := NewSimulator(vendor(t, "openai"))
	s.Do(prompt(10, "a:1280"))
	if got := s.Do(prompt(3, "a:1280")); got.Read != 1280 {
		t.Errorf("read %d", got.Read)
	}
}

// 50 turns that grow to 100,000 tokens: the typical long conversation.
func BenchmarkSimulator(b *testing.B) {
	var turns []*Request
	long := &Request{Model: "m", At: epoch}
	for i := range 50 {
		long.Blocks = append(long.Blocks, block(Conversation, fmt.Sprint(i), 2000))
		turn := *long
		turn.Blocks = append([]Block{}, long.Blocks...)
		turns = append(turns, &turn)
	}
	for _, name := range []string{"openai", "anthropic-5m"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s := NewSimulator(vendor(b, name))
				for _, turn := range turns {
					s.Do(turn)
				}
			}
		})
	}
}

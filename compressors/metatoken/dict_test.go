package metatoken

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/tokenize"
)

func counter(t testing.TB, name string) tokenize.Counter {
	t.Helper()
	c, err := tokenize.CounterFor(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The examples of section 9.2 of the design. want is the warm artifact. Tokens are those
// of o200k_base: of the source, warm, and cold.
var golden = []struct {
	name, source, sigil, want string
	raw, warm, cold           int
}{
	{
		"one_phrase", repeated("e%d: Request failed while contacting the upstream billing service; %s\n", "retry in 5s", "retry in 9s", "giving up", "paging on-call"),
		"", "§§1\n§A=Request failed while contacting the upstream billing service\n" +
			"e1: §A; retry in 5s\ne2: §A; retry in 9s\ne3: §A; giving up\ne4: §A; paging on-call\n", 67, 58, 71,
	},
	{
		"over_a_line_end", repeated("%d\nstatus: pending approval\nowner: platform reliability team%s\n", "", "", "", ""),
		"", "§§1\n§A=status: pending approval\\nowner: platform reliability team\n1\n§A\n2\n§A\n3\n§A\n4\n§A\n", 52, 37, 50,
	},
	{
		"sigil_is_taken", "Under § 5 the carrier shall not be liable for delay. Under § 6 the carrier shall not be liable for delay. Under § 7 the carrier shall not be liable for delay. Under § 8 the carrier shall not be liable for delay.",
		"¶", "¶¶1\n¶A=the carrier shall not be liable for delay.\nUnder § 5 ¶A Under § 6 ¶A Under § 7 ¶A Under § 8 ¶A", 52, 40, 53,
	},
	{
		"backslashes_stay", "C:\\tmp\\x says the quick brown fox jumps over\nC:\\tmp\\y says the quick brown fox jumps over\nC:\\tmp\\z says the quick brown fox jumps over\nC:\\tmp\\w says the quick brown fox jumps over\n",
		"", "§§1\n§A=says the quick brown fox jumps over\nC:\\tmp\\x §A\nC:\\tmp\\y §A\nC:\\tmp\\z §A\nC:\\tmp\\w §A\n", 51, 46, 59,
	},
}

func repeated(line string, ends ...string) string {
	var b strings.Builder
	for i, end := range ends {
		fmt.Fprintf(&b, line, i+1, end)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	o200k := counter(t, "o200k_base")
	for _, g := range golden {
		t.Run(g.name, func(t *testing.T) {
			o := DictOptions{Counters: []Counter{o200k}, Warm: true, Any: true, Sigil: g.sigil}
			out, ok := EncodeDict(g.source, o)
			if !ok || out.Text != g.want {
				t.Fatalf("got %v\n%s\nwant\n%s", ok, out.Text, g.want)
			}
			sigil := g.want[:2]
			n := [3]int{o200k.Count(g.source), o200k.Count(out.Text), o200k.Count(DictBrief(sigil, false) + "\n" + out.Text)}
			if n != [3]int{g.raw, g.warm, g.cold} {
				t.Errorf("got %v tokens, want %v", n, [3]int{g.raw, g.warm, g.cold})
			}
		})
	}
}

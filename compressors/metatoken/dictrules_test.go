package metatoken

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// schedulerLog is the log of example T5.
func schedulerLog(lines int) string {
	var b strings.Builder
	for i := range lines {
		fmt.Fprintf(&b, "2026-03-01T10:%02d:%02dZ WARN scheduler: task queue is above the high watermark on node-%d (depth %d)\n", i/60, i%60, 17+i%80, 900+17*i)
	}
	return b.String()
}

const schedulerPhrase = "WARN scheduler: task queue is above the high watermark on"

// Example T5: how the saving grows with the text. The decisions are those for cold texts.
func TestGoldenScale(t *testing.T) {
	o200k := counter(t, "o200k_base")
	tests := []struct {
		lines, raw, warm, cold int
		accept                 bool
	}{
		{2, 64, 65, 78, false},
		{3, 96, 88, 101, false},
		{4, 128, 111, 124, false},
		{8, 258, 205, 218, true},
		{40, 1314, 0, 986, true},
		{200, 6594, 0, 4826, true},
	}
	for _, x := range tests {
		text := schedulerLog(x.lines)
		a := artifact{sigil: "§"}
		rows := []choice{{phrase: schedulerPhrase, at: occurrences(text, schedulerPhrase)}}
		warm := a.write(text, rows)
		a.brief = true
		cold := a.write(text, rows)
		if n := o200k.Count(warm); x.warm > 0 && n != x.warm {
			t.Errorf("%d lines: warm %d tokens", x.lines, n)
		}
		if raw, n := o200k.Count(text), o200k.Count(cold); raw != x.raw || n != x.cold {
			t.Errorf("%d lines: %d tokens, cold %d", x.lines, raw, n)
		}
		got, ok := EncodeDict(text, DictOptions{Counters: []Counter{o200k}})
		if ok != x.accept || ok && got.Text != cold {
			t.Errorf("%d lines: %v\n%.400s", x.lines, ok, got.Text)
		}
	}
}

// Example of section 4: defined where it first stands, the phrase of T5 saves 6 tokens more.
func TestGoldenInline(t *testing.T) {
	o200k := counter(t, "o200k_base")
	text := schedulerLog(8)
	got, ok := EncodeDict(text, DictOptions{Counters: []Counter{o200k}, Warm: true, Inline: true})
	want := strings.ReplaceAll(text, schedulerPhrase, "§A")
	want = strings.Replace(want, "§A", "§A{"+schedulerPhrase+"}", 1)
	if !ok || got.Text != want {
		t.Fatalf("got %v\n%s", ok, got.Text)
	}
	if n := o200k.Count(got.Text); n != 199 {
		t.Errorf("got %d tokens", n)
	}
}

// What does not pay: T1 with two lines, the cold forms of T1 to T4, and the records of T6,
// which are for a table.
func TestGoldenIdentity(t *testing.T) {
	o200k := counter(t, "o200k_base")
	any, policy := DictOptions{Counters: []Counter{o200k}, Any: true}, DictOptions{Counters: []Counter{o200k}}
	two := strings.Join(strings.SplitAfter(golden[0].source, "\n")[:2], "")
	for _, warm := range []bool{true, false} {
		any.Warm = warm
		if got, ok := EncodeDict(two, any); ok {
			t.Errorf("two lines, warm %v: got\n%s", warm, got.Text)
		}
	}
	for _, g := range golden {
		if got, ok := EncodeDict(g.source, policy); ok {
			t.Errorf("%s: got\n%s", g.name, got.Text)
		}
		if got, ok := EncodeDict(g.source, any); ok && g.cold >= g.raw {
			t.Errorf("%s: grew to\n%s", g.name, got.Text)
		}
	}
	records := `[
  {"id": 1, "name": "first", "state": "pending"},
  {"id": 2, "name": "second", "state": "active"},
  {"id": 3, "name": "third", "state": "pending"}
]`
	if got, ok := EncodeDict(records, any); ok {
		t.Errorf("records: got\n%s", got.Text)
	}
}

func TestRows(t *testing.T) {
	text := ""
	for i := range 40 {
		line := ""
		for j := range 9 {
			line += " " + vocabulary[(i*(j+3)+7*j*j)%len(vocabulary)]
		}
		text += fmt.Sprintf("%d:%[2]s %[1]d:%[2]s %[1]d:%[2]s %[1]d:%[2]s\n", i, line)
	}
	for _, x := range []struct {
		rows int
		many bool
		most int
	}{{0, false, 8}, {3, false, 3}, {12, false, 12}, {20, false, 12}, {20, true, 20}, {26, true, 26}, {99, true, 26}, {-1, false, 0}} {
		got, ok := EncodeDict(text, DictOptions{Counters: []Counter{counter(t, "o200k_base")}, Rows: x.rows, ManyRows: x.many, Any: true})
		if ok != (x.most > 0) || got.Rows != x.most {
			t.Errorf("rows %d, many %v: got %d", x.rows, x.many, got.Rows)
		}
	}
}

func TestSigils(t *testing.T) {
	text := schedulerLog(40)
	for _, x := range []struct {
		name, text string
		o          DictOptions
		want       string // the text begins with it; "" is no stand-ins
	}{
		{"first", text, DictOptions{}, "§X below"},
		{"next", text + "§ 5", DictOptions{}, "¶X below"},
		{"legend_in_text", text + "see §§1\n§A=so\n", DictOptions{Warm: true, Sigil: "¶"}, "¶¶1\n¶A=WARN"},
		{"last", text + "§ ¶ ※ λ ■", DictOptions{}, "→X below"},
		{"none", text + "§ ¶ ※ λ ■ →", DictOptions{}, ""},
		{"warm", text, DictOptions{Warm: true}, "§§1\n"},
		{"warm_taken", text + "§ 5", DictOptions{Warm: true}, ""},
		{"chosen", text, DictOptions{Warm: true, Sigil: "→"}, "→→1\n"},
		{"chosen_taken", text + "→", DictOptions{Warm: true, Sigil: "→"}, ""},
		{"chosen_unknown", text, DictOptions{Warm: true, Sigil: "$"}, ""},
		{"half_of_it", text + "\xc2", DictOptions{Warm: true}, "§§1\n"},
	} {
		x.o.Counters = []Counter{counter(t, "o200k_base")}
		got, ok := EncodeDict(x.text, x.o)
		if ok != (x.want != "") || !strings.HasPrefix(got.Text, x.want) {
			t.Errorf("%s: got %v, %.60q", x.name, ok, got.Text)
		}
	}
}

// The warm text must be the one that the brief in the system prompt explains.
func TestBriefIsWhatColdTextsBeginWith(t *testing.T) {
	for _, inline := range []bool{false, true} {
		o := DictOptions{Counters: []Counter{counter(t, "o200k_base")}, Inline: inline}
		cold, _ := EncodeDict(schedulerLog(40), o)
		o.Warm = true
		warm, ok := EncodeDict(schedulerLog(40), o)
		if !ok || cold.Text != DictBrief("§", inline)+"\n"+warm.Text {
			t.Errorf("inline %v: got %.100q and %.60q", inline, cold.Text, warm.Text)
		}
	}
	if got, want := DictBrief("§", false), "§X below stands for the text after \"§X=\"."; got != want {
		t.Errorf("got %q", got)
	}
}

// What looks like an artifact stays, whichever sigil it has.
func TestEncodeDictTwice(t *testing.T) {
	o := DictOptions{Counters: []Counter{counter(t, "o200k_base")}}
	text := schedulerLog(40)
	for _, s := range sigils {
		for _, head := range []string{
			s + s + "1\n" + s + "A=so\n", s + s + "12\n" + s + "A=so\n",
			DictBrief(s, false) + "\n" + s + s + "1\n" + s + "A=so\n", DictBrief(s, true) + "\n", "so " + s + "A{so}",
		} {
			if got, ok := EncodeDict(head+text, o); ok {
				t.Errorf("%q: got %.60q", head, got.Text)
			}
		}
		if _, ok := EncodeDict(s+s+"\n"+text, o); !ok {
			t.Errorf("%s begins a text and that was enough", s)
		}
	}
}

func TestMargins(t *testing.T) {
	o200k, cl100k := counter(t, "o200k_base"), counter(t, "cl100k_base")
	short, long := schedulerLog(4), schedulerLog(8)
	padding := proseText(1, 100_000)
	for _, x := range []struct {
		name, text string
		o          DictOptions
		want       bool
	}{
		{"too_short", schedulerLog(5), DictOptions{Counters: []Counter{o200k}, Warm: true}, false},
		{"saves_a_few", short, DictOptions{Counters: []Counter{o200k}}, false},
		{"saves_a_few_any", short, DictOptions{Counters: []Counter{o200k}, Any: true}, true},
		{"saves_enough", long, DictOptions{Counters: []Counter{o200k}}, true},
		{"saves_a_small_share", long + padding[:5000], DictOptions{Counters: []Counter{o200k}, Rows: 1}, false},
		{"one_counter", long + padding[:600], DictOptions{Counters: []Counter{o200k}, Rows: 1}, true},
		{"two_counters", long + padding[:600], DictOptions{Counters: []Counter{o200k, cl100k}, Rows: 1}, false},
		{"an_estimate", long + padding[:600], DictOptions{Counters: []Counter{estimate{o200k}}, Rows: 1}, false},
		{"two_agree", long, DictOptions{Counters: []Counter{o200k, cl100k}}, true},
		{"one_disagrees", long, DictOptions{Counters: []Counter{o200k, bytesOf("x")}}, true},
		{"one_sees_nothing", long, DictOptions{Counters: []Counter{o200k, constant(500)}, Any: true}, false},
		{"no_counter", long, DictOptions{}, false},
		{"too_long", strings.Repeat(long, mostBytes/len(long)+1), DictOptions{Counters: []Counter{o200k}}, false},
	} {
		if got, ok := EncodeDict(x.text, x.o); ok != x.want {
			t.Errorf("%s: got %v %.80q", x.name, ok, got.Text)
		}
	}
}

type estimate struct{ Counter }

func (estimate) Exact() bool { return false }

type bytesOf string

func (bytesOf) Count(text string) int { return len(text) }

type constant int

func (c constant) Count(string) int { return int(c) }

// What must not get a stand-in, in texts that repeat it often enough.
func TestNoPhrase(t *testing.T) {
	for name, part := range map[string]string{
		"name":            "com.example.billing.service.RequestContextHolderFactory %d\n",
		"names":           "pool_of_workers codec::pool_of_workers pool.of.workers %d\n",
		"path":            "/usr/local/share/applications/example/defaults/settings.conf %d\n",
		"url":             "https://www.example.com/a/long/path/index.html?query=string&other=one %d\n",
		"number":          "12345678901234567890123456789012345678 %d\n",
		"numbers":         "3552 3534 3375 3515 3479 3552 3534 %d\n",
		"date":            "Sun Dec 04 05:04:04 2005 %d\n",
		"hash":            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 %d\n",
		"quoted":          "`codec::pool_of_workers_and_queues(8192000)` %d\n",
		"tags":            "<tr><td><code>pool_of_workers</code></td><td>%d</td></tr>\n",
		"part_of_a_tag":   "<td class=\"amount right item total\">%d</td>\n",
		"glued":           "the worker has found nothing to do in the queue_%d\n",
		"glued_somewhere": "the worker has found nothing to do in this %d\n",
		"short":           "so it goes %d\n",
	} {
		text := ""
		for i := range 60 {
			text += fmt.Sprintf(part, i*7)
		}
		for _, inline := range []bool{false, true} {
			got, ok := EncodeDict(text, DictOptions{Counters: []Counter{counter(t, "o200k_base")}, Any: true, Inline: inline})
			switch name {
			case "glued":
				if !ok || !strings.Contains(got.Text, " queue_7\n") {
					t.Errorf("%s: got %v\n%.300s", name, ok, got.Text)
				}
			case "glued_somewhere":
				got, ok = EncodeDict(text+"the worker has found nothing to do in thistle\n", DictOptions{Counters: []Counter{counter(t, "o200k_base")}, Any: true})
				if !ok || !strings.Contains(got.Text, " this 7\n") || !strings.Contains(got.Text, " thistle\n") {
					t.Errorf("%s: got %v\n%.300s", name, ok, got.Text)
				}
			default:
				if ok {
					t.Errorf("%s: got\n%.300s", name, got.Text)
				}
			}
		}
	}
}

// Lines stay lines: a phrase holds whole ones or a part of one.
func TestPhrasesAndLines(t *testing.T) {
	o := DictOptions{Counters: []Counter{counter(t, "o200k_base")}, Any: true, Warm: true}
	build := func(line string) (s string) {
		for i := range 30 {
			s += fmt.Sprintf(line, i)
		}
		return s
	}
	for _, x := range []struct{ name, text, want string }{
		{"part_of_two", build("%d: the queue of jobs is full now\r\n2026-03-01 job "), "§§1\n§A=the queue of jobs is full now\n0: §A\r\n2026-03-01 job 1: §A\r\n"},
		{"whole", build("job %d\n  the queue of jobs is full now\n  try again somewhat later\n"), "§§1\n§A=the queue of jobs is full now\\n  try again somewhat later\njob 0\n  §A\njob 1\n"},
		{"whole_crlf", build("job %d\r\nthe queue of jobs is full now\r\ntry again somewhat later\r\n"), "§§1\n§A=the queue of jobs is full now\\r\\ntry again somewhat later\njob 0\r\n§A\r\njob 1\r\n"},
		{"one_begins_within_a_line", build("job %d\nthe queue of jobs is full now\ntry again\n") + "note: the queue of jobs is full now\ntry again\n", "§§1\n§A=the queue of jobs is full now\njob 0\n§A\ntry again\n"},
		{"one_ends_within_a_line", build("job %d\nthe queue of jobs is full now\ntry again\n") + "the queue of jobs is full now\ntry again, please\n", "§§1\n§A=the queue of jobs is full now\njob 0\n§A\ntry again\n"},
		{"one_also_elsewhere", build("job %d\nthe queue of jobs is full now\ntry again\n") + "the queue of jobs is full now\nor not\n", "§§1\n§A=the queue of jobs is full now\njob 0\n§A\ntry again\n"},
	} {
		got, ok := EncodeDict(x.text, o)
		if !ok || !strings.HasPrefix(got.Text, x.want) {
			t.Errorf("%s: got %v\n%.300q", x.name, ok, got.Text)
		}
	}
}

// Stand-ins do not touch, neither those of one phrase nor those of two.
func TestStandInsDoNotTouch(t *testing.T) {
	o := DictOptions{Counters: []Counter{counter(t, "o200k_base")}, Any: true, Warm: true}
	one, two := "(the queue of jobs is full now)", "(it may help to try again later)"
	text := "see " + one + two + "\n"
	for i := range 20 {
		text += fmt.Sprintf("%d %s\n%d: %s\n%d %s\n", i, one, i, two, i, one)
	}
	if got, ok := EncodeDict(text, o); !ok || got.Rows != 1 || !strings.HasPrefix(got.Text, "§§1\n§A="+one+"\nsee §A"+two+"\n0 §A\n0: "+two+"\n") {
		t.Errorf("two: got %v\n%.300s", ok, got.Text)
	}
	text = "see " + one + one + "\n"
	for i := range 20 {
		text += fmt.Sprintf("%d %s\n", i, one)
	}
	if got, ok := EncodeDict(text, o); ok {
		t.Errorf("one: got\n%.300s", got.Text)
	}
}

func TestLayout(t *testing.T) {
	for want, a := range map[string]artifact{
		"":                            {sigil: "§"},
		`{"brief":true}`:              {sigil: "§", brief: true},
		`{"inline":true,"sigil":"→"}`: {sigil: "→", inline: true},
		`{"brief":true,"inline":true,"sigil":"§"}`: {sigil: "§", brief: true, inline: true},
	} {
		if got := string(a.layout()); got != want || want != "" && !json.Valid([]byte(got)) {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

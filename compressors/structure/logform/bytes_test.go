package logform

import (
	"slices"
	"strings"
	"testing"
)

// In each line a | shows where it may be cut, and ; where a value may end as well.
func TestWhereALineMayBeCut(t *testing.T) {
	for _, line := range []string{
		"worker; ;started", "sshd;[;24275;];:", "blk_|4934", "blk_;-686", "take_|1_|2", "x86_|64",
		"codec::pool_28", "std::vec::Vec;<;u8;>", "a;:;b", "fe80::1", "10;:;15;:;02.123", "8192000", "0.25", "-0.25", "v1.2",
		"10;.;251;.;43;.;7", "10;:;15;:;02;,;123", "2026;-;03;-;01", "a; ;-5", "x;=;+3", "a;-;5", "(;-1;)",
		"caf\u00e9; ;\u00fcber", "日本語; ;x", "\xff\xfe;,;\xff", "/;usr;/;lib", "a;.;b", "end;.",
	} {
		t.Run(line, func(t *testing.T) {
			var want []byte
			var bare strings.Builder
			for i := range len(line) {
				if line[i] == '|' || line[i] == ';' {
					want[len(want)-1] = line[i]
				} else {
					bare.WriteByte(line[i])
					want = append(want, ' ')
				}
			}
			s := bare.String()
			for p := 1; p < len(s); p++ {
				got := byte(' ')
				if safe(s, p) {
					got = '|'
				}
				if ends(s, p) {
					got = ';'
				}
				if got != want[p-1] {
					t.Errorf("%q|%q: got %q, want %q", s[:p], s[p:], got, want[p-1])
				}
			}
		})
	}
}

// Atoms are cut off each other where that is safe.
func TestAtoms(t *testing.T) {
	for line, want := range map[string]string{
		"worker 7: started":       "worker| |7|:| |started",
		"blk_-68 blk_49":          "blk_|-68| |blk_|49",
		"attempt_14_0_m_5_0 a_b":  "attempt_|14_0_m_5_0| |a_b",
		"std::vec_2::x y":         "std::vec_2::x| |y",
		"0.25 10.0.0.25 -3.5":     "0.25| |10|.|0|.|0|.|25| |-3.5",
		"x=-1, y=2-3":             "x|=|-1|,| |y|=|2|-|3",
		"  two   spaces\t":        "  |two|   |spaces|\t",
		"0x1b85fe80 caf\u00e9 ::": "0x1b85fe80| |caf\u00e9| |:|:",
	} {
		var got []string
		for _, a := range appendAtoms(nil, line, 0) {
			got = append(got, line[a.start:a.end])
			if !safe(line, int(a.start)) && line[a.start] != ':' {
				t.Errorf("%q: %q is cut off", line, line[a.start:a.end])
			}
		}
		if !slices.Equal(got, strings.Split(want, "|")) {
			t.Errorf("%q: got %q", line, got)
		}
	}
}

func TestFit(t *testing.T) {
	for _, test := range []struct {
		name, row, line, want string
	}{
		{"values", "took {} ms for {}", "took 12 ms for the job", "|12|the job"},
		{"what_is_in_front_stays", " took {} ms", "10:15 took 12 ms", "10:15|12"},
		{"the_first_place_is_taken", "a {}", "x a y a z", "x |y a z"},
		{"a_text_within_a_word_is_passed_over", "at {} of {}", "at format of it", "|format|it"},
		{"a_text_that_a_name_begins_with_is_passed_over", "port {}", "import export port 8", "import export |8"},
		{"nothing_is_left_over", "took {} ms", "took 12 ms.", "no"},
		{"a_value_is_not_empty", "took {} ms", "took  ms", "no"},
		{"a_last_value_is_not_empty", "took {}", "took ", "no"},
		{"a_value_again", "{}", "", "no"},
		{"again", "a {} b {1}", "a x b x", "|x"},
		{"again_but_another", "a {} b {1}", "a x b y", "no"},
		{"again_within_a_word", "a {} b {1} c", "a x b xy c", "no"},
		{"again_at_once", "a {}{1}", "a xx", "no"},
		{"a_number_is_not_cut", "size 0.{}", "size 0.25", "no"},
		{"nor_a_path", "codec::pool_{}", "codec::pool_28", "no"},
		{"but_a_name_from_its_number", "blk_{} of", "blk_28 of", "|28"},
		{"the_last_text_is_not_within_a_word", "a {}ms", "a 12ms", "no"},
		{"the_last_text_may_be_there_twice", "a {} b", "a x b b", "|x b"},
	} {
		t.Run(test.name, func(t *testing.T) {
			row, ok := parseRow(test.row, brackets)
			if !ok {
				if test.want != "no" {
					t.Fatal("no row")
				}
				return
			}
			start, values, ok := row.fit(test.line, 0, nil)
			got := "no"
			if ok {
				got = strings.Join(append([]string{test.line[:start]}, values...), "|")
			}
			if got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A heading holds no more of a line than may be cut off it.
func TestUnder(t *testing.T) {
	line := shown{line: "pool-12 took 5 ms", start: 13}
	for prefix, want := range map[string]bool{
		"": true, "pool-": true, "pool-1": false, "pool-12": true, "pool-12 took": true, "pool-12 took 5": false, "pool-13": false,
	} {
		if line.under(prefix) != want {
			t.Errorf("%q: want %v", prefix, want)
		}
	}
	whole := shown{line: "pool-12", start: 7}
	if whole.under("pool-12") {
		t.Error("a line of which nothing is left would be empty")
	}
}

var brackets = [2]string{"{", "}"}

func TestRowsAreReadAsTheyAreWritten(t *testing.T) {
	for _, row := range []string{"a", "a{}", "a {} b {1}c", "{a{}", "{1a{}", "a{}{}", "a}{}{", "a{ }{}"} {
		got, ok := parseRow(row, brackets)
		if !ok || got.row(brackets) != row {
			t.Errorf("%q: got %q, %v", row, got.row(brackets), ok)
		}
	}
	for _, row := range []string{"", "{}", "{}a", "a{1}", "a{}{0}", "a{}{01}", "a{}{2}", "a{}{99999999999999999999}"} {
		if _, ok := parseRow(row, brackets); ok {
			t.Errorf("%q is a row", row)
		}
	}
}

func TestShapesOfHeadings(t *testing.T) {
	all := []opening{{0, "10:15:"}, {20, "ii"}, {40, "10:16:"}, {60, ""}, {98, "rare"}}
	want := []shape{{"ii", 20, "ii", false}, {"0:0:", 40, "10:15:", true}}
	if got := shapes(all, 100); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestShapes(t *testing.T) {
	for prefix, want := range map[string]string{
		"2026-03-01 10:15:":            "0-0-0 0:0:",
		"Jul  9 12:16:51 combo ftpd[":  "M 0 0:0:0",
		"[Sun Dec 04 05:04:03 2005] [": "[M M 0 0:0:0 0",
		"2015-10-18 18:01:53,885 INFO": "0-0-0 0:0:0,0",
		"-":                            "-",
		"   Compiling":                 " Compiling",
		"Sunday May":                   "Sunday M",
	} {
		if got := shapeOf(prefix); got != want {
			t.Errorf("%q: got %q, want %q", prefix, got, want)
		}
		if end := stampEnd(prefix+"  x", []shape{{text: want}}); end == 0 {
			t.Errorf("%q does not have the shape %q", prefix, want)
		}
	}
}

package logform_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/logform"
)

const (
	head    = "Log in short form (§ is not in it): "
	heading = `lines below "§:x" begin with x`
	alone   = `"§|y" is y without it`
	row     = `"y§A p q" is y, then row A with p, q in its {}`
	again   = `{2} is the second of them again`
	times   = `"§x3" is the line above, 3 times in all`
	blocks  = `"§1 again x2" is the lines of §1, 2 times more`
)

// numbered returns n lines.
func numbered(n int, line func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(i) + "\n")
	}
	return b.String()
}

const crash = `panic: runtime error: index out of range [5] with length 3

goroutine 1 [running]:
main.main()
	/src/main.go:12 +0x1d
exit status 2
`

var daybook = strings.Fields("opened warm listening accepted answered draining closed reopened cold")

func entry(i int) string { return fmt.Sprintf("2026-03-01 10:1%d:0%d %s", 5+i/5, i, daybook[i]) }

func TestEachDevice(t *testing.T) {
	count := counter(t)
	for _, test := range []struct{ name, text, want string }{
		{
			"equal_lines_in_a_row",
			"connecting to it\n" + strings.Repeat("connection refused, retrying in a moment\n", 40) + "gave up\n",
			head + times + "\nconnecting to it\nconnection refused, retrying in a moment\n§x40\ngave up\n",
		},
		{
			"equal_lines_end_the_text",
			strings.Repeat("connection refused, retrying in a moment\n", 39) + "connection refused, retrying in a moment",
			head + times + "\nconnection refused, retrying in a moment\n§x40",
		},
		{
			"a_block_comes_again_and_twice_in_a_row",
			"start\n" + crash + "restart\n" + crash + crash + "done\n" + crash + "bye",
			head + blocks + "\nstart\n§1 begins, 6 lines\n" + crash + "§1 ends\nrestart\n§1 again x2\ndone\n§1 again\nbye",
		},
		{
			"two_lines_alternate",
			strings.Repeat("the worker has been started\nthe worker has been stopped\n", 30),
			head + blocks + "\n§1 begins, 2 lines\nthe worker has been started\nthe worker has been stopped\n§1 ends\n§1 again x29\n",
		},
		{
			"a_run_in_a_block",
			strings.Repeat("the worker has been started\n"+strings.Repeat("waiting for the next job to come\n", 5)+"the worker has been stopped\n\n", 9),
			head + times + "; " + blocks + "\n§1 begins, 8 lines\nthe worker has been started\nwaiting for the next job to come\n§x5\nthe worker has been stopped\n\n§1 ends\n§1 again x8\n",
		},
		{
			"common_beginnings",
			numbered(9, entry),
			head + heading + "\n§:2026-03-01 10:15:\n00 opened\n01 warm\n02 listening\n03 accepted\n04 answered\n§:2026-03-01 10:16:\n05 draining\n06 closed\n07 reopened\n08 cold\n",
		},
		{
			"a_trace_among_common_beginnings",
			numbered(5, entry) + "Traceback of it:\n  no space left\n\n" + strings.ReplaceAll(numbered(5, entry), "15:0", "15:1"),
			head + heading + "; " + alone + "\n§:2026-03-01 10:15:\n00 opened\n01 warm\n02 listening\n03 accepted\n04 answered\n§|Traceback of it:\n§|  no space left\n\n10 opened\n11 warm\n12 listening\n13 accepted\n14 answered\n",
		},
		{
			"values_are_whole",
			numbered(12, func(i int) string {
				return fmt.Sprintf("user u%d logged in from 10.0.%d.%d after %d attempts, codec::pool_%d holds %.2f MB, delta %d", i*37%101, i, i*3, i*7%5, i+20, float64(i)/7, i-6)
			}),
			head + row + "\n§A=user {} logged in from 10.0.{} after {} attempts, {} holds {} MB, delta {}\n" + numbered(12, func(i int) string {
				return fmt.Sprintf("§A u%d %d.%d %d codec::pool_%d %.2f %d", i*37%101, i, i*3, i*7%5, i+20, float64(i)/7, i-6)
			}),
		},
		{
			"a_value_comes_again",
			numbered(14, func(i int) string {
				return fmt.Sprintf("deleting block blk_%d, file /data/current/subdir%d/blk_%d now", 1234567*(i+3), i, 1234567*(i+3))
			}),
			head + row + "; " + again + "\n§A=deleting block blk_{}, file /data/current/{}/blk_{1} now\n" + numbered(14, func(i int) string {
				return fmt.Sprintf("§A %d subdir%d", 1234567*(i+3), i)
			}),
		},
		{
			"values_with_spaces",
			numbered(16, func(i int) string {
				return fmt.Sprintf("the message %q was sent to the queue with priority %d", []string{daybook[i%9] + " " + daybook[i%7], daybook[i%8]}[i%2], i)
			}),
			head + row + "\n§A=the message \"{}\" was sent to the queue with priority {}\n" + numbered(16, func(i int) string {
				if i%2 == 0 {
					return fmt.Sprintf("§A|%s %s|%d", daybook[i%9], daybook[i%7], i)
				}
				return fmt.Sprintf("§A %s %d", daybook[i%8], i)
			}),
		},
		{
			"braces_in_the_source",
			numbered(16, func(i int) string { return fmt.Sprintf("handler answered {} to request %d of the client", i*997) }),
			head + `"y§A p q" is y, then row A with p, q in its <>` + "\n§A=handler answered {} to request <> of the client\n" +
				numbered(16, func(i int) string { return fmt.Sprintf("§A %d", i*997) }),
		},
		{
			"stamps_stay_in_front",
			numbered(20, func(i int) string {
				return fmt.Sprintf("2026-03-01 10:%02d:%02d.123 INFO pool: opened connection %d of many", 15+i/10, i, i*31)
			}),
			head + heading + "; " + row + "\n§A= INFO pool: opened connection {} of many\n§:2026-03-01 10:15:\n" +
				numbered(10, func(i int) string { return fmt.Sprintf("%02d.123§A %d", i, i*31) }) + "§:2026-03-01 10:16:\n" +
				numbered(10, func(i int) string { return fmt.Sprintf("%02d.123§A %d", i+10, (i+10)*31) }),
		},
		{
			"another_sigil",
			"§A 1\n§x3\n" + strings.Repeat("connection refused, retrying in a moment\n", 40) + "¶",
			strings.ReplaceAll(head+times, "§", "※") + "\n§A 1\n§x3\nconnection refused, retrying in a moment\n※x40\n¶",
		},
		{"all_sigils_are_taken", "§¶※λ■→\n" + strings.Repeat("connection refused, retrying in a moment\n", 40), ""},
		{"two_short_lines_are_left", strings.Repeat("ok\n", 2), ""},
		{"a_few_empty_lines_are_left", "a line of words\n\n\n\n\nanother line of words\n", ""},
		{"nothing", "", ""},
		{"one_line", "connection refused", ""},
		{"its_own_text", head + times + "\nconnection refused\n" + strings.Repeat("connection refused, retrying in a moment\n", 40), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			enc, _ := checkLaws(t, test.text, structure.Options{Rows: 8, Count: count})
			if enc.Text != test.want {
				t.Errorf("got\n%s\nwant\n%s", enc.Text, test.want)
			}
		})
	}
}

func TestRows(t *testing.T) {
	count := counter(t)
	text := logs(80)["service"]
	for rows := range 12 {
		enc, ok := checkLaws(t, text, structure.Options{Rows: rows, Count: count})
		legend, labels := strings.Count(enc.Text, "=")-strings.Count(text, "="), strings.Count(enc.Text, " begins, ")
		if !ok || enc.Rows > rows || rows == 0 && legend+labels > 0 || enc.Rows < labels {
			t.Errorf("%d rows are allowed, %d given; %d labels", rows, enc.Rows, labels)
		}
	}
	if enc, ok := logform.Encode(text, structure.Options{Rows: 8}); ok || enc.Text != "" {
		t.Error("without a count it cannot be known what is shorter")
	}
}

func TestLayout(t *testing.T) {
	lines := strings.Repeat("connection refused, retrying in a moment\n", 40)
	for _, test := range []struct{ name, text, want string }{
		{"lf", lines, ""},
		{"crlf", strings.ReplaceAll(lines, "\n", "\r\n"), `{"crlf":true}`},
		{"crlf_and_a_last_line", strings.ReplaceAll(lines, "\n", "\r\n") + "end", `{"crlf":true}`},
		{"crlf_and_more_returns", strings.ReplaceAll(lines, "\n", "\r\r\n"), `{"crlf":true}`},
		{"one_lf_among_crlf", strings.ReplaceAll(lines, "\n", "\r\n") + "end\n", ""},
		{"returns_within_lines", strings.ReplaceAll(lines, ",", "\r"), ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			enc, ok := checkLaws(t, test.text, structure.Options{Count: counter(t)})
			if !ok || string(enc.Layout) != test.want {
				t.Errorf("got %s, want %s", enc.Layout, test.want)
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	const (
		all  = head + heading + "; " + alone + "; " + row + "; " + again + "; " + times + "; " + blocks + "\n"
		rows = "§A=a{}b{1}\n§B=c\n"
		huge = "99999999999"
	)
	for _, test := range []struct {
		name, text, layout string
		want               error
	}{
		{"nothing", "", "", structure.ErrText},
		{"no_brief", "a\nb", "", structure.ErrText},
		{"no_line", strings.TrimSuffix(all+rows, "\n"), "", structure.ErrText},
		{"half_a_brief", head + times + ";\na", "", structure.ErrText},
		{"sentences_in_another_order", head + times + "; " + heading + "\na", "", structure.ErrText},
		{"layout_of_another_form", all + rows + "a", `{"crlf":false}`, structure.ErrLayout},
		{"layout_that_is_no_json", all + rows + "a", `crlf`, structure.ErrLayout},
		{"no_legend", all + "a", "", structure.ErrText},
		{"a_legend_that_was_not_announced", head + times + "\n" + rows + "a", "", structure.ErrText},
		{"a_row_without_text", all + "§A={}a\nb", "", structure.ErrText},
		{"a_row_with_a_value_to_come", all + "§A=a{1}{}\nb", "", structure.ErrText},
		{"a_letter_without_a_row", all + rows + "§C", "", structure.ErrText},
		{"too_few_values", all + rows + "§A", "", structure.ErrText},
		{"too_many_values", all + rows + "§B 1", "", structure.ErrText},
		{"an_empty_value", all + rows + "§A ", "", structure.ErrText},
		{"a_separator_that_is_none", all + rows + "§A.1", "", structure.ErrText},
		{"a_separator_that_is_not_the_first", all + rows + "§A|1", "", structure.ErrText},
		{"two_marks_in_a_line", all + rows + "x§B§B", "", structure.ErrText},
		{"a_mark_in_a_heading", all + rows + "§:x§B\ny", "", structure.ErrText},
		{"a_mark_without_a_letter", all + rows + "x§", "", structure.ErrText},
		{"a_heading_that_was_not_announced", head + times + "\n§:x\ny", "", structure.ErrText},
		{"times_of_nothing", all + rows + "§x3", "", structure.ErrText},
		{"times_after_a_heading", all + rows + "a\n§:b\n§x3", "", structure.ErrText},
		{"times_twice", all + rows + "a\n§x3\n§x3", "", structure.ErrText},
		{"once", all + rows + "a\n§x1", "", structure.ErrText},
		{"times_with_a_zero_in_front", all + rows + "a\n§x03", "", structure.ErrText},
		{"times_with_a_sign", all + rows + "a\n§x+3", "", structure.ErrText},
		{"more_times_than_fit", all + rows + "a\n§x" + huge, "", structure.ErrLimit},
		{"empty_lines_more_than_fit", all + rows + "\n§x" + huge, "", structure.ErrLimit},
		{"more_times_than_a_number_holds", all + rows + "a\n§x" + huge + huge, "", structure.ErrText},
		{"a_block_that_does_not_end", all + rows + "§1 begins, 1 lines\na", "", structure.ErrText},
		{"a_block_with_another_number_of_lines", all + rows + "§1 begins, 2 lines\na\n§1 ends", "", structure.ErrText},
		{"a_block_within_a_block", all + rows + "§1 begins, 2 lines\na\n§2 begins, 1 lines\nb\n§2 ends\n§1 ends", "", structure.ErrText},
		{"a_block_of_another_label", all + rows + "§2 begins, 1 lines\na\n§2 ends", "", structure.ErrText},
		{"the_end_of_another_block", all + rows + "§1 begins, 1 lines\na\n§2 ends", "", structure.ErrText},
		{"the_end_of_no_block", all + rows + "a\n§1 ends", "", structure.ErrText},
		{"a_block_again_within_itself", all + rows + "§1 begins, 2 lines\na\n§1 again\n§1 ends", "", structure.ErrText},
		{"a_block_again_that_never_was", all + rows + "a\n§1 again", "", structure.ErrText},
		{"more_blocks_than_fit", all + rows + "§1 begins, 1 lines\na\n§1 ends\n§1 again x" + huge, "", structure.ErrLimit},
		{"empty_blocks_more_than_fit", all + rows + "§1 begins, 1 lines\n\n§1 ends\n§1 again x" + huge, "", structure.ErrLimit},
		{"a_label_without_a_word", all + rows + "a\n§1", "", structure.ErrText},
		{"a_label_with_another_word", all + rows + "a\n§1 often", "", structure.ErrText},
		{"longer_than_allowed", all + rows + strings.Repeat("a", 1001), "", structure.ErrLimit},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := logform.Decode(test.text, []byte(test.layout), 1000)
			if !errors.Is(err, test.want) || got != "" {
				t.Errorf("got %q, %v; want %v", got, err, test.want)
			}
		})
	}
	if got, err := logform.Decode(all+rows+"§:x\ny§A z\n§x2\n§|§B\n", nil, 22); err != nil || got != "xyazbz\nxyazbz\nc\n" {
		t.Errorf("what is right: got %q, %v", got, err)
	}
}

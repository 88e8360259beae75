package plainform_test

import (
	"strings"
	"testing"

	"github.com/pith-proxy/pith/compressors/structure"
	"github.com/pith-proxy/pith/compressors/structure/plainform"
)

func TestNoise(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"colours", "\x1b[1m\x1b[31merror\x1b[0m: no\n", "error: no\n"},
		{"colours_with_colons", "\x1b[38:2::1:2:3mx\x1b[m", "x"},
		{"grep_erases_after_colours", "\x1b[35m\x1b[Ka.go\x1b[m\x1b[K:7", "a.go:7"},
		{"charset_and_shift_in", "\x1b(B\x1b[m\x0fx\n", "x\n"},
		{"hyperlink_st", "\x1b]8;;https://a.example\x1b\\docs\x1b]8;;\x1b\\ of it", "docs of it"},
		{"hyperlink_bel", "\x1b]8;id=1;https://a.example\adocs\x1b]8;;\a", "docs"},
		{"title", "\x1b]0;make\a$ make\n", "$ make\n"},
		{"modes", "\x1b[?25la\x1b[?2004h\x1b[?25hb", "ab"},
		{"bold_by_overstrike", "N\bNA\bAM\bME\bE\n", "NAME\n"},
		{"underlined_by_overstrike", "_\bf_\bi_\bl_\be\n", "file\n"},
		{"underscore_after_the_letter", "f\b_i\b_le\n", "file\n"},
		{"underscore_in_bold", "a\ba_\b_b\bb\n", "a_b\n"},
		{"wide_by_overstrike", "世\b\b世\n", "世\n"},
		{"progress", "  1%\r 50%\r100%\ndone\n", "100%\ndone\n"},
		{"progress_cut_off", "a\n  1%\r 50%\r", "a\n 50%\n"[:6]},
		{"shorter_frame_leaves_the_tail", "at 100 of 900 files\rat 101 of 9 fil\n", "at 101 of 9 fililes\n"},
		{"padded_frame", "reading a.txt  \rreading b    \n", "reading b\n"},
		{"cleared_by_spaces", "Working\r       \rdone\n", "done\n"},
		{"erased_first", "Working hard\r\x1b[Kdone\n", "done\n"},
		{"erased_after", "Working hard\x1b[2K\rdone\n", "done\n"},
		{"erased_at_the_end_of_a_frame", "remote: 10% (1/9)\x1b[K\rremote: done\x1b[K\n", "remote: done\n"},
		{"column_one", "\x1b[1G\x1b[0K⠙\x1b[1G\x1b[0K⠹\x1b[1G\x1b[0Kadded 3\n", "added 3\n"},
		{"other_frame_is_kept", "\x1b[mUnpacking\rerror: no space\rfine\n", "Unpacking\nerror: no space\nfine\n"},
		{"number_gives_way", "42\rerror: no space\n", "error: no space\n"},
		{"bars", "▏▎▍▌▋▊▉\r█████████\n", "█████████\n"},
		{"letters_beyond_ascii", "\x1b[mпервая строка\rвторое слово\n", "первая строка\nвторое слово\n"},
		{"text_does_not_give_way_to_a_number", "\x1b[merror: no space\r42\n", "error: no space\n42\n"},
		{"crlf_is_no_noise", "a\r\nb\x1b[m\r\n", "a\r\nb\r\n"},
		{"return_before_crlf", "a\r\r\nb\n", "a\r\nb\n"},
		{"return_after_feed", "a\n\rb\n", "a\nb\n"},
		{"return_away_from_its_feed", "a\r\x1b[m\nb\n", "a\nb\n"},
		{"up_and_over", "a 1\nb 1\n\x1b[2Aa 2\nb 2\n", "a 2\nb 2\n"},
		{"up_erase_down", "a: wait\nb: wait\n\x1b[2A\x1b[2K\ra: done\x1b[1B\r\x1b[1Bc\n", "a: done\nb: wait\nc\n"},
		{"up_and_all_erased", "x\nfoo\nbar\n\x1b[2A\x1b[Jy\n", "x\ny\n"},
		{"rows_erased_one_by_one", "x\nfoo\nbar\n\x1b[1A\x1b[2K\x1b[1A\x1b[2K\x1b[G", "x\n"},
		{"up_with_crlf", "a\r\nb\r\n\x1b[Ac\r\n", "a\r\nc\r\n"},
		{"up_too_far", "a\n\x1b[5Ab\n", "a\nb\n"},
		{"up_through_a_row_that_may_be_two", strings.Repeat("x", 90) + "\n\x1b[Ay\n", strings.Repeat("x", 90) + "\ny\n"},
		{"up_from_an_erased_row_that_may_have_been_two", "x\n" + strings.Repeat("y", 90) + "\x1b[2K\x1b[1A\x1b[2K\x1b[Gdone\n", "x\ndone\n"},
		{"down_past_the_end", "a\x1b[Bb\n", "a\nb\n"},
		{"screen_cleared", "old\n\x1b[H\x1b[2Jnew\n", "old\nnew\n"},
		{"to_the_right", "\x1b[32m[ok]\x1b[10Gx\n", "[ok]     x\n"},
		{"delete_and_insert", "abcd\x1b[3D\x1b[P\x1b[2@x\n", "ax cd\n"},
		{"erase_to_the_left", "abcd\x1b[2D\x1b[1K\n", "   d\n"},
		{"tab_is_kept", "a\tb\x1b[m\r\x1b[Ka\tc\n", "a\tc\n"},
		{"half_of_a_wide_character", "世+\r\x1b[m世+\b\b\b1\n", "1 +\n"},
		{"combining", "e\u0301\bx\n", "x\n"},
		{"lone_escape", "a\x1b\n", "a\n"},
		{"escape_within_escape", "\x1b\x1b[m[31mx", "[31mx"},
		{"unterminated_title", "\x1b]0;x\ny\x1b[m", "]0;x\ny"},
		{"broken_sequence", "\x1b[3\n1m", "[3\n1m"},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			got := checkNoise(t, x.source)
			if got != x.want {
				t.Errorf("got %q, want %q", got, x.want)
			}
		})
	}
}

func TestNoiseLeaves(t *testing.T) {
	tests := []struct{ name, source string }{
		{"nothing", ""},
		{"plain", "a\n\tb\r\nc"},
		{"literal_escape", `printf "\033[0m" "\x1b[31m" \e[0m`},
		{"eight_bit_controls", "a\x9b31mb"},
		{"cursor_address", "a\x1b[5;7Hb"},
		{"scroll_region", "a\x1b[1;20rb"},
		{"other_screen", "a\x1b[?1049hb"},
		{"insert_mode", "a\x1b[4hb"},
		{"line_drawing", "\x1b(0lqqk\x1b(B"},
		{"shift_out", "\x1b[ma\x0eb"},
		{"japanese_in_iso_2022", "\x1b$B$3$s\x1b(B\n"},
		{"to_the_right_border", "a\x1b[999Cb"},
		{"returns_end_the_lines", "Error in a\rError in b\rError in c"},
		{"too_much_work", strings.Repeat("x", 9000) + strings.Repeat("\x1b[2Kx\x1b[2Ky", 3000)},
		{"longer", "\x1b[90Gx"},
		{"save_cursor", "a\x1b7b\x1b8"},
	}
	for _, x := range tests {
		t.Run(x.name, func(t *testing.T) {
			if e, ok := plainform.EncodeNoise(x.source, structure.Options{}); ok {
				t.Errorf("got %q", e.Text)
			}
		})
	}
}

// checkNoise wants what is true of any text, and returns what can be read.
func checkNoise(t *testing.T, source string) string {
	t.Helper()
	e, ok := plainform.EncodeNoise(source, structure.Options{})
	if !ok {
		return source
	}
	checkExact(t, source, e, plainform.DecodeNoise)
	if strings.ContainsAny(e.Text, "\x1b\b") || strings.Contains(strings.ReplaceAll(e.Text, "\r\n", ""), "\r") {
		t.Fatalf("noise in %q", e.Text)
	}
	if again, ok := plainform.EncodeNoise(e.Text, structure.Options{}); ok {
		t.Fatalf("%q has become %q", e.Text, again.Text)
	}
	return e.Text
}

// checkExact wants the source back, and no byte more than the limit.
func checkExact(t *testing.T, source string, e structure.Encoded, decode func(string, []byte, int) (string, error)) {
	t.Helper()
	if len(e.Text) >= len(source) {
		t.Fatalf("%q has become %q", source, e.Text)
	}
	got, err := decode(e.Text, e.Layout, len(source))
	if err != nil || got != source {
		t.Fatalf("decoded %q, %v; want %q", got, err, source)
	}
	if got, err := decode(e.Text, e.Layout, len(source)-1); err != structure.ErrLimit {
		t.Fatalf("limit one less: %q, %v", got, err)
	}
	if got, err := decode(e.Text+"x", e.Layout, len(source)+1); err != structure.ErrText {
		t.Fatalf("other text: %q, %v", got, err)
	}
}

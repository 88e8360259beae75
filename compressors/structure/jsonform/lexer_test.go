package jsonform

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// read reports whether text is one JSON value, or a stream if many.
func read(text string, many bool) bool {
	lex := lexer{text: text}
	for lex.next() {
		if lex.token.kind == endKind {
			return many || lex.roots == 1
		}
	}
	return false
}

func TestLexer(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want bool
	}{
		"nothing":                  {"", false},
		"white_space":              {" \t\r\n", false},
		"form_feed":                {"\f[]", false},
		"no_break_space":           {"\u00a0[]", false},
		"null":                     {"null", true},
		"nul":                      {"nul", false},
		"nulls":                    {"nullnull", false},
		"words":                    {"null true", true},
		"arrays_without_space":     {"[][]", false},
		"arrays_with_space":        {"[]\r[]", true},
		"zero":                     {"-0", true},
		"leading_zero":             {"01", false},
		"plus":                     {"+1", false},
		"point_alone":              {"1.", false},
		"no_digit_before_point":    {".5", false},
		"minus_alone":              {"[-]", false},
		"exponent":                 {"1E+400", true},
		"exponent_without_digits":  {"1e+", false},
		"hexadecimal":              {"0x1F", false},
		"trailing_comma":           {"[1,]", false},
		"trailing_comma_in_object": {`{"a":1,}`, false},
		"leading_comma":            {"[,1]", false},
		"no_comma":                 {"[1 2]", false},
		"no_colon":                 {`{"a" 1}`, false},
		"no_key":                   {`{1:1}`, false},
		"no_value":                 {`{"a":}`, false},
		"key_alone":                {`{"a"}`, false},
		"wrong_bracket":            {`{"a":1]`, false},
		"closed_too_often":         {"[]]", false},
		"not_closed":               {"[", false},
		"colon_at_the_root":        {`"a":1`, false},
		"comma_at_the_root":        {"1,2", false},
		"raw_tab":                  {"\"\t\"", false},
		"raw_delete":               {"\"\x7f\"", true},
		"escapes":                  {`"\"\\\/\b\f\n\r\t\u00e9\uD83d"`, true},
		"no_escape":                {`"\x41"`, false},
		"short_escape":             {`"\u12"`, false},
		"escape_at_the_end":        {`"\`, false},
		"single_quotes":            {`'a'`, false},
		"comment":                  {"[1] // one", false},
		"deep":                     {strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth), true},
		"too_deep":                 {strings.Repeat("[", maxDepth+1) + strings.Repeat("]", maxDepth+1), false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := read(test.text, true); got != test.want {
				t.Errorf("got %v for %.60q", got, test.text)
			}
		})
	}
}

// What one value is, we and the standard library agree on.
func FuzzLexer(f *testing.F) {
	for _, text := range []string{`{"a":[1,-0.5e3,{}],"b":"\u00e9\n"}`, " [true, null]\r\n", "[[]", "1e5", `"\ud83d"`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Count(text, "[")+strings.Count(text, "{") > maxDepth {
			t.Skip("perhaps too deep")
		}
		if got, want := read(text, false), json.Valid([]byte(text)); got != want {
			t.Errorf("got %v, want %v for %q", got, want, text)
		}
	})
}

func TestMinimalLiterals(t *testing.T) {
	for name, test := range map[string]struct{ source, want string }{
		"as_it_is":               {`"a b"`, `"a b"`},
		"letter":                 {`"\u00e9\u4F60"`, `"é你"`},
		"pair":                   {`"\ud83d\ude00"`, `"😀"`},
		"lone_high":              {`"\uD83D"`, `"\ud83d"`},
		"lone_low":               {`"\uDE00a"`, `"\ude00a"`},
		"high_before_a_letter":   {`"\ud83d\u0041"`, `"\ud83dA"`},
		"high_before_a_pair":     {`"\ud83d\ud83d\ude00"`, `"\ud83d😀"`},
		"pair_turned_round":      {`"\ude00\ud83d"`, `"\ude00\ud83d"`},
		"high_at_the_end":        {`"\ud83d\n"`, `"\ud83d\n"`},
		"slash":                  {`"<\/a>"`, `"</a>"`},
		"quote":                  {`"\u0022\""`, `"\"\""`},
		"backslash":              {`"\u005cu0041\\u0041"`, `"\\u0041\\u0041"`},
		"short_escapes":          {`"\u0008\u0009\u000A\u000c\u000d"`, `"\b\t\n\f\r"`},
		"control":                {`"\u001F\u007f\u0085"`, `"\u001f\u007f\u0085"`},
		"for_html":               {`"\u003cb\u003e \u0026"`, `"<b> &"`},
		"line_separator":         {`"\u2028"`, `"\u2028"`},
		"raw_line_separator":     {"\"\u2028\"", "\"\u2028\""},
		"zero_width_and_bidi":    {`"\u200b\u202e\ufeff"`, `"\u200b\u202e\ufeff"`},
		"joiners_and_wide_space": {`"\u200c\u200d\u3000\u00a0"`, "\"\u200c\u200d\u3000\u00a0\""},
		"private":                {`"\ue000\uffff\udb40\udc41"`, `"\ue000\uffff\udb40\udc41"`},
		"replacement":            {`"\ufffd"`, `"�"`},
	} {
		t.Run(name, func(t *testing.T) {
			got := string(appendMinimal(nil, test.source, &escapes{}))
			if got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			if len(got) > len(test.source) || !utf8.ValidString(got) {
				t.Errorf("%s is longer, or no text", got)
			}
			var a, b string
			if json.Unmarshal([]byte(test.source), &a) != nil || json.Unmarshal([]byte(got), &b) != nil || a != b {
				t.Errorf("%q is not %q", b, a)
			}
			if again := string(appendMinimal(nil, got, &escapes{})); again != got {
				t.Errorf("then %s", again)
			}
		})
	}
}

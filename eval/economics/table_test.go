package economics

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestDefaultTable(t *testing.T) {
	want := []string{"anthropic-5m", "anthropic-1h", "openai", "openai-5.6", "gemini-implicit", "gemini-explicit", "deepseek"}
	if got := Default().Names(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	for _, v := range Default() {
		if v.Source == "" || v.AsOf == "" || v.Mark == "" || v.InputPerMillion != 0 {
			t.Errorf("%s: no source, or a price in money that is not ours to state", v.Name)
		}
	}
}

func TestByModel(t *testing.T) {
	for _, tt := range []struct {
		vendor, model string
		least         int
		read          float64
	}{
		{"anthropic-5m", "claude-sonnet-4-5-20250929", 1024, 0.1},
		{"anthropic-5m", "us.anthropic.claude-Opus-4-6-v1", 4096, 0.1},
		{"anthropic-1h", "anthropic/claude-opus-5", 512, 0.1},
		{"openai", "gpt-4o-2024-08-06", 1024, 0.5},
		{"openai", "openai/gpt-4o", 1024, 0.5},
		{"openai", "gpt-5", 1024, 0.1},
		{"gemini-implicit", "gemini-2.5-flash", 2048, 0.1},
		{"gemini-implicit", "", 4096, 0.1},
	} {
		picked, err := Default().Pick([]string{tt.vendor})
		if err != nil {
			t.Fatal(err)
		}
		if v := picked[0].For(tt.model); v.MinTokens != tt.least || v.Read != tt.read {
			t.Errorf("%s for %q: minimum %d, read %v", tt.vendor, tt.model, v.MinTokens, v.Read)
		}
	}
}

func TestLoadMergesOverTheDefaults(t *testing.T) {
	before := Default()
	got, err := Default().Load(strings.NewReader(`{"vendors":[
		{"name":"openai","read":0.25,"as_of":"2027-01","input_per_million":1.25,"currency":"USD","invalidates":{"images":"messages"}},
		{"name":"ours","as_of":"2026-12","mark":"P","source":"our contract","apis":["openai.chat"],"write":1,"read":0.2,
		 "match":"prefix","breakpoints":"automatic","lifetime":"10m","refresh":true}]}`))
	if err != nil {
		t.Fatal(err)
	}
	picked, _ := got.Pick([]string{"openai", " ours"})
	if v := picked[0]; v.Read != 0.25 || v.AsOf != "2027-01" || v.MinTokens != 1024 || v.InputPerMillion != 1.25 {
		t.Errorf("merged: %+v", v)
	}
	if v := picked[1]; v.Unit != 1 || time.Duration(v.Lifetime) != 10*time.Minute {
		t.Errorf("new: %+v", v)
	}
	if len(got) != len(before)+1 || !reflect.DeepEqual(Default(), before) {
		t.Error("the defaults changed, or the number of vendors is wrong")
	}
}

func TestLoadSaysWhatToChange(t *testing.T) {
	for name, tt := range map[string]struct{ file, want string }{
		"unknown_member":     {`{"vendors":[{"name":"openai","raed":0.1}]}`, `unknown field "raed"`},
		"unknown_at_the_top": {`{"vendor":[]}`, `unknown field "vendor"`},
		"read_too_high":      {`{"vendors":[{"name":"openai","read":1.5}]}`, "read is a multiple of the input price and must be in (0, 1]; got 1.5"},
		"read_zero":          {`{"vendors":[{"name":"openai","read":0}]}`, "read"},
		"write_below_one":    {`{"vendors":[{"name":"openai","write":0.1}]}`, "write is a multiple"},
		"of_a_model":         {`{"vendors":[{"name":"openai","by_model":[{"match":"x","read":7}]}]}`, "by_model[0].read"},
		"bad_pattern":        {`{"vendors":[{"name":"openai","by_model":[{"match":"["}]}]}`, "by_model[0].match"},
		"unit_zero":          {`{"vendors":[{"name":"openai","unit":0}]}`, "unit"},
		"lifetime":           {`{"vendors":[{"name":"openai","lifetime":"5"}]}`, "duration"},
		"lifetime_zero":      {`{"vendors":[{"name":"openai","lifetime":"0s"}]}`, "lifetime must be from 1s"},
		"longest_too_short":  {`{"vendors":[{"name":"openai","longest":"1m"}]}`, "longest must be from the lifetime"},
		"section":            {`{"vendors":[{"name":"openai","invalidates":{"images":"everything"}}]}`, "tools, system or messages"},
		"fact":               {`{"vendors":[{"name":"openai","invalidates":{"weather":"messages"}}]}`, "knows tool_choice"},
		"match_and_marks":    {`{"vendors":[{"name":"openai","breakpoints":"explicit"}]}`, "where match is prefix"},
		"no_name":            {`{"vendors":[{"read":0.1}]}`, "name"},
		"new_and_empty":      {`{"vendors":[{"name":"x"}]}`, "as_of"},
		"not_json":           {`vendors: []`, "invalid character"},
		"more_behind":        {`{"vendors":[]} {}`, "something follows"},
		"two_mistakes":       {`{"vendors":[{"name":"openai","read":2},{"name":"deepseek","write":0}]}`, "vendors[1]"},
		"not_an_object":      {`{"vendors":[7]}`, "an entry is an object"},
		"huge":               {strings.Repeat(" ", maxTable+1), "over"},
		"negative_storage":   {`{"vendors":[{"name":"openai","storage_per_hour":-1}]}`, "storage_per_hour"},
		"negative_look_back": {`{"vendors":[{"name":"openai","look_back":-1}]}`, "look_back"},
		"negative_money":     {`{"vendors":[{"name":"openai","input_per_million":-1}]}`, "input_per_million"},
		"unknown_api":        {`{"vendors":[{"name":"openai","apis":["smtp"]}]}`, "apis must be some of"},
		"mark":               {`{"vendors":[{"name":"openai","mark":"?"}]}`, "mark must be P"},
		"match":              {`{"vendors":[{"name":"openai","match":"fuzzy"}]}`, "match must be prefix or breakpoint"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Default().Load(strings.NewReader(tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want a word of %q", err, tt.want)
			}
		})
	}
}

func TestPickNamesThoseThatThereAre(t *testing.T) {
	if _, err := Default().Pick([]string{"nobody"}); err == nil || !strings.Contains(err.Error(), "anthropic-5m, anthropic-1h") {
		t.Errorf("got %v", err)
	}
}

func TestPickTakesAModel(t *testing.T) {
	table := Default()
	for name, want := range map[string]struct {
		read    float64
		minimum int
	}{
		"openai:gpt-4.1":                     {0.25, 1024},
		" openai:gpt-4o-mini ":               {0.5, 1024},
		"openai:azure/o1":                    {0.5, 1024},
		"openai:gpt-5":                       {0.1, 1024}, // known, and without prices of its own
		"openai:ft:gpt-4.1:org":              {0.25, 1024},
		"deepseek:deepseek-v4-pro":           {0.033, 64},
		"anthropic-1h:claude-haiku-4-5-v1:0": {0.1, 4096}, // only by its own rule
	} {
		got, err := table.Pick([]string{name})
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		v := got[0]
		if v.Name != strings.TrimSpace(name) || v.Read != want.read || v.MinTokens != want.minimum {
			t.Errorf("%q: %s, read %v, minimum %d", name, v.Name, v.Read, v.MinTokens)
		}
		if other := v.For("gpt-4o"); !reflect.DeepEqual(other, v) {
			t.Errorf("%q is otherwise for another model: %+v", name, other)
		}
		if err := v.validate(); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if !reflect.DeepEqual(table, Default()) {
		t.Error("the table changed")
	}
	for name, want := range map[string]string{
		"openai:claude-opus-4-5":  `no model "claude-opus-4-5" of openai is known; leave the model out, or give one that matches gpt-4o*, gpt-4.1*`,
		"openai:":                 `no model "" of openai`,
		"gemini-explicit:gemini3": `matches *gemini-2.5*`,
		"nobody:gpt-4.1":          `no vendor "nobody:gpt-4.1"; there are anthropic-5m`,
	} {
		if _, err := table.Pick([]string{name}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// The file is what people copy from: written out again it is the same table.
func TestTableSurvivesJSON(t *testing.T) {
	data, err := json.Marshal(map[string]any{"vendors": Default()})
	if err != nil {
		t.Fatal(err)
	}
	again, err := Table(nil).Load(bytes.NewReader(data))
	if err != nil || !reflect.DeepEqual(again, Default()) {
		t.Errorf("%v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"vendors":[{"name":"openai","read":0.25}]}`))
	f.Add(vendorsJSON)
	f.Fuzz(func(t *testing.T, data []byte) {
		table, err := Default().Load(bytes.NewReader(data))
		if err != nil {
			return
		}
		for _, v := range table {
			if err := v.validate(); err != nil {
				t.Fatalf("loaded, but %v", err)
			}
			if got := v.For("gpt-4o"); !(got.Read > 0 && got.Read <= 1 && got.Write >= 1 && got.MinTokens >= 0) {
				t.Fatalf("a model's numbers are out of range: %+v", got)
			}
		}
	})
}

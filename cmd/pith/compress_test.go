package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const meeting = `Sarah: So, um, I think we should, you know, probably move the launch to the 14th of May, because the payment integration isn't going to be ready before that.
John: Right, okay. And what about the marketing campaign? We already booked the billboards for the first of May, at 12,500 euros, non-refundable.
Sarah: Well, I talked to Kim in marketing about that, and she said that the billboard company would let us shift the dates by up to three weeks without a fee, as long as we tell them by Friday.
`

func TestCompressAFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "meeting.txt")
	write(t, file, meeting)
	out, summary, err := command(t, nil, "", "compress", "--rate", "0.5", file)
	if err != nil {
		t.Fatal(err)
	}
	for _, keep := range []string{"14th of May", "12,500 euros", "isn't", "three weeks", "without a fee", "Kim"} {
		if !strings.Contains(out, keep) {
			t.Errorf("%q is gone: %q", keep, out)
		}
	}
	for _, drop := range []string{"um,", "you know"} {
		if strings.Contains(out, drop) {
			t.Errorf("%q is still there: %q", drop, out)
		}
	}
	if !strings.Contains(summary, "compressed, ") {
		t.Errorf("summary: %q", summary)
	}
}

func TestCompressWithAQuestion(t *testing.T) {
	out, _, err := command(t, nil, meeting, "compress", "-t", "30", "-q", "How much do the billboards cost?", "-")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "12,500 euros") || strings.Contains(out, "payment") {
		t.Errorf("got %q", out)
	}
}

func TestCompressAsJSON(t *testing.T) {
	out, _, err := command(t, nil, meeting, "compress", "--json", "--rate", "0.4", "--tokenizer", "gpt-4")
	if err != nil {
		t.Fatal(err)
	}
	var got printed
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	var joined strings.Builder
	for _, s := range got.Spans {
		joined.WriteString(meeting[s[0]:s[1]])
	}
	if joined.String() != got.Text || got.OutputTokens >= got.InputTokens || got.Models[0] != "pith-small" {
		t.Errorf("got %+v", got)
	}
}

func TestCompressDiff(t *testing.T) {
	out, _, err := command(t, nil, meeting, "compress", "--diff")
	if err != nil {
		t.Fatal(err)
	}
	if plain := strings.NewReplacer("[-", "", "-]", "").Replace(out); plain != meeting {
		t.Errorf("without its marks the diff is not the source: %q", out)
	}
	if !strings.Contains(out, "[-") {
		t.Errorf("nothing is marked as dropped: %q", out)
	}
}

func TestCompressOtherLanguages(t *testing.T) {
	german := "Der Ausschuss trat am 14. März 2023 zusammen und beschloss nach einer sehr langen Aussprache, den Vertrag mit der Firma Acme nicht zu verlängern. Der wichtigste Grund waren die Kosten von 1.250 Euro im Monat."
	out, _, err := command(t, nil, german, "compress", "--rate", "0.6")
	if err != nil {
		t.Fatal(err)
	}
	if len(out) >= len(german) || !strings.Contains(out, "nicht") || !strings.Contains(out, "1.250 Euro") {
		t.Errorf("got %q", out)
	}
	swahili := "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri, hivyo yapasa watendeane kindugu."
	out, summary, err := command(t, nil, swahili, "compress", "--rate", "0.5")
	if err != nil || out != swahili || !strings.Contains(summary, "warning") {
		t.Errorf("got %q, %q, %v", out, summary, err)
	}
}

func TestCompressMistakes(t *testing.T) {
	tests := map[string]struct {
		args []string
		want string
	}{
		"no_such_file":   {[]string{filepath.Join(t.TempDir(), "none.txt")}, "no such file"},
		"rate":           {[]string{"--rate", "1.5"}, "(0, 1]"},
		"zero_rate":      {[]string{"--rate", "0"}, "must not be 0"},
		"two_budgets":    {[]string{"--rate", "0.5", "--target-tokens", "5"}, "--rate and --target-tokens exclude"},
		"flag":           {[]string{"--aggressive"}, "--help"},
		"method":         {[]string{"--method", "magic"}, "there are: auto, llmlingua2, longcodezip, lossless, structure, metatoken, none"},
		"model":          {[]string{"--model", "magic"}, "pith-small"},
		"tokenizer":      {[]string{"--tokenizer", "magic"}, "o200k_base"},
		"pattern":        {[]string{"--preserve", "("}, "not an RE2 expression"},
		"hard_budget":    {[]string{"--target-tokens", "2"}, "must stay takes"},
		"unknown_budget": {[]string{"--budget", "medium"}, "hard or soft"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := command(t, nil, meeting, append([]string{"compress"}, tt.args...)...)
			if exitCode(err) != exitUsage {
				t.Fatalf("got %v with exit code %d, want %d", err, exitCode(err), exitUsage)
			}
			if !strings.Contains(message(err), tt.want) {
				t.Errorf("the message lacks %q: %s", tt.want, message(err))
			}
			if strings.Contains(message(err), "billboard") {
				t.Errorf("the message quotes the prompt: %s", message(err))
			}
		})
	}
}

func TestModels(t *testing.T) {
	home := t.TempDir()
	out, _, err := command(t, map[string]string{"PITH_HOME": home}, "", "models", "list")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"pith-small", "built in", "pith-multi", "can be pulled"} {
		if !strings.Contains(out, want) {
			t.Errorf("the list lacks %q:\n%s", want, out)
		}
	}
	if out, _, err = command(t, nil, "", "models", "verify", "pith-small"); err != nil || !strings.Contains(out, "right") {
		t.Errorf("verify: %q, %v", out, err)
	}
	if out, _, err = command(t, nil, "", "models", "show", "pith-multi"); err != nil || !strings.Contains(out, `"languages"`) {
		t.Errorf("show: %q, %v", out, err)
	}
	if _, _, err = command(t, nil, "", "models", "show", "none"); exitCode(err) != exitUsage {
		t.Errorf("show none: %v", err)
	}
	_, _, err = command(t, map[string]string{"PITH_HOME": home, "HF_HUB_OFFLINE": "1"}, "", "models", "pull", "someone/something")
	if err == nil {
		t.Error("pulled while offline")
	}
	if left, _ := os.ReadDir(filepath.Join(home, "models")); len(left) > 1 {
		t.Errorf("a pull that failed left %v", left)
	}
}

func TestLoneBinaryReturnsOtherLanguagesUnchanged(t *testing.T) {
	t.Chdir(t.TempDir())
	german := "Der Ausschuss trat zusammen und beschloss nach einer sehr langen Aussprache, den Vertrag nicht zu verlängern."
	out, summary, err := command(t, nil, german, "compress", "--rate", "0.5")
	if err != nil || out != german || !strings.Contains(summary, "warning") {
		t.Errorf("got %q, %q, %v", out, summary, err)
	}
}

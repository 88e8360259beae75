package proxy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pith-proxy/pith/service/proxy/policy"
)

func TestHeaderTellsTheTruth(t *testing.T) {
	b := newBench(t)
	body := chat(user("q"), search("c1", words(1, longText)), search("c2", words(2, longText)))
	a := b.post("/v1/chat/completions", body)
	texts := func(body []byte) (n int) {
		var m struct {
			Messages []struct{ Role, Content string }
		}
		if err := json.Unmarshal(body, &m); err != nil {
			t.Fatal(err)
		}
		c, _ := b.proxy.opts.Counter("gpt-4o")
		for _, m := range m.Messages {
			if m.Role == "tool" {
				n += c.Count(m.Content)
			}
		}
		return n
	}
	before, after := texts([]byte(body)), texts(a.sent.Body)
	want := fmt.Sprintf("%d %d %d", before, after, before-after)
	if got := a.header.Get("X-Pith-Tokens-Before") + " " + a.header.Get("X-Pith-Tokens-After") + " " + a.header.Get("X-Pith-Tokens-Saved"); got != want {
		t.Errorf("header says %s, an own count %s", got, want)
	}
	if got := a.header.Get("X-Pith-Tokenizer"); got != "o200k_base;exact" {
		t.Errorf("tokenizer %q", got)
	}
	unknown := strings.Replace(chat(search("c3", words(3, longText))), "gpt-4o", "nobody-knows", 1)
	if got := b.post("/v1/chat/completions", unknown).header.Get("X-Pith-Tokenizer"); got != "o200k_base;approx" {
		t.Errorf("tokenizer of an unknown model: %q", got)
	}
}

func TestCountsAreOfWhatIsSent(t *testing.T) {
	b := newBench(t)
	body := `{"model":"claude-x","messages":[` + user(rag(1, longText)) + `]}`
	count := b.post("/v1/messages/count_tokens", body, "anthropic-version", "2023-06-01")
	message := b.post("/v1/messages", body, "anthropic-version", "2023-06-01")
	if !bytes.Equal(count.sent.Body, message.sent.Body) || message.header.Get("X-Pith-Status") != "compressed" {
		t.Errorf("%d bytes counted, %d sent", len(count.sent.Body), len(message.sent.Body))
	}
}

// reasons are those of this package.
var reasons = []string{
	reasonOff, reasonShape, reasonJSON, reasonAmbiguous, reasonDeep, reasonSensitive, reasonMarked, reasonStateful, reasonStored,
	reasonUndecodable, reasonLongText, reasonOwnOutput, reasonShared, reasonMinimum, reasonNoText, reasonMethod, reasonMediaType, reasonSigned,
	reasonTooLong, reasonBusy, reasonCoding, reasonCorrupt, reasonDeadline, reasonFailed, reasonBreaker, reasonNotShorter,
}

func TestReasonsAreDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/proxy.md")
	if err != nil {
		t.Fatal(err)
	}
	all := slices.Clone(reasons)
	for _, r := range policy.Reasons {
		if r != policy.ReasonAllowed && r != policy.ReasonSplit { // which go with a text that is shortened
			all = append(all, string(r))
		}
	}
	for _, r := range all {
		if !bytes.Contains(doc, []byte("`"+r+"`")) {
			t.Errorf("docs/proxy.md does not tell what %s means", r)
		}
	}
}

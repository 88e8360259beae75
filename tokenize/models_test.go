package tokenize

import (
	"sync"
	"testing"

	"github.com/pith-proxy/pith"
)

func TestCounterFor(t *testing.T) {
	for _, c := range []struct {
		model, want string
		exact       bool
	}{
		{"", "o200k_base", true},
		{"o200k_base", "o200k_base", true},
		{"cl100k_base", "cl100k_base", true},
		{"gpt-4o", "o200k_base", true},
		{"gpt-4o-mini-2024-07-18", "o200k_base", true},
		{"gpt-4.1-nano", "o200k_base", true},
		{"gpt-5", "o200k_base", true},
		{"gpt-5.1-codex", "o200k_base", true},
		{"gpt-oss-120b", "o200k_base", true},
		{"chatgpt-4o-latest", "o200k_base", true},
		{"o1", "o200k_base", true},
		{"o3-mini", "o200k_base", true},
		{"o4-mini-high", "o200k_base", true},
		{"openai/gpt-4.1", "o200k_base", true},
		{"openrouter/openai/o3", "o200k_base", true},
		{"OpenAI/GPT-4o", "o200k_base", true},
		{"ft:gpt-4o-mini:org::id", "o200k_base", true},
		{"ft:gpt-3.5-turbo:org::id", "cl100k_base", true},
		{"gpt-4", "cl100k_base", true},
		{"gpt-4-turbo", "cl100k_base", true},
		{"gpt-4-0613", "cl100k_base", true},
		{"gpt-3.5-turbo-16k", "cl100k_base", true},
		{"gpt-35-turbo", "cl100k_base", true},
		{"text-embedding-3-small", "cl100k_base", true},
		{"text-embedding-ada-002", "cl100k_base", true},
		{"claude-sonnet-4-5", "o200k_base~claude", false},
		{"anthropic/claude-3.5-haiku", "o200k_base~claude", false},
		{"us.anthropic.claude-opus-4-v1:0", "o200k_base~claude", false},
		{"models/gemini-2.5-pro", "o200k_base~gemini", false},
		{"meta-llama/Llama-3.3-70B-Instruct", "o200k_base~llama", false},
		{"codellama", "o200k_base~llama", false},
		{"mistral-large-latest", "o200k_base~mistral", false},
		{"open-mixtral-8x22b", "o200k_base~mixtral", false},
		{"Qwen/Qwen3-32B", "o200k_base~qwen", false},
		{"deepseek-ai/DeepSeek-R1-Distill-Llama-70B", "o200k_base~deepseek", false},
		{"deepseek-chat", "o200k_base~deepseek", false},
		{"phi-4", "o200k_base~phi", false},
		{"o200k_base~claude", "o200k_base~claude", false},
	} {
		got, err := CounterFor(c.model)
		if err != nil {
			t.Errorf("%q: %v", c.model, err)
			continue
		}
		if got.Name() != c.want || got.Exact() != c.exact {
			t.Errorf("%q: %s, exact %v; want %s, %v", c.model, got.Name(), got.Exact(), c.want, c.exact)
		}
	}
}

func TestCounterForUnknown(t *testing.T) {
	for _, model := range []string{"p50k_base", "gpt-2", "text-davinci-003", "text-embedding-004", "nonsense", "o200k_base~nonsense", "openai/", "sophia"} {
		if c, err := CounterFor(model); pith.CodeOf(err) != pith.CodeInvalid {
			t.Errorf("%q: %v, %v; want an invalid request", model, c, err)
		}
	}
}

func TestCountersKnowTheirNames(t *testing.T) {
	for _, name := range Counters() {
		c, err := CounterFor(name)
		if err != nil || c.Name() != name {
			t.Errorf("%s: %v, %v", name, c, err)
		}
		if _, ok := c.(Additive); !ok {
			t.Errorf("%s is not additive", name)
		}
	}
}

func TestCountIsSafeForConcurrentUse(t *testing.T) {
	texts := readRecorded(t)[:400]
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for _, r := range texts {
				if got := o200k.Count(r.Text); got != int(r.O200k[0]) {
					t.Errorf("%q: %d, want %d", r.Text, got, r.O200k[0])
				}
			}
		})
	}
	wg.Wait()
}

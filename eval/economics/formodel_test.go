package economics

import "testing"

func TestForModel(t *testing.T) {
	table := Default()
	for model, want := range map[string]struct {
		vendor  string
		minimum int
	}{
		"gpt-4o":                             {"openai", 1024},
		"gpt-4o-mini-2024-07-18":             {"openai", 1024},
		"ft:gpt-4o-mini:org::x":              {"openai", 1024},
		"azure/gpt-4o":                       {"openai", 1024},
		"openrouter/openai/gpt-4o":           {"openai", 1024},
		"gpt-5":                              {"openai", 1024},
		"gpt-5.5-pro":                        {"openai", 1024},
		"gpt-5.6-mini":                       {"openai-5.6", 1024},
		"openai/gpt-5.6":                     {"openai-5.6", 1024},
		"gpt-5.10":                           {"openai-5.6", 1024},
		"o4-mini":                            {"openai", 1024},
		"chatgpt-4o-latest":                  {"openai", 1024},
		"claude-sonnet-4-5":                  {"anthropic-5m", 1024},
		"anthropic/claude-opus-4.5":          {"anthropic-5m", 4096},
		"us.anthropic.claude-haiku-4-5-v1:0": {"anthropic-5m", 4096},
		"models/gemini-2.5-pro":              {"gemini-implicit", 2048},
		"google/gemini-3-pro":                {"gemini-implicit", 4096},
		"deepseek-reasoner":                  {"deepseek", 64},
		"gpt-3.5-turbo":                      {},
		"gpt-4-0613":                         {},
		"openai/gpt-oss-120b":                {},
		"gemini-1.5-pro":                     {},
		"my-gpt4o-deployment":                {},
		"llama-3.3-70b":                      {},
		"":                                   {},
	} {
		v, known := table.ForModel(model)
		if known != (want.vendor != "") || v.Name != want.vendor || v.MinTokens != want.minimum {
			t.Errorf("%q: %v %q %d, want %q %d", model, known, v.Name, v.MinTokens, want.vendor, want.minimum)
		}
	}
}

func TestGatewaysNamesAreNoHindrance(t *testing.T) {
	for model, read := range map[string]float64{"o1": 0.5, "azure/o1": 0.5, "openrouter/openai/o1-mini": 0.5, "o3": 0.1, "azure/o3": 0.1} {
		if v, ok := Default().ForModel(model); !ok || v.Read != read {
			t.Errorf("%s: %v, read for %v", model, ok, v.Read)
		}
	}
}

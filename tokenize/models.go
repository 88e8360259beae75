package tokenize

import (
	"slices"
	"strings"

	"github.com/pith-proxy/pith"
)

// openAI maps model names to encodings by their start, the first that fits. It
// follows tiktoken/model.py of tiktoken 0.14; older models, of other
// vocabularies, are not in it.
var openAI = []struct {
	prefix string
	enc    *encoding
}{
	{"gpt-4o", o200k}, {"gpt-4.1", o200k}, {"gpt-4.5", o200k}, {"gpt-5", o200k}, {"gpt-oss", o200k},
	{"chatgpt-4o", o200k}, {"o1", o200k}, {"o3", o200k}, {"o4-mini", o200k},
	{"gpt-4", cl100k}, {"gpt-3.5", cl100k}, {"gpt-35", cl100k}, {"davinci-002", cl100k}, {"babbage-002", cl100k},
	{"text-embedding-ada-002", cl100k}, {"text-embedding-3", cl100k},
}

// families are the models of vendors whose tokenizers are not in this binary. Their
// tokens are estimated by the count of o200k_base as it is: no factor with a
// source that can be checked is known, and one found on one kind of text is
// wrong on the next. For the reduction, which is a ratio of two counts, a factor
// would cancel out anyway.
var families = []string{
	"claude", "codestral", "command", "deepseek", "devstral", "ernie", "falcon", "gemini", "gemma", "glm", "granite",
	"grok", "hunyuan", "jamba", "kimi", "llama", "magistral", "minimax", "ministral", "mistral", "mixtral", "nemotron",
	"nova", "olmo", "phi", "pixtral", "qwen", "qwq", "sonar", "titan", "yi",
}

// estimate counts for a family by a vocabulary that is not its own.
type estimate struct {
	*encoding
	family string
}

// Name returns "o200k_base~" and the family.
func (e estimate) Name() string { return e.encoding.Name() + "~" + e.family }

// Exact returns false.
func (e estimate) Exact() bool { return false }

// CounterFor returns the counter of a model ("gpt-4o", "openai/gpt-4.1-mini",
// "claude-sonnet-4-5"), of an encoding ("o200k_base", "cl100k_base"), or of the name
// that a [Counter] gives itself; "" is o200k_base. For vendors that publish no
// tokenizer, or whose tokenizer is not part of this binary, it is an estimate,
// whose Exact is false. Case does not matter. An unknown name is an error of
// class [pith.CodeInvalid] without a Param.
func CounterFor(modelOrTokenizer string) (Counter, error) {
	name := strings.ToLower(strings.TrimSpace(modelOrTokenizer))
	switch name {
	case "", "o200k_base", "o200k_harmony", "o200k":
		return o200k, nil
	case "cl100k_base", "cl100k":
		return cl100k, nil
	}
	if family, ok := strings.CutPrefix(name, "o200k_base~"); ok && slices.Contains(families, family) {
		return estimate{o200k, family}, nil
	}
	model := name[strings.LastIndexByte(name, '/')+1:]
	model = strings.TrimPrefix(model, "ft:")
	for _, m := range openAI {
		if strings.HasPrefix(model, m.prefix) {
			return m.enc, nil
		}
	}
	if family := familyOf(model); family != "" {
		return estimate{o200k, family}, nil
	}
	return nil, pith.Invalid("", "unknown model or tokenizer; use a model's name or one of %s", strings.Join(Counters()[:2], ", "))
}

// familyOf finds the family at the start of a word of the name, the longest of those
// that stand first: "us.anthropic.claude-x", "meta-llama-3", "codellama".
func familyOf(model string) string {
	best, at := "", len(model)
	for _, f := range families {
		i := strings.Index(model, f)
		if i < 0 || i > at || i > 0 && len(f) < 4 {
			continue
		}
		if i < at || len(f) > len(best) {
			best, at = f, i
		}
	}
	return best
}

// Counters returns the names of all counters, the exact ones first.
func Counters() []string {
	names := []string{o200k.name, cl100k.name}
	for _, f := range families {
		names = append(names, estimate{o200k, f}.Name())
	}
	return names
}

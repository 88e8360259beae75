package reader

import (
	"net/http"
	"testing"
)

// Stored answers are found by this. If it changes, all of them are paid for again.
func TestDigestIsStable(t *testing.T) {
	c, _ := client(t, "http://h/v1", func(o *Options) {
		o.Endpoint, o.System, o.Seed, o.Temperature = "", "s", ptr(7), 0.1
		o.Header = http.Header{"X-Pith-Rate": {"0.3"}}
	})
	const want = "97eaa4b8dc096b4d7ce3aac7b4f5e131562d8fd844edcdd5fa000606aed7bb2a"
	if got := c.digest(Prompt{Text: "q", MaxTokens: 3}).String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWhatDecidesAnAnswer(t *testing.T) {
	base := Options{BaseURL: "http://h:1/v1", Model: "m", Key: "k"}
	p := Prompt{Text: "text", MaxTokens: 3}
	of := func(p Prompt, changes ...func(*Options)) digest {
		o := base
		o.Store = &Store{}
		for _, change := range changes {
			change(&o)
		}
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		return c.digest(p)
	}
	header := func(name, value string) func(*Options) {
		return func(o *Options) { o.Header = http.Header{name: {value}} }
	}
	seen := map[digest]string{of(p): "base"}
	for name, d := range map[string]digest{
		"host":        of(p, func(o *Options) { o.BaseURL = "http://i:1/v1" }),
		"port":        of(p, func(o *Options) { o.BaseURL = "http://h:2/v1" }),
		"scheme":      of(p, func(o *Options) { o.BaseURL = "https://h:1/v1" }),
		"path":        of(p, func(o *Options) { o.BaseURL = "http://h:1/v2" }),
		"endpoint":    of(p, func(o *Options) { o.Endpoint = "proxy" }),
		"state":       of(p, func(o *Options) { o.State = "proxy 1" }),
		"state_2":     of(p, func(o *Options) { o.State = "proxy 2" }),
		"model":       of(p, func(o *Options) { o.Model = "n" }),
		"system":      of(p, func(o *Options) { o.System = "s" }),
		"moved":       of(Prompt{"ext", 3}, func(o *Options) { o.System = "t" }),
		"text":        of(Prompt{"texts", 3}),
		"limit":       of(Prompt{"text", 4}),
		"field":       of(p, func(o *Options) { o.MaxTokensField = "max_completion_tokens" }),
		"temperature": of(p, func(o *Options) { o.Temperature = 0.5 }),
		"seed":        of(p, func(o *Options) { o.Seed = ptr(0) }),
		"seed_1":      of(p, func(o *Options) { o.Seed = ptr(1) }),
		"effort":      of(p, func(o *Options) { o.Effort = "low" }),
		"reasoning":   of(p, func(o *Options) { o.Reasoning = 1 }),
		"header":      of(p, header("X-Pith-Rate", "0.3")),
		"header_2":    of(p, header("X-Pith-Rate", "0.5")),
		"header_name": of(p, header("X-Pith-Target-Tokens", "0.3")),
	} {
		if other, ok := seen[d]; ok {
			t.Errorf("%s is as %s", name, other)
		}
		seen[d] = name
	}
	for name, d := range map[string]digest{
		"key":     of(p, func(o *Options) { o.Key = "other" }),
		"case":    of(p, func(o *Options) { o.BaseURL = "http://H:1/v1/" }),
		"pith":    of(p, header("X-Pith-Key", "x")),
		"auth":    of(p, header("authorization", "Bearer x")),
		"payer":   of(p, header("OpenAI-Project", "x")),
		"prices":  of(p, func(o *Options) { o.Input, o.Output = 1, 2 }),
		"retries": of(p, func(o *Options) { o.Retries, o.Timeout = 9, 9 }),
	} {
		if d != of(p) {
			t.Errorf("%s changes the digest", name)
		}
	}
	if of(p, header("x-pith-rate", "0.3")) != of(p, header("X-Pith-Rate", "0.3")) {
		t.Error("the case of a header changes the digest")
	}
}

// Results of other settings must not be taken for those of these.
func TestSettings(t *testing.T) {
	of := func(change func(*Options)) string {
		t.Helper()
		store, err := OpenStore(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		defer store.Close()
		o := Options{BaseURL: "http://127.0.0.1:1/v1", Model: "m", Key: "k", Store: store}
		change(&o)
		c, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		return c.Settings()
	}
	plain := of(func(*Options) {})
	if again := of(func(o *Options) { o.Key, o.Retries = "other", 3 }); again != plain {
		t.Error("the key or the retries change them")
	}
	for name, change := range map[string]func(*Options){
		"model": func(o *Options) { o.Model = "n" }, "temperature": func(o *Options) { o.Temperature = 1 },
		"system": func(o *Options) { o.System = "s" }, "header": func(o *Options) { o.Header = http.Header{"X-Pith-Rate": {"0.5"}} },
	} {
		if of(change) == plain {
			t.Errorf("another %s changes nothing", name)
		}
	}
}

package codetree

import (
	kotlin "github.com/tree-sitter-grammars/tree-sitter-kotlin/bindings/go"
	sitter "github.com/tree-sitter/go-tree-sitter"
	bash "github.com/tree-sitter/tree-sitter-bash/bindings/go"
	csharp "github.com/tree-sitter/tree-sitter-c-sharp/bindings/go"
	c "github.com/tree-sitter/tree-sitter-c/bindings/go"
	cpp "github.com/tree-sitter/tree-sitter-cpp/bindings/go"
	golang "github.com/tree-sitter/tree-sitter-go/bindings/go"
	java "github.com/tree-sitter/tree-sitter-java/bindings/go"
	javascript "github.com/tree-sitter/tree-sitter-javascript/bindings/go"
	php "github.com/tree-sitter/tree-sitter-php/bindings/go"
	python "github.com/tree-sitter/tree-sitter-python/bindings/go"
	ruby "github.com/tree-sitter/tree-sitter-ruby/bindings/go"
	rust "github.com/tree-sitter/tree-sitter-rust/bindings/go"
	typescript "github.com/tree-sitter/tree-sitter-typescript/bindings/go"
)

// grammars are made once each; they are tables in the program and never freed.
var grammars = map[string]func() *sitter.Language{
	"bash":       func() *sitter.Language { return sitter.NewLanguage(bash.Language()) },
	"c":          func() *sitter.Language { return sitter.NewLanguage(c.Language()) },
	"c#":         func() *sitter.Language { return sitter.NewLanguage(csharp.Language()) },
	"c++":        func() *sitter.Language { return sitter.NewLanguage(cpp.Language()) },
	"go":         func() *sitter.Language { return sitter.NewLanguage(golang.Language()) },
	"java":       func() *sitter.Language { return sitter.NewLanguage(java.Language()) },
	"javascript": func() *sitter.Language { return sitter.NewLanguage(javascript.Language()) },
	"kotlin":     func() *sitter.Language { return sitter.NewLanguage(kotlin.Language()) },
	"php":        func() *sitter.Language { return sitter.NewLanguage(php.LanguagePHP()) },
	"python":     func() *sitter.Language { return sitter.NewLanguage(python.Language()) },
	"ruby":       func() *sitter.Language { return sitter.NewLanguage(ruby.Language()) },
	"rust":       func() *sitter.Language { return sitter.NewLanguage(rust.Language()) },
	"tsx":        func() *sitter.Language { return sitter.NewLanguage(typescript.LanguageTSX()) },
	"typescript": func() *sitter.Language { return sitter.NewLanguage(typescript.LanguageTypescript()) },
}

package codetree

import (
	"slices"
	"strings"
)

// languages are sorted by name.
var languages = sorted([]*Language{
	slashes("c", "c", "", "c h"),
	slashes("c#", "c#", "cs csharp", "cs csx"),
	slashes("c++", "c++", "cpp cxx cc hpp", "cc cpp cxx c++ cppm hh hpp hxx h++ inl ipp ixx tcc tpp cu cuh"),
	slashes("go", "go", "golang", "go"),
	slashes("java", "java", "", "java"),
	slashes("javascript", "javascript", "js jsx mjs cjs node ecmascript", "js jsx mjs cjs es6"),
	slashes("kotlin", "kotlin", "kt kts", "kt kts"),
	slashes("php", "php", "php3 php5 php8", "php phtml php5"),
	hash("python", "python", "py python3 python2 py3 py2 pyi ipython", "py pyi pyw wsgi sconstruct sconscript"),
	hash("ruby", "ruby", "rb jruby", "rb rake gemspec ru rakefile gemfile podfile fastfile vagrantfile"),
	slashes("rust", "rust", "rs", "rs"),
	hash("shell", "bash", "bash sh zsh ksh shell-script shellscript", "sh bash zsh ksh bats .bashrc .zshrc .profile .bash_profile"),
	slashes("tsx", "tsx", "", "tsx"),
	slashes("typescript", "typescript", "ts mts cts", "ts mts cts"),

	hash("cmake", "", "", "cmake cmakelists.txt"),
	hash("crystal", "", "cr", "cr"),
	slashes("d", "", "dlang", "d"),
	slashes("dart", "", "", "dart"),
	hash("dockerfile", "", "docker containerfile", "dockerfile containerfile"),
	hash("elixir", "", "ex exs", "ex exs"),
	commented("elm", "--", "", "elm"),
	commented("erlang", "%", "erl", "erl hrl"),
	slashes("f#", "", "fs fsharp", "fs fsi fsx"),
	slashes("gradle", "", "", "gradle"),
	hash("graphql", "", "gql", "graphql gql"),
	slashes("groovy", "", "", "groovy jenkinsfile"),
	commented("haskell", "--", "hs", "hs"),
	hash("hcl", "", "terraform tf", "hcl tf tfvars"),
	hash("julia", "", "jl", "jl"),
	commented("lisp", ";", "common-lisp elisp emacs-lisp scheme racket clojure clj", "lisp el scm rkt clj cljs cljc"),
	commented("lua", "--", "luau", "lua luau"),
	hash("makefile", "", "make mk", "makefile gnumakefile mk mak"),
	commented("matlab", "%", "", ""),
	hash("nim", "", "", "nim"),
	hash("nix", "", "", "nix"),
	slashes("objective-c", "", "objc objectivec objective-c++", "m mm"),
	around("ocaml", "(*", "*)", "ml", "ml mli"),
	slashes("pascal", "", "delphi", "pas dpr"),
	hash("perl", "", "pl", "pl pm t"),
	hash("powershell", "", "ps1 pwsh", "ps1 psm1 psd1"),
	slashes("protobuf", "", "proto protocol-buffer", "proto"),
	hash("r", "", "rscript", "r"),
	slashes("scala", "", "", "scala sc sbt"),
	slashes("solidity", "", "sol", "sol"),
	commented("sql", "--", "mysql postgresql psql plpgsql sqlite plsql tsql", "sql ddl"),
	slashes("swift", "", "", "swift"),
	hash("tcl", "", "", "tcl"),
	slashes("verilog", "", "systemverilog", "v sv svh"),
	commented("vhdl", "--", "", "vhd vhdl"),
	hash("yaml", "", "yml", "yaml yml"),
	hash("toml", "", "", "toml"),
	slashes("zig", "", "", "zig"),
	slashes("glsl", "", "hlsl wgsl", "glsl vert frag hlsl wgsl"),
	hash("starlark", "", "bazel bzl", "bzl bazel build.bazel workspace"),

	around("css", "/*", "*/", "", "css"),
	slashes("scss", "", "less sass", "scss less"),
	around("html", "<!--", "-->", "xhtml", "html htm xhtml"),
	around("xml", "<!--", "-->", "", "xml xsd xsl xslt"),
	around("vue", "<!--", "-->", "", "vue"),
	around("svelte", "<!--", "-->", "", "svelte"),
})

func sorted(all []*Language) []*Language {
	slices.SortFunc(all, func(a, b *Language) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// slashes makes a language with comments like C's.
func slashes(name, grammar, aliases, files string) *Language {
	return &Language{Name: name, Aliases: strings.Fields(aliases), Line: "//", Open: "/*", Close: "*/",
		files: strings.Fields(files), grammar: grammar}
}

// hash makes a language with comments like a shell's.
func hash(name, grammar, aliases, files string) *Language {
	return &Language{Name: name, Aliases: strings.Fields(aliases), Line: "#", files: strings.Fields(files), grammar: grammar}
}

// commented makes one with another sign in front of comments, and without a grammar.
func commented(name, line, aliases, files string) *Language {
	return &Language{Name: name, Aliases: strings.Fields(aliases), Line: line, files: strings.Fields(files)}
}

// around makes one that has no comments to the end of the line, and no grammar.
func around(name, from, to, aliases, files string) *Language {
	return &Language{Name: name, Aliases: strings.Fields(aliases), Open: from, Close: to, files: strings.Fields(files)}
}

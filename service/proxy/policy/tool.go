package policy

import (
	"slices"
	"strings"
)

// Words that say what a tool does. A name is read as the words of [nameParts] of
// the tool itself; the words of its server count only where it says so below.
var (
	// exactWords name tools whose result is edited later, or is what an edit left.
	exactWords = set(`edit edits str replace apply patch write writer multiedit notebookedit texteditor editor create
		insert delete rename move undo diff blame commit`)
	// sightWords name tools that show something, word for word.
	sightWords = set(`read reads view views cat open show head tail less more sed awk peek load dump print inspect
		readfile viewfile openfile catfile readfiles getfile`)
	// fileWords name what is shown word for word whoever shows it.
	fileWords = set(`file files notebook cell code codebase source repo repository blob snippet snippets symbol symbols
		definition definitions references schema ddl config settings lint linter diagnostics terminal stacktrace`)
	// shellWords name tools that may print anything, files above all.
	shellWords = set(`bash shell sh zsh powershell pwsh cmd exec execute run terminal console command commands subprocess
		python python3 ipython jupyter node repl interpreter sandbox sql ssh docker kubectl git make`)
	// ownWords name the tools by which a model gets back what we took.
	ownWords = set(`decompress decompression pith`)
	// pageWords name what is prose wherever it comes from; with them "read" and
	// "open" are no reading of files.
	pageWords = set(`url urls web webpage webpages website page pages wiki wikipedia article articles news arxiv paper
		papers pubmed site html`)
	// proseWords name tools whose results are prose by nature.
	proseWords = set(`websearch webfetch scrapecontent wikipedia wiki arxiv pubmed news tavily exa serp serper serpapi duckduckgo ddg brave
		perplexity firecrawl jina knowledge rag article articles webpage url deepwiki`)
	// findWords find anything; alone, or beside one of topicWords, they find prose.
	findWords = set(`fetch search browse browsing crawl scrape scraper retrieval retrieve retriever google bing`)
	// topicWords say that what is found is for people to read.
	topicWords = set(`web page pages url urls site website news wiki docs documentation knowledge kb internet online article articles passages
		content text`)
	// vetoWords name what may be needed to the letter whoever finds it.
	vetoWords = set(`rule rules policy policies instruction instructions prompt prompts skill skills tool tools memory memories node nodes env
		secret secrets log logs record records order orders customer customers transaction transactions employee employees flight flights
		contact contacts balance table row rows data issue issues pr prs email emails mail mails message messages sheet sheets calendar event
		events snapshot grep metrics errors error traces trace test tests commits statute statutes law drug drugs interactions spec openapi`)
)

// builtinNames are tools known by their whole name, in lower case.
var builtinNames = set(`fs_read fs_write text_editor str_replace_editor str_replace_based_edit_tool
	str_replace_based_edit get_file_contents getfilecontents apply_patch apply_diff notebookedit multiedit`)

// ProtectedTool reports whether the results of a tool are never compressed
// lossily because of its name: it reads or edits files, runs programs, or is our
// own tool for getting text back. A word of the name decides (see [nameParts]):
// readFile, view_file, fs_read, NotebookEdit, str_replace_based_edit_tool,
// mcp__github__get_file_contents, Bash. Words that look at something do not count
// beside one that names a page: read_url is no reading of files.
func ProtectedTool(name string) bool {
	tool := strings.ToLower(toolPart(name))
	if builtinNames[tool] || OwnTool(name) {
		return true
	}
	parts := nameParts(toolPart(name))
	page := hasWord(parts, pageWords)
	return hasWord(parts, exactWords) || hasWord(parts, fileWords) || hasWord(parts, shellWords) ||
		!page && hasWord(parts, sightWords)
}

// OwnTool reports whether a tool gives back what pith took: its results are left
// alone, or the model would ask for them again and again. Words of the server
// count. Retrieval tools in general are not meant: only "decompress" and names
// that hold "pith", and "retrieve" alone.
func OwnTool(name string) bool {
	return hasWord(nameParts(name), ownWords) || strings.EqualFold(toolPart(name), "retrieve")
}

// LossyTool reports whether results of a tool may be compressed lossily if their
// class allows it: an entry of allow matches, or its name says that it searches,
// fetches or retrieves prose. In an entry "*" stands for any run of characters;
// letters are compared without case; the whole name is compared, and the name
// without its server ("search" also matches mcp__web__search). "*" alone allows
// every tool. It does not look at [ProtectedTool], which goes first.
func LossyTool(name string, allow []string) bool {
	if name == "" {
		return false
	}
	if len(name) > maxToolName {
		name = name[:maxToolName]
	}
	lower := strings.ToLower(name)
	tool := strings.ToLower(toolPart(name))
	for _, a := range allow {
		a = strings.ToLower(a)
		if glob(a, lower) || glob(a, tool) {
			return true
		}
	}
	parts := nameParts(toolPart(name))
	switch {
	case hasWord(parts, vetoWords):
		return false
	case hasWord(parts, proseWords), proseWords[tool], hasWord(parts, sightWords) && hasWord(parts, pageWords):
		return true
	}
	finds := 0
	for _, w := range parts {
		if findWords[w] {
			finds++
		}
	}
	return finds > 0 && (finds == len(parts) || hasWord(parts, topicWords) || hasWord(parts, pageWords))
}

func hasWord(parts []string, words map[string]bool) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return words[p] })
}

// maxGlob bounds an entry of an allow list, in bytes; a longer one matches nothing.
const maxGlob = 256

// glob reports whether pattern, in which "*" stands for any run of bytes, is all
// of s. It goes back only to the last star, so its time is their product at most.
func glob(pattern, s string) bool {
	if len(pattern) > maxGlob {
		return false
	}
	p, i, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && pattern[p] == s[i]:
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

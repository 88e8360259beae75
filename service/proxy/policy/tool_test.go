package policy

import (
	"slices"
	"strings"
	"testing"
)

func TestToolNames(t *testing.T) {
	protected := `Read read read_file readFile ReadFile view view_file cat edit Edit MultiEdit NotebookEdit NotebookRead
		fs_read fs_write text_editor str_replace str_replace_editor str_replace_based_edit_tool apply_patch applyPatch
		write Write write_to_file create_file open_file get_file_contents getFileContents mcp__github__get_file_contents
		mcp__filesystem__read_text_file filesystem.read_multiple_files functions.read_file bash Bash shell run_terminal_cmd
		execute_command exec_command local_shell python run_python search_files codebase_search code_search
		mcp__pith__retrieve retrieve pith_decompress decompress execute_sql git_diff git_show get_symbol_definition
		edit_wiki_page read_file_page READ_FILE read-file read.file tail_log head show_config`
	for name := range strings.FieldsSeq(protected) {
		if !ProtectedTool(name) {
			t.Errorf("%s is not protected", name)
		}
	}
	lossy := `web_search WebSearch websearch WebFetch web_fetch fetch fetch_url search google_search wikipedia
		wikipedia_search mcp__brave__brave_web_search brave-search tavily_search tavily-extract
		browser.read_page read_url read_webpage knowledge_base_search retrieval knowledge_query arxiv_search
		mcp__deepwiki__read_wiki_contents mcp__jina__read_url serper.search ask_wikipedia rag_query_page`
	for name := range strings.FieldsSeq(lossy) {
		if ProtectedTool(name) {
			t.Errorf("%s is protected", name)
		}
		if !LossyTool(name, nil) {
			t.Errorf("%s is not lossy", name)
		}
	}
	for name := range strings.FieldsSeq(`get_weather send_mail TodoWrite x research_notes thread spread
		browser_get_text browser_snapshot fetch_rules retrieve_policy search_orders fetch_customer search_logs fetch_env ToolSearch
		memory_search search_nodes notion-fetch fetch_issue google_sheets_get google_calendar_events law_search grep_search fetch_spec`) {
		if LossyTool(name, nil) {
			t.Errorf("%s is lossy", name)
		}
	}
	for name := range strings.FieldsSeq("get_weather send_mail thread spread bread category editorial_calendar") {
		if ProtectedTool(name) {
			t.Errorf("%s is protected", name)
		}
	}
	if LossyTool("", []string{"*"}) || ProtectedTool("") {
		t.Error("no name is on a list")
	}
}

func TestAllowList(t *testing.T) {
	tests := []struct {
		name, allow string
		want        bool
	}{
		{"get_page", "get_page", true},
		{"get_page", "GET_*", true},
		{"Get_Page", "*page", true},
		{"get_page", "*_*", true},
		{"get_page", "page", false},
		{"get_page", "get", false},
		{"get_page", "", false},
		{"mcp__docs__get_page", "get_page", true},
		{"mcp__docs__get_page", "mcp__docs__*", true},
		{"mcp__docs__get_page", "mcp__other__*", false},
		{"mcp__docs__get_page", "*", true},
		{"aaaaab", "*a*a*b", true},
		{"aaaaab", "*a*a*c", false},
	}
	for _, tt := range tests {
		if got := LossyTool(tt.name, []string{"nothing", tt.allow}); got != tt.want {
			t.Errorf("%s by %q: got %v", tt.name, tt.allow, got)
		}
	}
	if LossyTool("x", []string{strings.Repeat("*", maxGlob+1)}) {
		t.Error("an entry beyond the limit matched")
	}
}

func TestNameParts(t *testing.T) {
	for name, want := range map[string]string{
		"readFile": "read file", "HTTPGet": "http get", "MultiEdit": "multi edit", "mcp__a_b__c.d": "mcp a b c d",
		"str_replace-2": "str replace 2", "python3Run": "python3 run", "ABC": "abc", "": "", "__": "", "Größe": "größe",
	} {
		if got := strings.Join(nameParts(name), " "); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func FuzzToolNames(f *testing.F) {
	f.Add("mcp__server__readFile", "*read*")
	f.Fuzz(func(t *testing.T, name, allow string) {
		if joined := strings.Join(nameParts(name), ""); len(joined) > 3*maxToolName {
			t.Fatalf("%d bytes of words", len(joined))
		}
		if slices.Contains(nameParts(name), "") {
			t.Fatal("an empty word")
		}
		if ProtectedTool(name) != ProtectedTool(strings.Clone(name)) {
			t.Fatal("two answers")
		}
		if name != "" && len(name) <= maxToolName && !LossyTool(name, []string{"*"}) {
			t.Fatal("a star allows every name")
		}
		LossyTool(name, []string{allow})
	})
}

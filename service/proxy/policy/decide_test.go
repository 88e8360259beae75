package policy

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/pith-proxy/pith/compressors/content"
)

func TestDecide(t *testing.T) {
	big := func() int { return 400 }
	small := func() int { return 399 }
	all := Default().With(Override{Roles: ptr([]string{RoleTool, RoleUser, RoleSystem, RoleDeveloper})})
	mode := func(m Mode) Settings { return Default().With(Override{Mode: &m}) }
	tests := []struct {
		name   string
		b      BlockInfo
		s      Settings
		action Action
		reason Reason
	}{
		{"search_result", BlockInfo{Role: RoleTool, ToolName: "web_search", Class: content.Search, Tokens: big}, Default(), Lossy, ReasonAllowed},
		{"page", BlockInfo{Role: RoleTool, ToolName: "WebFetch", Class: content.HTML, Tokens: big}, Default(), Lossy, ReasonAllowed},
		{"page_that_is_code", BlockInfo{Role: RoleTool, ToolName: "WebFetch", Class: content.Code, Tokens: big}, Default(), Keep, ReasonClass},
		{"small", BlockInfo{Role: RoleTool, ToolName: "web_search", Class: content.Search, Tokens: small}, Default(), Keep, ReasonBelowMin},
		{"failed", BlockInfo{Role: RoleTool, ToolName: "web_search", IsError: true, Class: content.Prose, Tokens: big}, Default(), Lossless, ReasonToolError},
		{"unnamed", BlockInfo{Role: RoleTool, Class: content.Prose, Tokens: big}, Default(), Keep, ReasonToolUnnamed},
		{"unnamed_lossy_mode", BlockInfo{Role: RoleTool, Class: content.Prose, Tokens: big}, mode(ModeLossy), Keep, ReasonToolUnnamed},
		{"file", BlockInfo{Role: RoleTool, ToolName: "Read", Class: content.Prose, Tokens: big}, mode(ModeLossy), Keep, ReasonToolProtected},
		{"shell", BlockInfo{Role: RoleTool, ToolName: "Bash", Class: content.Log, Tokens: big}, mode(ModeLossy), Lossless, ReasonToolProtected},
		{"protected_and_listed", BlockInfo{Role: RoleTool, ToolName: "Read", Class: content.Prose, Tokens: big},
			Default().With(Override{LossyTools: ptr([]string{"read"})}), Keep, ReasonToolProtected},
		{"unnamed_log", BlockInfo{Role: RoleTool, Class: content.Log, Tokens: big}, Default(), Lossless, ReasonToolUnnamed},
		{"shell_json", BlockInfo{Role: RoleTool, ToolName: "Bash", Class: content.JSON, Tokens: big}, Default(), Keep, ReasonToolProtected},
		{"shell_code", BlockInfo{Role: RoleTool, ToolName: "Bash", Class: content.Code, Tokens: big}, Default(), Keep, ReasonToolProtected},
		{"file_json", BlockInfo{Role: RoleTool, ToolName: "read_file", Class: content.JSON, Tokens: big}, Default(), Keep, ReasonToolProtected},
		{"rows", BlockInfo{Role: RoleTool, ToolName: "execute_sql", Class: content.JSON, Tokens: big}, Default(), Lossless, ReasonToolProtected},
		{"failed_json", BlockInfo{Role: RoleTool, ToolName: "list_issues", IsError: true, Class: content.JSON, Tokens: big}, Default(), Lossless, ReasonToolError},
		{"unlisted", BlockInfo{Role: RoleTool, ToolName: "get_minutes", Class: content.Prose, Tokens: big}, Default(), Keep, ReasonToolUnlisted},
		{"unlisted_lossy_mode", BlockInfo{Role: RoleTool, ToolName: "get_minutes", Class: content.Prose, Tokens: big}, mode(ModeLossy), Lossy, ReasonAllowed},
		{"listed", BlockInfo{Role: RoleTool, ToolName: "get_minutes", Class: content.Prose, Tokens: big},
			Default().With(Override{LossyTools: ptr([]string{"GET_*"})}), Lossy, ReasonAllowed},
		{"own_tool", BlockInfo{Role: RoleTool, ToolName: "mcp__pith__retrieve", Class: content.Prose, Tokens: big}, mode(ModeLossy), Keep, ReasonOwnTool},
		{"own_output", BlockInfo{Role: RoleTool, ToolName: "web_search", Class: content.Search, Tokens: big, Marked: true}, Default(), Keep, ReasonOwnOutput},
		{"off", BlockInfo{Role: RoleTool, ToolName: "web_search", Class: content.Search, Tokens: big}, mode(ModeOff), Keep, ReasonModeOff},
		{"no_mode", BlockInfo{Role: RoleTool, ToolName: "web_search", Class: content.Search, Tokens: big}, Settings{}, Keep, ReasonModeOff},
		{"lossless", BlockInfo{Role: RoleTool, ToolName: "web_search", Class: content.Search, Tokens: big}, mode(ModeLossless), Lossless, ReasonModeLossless},
		{"hard_limit", BlockInfo{Role: RoleTool, ToolName: "web_search", Class: content.Search, Tokens: big},
			Default().With(Override{NoLossy: true}, Override{Mode: ptr(ModeLossy)}), Lossless, ReasonNoLossy},
		{"assistant", BlockInfo{Role: RoleAssistant, Class: content.Prose, Tokens: big}, all, Keep, ReasonRole},
		{"no_role", BlockInfo{Class: content.Prose, Tokens: big}, all, Keep, ReasonRole},
		{"system_default", BlockInfo{Role: RoleSystem, Class: content.Prose, Tokens: big}, Default(), Keep, ReasonRoleOff},
		{"user_default", BlockInfo{Role: RoleUser, Class: content.Prose, Tokens: big}, Default(), Keep, ReasonRoleOff},
		{"system_asked_for", BlockInfo{Role: RoleSystem, Class: content.Prose, Tokens: big}, all, Lossy, ReasonAllowed},
		{"context", BlockInfo{Role: RoleContext, Class: content.Prose, Tokens: big}, Default(), Lossy, ReasonAllowed},
		{"context_by_user", BlockInfo{Role: RoleContext, Class: content.Prose, Tokens: big}, all, Lossy, ReasonAllowed},
		{"context_code", BlockInfo{Role: RoleContext, Class: content.Code, Tokens: big}, Default(), Keep, ReasonClass},
		{"context_lossless", BlockInfo{Role: RoleContext, Class: content.Prose, Tokens: big}, mode(ModeLossless), Keep, ReasonModeLossless},
		{"class_from_text", BlockInfo{Role: RoleTool, ToolName: "fetch", Text: `{"a": 1}`, Tokens: big}, Default(), Keep, ReasonClass},
	}
	for _, tt := range tests {
		d := Decide(tt.b, tt.s)
		if d.Action != tt.action || d.Reason != tt.reason || (d.Threshold > 0) != (tt.action == Lossy) {
			t.Errorf("%s: got %s, %s, %v", tt.name, d.Action, d.Reason, d.Threshold)
		}
	}
}

// The results of tools that show files keep every byte; those of shells keep every line.
func TestToolForms(t *testing.T) {
	for name, want := range map[string]string{
		"list_issues": "all", "mcp__github__search_issues": "all", "get_weather": "all", "execute_sql": "all", "query_database": "all", "Glob": "all",
		"Grep": "all", "LS": "all", "list_directory": "all", "docker_list_containers": "all", "getOrders": "all", "query": "all",
		"Bash": "shell", "run_terminal_cmd": "shell", "execute_command": "shell", "kubectl": "shell", "": "shell", "python": "shell",
		"notion-fetch": "shell", "get_document": "shell", "confluence_get_page": "shell", "get_thing": "shell",
		"Read": "none", "read_file": "none", "cat": "none", "str_replace_editor": "none", "apply_patch": "none", "git_diff": "none",
		"get_file_contents": "none", "read_terminal": "none", "edit_rows": "none", "mcp__fs__view": "none", "decompress": "none",
		"memory": "none", "goto": "none", "scroll_down": "none", "vim_buffer": "none", "buffer_contents": "none", "bat": "none", "get_content": "none",
		"get_gist": "none", "reapply": "none", "use_mcp_tool": "none", "access_mcp_resource": "none", "n8n_get_workflow": "none",
		"get_dashboard_by_uid": "none", "query_file": "none", "database_file_read": "none", "table_to_file": "none", "dump_table": "none",
		"read_table": "none", "get_table_ddl": "none", "sql_db_schema": "none", "search_code": "none", "fetch_rules": "none", "list_files": "none",
	} {
		got := "all"
		if f := ToolForms(name); f != nil {
			got = "shell"
			if len(f) == 0 {
				got = "none"
			}
			for _, whole := range []string{"json", "csv", "markdown", "frames", "columns", "paths", "space", "dict", "html"} {
				if slices.Contains(f, whole) {
					t.Errorf("%s: form %s could change a line of a file", name, whole)
				}
			}
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", name, got, want)
		}
	}
}

// No combination of facts and settings makes a protected block lossy.
func TestDecideNeverLossy(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	pick := func(s ...string) string { return s[rng.IntN(len(s))] }
	for range 20_000 {
		b := BlockInfo{
			Role:     pick(RoleTool, RoleUser, RoleSystem, RoleAssistant, RoleContext, RoleDeveloper, "", "robot"),
			ToolName: pick("", "Read", "web_search", "x"),
			IsError:  rng.IntN(4) == 0,
			Class:    content.Classes[rng.IntN(len(content.Classes))],
			Marked:   rng.IntN(4) == 0,
		}
		s := Settings{Mode: Mode(pick("", "off", "auto", "lossless", "lossy", "other")), NoLossy: rng.IntN(4) == 0,
			Roles: []string{RoleTool, RoleUser, RoleSystem, RoleAssistant, "robot"}, LossyTools: []string{"*"}}
		d := Decide(b, s)
		never := b.IsError && b.Role == RoleTool || b.Marked || s.NoLossy || !b.Class.Lossy() || b.Role == RoleAssistant ||
			b.Role == RoleTool && (b.ToolName == "Read" || b.ToolName == "")
		if d.Action == Lossy && never {
			t.Fatalf("%+v with %+v is lossy", b, s)
		}
		if !slices.Contains(Reasons, d.Reason) {
			t.Fatalf("reason %q is not listed", d.Reason)
		}
	}
}

func TestThresholds(t *testing.T) {
	for _, c := range content.Classes {
		if v := Threshold(c); (v > 0) != c.Lossy() || v >= 1 {
			t.Errorf("%s: %v", c, v)
		}
	}
	for i, r := range Reasons {
		if slices.Contains(Reasons[:i], r) || !isSnake(string(r)) {
			t.Errorf("reason %q", r)
		}
	}
}

func isSnake(s string) bool {
	for _, c := range []byte(s) {
		if !isLower(c) && c != '_' {
			return false
		}
	}
	return s != ""
}

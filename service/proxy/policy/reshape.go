package policy

import "strings"

// The methods that lose nothing.
const (
	MethodStructure = "structure" // other forms of JSON, tables, logs
	MethodLossless  = "lossless"  // these, and a dictionary of repeated phrases
	MethodMetatoken = "metatoken" // the dictionary alone

	// MethodNone changes nothing.
	MethodNone = "none"

	// LosslessOff is the setting for none of them.
	LosslessOff = "off"
)

// LosslessMethod reports whether a method loses nothing.
func LosslessMethod(name string) bool {
	return name == MethodStructure || name == MethodLossless || name == MethodMetatoken
}

// shellForms are the forms for what programs print. None of them changes what a line of a
// file says. Aligned columns and lists of paths are not among them, since fstab, manifests
// and their like are edited.
var shellForms = []string{"noise", "log", "hits"}

var (
	// dataWords name what answers with records or with hits, of which no edit is made.
	dataWords = set(`list lists listing ls glob grep search searches find query queries select sql issue issues prs pulls event events order
		orders customer customers transaction transactions employee employees flight flights product products user users member members record
		records rows metric metrics log logs error errors trace traces alert alerts incident incidents ticket tickets message messages email
		emails stats statistics analytics weather forecast price prices stock stocks balance balances results runs jobs builds
		deployment deployments review reviews comment comments task tasks commits`)
	// exactParts name what may be edited, sent back or quoted to the letter, whoever brings it.
	exactParts = set(`memory memories gist gists buffer buffers content contents selection selected line lines goto scroll viewer bat workflow
		workflows dashboard dashboards manifest manifests template templates script scripts resource resources mcp parallel reapply rule rules
		instruction instructions prompt prompts skill skills tool tools yaml nvim vim notebook canvas draft drafts`)
)

// ToolForms returns the forms in which the results of a tool may be written; nil is all,
// an empty list none. Of a file the model must see the very bytes, since an edit of it
// will name them. All forms are for tools whose names say that they bring data; what is
// not known is treated as what a shell prints.
func ToolForms(name string) []string {
	if name == "" {
		return shellForms // any tool
	}
	parts := nameParts(toolPart(name))
	shows := hasWord(parts, sightWords) || hasWord(parts, fileWords) || hasWord(parts, exactParts)
	switch {
	case builtinNames[strings.ToLower(toolPart(name))], OwnTool(name), hasWord(parts, exactWords):
		return []string{}
	case hasWord(parts, shellWords) && !hasWord(parts, sightWords) && !hasWord(parts, dataWords):
		return shellForms
	case shows && !(hasWord(parts, pageWords) && !hasWord(parts, fileWords)):
		return []string{}
	case hasWord(parts, dataWords):
		return nil
	}
	return shellForms
}
